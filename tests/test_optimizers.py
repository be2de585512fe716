"""Every weight is moved by one optimizer, at its rate, and goes on after a stop."""

import pytest
import torch
from tiny_chat import tiny_model, tiny_recipe, tiny_tokenizer

from utils import optimizers, train
from utils.muon import Muon, evened

pytestmark = pytest.mark.unit

both = pytest.mark.parametrize("matrix_rate", [0.0, 0.01])


def made_for(model, matrix_rate: float) -> list:
    recipe = tiny_recipe(learning_rate=0.004, matrix_rate=matrix_rate)
    return optimizers.optimizers(model, recipe.train)


@both
def test_every_weight_is_in_one_group_and_only_matrices_decay(matrix_rate):
    model = tiny_model()
    groups = [g for one in made_for(model, matrix_rate) for g in one.param_groups]
    moved = [id(p) for group in groups for p in group["params"]]
    assert sorted(moved) == sorted(map(id, model.parameters()))
    for group in groups:
        assert {p.dim() == 2 for p in group["params"]} == {
            group["weight_decay"] == 0.05
        }


def test_muon_moves_the_layers_and_leaves_the_words_to_adamw():
    model = tiny_model()
    adamw, muon = made_for(model, 0.01)
    assert isinstance(muon, Muon)
    inner = {id(p) for p in muon.param_groups[0]["params"]}
    named = {name for name, p in model.named_parameters() if id(p) in inner}
    assert named
    assert all(".layers." in name and name.endswith("proj.weight") for name in named)
    words = model.get_input_embeddings().weight
    assert any(p is words for group in adamw.param_groups for p in group["params"])


def test_each_group_gets_its_share_of_its_own_rate():
    made = made_for(tiny_model(), 0.01)
    optimizers.set_rates(made, 0.5)
    rates = [group["lr"] for one in made for group in one.param_groups]
    assert rates == pytest.approx([0.002, 0.002, 0.005])


@pytest.mark.parametrize("precision", [torch.float32, torch.bfloat16])
def test_muon_takes_the_steps_of_the_one_in_torch(precision):
    torch.manual_seed(0)
    shapes = [(24, 24), (64, 24), (24, 64), (64, 24)]
    ours = [torch.nn.Parameter(torch.randn(shape)) for shape in shapes]
    theirs = [torch.nn.Parameter(one.detach().clone()) for one in ours]
    settings = {"lr": 0.01, "weight_decay": 0.05}
    made = Muon(ours, precision=precision, **settings)
    reference = torch.optim.Muon(theirs, adjust_lr_fn="match_rms_adamw", **settings)
    start = [one.detach().clone() for one in ours]
    for _ in range(3):
        for one, other in zip(ours, theirs, strict=True):
            one.grad = torch.randn_like(one)
            other.grad = one.grad.clone()
        made.step()
        reference.step()
    for one, other, before in zip(ours, theirs, start, strict=True):
        # That one rounds to bfloat16 inside, so the two agree to a few hundredths.
        far = (one - other).norm() / (one - before).norm()
        assert far < 0.03
        assert one.dtype == torch.float32


@pytest.mark.parametrize("precision", [torch.float32, torch.bfloat16])
def test_evened_matrices_are_equally_strong_in_every_direction(precision):
    torch.manual_seed(0)
    for shape in ((3, 8, 20), (3, 20, 8)):
        strengths = torch.linalg.svdvals(evened(torch.randn(shape), precision))
        assert strengths.min() > 0.6
        assert strengths.max() < 1.3


def test_muon_has_no_use_for_a_closure():
    with pytest.raises(ValueError, match="call backward"):
        Muon([torch.nn.Parameter(torch.ones(2, 2))]).step(lambda: 0.0)


def test_convolutions_get_a_rate_of_their_own_and_move_as_matrices():
    torch.manual_seed(0)
    model = torch.nn.Sequential(torch.nn.Conv3d(3, 8, 2), torch.nn.Linear(8, 8))
    kernel = model[0].weight
    plan = tiny_recipe(learning_rate=0.004).train
    plan = plan.model_copy(update={"kernel_rate": 0.001, "weight_decay": 0.0})
    adamw, muon = made = optimizers.optimizers(model, plan)
    rest = [p for group in adamw.param_groups for p in group["params"]]
    assert {id(p) for p in rest} == {id(p) for p in model.parameters()} - {id(kernel)}

    optimizers.set_rates(made, 0.5)
    before, kernel.grad = kernel.detach().clone(), torch.randn_like(kernel)
    muon.step()
    moved = (kernel.detach() - before).flatten(1)
    assert moved.square().mean().sqrt().item() == pytest.approx(0.2 * 0.0005, rel=0.25)
    strengths = torch.linalg.svdvals(moved)
    assert strengths.min() > 0.5 * strengths.max()  # of the gradient: 0.3


def test_a_kernel_without_a_gradient_stays():
    model = torch.nn.Sequential(torch.nn.Conv1d(3, 8, 2))
    plan = tiny_recipe().train.model_copy(update={"kernel_rate": 0.001})
    *_, muon = made = optimizers.optimizers(model, plan)
    optimizers.set_rates(made, 1.0)
    before = model[0].weight.detach().clone()
    muon.step()
    assert torch.equal(model[0].weight, before)


@both
def test_a_stopped_run_goes_on_as_if_it_had_not_stopped(tmp_path, matrix_rate):
    recipe = tiny_recipe(matrix_rate=matrix_rate)

    def losses(folder, model, until=None) -> list[float]:
        steps = train.train(
            model, tiny_tokenizer(), recipe, tmp_path / folder, until=until
        )
        return [step.loss for step in steps]

    whole = losses("whole", tiny_model())
    before = losses("cut", tiny_model(), until=7)
    after = losses("cut", tiny_model(seed=7))
    assert before + after == pytest.approx(whole, rel=1e-5)
    assert whole[-1] < 0.8 * whole[0]
