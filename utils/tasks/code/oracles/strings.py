"""Families of functions about text."""

import collections
import itertools
import random
import re
import string
from typing import Any

from utils.tasks.code.oracle import Oracle
from utils.tasks.code.values import text, word


def _maybe_palindrome(rng: random.Random, k: Any) -> tuple:
    half = word(rng)
    return (rng.choice((half + half[::-1], half + half[-2::-1], half + "ab", half)),)


def _maybe_anagrams(rng: random.Random, k: Any) -> tuple:
    one = word(rng)
    mixed = "".join(rng.sample(one, len(one)))
    return one, rng.choice((mixed, mixed, mixed + "s", word(rng), one[:-1]))


def _letter_in(rng: random.Random, k: Any) -> tuple:
    drawn = text(rng)
    return drawn, rng.choice([*drawn.replace(" ", ""), "z"])


def _spaced(rng: random.Random, k: Any) -> tuple:
    return (text(rng) + rng.choice(("", "!", " Is it? ")),)


def _long_text(rng: random.Random, k: Any) -> tuple:
    length = max(0, (k or 5) * rng.choice((1, 2)) + rng.randint(-1, 1))
    return ("".join(rng.choices(string.ascii_lowercase, k=length)),)


def _shift(message: str, k: int) -> str:
    lower = string.ascii_lowercase
    turned = lower[k % 26 :] + lower[: k % 26]
    return message.translate(str.maketrans(lower, turned))


def _mixed_case(rng: random.Random, k: Any) -> tuple:
    return ("".join(rng.choices(string.ascii_letters + " ,.", k=rng.randint(1, 20))),)


def _runs(rng: random.Random, k: Any) -> tuple:
    return ("".join(c * rng.randint(1, 4) for c in rng.choices("abcd", k=4)),)


ORACLES = {
    "palindrome": Oracle(
        lambda s: list(s) == list(reversed(s)),
        edges=(("",), ("abba",), ("abc",)),
        arguments=_maybe_palindrome,
    ),
    "count_vowels": Oracle(
        lambda s: len(re.findall("[aeiou]", s, re.IGNORECASE)),
        edges=(("",), ("Apple",)),
    ),
    "remove_vowels": Oracle(
        lambda s: re.sub("[aeiou]", "", s, flags=re.IGNORECASE),
        edges=(("",), ("Apple",)),
    ),
    "reverse_words": Oracle(
        lambda s: " ".join(reversed(s.split())), edges=(("",), ("one two three",))
    ),
    "reverse_text": Oracle(lambda s: "".join(reversed(s)), edges=(("",), ("abc",))),
    "count_words": Oracle(
        lambda s: len(re.findall(r"\S+", s)),
        edges=(("",), ("one two",)),
        arguments=_spaced,
    ),
    "capitalize_words": Oracle(string.capwords, edges=(("",), ("one Two",))),
    "caesar": Oracle(_shift, edges=(("",), ("xyz Abc!",))),
    "longest_word": Oracle(
        lambda ws: max(ws, key=len, default=""), edges=(([],), (["ab", "c", "de"],))
    ),
    "anagrams": Oracle(
        lambda s, t: collections.Counter(s) == collections.Counter(t),
        edges=(("", ""), ("tea", "eat"), ("aab", "abb")),
        arguments=_maybe_anagrams,
    ),
    "count_character": Oracle(
        lambda s, c: s.count(c),
        edges=(("", "a"), ("banana", "a")),
        arguments=_letter_in,
    ),
    "initials": Oracle(
        lambda s: re.sub(r"(\S)\S*\s*", r"\1", s.strip()).upper(),
        edges=(("",), ("as soon as",)),
    ),
    "word_lengths": Oracle(lambda ws: list(map(len, ws)), edges=(([],), (["ab", ""],))),
    "long_words": Oracle(
        lambda ws, k: list(filter(lambda w: len(w) > k, ws)),
        edges=(([],),),
        arguments=lambda rng, k: (["x" * rng.randint(k - 1, k + 2) for _ in "abcd"],),
    ),
    "join_words": Oracle(
        lambda ws: "".join(f"-{w}" for w in ws)[1:], edges=(([],), (["a", "b"],))
    ),
    "truncate": Oracle(
        lambda s, k: "".join(itertools.islice(s, k)),
        edges=(("",), (string.ascii_lowercase * 3,)),
        arguments=_long_text,
    ),
    "count_capitals": Oracle(
        lambda s: len(re.findall("[A-Z]", s)),
        edges=(("",), ("Ab C",)),
        arguments=_mixed_case,
    ),
    "run_lengths": Oracle(
        lambda s: "".join(c + str(len(list(g))) for c, g in itertools.groupby(s)),
        edges=(("",), ("aaab",)),
        arguments=_runs,
    ),
}
