"""Names that nobody has used: as programs have them, held out where they must be."""

import random

import pytest
from transformers import AutoTokenizer

from utils.paths import MODELS
from utils.tasks import TASKS, draw
from utils.tasks.names import cased, identifier, identifiers, lexicon, taken, word
from utils.tasks.tool_words import CALCULATORS, OPERATIONS, PAIRS

pytestmark = pytest.mark.unit


def many(make, n=2000) -> list:
    rng = random.Random(7)
    return [make(rng) for _ in range(n)]


def test_a_name_is_one_that_a_program_may_have():
    assert all(name.isidentifier() and name.isascii() for name in many(identifier))


def test_no_name_is_held_out_or_says_what_a_tool_does():
    told = {o.noun for o in OPERATIONS.values()}
    assert taken() > {*CALCULATORS["test"], *PAIRS["test"][0], *told}
    for name in many(identifier):
        assert taken().isdisjoint({name, *name.split("_")}), name
    assert taken().isdisjoint(lexicon())


def test_two_arguments_never_share_a_name():
    for one, other in many(identifiers):
        assert one != other
        assert taken().isdisjoint({one, other})


def test_words_are_real_or_look_so_and_most_are_new():
    words = many(word)
    real = sum(one in lexicon() for one in words) / len(words)
    assert 0.4 < real < 0.65
    assert len(set(words)) > 0.7 * len(words)


def test_most_words_stay_small():
    shown = many(lambda rng: cased(rng, "word"))
    assert {*shown} == {"word", "Word", "WORD"}
    assert 0.7 < shown.count("word") / len(shown) < 0.8


def test_what_is_repeated_takes_far_more_tokens_than_syllables_do():
    """A model copies only tokens that it has learned to write."""
    tokenizer = AutoTokenizer.from_pretrained(MODELS / "pocket-chat")

    def written(name: str) -> set[int]:
        examples = draw(TASKS[name], 3000, 5, "train")
        ids = tokenizer([one.reply for one in examples])["input_ids"]
        return {token for row in ids for token in row}

    assert len(written("repeat")) > 1.5 * len(written("repeat-few"))
