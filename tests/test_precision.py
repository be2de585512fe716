"""The fastest way to train here: chosen by timing, equal in what it learns."""

import pytest
import torch
from tiny_chat import tiny_model, tiny_recipe, tiny_tokenizer

from utils import kinds, precision

pytestmark = pytest.mark.unit

CPU = torch.device("cpu")
WAYS = (precision.FULL, precision.HALF, precision.HALF_PLAIN)


def chosen(model=None, asked: str = "auto") -> precision.Arithmetic:
    recipe = tiny_recipe(precision=asked)
    return precision.choose(model or tiny_model(), tiny_tokenizer(), recipe, CPU)


def test_choosing_changes_nothing():
    model, untouched = tiny_model(), tiny_model()
    assert chosen(model) in WAYS
    pairs = zip(model.parameters(), untouched.parameters(), strict=True)
    assert all(torch.equal(one, other) for one, other in pairs)
    assert all(parameter.grad is None for parameter in model.parameters())


@pytest.mark.parametrize("fastest", WAYS)
def test_auto_takes_the_fastest_and_a_fixed_one_is_not_timed(monkeypatch, fastest):
    timed = []

    def seconds(model, kind, batch, way):
        timed.append(way)
        return 1.0 if way == fastest else 2.0

    monkeypatch.setattr(precision, "_seconds", seconds)
    monkeypatch.setattr(precision, "is_emulated", lambda *_: False)
    assert chosen() == fastest
    assert set(timed) == set(WAYS)
    timed.clear()
    assert chosen(asked="bf16") == precision.HALF
    assert chosen(asked="fp32") == precision.FULL
    assert not timed


def test_an_emulated_precision_is_not_timed_on_whole_batches(monkeypatch):
    monkeypatch.setattr(precision, "is_emulated", lambda *_: True)
    monkeypatch.setattr(precision, "_seconds", lambda *_: pytest.fail("timed"))
    assert chosen() == precision.FULL


@pytest.mark.parametrize(("slower", "emulated"), [(0.5, False), (2, False), (60, True)])
def test_what_is_far_slower_than_fp32_is_emulated(monkeypatch, slower, emulated):
    # Three products in the one precision, then three in fp32, each read at both ends.
    lengths = [slower, 1.2 * slower, slower, 1.0, 1.1, 1.0]
    readings = iter([t for length in lengths for t in (0.0, length)])
    monkeypatch.setattr(precision.time, "perf_counter", lambda: next(readings))
    assert precision.is_emulated(torch.bfloat16, CPU) is emulated


def test_each_way_gives_the_same_loss_and_nearly_the_same_gradients():
    recipe, tokenizer = tiny_recipe(), tiny_tokenizer()
    kind = kinds.of(recipe)
    batch = kind.batch(recipe, tokenizer, 0)

    def slopes(way) -> tuple[float, torch.Tensor]:
        model = tiny_model()
        loss = way.loss(model, kind, batch)
        loss.backward()
        grads = [parameter.grad.flatten() for parameter in model.parameters()]
        return loss.item(), torch.cat(grads)

    full_loss, full = slopes(precision.FULL)
    unfused = precision.Arithmetic(torch.float32, fused=False)
    for way, off in (
        (unfused, 1e-5),
        (precision.HALF, 0.03),
        (precision.HALF_PLAIN, 0.03),
    ):
        loss, grads = slopes(way)
        assert loss == pytest.approx(full_loss, rel=off)
        assert (grads - full).norm() < off * full.norm()
