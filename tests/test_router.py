"""What a router tells about tasks: nothing by chance, all of it when forced to."""

import math

import pytest
import torch
from tiny_chat import tiny_model, tiny_tokenizer
from tiny_moe import EXPERTS, LAYERS, TOP_K, moe_recipe, tiny_moe

from utils import figures, router
from utils.mixture import prompt_and_target
from utils.recipe import Limits
from utils.router import Routing, most_information, route
from utils.tasks import TASKS, draw

pytestmark = pytest.mark.unit

NAMES = ["sums", "smalltalk", "followups", "out_of_scope"]
N = 40


@pytest.fixture(scope="module")
def routing():
    return route(tiny_moe(), tiny_tokenizer(), NAMES, N, 1)


def by_hand(rows: dict[str, list[list[int]]]) -> Routing:
    """One layer; for each task the counts of its conversations."""
    tasks = [name for name, counts in rows.items() for _ in counts]
    counts = [[one] for counts in rows.values() for one in counts]
    return Routing(tasks, torch.tensor(counts))


def test_every_token_is_counted_once_for_each_of_its_experts(routing):
    assert routing.counts.shape == (N * len(NAMES), LAYERS, EXPERTS)
    assert routing.tasks == [name for name in NAMES for _ in range(N)]
    examples = [e for name in NAMES for e in draw(TASKS[name], N, 1)]
    tokenizer = tiny_tokenizer()
    for example, counts in zip(examples, routing.counts, strict=True):
        text = "".join(prompt_and_target(tokenizer, example, "thinking"))
        length = len(tokenizer(text)["input_ids"])
        assert counts.sum(-1).tolist() == [TOP_K * length] * LAYERS


def test_company_in_a_batch_changes_no_count(routing, monkeypatch):
    monkeypatch.setattr(router, "BATCH", 1)
    alone = route(tiny_moe(), tiny_tokenizer(), ["sums"], 5, 1)
    assert torch.equal(alone.counts, routing.counts[:5])


def test_the_load_of_a_task_adds_up(routing):
    load = routing.load()
    assert load.shape == (len(NAMES), LAYERS, EXPERTS)
    torch.testing.assert_close(load.sum(-1), torch.ones(len(NAMES), LAYERS))


def test_an_untrained_router_knows_little_and_its_control_nothing(routing):
    assert routing.shuffled(1).max() < 0.02
    assert routing.information().max() < 0.2 * most_information(len(NAMES))
    assert (routing.information() >= 0).all()


def test_a_router_that_is_forced_by_the_task_tells_all_of_it(monkeypatch):
    """Each task gets two experts of its own: the information is the task's entropy."""
    model = tiny_moe()
    monkeypatch.setattr(router, "BATCH", N)  # so that a batch holds one task
    calls = iter(range(LAYERS * len(NAMES)))

    def force(module, inputs, outputs):
        task = next(calls) // LAYERS
        logits = torch.zeros_like(outputs[0])
        logits[:, TOP_K * task : TOP_K * (task + 1)] = 9.0
        chosen = logits.topk(TOP_K, dim=-1)
        return logits, chosen.values.softmax(-1), chosen.indices

    for layer in model.model.layers:
        layer.mlp.gate.register_forward_hook(force)
    forced = route(model, tiny_tokenizer(), NAMES, N, 1)
    full = torch.full((LAYERS,), math.log(len(NAMES)))
    torch.testing.assert_close(forced.information(), full)
    assert forced.shuffled(1).max() < 0.1 * math.log(len(NAMES))


def test_information_of_counts_by_hand():
    half = by_hand({"a": [[3, 1], [3, 1]], "b": [[1, 3]]})
    # 0.75 and 0.25 against an even expert: ln 2 minus the entropy of (0.75, 0.25).
    wanted = math.log(2) + 0.75 * math.log(0.75) + 0.25 * math.log(0.25)
    assert half.information().item() == pytest.approx(wanted)
    assert by_hand({"a": [[2, 2]], "b": [[5, 5]]}).information().item() == 0
    apart = by_hand({"a": [[2, 0]], "b": [[0, 5]]})
    assert apart.information().item() == pytest.approx(most_information(2))


def test_figures_of_a_router(routing):
    """An untrained model is its own control before training."""
    names = (
        "router_information",
        "router_information_shuffled",
        "router_information_untrained",
        "router_least_load",
        "active_parameters",
    )
    recipe = moe_recipe().model_copy(update={"figures": {n: Limits() for n in names}})
    model = tiny_moe()
    model.config.architectures = ["Qwen3MoeForCausalLM"]
    found = figures.measure(model, tiny_tokenizer(), recipe, 1)
    assert found["router_information"] == found["router_information_untrained"]
    assert found["router_information"] > found["router_information_shuffled"] > 0
    assert 0 < found["router_least_load"] < 1 / EXPERTS
    total = sum(parameter.numel() for parameter in model.parameters())
    idle = LAYERS * (EXPERTS - TOP_K) * 3 * 32 * 16
    assert found["active_parameters"] == pytest.approx((total - idle) / 1e6)


def test_the_control_is_the_same_for_the_same_seed(routing):
    assert torch.equal(routing.shuffled(1), routing.shuffled(1))
    assert not torch.equal(routing.shuffled(1), routing.shuffled(2))


def test_a_model_without_experts_is_refused():
    with pytest.raises(ValueError, match="no experts to route to: load a mixture"):
        route(tiny_model(), tiny_tokenizer(), NAMES, 2, 1)
