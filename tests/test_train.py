"""The training loop: it learns, repeats itself exactly, and survives being killed."""

import shutil

import pytest
import torch
from safetensors.torch import load_file
from tiny_chat import tiny_model, tiny_recipe, tiny_tokenizer

from course import train as verb
from utils import losses, mixture, train
from utils.recipe import Ending, Recipe

pytestmark = pytest.mark.unit


def trained(folder, model=None, until=None, **changes):
    """(model, losses) after training the tiny recipe in `folder`."""
    model = model or tiny_model()
    steps = train.train(
        model, tiny_tokenizer(), tiny_recipe(**changes), folder, until=until
    )
    return model, [step.loss for step in steps]


def weights(model) -> list[torch.Tensor]:
    return [parameter.detach().cpu() for parameter in model.parameters()]


def same(one, other) -> bool:
    pairs = zip(weights(one), weights(other), strict=True)
    return all(torch.equal(a, b) for a, b in pairs)


def test_the_loss_falls(tmp_path):
    _, losses = trained(tmp_path)
    assert len(losses) == 30
    assert sum(losses[-5:]) / 5 < 0.75 * sum(losses[:5]) / 5


def test_the_same_seed_gives_the_same_run(tmp_path):
    one, first = trained(tmp_path / "one")
    other, second = trained(tmp_path / "other")
    assert first == second
    assert same(one, other)


def test_a_killed_run_ends_where_an_uninterrupted_one_does(tmp_path):
    whole, losses = trained(tmp_path / "whole")
    _, before = trained(tmp_path / "killed", until=11)
    # A new process starts from other weights; the state must replace them.
    resumed, after = trained(tmp_path / "killed", tiny_model(seed=7))
    assert before + after == losses
    assert same(whole, resumed)


def test_a_finished_run_has_nothing_left_to_do(tmp_path):
    whole, _ = trained(tmp_path)
    again, losses = trained(tmp_path, tiny_model(seed=7))
    assert losses == []
    assert same(whole, again)


def test_a_half_written_state_is_ignored(tmp_path):
    whole, losses = trained(tmp_path / "whole")
    broken = tmp_path / "broken"
    _, before = trained(broken, until=11)
    state = (broken / "state.safetensors").read_bytes()
    (broken / "state.partial").write_bytes(state[: len(state) // 2])
    resumed, after = trained(broken)
    assert before + after == losses
    assert same(whole, resumed)


def test_a_first_state_that_is_half_written_starts_from_the_beginning(tmp_path):
    (tmp_path / "state.partial").write_bytes(b"half")
    _, losses = trained(tmp_path, until=2)
    assert len(losses) == 2


def test_steps_are_reported_with_every_save(tmp_path, monkeypatch):
    monkeypatch.setattr(train, "SAVE_EVERY", 2)
    seen = []
    steps = train.train(
        tiny_model(),
        tiny_tokenizer(),
        tiny_recipe(),
        tmp_path,
        until=5,
        on_save=seen.append,
    )
    assert [len(part) for part in seen] == [2, 2, 1]
    assert [step for part in seen for step in part] == steps
    assert [step.number for step in steps] == [0, 1, 2, 3, 4]
    first = mixture.batch(tiny_recipe().data, tiny_tokenizer(), 0, 4)
    assert steps[0].tokens == first.input_ids.numel()


def test_the_loss_is_transformers_own_loss():
    model = tiny_model()
    batch = mixture.batch(tiny_recipe().data, tiny_tokenizer(), 0, 4)
    ours = losses.reply_loss(model, batch)
    theirs = model(input_ids=batch.input_ids, labels=batch.labels).loss
    torch.testing.assert_close(ours, theirs)


def test_weights_say_what_each_label_counts_in_the_loss():
    model = tiny_model()
    data, tokenizer = tiny_recipe().data, tiny_tokenizer()
    reply = mixture.batch(data, tokenizer, 0, 4)
    weighed = mixture.batch(data, tokenizer, 0, 4, prompt_weight=0.25)
    everything = weighed.labels
    prompt = everything.masked_fill(reply.labels != losses.IGNORE, losses.IGNORE)

    def theirs(labels):
        counted = int((labels[:, 1:] != losses.IGNORE).sum())
        return model(input_ids=reply.input_ids, labels=labels).loss * counted, counted

    (asked, n), (answered, m) = theirs(prompt), theirs(reply.labels)
    expected = (0.25 * asked + answered) / (0.25 * n + m)
    torch.testing.assert_close(losses.reply_loss(model, weighed), expected)


def test_the_rate_warms_up_and_falls_to_zero():
    recipe = tiny_recipe(warmup_steps=4, steps=24)
    shares = [train.rate_share(recipe, step) for step in range(25)]
    assert shares[:5] == pytest.approx([0.25, 0.5, 0.75, 1.0, 1.0])
    assert shares[14] == pytest.approx(0.5)  # half way down the cosine
    assert shares[24] == pytest.approx(0.0)
    assert shares[4:] == sorted(shares[4:], reverse=True)


def ended(**train) -> Recipe:
    """The tiny recipe with eight more steps, of other tasks and at half the rate."""
    ending = Ending(steps=8, rate=0.5, tasks={"derivative": 1.0})
    return tiny_recipe(**train).model_copy(update={"ending": ending})


def test_an_ending_warms_up_and_falls_to_zero_again_at_its_own_rate():
    recipe = ended(warmup_steps=4, steps=24)
    shares = [train.rate_share(recipe, step) for step in range(24, 32)]
    assert shares[:5] == pytest.approx([0.125, 0.25, 0.375, 0.5, 0.5])
    assert shares[6] == pytest.approx(0.25)
    assert train.rate_share(recipe, 32) == pytest.approx(0)


@pytest.mark.parametrize("killed_at", [9, 10, 13])
def test_an_ending_is_the_same_after_a_kill(tmp_path, killed_at):
    def run(folder, until=None, seed=1):
        model = tiny_model(seed=seed)
        recipe, words = ended(steps=10), tiny_tokenizer()
        return model, train.train(model, words, recipe, tmp_path / folder, until=until)

    whole, steps = run("whole")
    _, before = run("killed", until=killed_at)
    resumed, after = run("killed", seed=7)
    assert before + after == steps
    assert [step.number for step in steps] == [*range(18)]
    assert same(whole, resumed)


def test_the_model_before_its_ending_is_kept_to_be_measured(tmp_path):
    recipe = ended(steps=4)
    verb.cook(recipe, tmp_path, "cpu")
    before, after = (
        load_file(folder / "model.safetensors")
        for folder in (tmp_path / "checkpoints" / verb.BEFORE, tmp_path)
    )
    assert before.keys() == after.keys()
    assert not any(torch.equal(before[name], after[name]) for name in before)
    log = verb.training_log(tmp_path)
    assert len(log["first_losses"]) == recipe.steps


def test_bfloat16_learns_too_and_keeps_its_weights_whole(tmp_path):
    model, losses = trained(tmp_path, precision="bf16")
    assert losses[-1] < 0.8 * losses[0]
    assert all(weight.dtype == torch.float32 for weight in weights(model))


@pytest.mark.skipif(not shutil.which("g++"), reason="no C++ compiler here")
def test_compiled_layers_learn_the_same(tmp_path):
    trained(tmp_path / "plain", until=3)
    model = tiny_model()
    train.train(
        model, tiny_tokenizer(), tiny_recipe(), tmp_path, until=3, compiled=True
    )
    names = [name for name, _ in model.named_parameters()]
    assert names == [name for name, _ in tiny_model().named_parameters()]
    _, resumed = trained(tmp_path, until=4)  # what was saved fits a model as it is
    _, plain = trained(tmp_path / "plain", until=4)
    assert resumed == pytest.approx(plain, rel=1e-3)


def test_compiling_without_a_compiler_is_refused_before_the_work(monkeypatch, capsys):
    monkeypatch.setattr(shutil, "which", lambda _: None)
    assert verb.main(["pocket-chat", "--compile"]) == 2
    assert "install g++, or leave --compile out" in capsys.readouterr().out


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU on this machine")
def test_the_same_loop_learns_and_resumes_on_a_gpu(tmp_path):
    _, on_cpu = trained(tmp_path / "cpu")
    _, before = trained(tmp_path / "gpu", tiny_model().to("cuda"), until=11)
    _, after = trained(tmp_path / "gpu", tiny_model(seed=7).to("cuda"))
    assert before + after == pytest.approx(on_cpu, abs=0.05)
