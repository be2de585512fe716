"""What tools say of themselves: put together, held-out texts never, and whole."""

import random
from itertools import chain

import pytest

from utils.tasks import tool_texts
from utils.tasks.tool_words import (
    CALCULATOR_TEXTS,
    CHOICE_TEXTS,
    DEEDS,
    OBJECTS,
    OTHER_TEXTS,
    PAIR_TEXTS,
)

pytestmark = pytest.mark.unit


def other_text(rng: random.Random) -> str:
    return tool_texts.other_text(rng, rng.choice(DEEDS), rng.choice(OBJECTS))


MAKERS = (
    tool_texts.calculator_text,
    tool_texts.choice_text,
    tool_texts.pair_text,
    other_text,
)
FILLED = {"verb": "add", "Verb": "Add", "noun": "sum", "a": "p", "b": "q"}


@pytest.mark.parametrize("make", MAKERS)
def test_texts_are_many_whole_and_never_held_out(make):
    rng = random.Random(2)
    texts = [make(rng) for _ in range(2000)]
    tables = (CALCULATOR_TEXTS, CHOICE_TEXTS, PAIR_TEXTS, OTHER_TEXTS)
    kept = {*chain.from_iterable(t[s] for t in tables for s in ("dev", "test"))}
    assert kept.isdisjoint(texts)
    assert len(set(texts)) > 300
    for text in texts:
        said = text.format(**FILLED)
        assert said[0] == said[0].upper() or text.startswith("{a}")
        assert said.endswith((".", "?"))
        assert not set(said) & set("{}")


def test_a_text_of_one_operation_names_it():
    rng = random.Random(2)
    for _ in range(500):
        text = tool_texts.pair_text(rng)
        assert "{noun}" in text or "{verb}" in text or "{Verb}" in text
