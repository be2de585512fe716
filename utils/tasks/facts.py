"""Facts about the Qwen family, from the course's published figures.

A fact cannot be held out, only its wordings can: tests ask in wordings of their own.
"""

import datetime
import random
import re
from dataclasses import dataclass
from functools import cache
from typing import Any

import yaml

from utils.paths import FACTS, ROOT
from utils.tasks.base import Example, Split, system, user
from utils.tasks.extraction import MONTHS
from utils.tasks.noise import hurried, prefaced
from utils.tasks.sums import SYSTEM_PROMPTS

DATA = ROOT / "utils" / "tasks" / "data" / "facts.yml"
NUMBER = re.compile(r"\d+(?:\.\d+)?")
NAME = re.compile(r"[A-Za-z][\w.\-]*\d[\w.\-]*")  # Qwen3-8B, MATH-500
ISO = re.compile(r"\b\d{4}-\d\d-\d\d\b")
NUMBER_ONLY = 0.12  # share asked under a system prompt that wants no words
FORMS = (
    "{}",
    "{}",
    "{}",
    "{}",
    "Question: {}",
    "I would like to know: {}",
    "{} Thanks!",
)


@dataclass(frozen=True)
class Fact:
    """A published value, ready to be asked for and told."""

    figure: str
    entry: str  # as people say it
    value: str  # as people say it
    plain: bool  # whether the value is a number and nothing else
    say: str
    asks: dict[Split, list[str]]

    @property
    def sentence(self) -> str:
        return self.say.format(entry=self.entry, value=self.value)


class Facts:
    """Tell a fact about Qwen models."""

    name = "facts"

    def __init__(self, *, number_only: float = NUMBER_ONLY) -> None:
        self.number_only = number_only

    def sample(self, rng: random.Random, split: Split) -> Example:
        """A fact, asked in a wording of the split."""
        plain = rng.random() < self.number_only
        fact = rng.choice([fact for fact in facts() if fact.plain or not plain])
        question = rng.choice(fact.asks[split]).format(entry=fact.entry)
        if split == "train":
            question = rng.choice(FORMS).format(question)
        rules = [system(rng.choice(SYSTEM_PROMPTS["number"]))] if plain else []
        return Example(
            task=self.name,
            messages=[*rules, user(hurried(rng, prefaced(rng, question)))],
            answer=fact.value,
            thought=f"The user asks about {fact.entry}.",
            reply=fact.value if plain else fact.sentence,
        )

    def grade(self, example: Example, reply: str) -> bool:
        """Right when the reply states the value and no other number.

        Names that hold digits are no numbers, and dates may be written in other ways.
        Under "number only" the reply must be the value and nothing else.
        """
        if example.reply == example.answer:
            return _unsplit(reply.strip()) == _unsplit(example.answer)
        told, wanted = _parts(reply), _parts(example.answer)
        return told[0] == wanted[0] and wanted[1] <= told[1]


@cache
def facts() -> list[Fact]:
    """Every fact, in the order of the data."""
    figures = yaml.safe_load((FACTS / "figures.yml").read_text(encoding="utf-8"))
    found = []
    for group in yaml.safe_load(DATA.read_text(encoding="utf-8")):
        values = figures[group["figure"]]["value"]
        spoken = group.get("entries") or {key: key for key in values}
        for key, entry in spoken.items():
            unit = group.get("unit")
            found.append(
                Fact(
                    figure=group["figure"],
                    entry=entry,
                    value=_written(values[key], group["style"], unit),
                    plain=group["style"] in ("number", "id") and not unit,
                    say=group["say"],
                    asks={split: group[split] for split in ("train", "dev", "test")},
                )
            )
    return found


def _written(value: Any, style: str, unit: str | None) -> str:
    """The value as prose has it; counts of parameters to three digits."""
    if style == "date":
        day = datetime.date.fromisoformat(str(value))
        return f"{day.day} {MONTHS[day.month - 1]} {day.year}"
    if style == "billions":
        return f"{value / 1e9:.3g} billion"
    text = f"{value:,}" if isinstance(value, int) and style != "id" else str(value)
    return f"{text} {unit}" if unit else text


def _parts(text: str) -> tuple[list[str], set[str]]:
    """The numbers of a text, sorted, and its words."""
    text = ISO.sub(lambda day: _written(day[0], "date", None), text)
    text = NAME.sub("", text)
    return sorted(NUMBER.findall(_unsplit(text))), set(
        re.findall("[a-z]+", text.lower())
    )


def _unsplit(text: str) -> str:
    """Without the commas between thousands."""
    return re.sub(r"(?<=\d),(?=\d{3}\b)", "", text)
