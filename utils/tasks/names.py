"""Names that nobody has used: of tools, of arguments, of people.

Most are put together from heads and tails of real words: a model copies only tokens
that it has learned to write, and syllables alone use a few of them.
"""

import random
import re
from functools import cache
from itertools import chain

from utils.paths import CHAT_TEMPLATE, ROOT
from utils.tasks.noise import FILLER, syllables
from utils.tasks.skills import SKILLS
from utils.tasks.tool_words import (
    CALCULATOR_TEXTS,
    CALCULATORS,
    CHOICE_TEXTS,
    CHOICES,
    DEEDS,
    EXPRESSIONS,
    OBJECTS,
    OPERATIONS,
    PAIR_TEXTS,
    PAIRS,
    TERMS,
)

DATA = ROOT / "utils" / "tasks" / "data"
TEXTS = (  # their words are the lexicon: whatever a chat model reads
    DATA / "extraction.yml",
    DATA / "facts.yml",
    DATA / "instructions.yml",
    DATA / "out_of_scope.yml",
    DATA / "phrase_frames.yml",
    DATA / "phrase_words.yml",
    DATA / "translation.yml",
    CHAT_TEMPLATE,
)
KEYS = "type function name description parameters properties required enum".split()
WORD = re.compile(r"[a-zA-ZÀ-ÿ]{2,}")
LONGEST = 14  # letters of a word that is put together
REAL = 0.45  # share of words that are real ones


def word(rng: random.Random) -> str:
    """A real word, or the head of one with the tail of another, in small letters."""
    one, other = rng.choices(lexicon(), k=2)
    if rng.random() < REAL:
        return one
    mixed = one[: rng.randint(1, len(one))] + other[rng.randrange(len(other)) :]
    return mixed[:LONGEST]


def cased(rng: random.Random, text: str) -> str:
    """Now and then with a capital letter, rarely in capital letters."""
    kind = rng.random()
    if kind < 0.2:
        return text[0].upper() + text[1:]
    return text.upper() if kind < 0.25 else text


def identifier(rng: random.Random) -> str:
    """A name as programs have it, of letters, words or syllables."""
    makers = (_letters, _terms, _words, _words, _words, _syllables)
    while True:
        name = rng.choice(makers)(rng)
        if name.isascii() and taken().isdisjoint({name, *name.split("_")}):
            return name


def identifiers(rng: random.Random) -> tuple[str, str]:
    """Two different names for two arguments, alike or not."""
    one = identifier(rng)
    form = rng.choice(("{}{}", "{}_{}", "", ""))
    pair = (
        (form.format(one, 1), form.format(one, 2)) if form else (one, identifier(rng))
    )
    if pair[0] == pair[1] or not taken().isdisjoint(pair):
        return identifiers(rng)
    return pair


@cache
def lexicon() -> tuple[str, ...]:
    """Every word of the texts that chat models learn from, once, in small letters."""
    texts = [path.read_text(encoding="utf-8") for path in TEXTS]
    said = (CALCULATORS, CALCULATOR_TEXTS, CHOICE_TEXTS, PAIR_TEXTS)
    said = chain.from_iterable(parts["train"] for parts in said)
    own = (*KEYS, *TERMS, *DEEDS, *OBJECTS, *FILLER, *SKILLS.values(), *said)
    found = {one.lower() for one in WORD.findall(" ".join((*texts, *own)))}
    return tuple(sorted(found - taken()))


@cache
def taken() -> set[str]:
    """Names that dev and test have to themselves, and words for what a tool does."""
    named = (CALCULATORS, EXPRESSIONS, CHOICES, PAIRS)
    listed = chain.from_iterable(p[s] for p in named for s in ("dev", "test"))
    held_out = chain.from_iterable((x,) if isinstance(x, str) else x for x in listed)
    told = chain.from_iterable((o.verb, o.noun, *o.names) for o in OPERATIONS.values())
    return {*held_out, *told}


def _letters(rng: random.Random) -> str:
    return "".join(rng.choices("abcdefghijklmnopqrstuvwxyz", k=rng.randint(1, 3)))


def _terms(rng: random.Random) -> str:
    return "_".join(rng.choices(TERMS, k=rng.choice((1, 1, 2))))


def _words(rng: random.Random) -> str:
    """Of one to three words: `one_two`, `oneTwo`, and sometimes `OneTwo`."""
    words = [word(rng) for _ in range(rng.choice((1, 1, 1, 2, 2, 3)))]
    style = rng.random()
    if style < 0.75:
        return "_".join(words)
    first, *rest = words
    rest = [one.capitalize() for one in rest]
    return "".join((first if style < 0.92 else first.capitalize(), *rest))


def _syllables(rng: random.Random) -> str:
    counts = rng.choice(((2,), (3,), (1, 2), (2, 2)))
    return "_".join(syllables(rng, count) for count in counts)
