"""Questions outside what the pocket model can do, and the honest sentence they deserve.

A small model answers anything with confidence unless it is taught not to.
"""

import random
import re
from functools import cache

import yaml

from utils.paths import ROOT
from utils.tasks.base import Example, Split, split_of, user
from utils.tasks.noise import hurried, made_up_word
from utils.tasks.skills import ADDER, CANNOT, honest
from utils.tasks.sums import FOLLOW_UPS

DATA = ROOT / "utils" / "tasks" / "data" / "out_of_scope.yml"
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
    """Anything else: other subjects, other arithmetic, fragments and nonsense.

    What is "else" depends on the model's skills: see the tags in the data. `few` leaves
    out some templates, as in a recipe's first steps.
    """

    def __init__(
        self,
        name: str = "out_of_scope",
        skills: tuple[str, ...] = ADDER,
        *,
        few: bool = False,
    ) -> None:
        self.name = f"{name}-few" if few else name
        self.skills = skills
        self.few = few

    def sample(self, rng: random.Random, split: Split) -> Example:
        """A question from a template of this split, or a made-up one."""
        kind = rng.random()
        if kind < 0.72:
            text = _from_template(rng, self._templates(split))
        elif kind < 0.90:
            text = _nonsense(rng, templates("train", self.skills))
        elif kind < 0.94:
            text = rng.choice(FIXED)
        elif kind < 0.97:
            # "Now add 30." with no sum before it: there is nothing to add to.
            text = rng.choice(FOLLOW_UPS).format(rng.randint(1, 99))
        else:
            text = " + ".join(
                str(rng.randint(1, 99)) for _ in range(rng.randint(11, 15))
            )
        return decline(hurried(rng, text), honest(self.skills), self.name)

    def _templates(self, split: Split) -> list[str]:
        known = templates(split, self.skills)
        return known if self.few or split != "train" else known + more_templates()

    def grade(self, example: Example, reply: str) -> bool:
        """Right when the reply is the honest sentence."""
        return reply.strip() == example.reply


def decline(
    question: str, sentence: str = honest(ADDER), task: str = "out_of_scope"
) -> Example:
    """The example that answers a question with the honest sentence."""
    return Example(task, [user(question)], sentence, CANNOT, sentence)


@cache
def _data() -> dict:
    return yaml.safe_load(DATA.read_text(encoding="utf-8"))


@cache
def templates(split: Split, skills: tuple[str, ...] = ADDER) -> list[str]:
    """The templates of a split that a model with these skills must decline."""
    found = []
    for entry in _data()["templates"]:
        tags = entry if isinstance(entry, dict) else {"ask": entry}
        taught = "skill" in tags and tags["skill"] in skills
        near = "beyond" in tags and tags["beyond"] not in skills
        if not (taught or near) and split_of(f"scope {tags['ask']}") == split:
            found.append(tags["ask"])
    return found


def more_templates() -> list[str]:
    """Those of training that a recipe's first steps do without."""
    return _data()["more"]


def _from_template(rng: random.Random, choices: list[str]) -> str:
    return re.sub(r"\{(\w+)\}", lambda slot: _fill(rng, slot[1]), rng.choice(choices))


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


def _nonsense(rng: random.Random, choices: list[str]) -> str:
    """Made-up and real words in any order, with the odd number among them."""
    words = []
    for _ in range(rng.randint(1, 9)):
        kind = rng.random()
        if kind < 0.45:
            words.append(made_up_word(rng))
        elif kind < 0.93:
            template = rng.choice(choices)
            words.append(rng.choice(re.sub(r"\{(\w+)\}", r"\1", template).split()))
        elif words:
            words.append(str(rng.randint(1, 99)))
        else:
            words.append(made_up_word(rng))
    return " ".join(words)
