"""From a sentence to JSON: who, when and how much, as `{"name", "date", "amount"}`.

Dates come out in ISO 8601 and amounts as numbers, so a program can go on with them.
"""

import datetime
import json
import random
from functools import cache
from typing import Any

import yaml

from utils.paths import ROOT
from utils.tasks.base import (
    Example,
    Split,
    one_of,
    split_of,
    system,
    user,
    words_of,
)
from utils.tasks.names import word
from utils.tasks.noise import FILLER, prefaced, syllables

DATA = ROOT / "utils" / "tasks" / "data" / "extraction.yml"
KEYS = ("name", "date", "amount")
MONTHS = (
    "January February March April May June July August September October November "
    "December"
).split()
DATE_STYLES = (
    "{day} {month} {year}",
    "{month} {day}, {year}",
    "{day} {short} {year}",
    "{short} {day}, {year}",
    "the {nth} of {month} {year}",
    "{month} {nth}, {year}",
    "{iso}",
)
AMOUNT_STYLES = (
    "{} euros",
    "{} dollars",
    "${}",
    "€{}",
    "£{}",
    "{} pounds",
    "{} EUR",
    "{} USD",
    "{} yen",
)
MADE_UP = 0.5  # share of names that nobody has: unknown names must be copied, too
RULED = 0.15  # share asked by a system prompt
FREE = 0.65  # share of sentences that are put together
FILLED = 0.45  # share of their places with words of no meaning
FILLED_VERBS = 0.65  # a name ends before any word, also one that never was a verb


class Extraction:
    """Name, date and amount of a payment, as JSON.

    `few` has whole sentences only, as in a recipe's first steps: a small model learns
    those by heart. Else most are put together, often with words that do not exist.
    """

    def __init__(self, *, few: bool = False) -> None:
        self.few = few
        self.name = "extraction-few" if few else "extraction"

    def sample(self, rng: random.Random, split: Split) -> Example:
        """A sentence about a payment; the person's name decides the split."""
        name, day = self._name(rng, split), _day(rng)
        amount, written = _amount(rng)  # as JSON has it, and as the sentence has it
        said = rng.choice(DATE_STYLES).format(**_date_parts(day))
        sentence = self._sentence(rng, split).format(
            name=name,
            date=said,
            amount=written,
            other=rng.randint(2, 99),
            thing=rng.choice(_data()["things"]),
        )
        sentence = sentence[0].upper() + sentence[1:]
        if rng.random() < RULED:
            messages = [system(one_of(rng, split, _data()["rules"])), user(sentence)]
        else:
            ask = one_of(rng, split, _data()["asks"], self.few)
            if not ask.startswith("{text}"):
                ask = prefaced(rng, ask)
            messages = [user(ask.format(text=sentence))]
        quoted = json.dumps(name, ensure_ascii=False)
        # Not by json.dumps: it would make 4.5 of an amount of 4.50.
        reply = f'{{"name": {quoted}, "date": "{day}", "amount": {amount}}}'
        # A thought that does the one thing which is not copied.
        thought = f"{said} is {day}."
        return Example(self.name, messages, reply, thought, reply)

    def _sentence(self, rng: random.Random, split: Split) -> str:
        """With places for who, when and how much."""
        if self.few:
            return one_of(rng, split, _data()["sentences"])
        whose = words_of(rng, split)
        if whose == "train" and rng.random() < FREE:
            return _free(rng)
        return rng.choice(_data()["sentences"][whose])

    def _name(self, rng: random.Random, split: Split) -> str:
        """A first and a last name that belong to the split together."""
        while True:
            first = self._one_name(rng, "first_names")
            last = self._one_name(rng, "last_names")
            middle, kind = "", rng.random()
            if kind < 0.06:
                middle = f" {rng.choice('ABCDEFGHJKLMNPRSTW')}."
            elif kind < 0.1:
                last = f"{last}-{self._one_name(rng, 'last_names')}"
            name = f"{first}{middle} {last}"
            if split_of(f"person {name}") == split:
                return name

    def _one_name(self, rng: random.Random, key: str) -> str:
        if rng.random() >= MADE_UP:
            return rng.choice(_data()[key])
        if self.few or rng.random() < 0.5:
            return syllables(rng, rng.randint(2, 4)).capitalize()
        return word(rng).capitalize()

    def grade(self, example: Example, reply: str) -> bool:
        """Right when the reply is JSON with these three keys and values."""
        try:
            return json.loads(reply) == json.loads(example.answer)
        except json.JSONDecodeError:
            return False


@cache
def _data() -> dict[str, Any]:
    return yaml.safe_load(DATA.read_text(encoding="utf-8"))


def _free(rng: random.Random) -> str:
    """A sentence put together; who, when and how much are still to be filled in."""
    return rng.choice(_data()["patterns"]).format(
        name="{name}",
        date="{date}",
        amount="{amount}",
        other="{other}",
        thing="{thing}",
        **{place: _place(rng, place) for place in _data()["places"]},
    )


def _place(rng: random.Random, place: str) -> str:
    """What stands there: words of the list, or words that need not mean anything."""
    if rng.random() >= (FILLED_VERBS if place == "did" else FILLED):
        return rng.choice(_data()["places"][place])
    words = [_any_word(rng) for _ in range(rng.choice((1, 1, 2, 3)))]
    if place == "did" and rng.random() < 0.5:
        words[0] += "ed"  # most verbs of such sentences end so
    return " ".join(("", *words) if place == "more" else words)


def _any_word(rng: random.Random) -> str:
    kind = rng.random()
    if kind < 0.15:
        return rng.choice(FILLER)
    return word(rng) if kind < 0.8 else syllables(rng, rng.randint(1, 4))


def _day(rng: random.Random) -> datetime.date:
    first = datetime.date(1990, 1, 1).toordinal()
    last = datetime.date(2035, 12, 31).toordinal()
    return datetime.date.fromordinal(rng.randint(first, last))


def _date_parts(day: datetime.date) -> dict[str, Any]:
    month = MONTHS[day.month - 1]
    return {
        "day": day.day,
        "nth": _ordinal(day.day),
        "month": month,
        "short": month[:3],
        "year": day.year,
        "iso": day.isoformat(),
    }


def _ordinal(day: int) -> str:
    ending = {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
    return f"{day}{'th' if day in (11, 12, 13) else ending}"


def _amount(rng: random.Random) -> tuple[str, str]:
    """The amount as a number in JSON, and as it is written in the sentence."""
    whole = rng.randint(2, 10 ** rng.randint(1, 4) - 1)
    cents = f".{rng.randint(1, 99):02}" if rng.random() < 0.35 else ""
    written = f"{whole:,}" if rng.random() < 0.5 else str(whole)
    return f"{whole}{cents}", rng.choice(AMOUNT_STYLES).format(written + cents)
