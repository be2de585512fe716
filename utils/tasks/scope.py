"""Questions outside what the pocket model can do, and the honest sentence they deserve.

A small model answers anything with confidence unless it is taught not to.
"""

import random
import re
from functools import cache

import yaml

from utils.paths import ROOT
from utils.tasks.base import Example, Split, split_of, user
from utils.tasks.noise import made_up_word
from utils.tasks.smalltalk import HONEST
from utils.tasks.sums import FOLLOW_UPS

DATA = ROOT / "utils" / "tasks" / "data" / "out_of_scope.yml"
THOUGHT = "I cannot do this."
FIXED = (
    "And?",
    "Why?",
    "How?",
    "Really?",
    "Are you sure?",
    "Yes.",
    "No.",
    "Maybe.",
    "Tell me more.",
    "Go on.",
    "Again.",
    "What?",
    "What next?",
    "Please continue.",
    "Explain.",
    "Is that all?",
    "I do not understand.",
    "Nothing.",
    "Test.",
    "Sorry.",
)


class OutOfScope:
    """Anything else: other subjects, other arithmetic, fragments and nonsense."""

    name = "out_of_scope"

    def sample(self, rng: random.Random, split: Split) -> Example:
        """A question from a template of this split, or a made-up one."""
        kind = rng.random()
        if kind < 0.72:
            text = _from_template(rng, split)
        elif kind < 0.90:
            text = _nonsense(rng)
        elif kind < 0.94:
            text = rng.choice(FIXED)
        elif kind < 0.97:
            # "Now add 30." with no sum before it: there is nothing to add to.
            text = rng.choice(FOLLOW_UPS).format(rng.randint(1, 99))
        else:
            text = " + ".join(
                str(rng.randint(1, 99)) for _ in range(rng.randint(11, 15))
            )
        return decline(_loosened(rng, text))

    def grade(self, example: Example, reply: str) -> bool:
        """Right when the reply is the honest sentence."""
        return reply.strip() == HONEST


def decline(question: str) -> Example:
    """The example that answers a question with the honest sentence."""
    return Example("out_of_scope", [user(question)], HONEST, THOUGHT, HONEST)


@cache
def _data() -> dict:
    return yaml.safe_load(DATA.read_text(encoding="utf-8"))


@cache
def _templates(split: Split) -> list[str]:
    return [t for t in _data()["templates"] if split_of(f"scope {t}") == split]


def _from_template(rng: random.Random, split: Split) -> str:
    return re.sub(
        r"\{(\w+)\}", lambda slot: _fill(rng, slot[1]), rng.choice(_templates(split))
    )


def _fill(rng: random.Random, slot: str) -> str:
    if slot == "n":
        return str(rng.randint(1, 99))
    if slot == "big":
        return str(rng.randint(100, 9999))
    if slot == "year":
        return str(rng.randint(1000, 2030))
    # Made-up words teach that an unknown word, too, means "not a sum".
    if slot == "word" or rng.random() < 0.35:
        return made_up_word(rng)
    return rng.choice(_data()["words"][slot])


def _nonsense(rng: random.Random) -> str:
    """Made-up and real words in any order, with the odd number among them."""
    words = []
    for _ in range(rng.randint(1, 9)):
        kind = rng.random()
        if kind < 0.45:
            words.append(made_up_word(rng))
        elif kind < 0.93:
            template = rng.choice(_templates("train"))
            words.append(rng.choice(re.sub(r"\{(\w+)\}", r"\1", template).split()))
        elif words:
            words.append(str(rng.randint(1, 99)))
        else:
            words.append(made_up_word(rng))
    return " ".join(words)


def _loosened(rng: random.Random, text: str) -> str:
    """Typed in a hurry, some of the time."""
    if rng.random() < 0.2:
        text = text.lower()
    if rng.random() < 0.2:
        text = text.rstrip(".?!")
    if rng.random() < 0.06:
        text = f"{rng.choice(('Hi!', 'Hello,', 'Please,', 'Hey,'))} {text}"
    return text
