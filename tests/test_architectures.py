"""Chat models of three architectures do the same things: answer, batch, learn."""

from copy import deepcopy
from functools import cache

import pytest
import torch
from tiny_chat import tiny_recipe, tiny_tokenizer
from transformers import DynamicCache

from course.train import export
from utils import losses, memory, mixture
from utils import recipe as recipes
from utils.chat import chat, chat_batch
from utils.kinds.chat import decoder, load
from utils.paths import MODELS

pytestmark = pytest.mark.unit

NAMES = ("pocket-chat-s", "pocket-moe", "pocket-hybrid")
QUESTIONS = ["What is 12 + 7?", "Add 12, 7, 30, 41 and 99, please.", "Hi"]
GREEDY = {"do_sample": False, "max_new_tokens": 12}

each_model = pytest.mark.parametrize("name", NAMES)


@cache
def untrained(name: str):
    """A model of the recipe's shape that knows the tiny tokenizer's words."""
    recipe = recipes.read(MODELS / name / "recipe.yml")
    model = decoder(recipe, tiny_tokenizer()).eval()
    with torch.no_grad():  # so that greedy tokens change instead of repeating
        for parameter in model.parameters():
            if parameter.dim() >= 2:
                parameter.mul_(4.0)
    return model


def batch():
    return mixture.batch(tiny_recipe().data, tiny_tokenizer(), 0, 8)


@each_model
def test_a_batch_answers_as_each_row_alone(name):
    """Padding on the left changes nothing, neither for attention nor for a state."""
    model, tokenizer = untrained(name), tiny_tokenizer()
    together = chat_batch(model, tokenizer, QUESTIONS, **GREEDY)
    assert together == [chat(model, tokenizer, q, **GREEDY) for q in QUESTIONS]
    assert len({reply.text for reply in together}) > 1


@each_model
def test_the_cache_changes_nothing(name):
    model, tokenizer = untrained(name), tiny_tokenizer()
    kept = chat(model, tokenizer, QUESTIONS[1], **GREEDY)
    assert kept == chat(model, tokenizer, QUESTIONS[1], use_cache=False, **GREEDY)


@each_model
def test_padding_on_the_right_is_never_looked_at(name):
    """So training needs no attention mask."""
    model, made = untrained(name), batch()
    row = made.input_ids[:1]
    longer = torch.cat([row, torch.full((1, 24), tiny_tokenizer().pad_token_id)], 1)
    with torch.inference_mode():
        logits = model(longer, use_cache=False).logits[:, : row.shape[1]]
        torch.testing.assert_close(
            logits, model(row, use_cache=False).logits, atol=1e-3, rtol=1e-3
        )


@each_model
def test_every_parameter_learns(name):
    model = untrained(name)
    model.zero_grad(set_to_none=True)
    losses.reply_loss(model, batch()).backward()
    idle = [
        key
        for key, parameter in model.named_parameters()
        if parameter.grad is None or not parameter.grad.abs().sum() > 0
    ]
    assert not idle
    model.zero_grad(set_to_none=True)


@each_model
def test_it_is_the_same_after_saving(name, tmp_path):
    model, tokenizer = deepcopy(untrained(name)), tiny_tokenizer()
    export(model, tokenizer, tmp_path)  # in bfloat16
    _, again = load(tmp_path)
    assert type(again) is type(model)
    saved, loaded = model.state_dict(), again.state_dict()
    assert saved.keys() == loaded.keys()
    for key, weight in saved.items():
        assert torch.equal(weight.float(), loaded[key]), key
    by_name = memory.count_parameters(tmp_path)
    assert by_name.total == sum(p.numel() for p in again.parameters())


@pytest.mark.parametrize("new", [3, 30])
def test_the_hybrid_s_state_stays_and_its_cache_grows_in_one_layer(new):
    """Predicted from the config, against the tensors that the cache holds."""
    hybrid, small = untrained("pocket-hybrid"), untrained("pocket-chat-s")
    held = {}
    prompt = torch.full((2, 5), 7)
    for model in (hybrid, small):
        cache = DynamicCache(config=model.config)
        model.generate(
            prompt,
            attention_mask=torch.ones_like(prompt),
            past_key_values=cache,
            max_new_tokens=new,
            min_new_tokens=new,
            do_sample=False,
            pad_token_id=0,
        )
        held[model] = memory.cache_bytes(cache)
    length = 5 + new - 1
    state = memory.state_bytes(hybrid.config, 2, "float32")
    grown = memory.kv_cache_bytes(hybrid.config, length, 2, "float32")
    assert held[hybrid] == state + grown
    assert held[small] == 4 * grown
    assert state > 0
