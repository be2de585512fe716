"""Kinds of parameter: their usual names, their type hint and values to test with."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from utils.tasks.noise import made_up_word


@dataclass(frozen=True)
class Kind:
    """`draw` gets the constant too, so that values close to it are tested."""

    names: tuple[str, ...]
    hint: str
    draw: Callable[[random.Random, Any], Any]
    called: tuple[str, ...] = ()  # what a docstring may say in the name's place


def numbers(rng: random.Random, k: Any = None) -> list[int]:
    """Up to nine whole numbers, with the constant and its neighbors among them."""
    drawn = [rng.randint(-30, 60) for _ in range(rng.randint(0, 9))]
    if isinstance(k, int) and k > 1:
        drawn += [k - 1, k, k + 1, 2 * k]
    rng.shuffle(drawn)
    return drawn + rng.sample(drawn, min(len(drawn), rng.randint(0, 2)))


def ordered(rng: random.Random, k: Any = None) -> list[int]:
    """Numbers in rising order."""
    return sorted(numbers(rng, k))


def long(rng: random.Random, k: Any = None) -> list[int]:
    """A list whose length is close to the constant, or to a multiple of it."""
    length = max(0, rng.choice((1, 2)) * (k or 4) + rng.randint(-1, 1))
    return [rng.randint(0, 99) for _ in range(length)]


def word(rng: random.Random, k: Any = None) -> str:
    return made_up_word(rng)


def words(rng: random.Random, k: Any = None) -> list[str]:
    drawn = [made_up_word(rng) for _ in range(rng.randint(1, 7))]
    return drawn + rng.sample(drawn, min(len(drawn), rng.randint(0, 2)))


def text(rng: random.Random, k: Any = None) -> str:
    return " ".join(words(rng))


def character(rng: random.Random, k: Any = None) -> str:
    return rng.choice("aeionrst")


def nested(rng: random.Random, k: Any = None) -> list[list[int]]:
    return [numbers(rng) for _ in range(rng.randint(0, 4))]


def table(rng: random.Random, k: Any = None) -> dict[str, int]:
    """Words with numbers, all of them different."""
    values = rng.sample(range(-30, 90), 8)
    near = [k - 1, k, k + 1] if isinstance(k, int) and k > 1 else []
    keys = list(dict.fromkeys(f"{made_up_word(rng)}{i}" for i in range(7)))
    return dict(zip(keys, (near + values)[: rng.randint(4, 7)], strict=False))


def count(rng: random.Random, k: Any = None) -> int:
    return rng.randint(0, 12)


def positive(rng: random.Random, k: Any = None) -> int:
    return rng.choice((rng.randint(1, 30), rng.randint(1, 400)))


def whole(rng: random.Random, k: Any = None) -> int:
    """A number of any size and sign, sometimes close to the constant."""
    near = [k - 1, k, k + 1, 2 * k, 3 * k] if isinstance(k, int) and k else []
    return rng.choice([*near, rng.randint(-99, 99), rng.randint(0, 999)])


def _kind(
    names: str,
    hint: str,
    draw: Callable[[random.Random, Any], Any],
    called: tuple[str, ...] = (),
) -> Kind:
    return Kind(tuple(names.split()), hint, draw, called)


_LISTS = "numbers values nums items data elements xs lst arr array sequence entries "
_TEXTS = "text string s sentence line message phrase content source st "
_WHOLE = "n number num m x value "
_A_LIST = ("a list", "the list", "the given list", "the input list", "a sequence")
_NUMBERS = (*_A_LIST, "a list of numbers", "a list of integers", "the given numbers")
_WORDS = (*_A_LIST, "a list of words", "a list of strings", "the given words")
_A_TEXT = ("a string", "the string", "a text", "the given text", "the input string")
_A_DICT = ("a dict", "the dict", "a dictionary", "the given dictionary", "a mapping")

KINDS = {
    "numbers": _kind(_LISTS + "scores prices ages", "list[int]", numbers, _NUMBERS),
    "ordered": _kind(_LISTS + "ordered sorted_list ranks", "list[int]", ordered),
    "long": _kind(_LISTS + "samples rows records", "list[int]", long, _A_LIST),
    "nested": _kind(
        "nested rows lists matrix groups table",
        "list[list[int]]",
        nested,
        ("a list of lists", "the nested list", "a nested list", "the given lists"),
    ),
    "words": _kind(
        "words strings tokens names labels terms items texts lst",
        "list[str]",
        words,
        _WORDS,
    ),
    "text": _kind(_TEXTS, "str", text, _A_TEXT),
    "word": _kind(_TEXTS + "word w name token", "str", word),
    "character": _kind("letter character char c symbol ch mark", "str", character),
    "table": _kind(
        "table mapping d data scores counts dictionary prices ages",
        "dict",
        table,
        _A_DICT,
    ),
    "key": _kind("key wanted name k entry label", "str", word),
    "count": _kind(_WHOLE + "index k size", "int", count),
    "positive": _kind(_WHOLE + "limit amount", "int", positive),
    "whole": _kind(_WHOLE + "a b amount", "int", whole),
    "second": _kind("b other second right y m ys others", "int", whole),
    "target": _kind("target wanted goal key value x item needle", "int", whole),
    "low": _kind("low minimum lo lower smallest bottom floor", "int", whole),
    "high": _kind("high maximum hi upper largest top ceiling", "int", whole),
    "other_list": _kind("others other second ys right b more", "list[int]", numbers),
    "other_table": _kind("others other second extra right b more", "dict", table),
    "other_word": _kind("other second right b t other_word", "str", word),
}
