"""What can be asked about a bar chart: one `Question` for each kind.

The charts are drawn by `drawing`, so the right answer is known to the pixel.
"""

import random
import re
from collections.abc import Callable
from itertools import pairwise

from utils.tasks.drawing import Chart
from utils.tasks.picture_wordings import MOST
from utils.tasks.question import Asked, Question, named

LETTERS = "ABCDEFGHKMRX"
TRENDS = {
    "rising": ("rising", "rise", "increasing", "upward"),
    "falling": ("falling", "fall", "decreasing", "downward"),
    "mixed": ("mixed", "neither"),
}


def trend_of(values: tuple[int, ...]) -> str:
    """`rising` or `falling` when every bar goes on that way, else `mixed`.

    One bar has no trend, and two are never mixed.
    """
    signs = {(b > a) - (b < a) for a, b in pairwise(values)}
    if signs == {1}:
        return "rising"
    return "falling" if signs == {-1} else "mixed"


def _extreme(kind: str, pick: Callable[[tuple[int, ...]], int]) -> Question:
    """The tallest or the shortest bar."""

    def ask(rng: random.Random, chart: Chart) -> Asked:
        label = chart.labels[chart.values.index(pick(chart.values))]
        reply = f"Bar {label} is the {kind}."
        return Asked(label, reply, {"most": rng.choice(MOST[kind])})

    return Question("extreme", ask, _names_letter)


def _ask_trend(rng: random.Random, chart: Chart) -> Asked:
    trend = trend_of(chart.values)
    return Asked(trend, f"The trend is {trend}.")


def _ask_value(rng: random.Random, chart: Chart) -> Asked:
    """The answer is "label value step"."""
    label, value = rng.choice(list(zip(chart.labels, chart.values, strict=True)))
    answer = f"{label} {value} {chart.step}"
    return Asked(answer, f"Bar {label} is {value}.", {"label": label})


def _ask_list(rng: random.Random, chart: Chart) -> Asked:
    """The answer has "label value step" for each bar."""
    said = [f"{a} {b}" for a, b in zip(chart.labels, chart.values, strict=True)]
    answer = ", ".join(f"{bar} {chart.step}" for bar in said)
    return Asked(answer, f"{', '.join(said)}.")


def _ask_letters(rng: random.Random, chart: Chart) -> Asked:
    return Asked(" ".join(chart.labels), f"{', '.join(chart.labels)}.")


def _ask_axis(rng: random.Random, chart: Chart) -> Asked:
    reply = f"Up to {chart.top} in steps of {chart.step}."
    return Asked(f"{chart.top} {chart.step}", reply)


def _names_letter(answer: str, reply: str) -> bool:
    """Whether the one letter that stands alone in the reply is the answer."""
    return {w for w in re.findall(r"\w+", reply) if w in LETTERS} == {answer}


def _names_trend(answer: str, reply: str) -> bool:
    return named(TRENDS, reply) == {answer}


def _near(answer: str, reply: str) -> bool:
    """Whether the reply's last number is at most one step off."""
    _, value, step = answer.split()
    number = re.findall(r"\d+", reply)[-1:]
    return bool(number) and abs(int(number[0]) - int(value)) <= int(step)


def _all_near(answer: str, reply: str) -> bool:
    """Whether every bar is named, in order, and at most one step off."""
    bars, said = answer.split(", "), reply.strip(" .\n").split(", ")
    return len(bars) == len(said) and all(map(_same_bar, bars, said))


def _same_bar(bar: str, said: str) -> bool:
    """Whether `said`, a label and a number, is at most one step from `bar`."""
    found = re.fullmatch(r"(\w+)\D+(\d+)", said)
    return bool(found) and found[1] == bar.split()[0] and _near(bar, found[2])


def _same_letters(answer: str, reply: str) -> bool:
    return re.findall(r"\b[A-Z]\b", reply) == answer.split()


def _same_numbers(answer: str, reply: str) -> bool:
    return re.findall(r"\d+", reply) == answer.split()


QUESTIONS = {
    "tallest": _extreme("tallest", max),
    "shortest": _extreme("shortest", min),
    "trend": Question("trend", _ask_trend, _names_trend),
    "value": Question("value", _ask_value, _near),
    "list": Question("chart-list", _ask_list, _all_near),
    "letters": Question("letters", _ask_letters, _same_letters),
    "axis": Question("axis", _ask_axis, _same_numbers),
}
