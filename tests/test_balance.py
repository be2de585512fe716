"""The loss that keeps experts in use: its ends, its padding, its layers, its effect."""

import pytest
import torch
from tiny_chat import tiny_recipe, tiny_tokenizer
from tiny_moe import EXPERTS, TOP_K, moe_recipe, tiny_moe
from transformers.models.qwen3_moe.modeling_qwen3_moe import load_balancing_loss_func

from utils import losses, mixture, train

pytestmark = pytest.mark.unit

READ = torch.ones(8, 10, dtype=torch.bool)
EVEN = torch.eye(EXPERTS).repeat(10, 1) * 20  # 80 tokens, each sure of another expert


def sure_of(expert: int) -> torch.Tensor:
    logits = torch.zeros(80, EXPERTS)
    logits[:, expert] = 20
    return logits


def test_even_use_costs_least_and_one_expert_costs_most():
    even = losses.balance_loss([EVEN], READ, 1)
    assert even.item() == pytest.approx(1, abs=1e-3)
    alone = losses.balance_loss([sure_of(3)], READ, 1)
    assert alone.item() == pytest.approx(EXPERTS, abs=1e-3)


def test_padding_is_not_counted():
    read = READ.clone()
    read[:, 5:] = False
    logits = EVEN.clone()
    logits[~read.flatten()] = sure_of(0)[0]
    rest = logits[read.flatten()]
    wanted = load_balancing_loss_func((rest,), EXPERTS, TOP_K)
    got = losses.balance_loss([logits], read, TOP_K)
    torch.testing.assert_close(got, wanted)
    assert got < losses.balance_loss([logits], READ, TOP_K)


def test_one_layer_cannot_make_up_for_another():
    layers = [sure_of(expert) for expert in range(EXPERTS)]
    ours = losses.balance_loss(layers, READ, 1)
    together = load_balancing_loss_func(tuple(layers), EXPERTS, 1)
    assert ours.item() == pytest.approx(EXPERTS, abs=1e-3)
    assert together.item() == pytest.approx(1, abs=1e-3)


def test_it_is_added_to_the_loss_of_the_reply():
    model = tiny_moe()
    batch = mixture.batch(tiny_recipe().data, tiny_tokenizer(), 0, 4)
    whole = losses.reply_loss(model, batch)
    output = model(
        batch.input_ids,
        attention_mask=batch.input_ids != tiny_tokenizer().pad_token_id,
        output_router_logits=True,
    )
    plain = torch.nn.functional.cross_entropy(
        output.logits[:, :-1].flatten(0, 1), batch.labels[:, 1:].flatten()
    )
    read = batch.input_ids != tiny_tokenizer().pad_token_id
    extra = losses.balance_loss(output.router_logits, read, TOP_K)
    torch.testing.assert_close(whole, plain + 0.1 * extra)
    whole.backward()
    gate = model.model.layers[0].mlp.gate.weight
    assert gate.grad.abs().sum() > 0


def test_a_mixture_learns_and_survives_being_killed(tmp_path):
    def steps(folder, model, until=None):
        done = train.train(
            model, tiny_tokenizer(), moe_recipe(steps=20), folder, until=until
        )
        return [step.loss for step in done]

    whole = steps(tmp_path / "whole", tiny_moe())
    assert sum(whole[-4:]) < 0.9 * sum(whole[:4])
    before = steps(tmp_path / "killed", tiny_moe(), until=7)
    assert before + steps(tmp_path / "killed", tiny_moe()) == whole
