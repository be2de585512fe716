"""The cache with room holds what transformers' own cache holds, number for number."""

from copy import deepcopy
from functools import cache

import pytest
import torch
from tiny_chat import tiny_model, tiny_tokenizer
from transformers import DynamicCache
from transformers.cache_utils import DynamicLayer

from utils import cache as caches
from utils import recipe as recipes
from utils.cache import ROOM, RoomyLayer, roomy_cache, with_room
from utils.chat import chat_batch
from utils.paths import MODELS

pytestmark = pytest.mark.unit

QUESTIONS = ["What is 4 + 5?", "What is 13 + 27 + 60 + 8?", "hello"]


@cache
def untrained(name: str):
    """A model of the recipe's shape with a small vocabulary, not trained."""
    from utils.kinds.chat import decoder

    torch.manual_seed(1)
    return decoder(recipes.read(MODELS / name / "recipe.yml"), tiny_tokenizer()).eval()


def tokens(seed: int, length: int) -> torch.Tensor:
    """Keys or values of `length` tokens, [batch, heads, length, head_dim]."""
    generator = torch.Generator().manual_seed(seed)
    return torch.rand((3, 2, length, 4), generator=generator)


def filled(*lengths: int) -> tuple[RoomyLayer, DynamicLayer]:
    """Ours and the library's layer after updates of these lengths."""
    layers = RoomyLayer(), DynamicLayer()
    for seed, length in enumerate(lengths):
        more(layers, seed, length)
    return layers


def more(layers, seed: int, length: int) -> None:
    returned = [
        layer.update(tokens(seed, length), tokens(-1 - seed, length))
        for layer in layers
    ]
    for ours, theirs in zip(*returned, strict=True):
        assert torch.equal(ours, theirs)
    assert layers[0].get_seq_length() == layers[1].get_seq_length()
    assert layers[0].get_mask_sizes(1) == layers[1].get_mask_sizes(1)


@pytest.mark.parametrize("name", ["pocket-chat-xs", "pocket-moe", "pocket-hybrid"])
def test_generation_is_the_library_s(name):
    model = untrained(name)
    prompt = torch.full((2, 5), 7)
    made = []
    for held in (DynamicCache(config=model.config), roomy_cache(model)):
        made.append(
            model.generate(
                prompt,
                attention_mask=torch.tensor([[0, 0, 1, 1, 1], [1] * 5]),
                past_key_values=held,
                max_new_tokens=ROOM + 6,
                min_new_tokens=ROOM + 6,
                do_sample=False,
                pad_token_id=0,
                output_logits=True,
                return_dict_in_generate=True,
            )
        )
    theirs, ours = made
    assert torch.equal(ours.sequences, theirs.sequences)
    assert torch.equal(torch.stack(ours.logits), torch.stack(theirs.logits))
    last, library = (one.past_key_values.layers[-1] for one in made)
    assert torch.equal(last.keys, library.keys)
    assert torch.equal(last.values, library.values)


def test_only_attention_s_layers_get_room():
    held = [type(layer) for layer in roomy_cache(untrained("pocket-hybrid")).layers]
    assert held.count(RoomyLayer) == 1
    assert RoomyLayer not in held[:3]


def test_tokens_one_by_one_are_not_copied_until_the_room_is_used_up():
    layers = filled(10)
    before = layers[0].keys.data_ptr()
    for step in range(ROOM):
        more(layers, step, 1)
        assert layers[0].keys.data_ptr() == before
    more(layers, 99, 1)
    assert layers[0].keys.data_ptr() != before


def test_more_tokens_than_there_is_room():
    filled(3, 2 * ROOM, 1, ROOM, ROOM + 1)


def test_shortened_then_continued():
    layers = filled(10, 1, 1)
    for layer in layers:
        layer.crop(-4)
    more(layers, 7, 1)
    more(layers, 8, 2)


def first_row_by_a_view(layer: DynamicLayer) -> None:
    layer.keys, layer.values = layer.keys[:1], layer.values[:1]


@pytest.mark.parametrize(
    "change",
    [
        lambda layer: layer.batch_select_indices(torch.tensor([2, 0])),
        lambda layer: layer.batch_select_indices(torch.tensor([0])),
        lambda layer: layer.batch_repeat_interleave(2),
        lambda layer: layer.reorder_cache(torch.tensor([1, 1, 0])),
        lambda layer: layer.reset(),
        first_row_by_a_view,
    ],
    ids=["two rows", "first row", "rows twice", "beams", "emptied", "a view"],
)
def test_rows_changed_then_continued(change):
    layers = filled(10, 1)
    for layer in layers:
        change(layer)
    rows = 3 if layers[1].keys is None else len(layers[1].keys)
    for seed in (3, 4):
        new = torch.cat([tokens(seed, 1)] * 2)[:rows]
        ours, theirs = (layer.update(new, -new) for layer in layers)
        assert all(map(torch.equal, ours, theirs))


def test_a_copy_is_continued_on_its_own():
    ours, theirs = filled(10, 1)
    copies = deepcopy(ours), deepcopy(theirs)
    more((ours, theirs), 5, 1)
    more(copies, 6, 1)
    assert torch.equal(ours.keys, theirs.keys)


def test_whoever_chooses_a_cache_keeps_it():
    model = tiny_model()
    assert with_room(model, {"use_cache": False}) == {"use_cache": False}
    assert type(with_room(model, {})["past_key_values"].layers[0]) is RoomyLayer


@pytest.mark.parametrize(
    "generate",
    [{}, {"num_beams": 2}, {"num_return_sequences": 2, "do_sample": True}],
    ids=["greedy", "beams", "samples"],
)
def test_a_batch_of_replies_stays_what_it_was(generate, monkeypatch):
    model, tokenizer = tiny_model(), tiny_tokenizer()

    def replies():
        torch.manual_seed(3)
        return chat_batch(model, tokenizer, QUESTIONS, max_new_tokens=70, **generate)

    with_it = replies()
    monkeypatch.setattr(caches, "roomy_cache", lambda model: DynamicCache())
    assert replies() == with_it
