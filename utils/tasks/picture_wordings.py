"""The many ways to ask about a picture; `charts` and `shapes` ask in one of them.

As in `wordings`, questions are put together from parts. `held_out` is never used in
training: half of the questions of an evaluation come from there. `more` comes up in a
recipe's ending only.
"""

import random
from functools import cache
from pathlib import Path

import yaml

from utils.tasks.base import Split
from utils.tasks.noise import filler
from utils.tasks.wordings import PREFIXES, SUFFIXES

DATA = Path(__file__).with_name("data") / "picture_wordings.yml"
MOST = {
    "tallest": "tallest highest biggest largest longest greatest maximum top".split(),
    "shortest": "shortest lowest smallest least minimum tiniest".split(),
}
BARS = ("bar", "bar", "bar", "column")
THINGS = ("thing", "object", "figure", "shape")
FRAMED = 0.25  # share of training questions among words that say nothing


@cache
def wordings(part: str) -> dict[str, list[str]]:
    """Wordings for each kind of question: those of `questions` or of `held_out`."""
    return yaml.safe_load(DATA.read_text(encoding="utf-8"))[part]


def ask(
    rng: random.Random, kind: str, split: Split, *, few: bool = False, **slots: str
) -> str:
    """One wording of a kind of question, its slots filled in; `few`: none of `more`."""
    if split != "train" and rng.random() < 0.5:
        known = wordings("held_out")[kind]
    else:
        more = [] if few else wordings("more").get(kind, [])
        known = wordings("questions")[kind] + more
    wording = rng.choice(known)
    if rng.random() < 0.15:
        wording = wording.lower()
    filled = {"bar": rng.choice(BARS), "thing": rng.choice(THINGS)} | slots
    return framed(rng, wording.format(**filled), split)


def framed(rng: random.Random, text: str, split: Split) -> str:
    """The question as people put it; in training, often among other words."""
    if split == "train" and rng.random() < FRAMED:
        return " ".join((*filler(rng, most=5), text, *filler(rng, most=3)))
    return _vary(rng, text)


def _vary(rng: random.Random, text: str) -> str:
    """Small changes that people make: a greeting, a thank you, no mark at the end."""
    if rng.random() < 0.8:
        text = text[0].upper() + text[1:]
    if rng.random() < 0.1:
        text = rng.choice(PREFIXES) + text
    if rng.random() < 0.08:
        text += rng.choice(SUFFIXES)
    return text.rstrip(".?") if rng.random() < 0.15 else text
