"""Questions about a bar chart: its bars, its trend, its letters and its axis.

The chart is drawn here, so the right answer is known to the pixel. Lesson 06 asks
them of a vision model.
"""

import random
import re
from itertools import pairwise

from utils.tasks.base import Example, Split, split_of
from utils.tasks.drawing import Chart, Color, Size, draw_chart
from utils.tasks.picture_wordings import MOST, ask
from utils.tasks.pictures import BACKGROUNDS, MOST_THINGS, look, some_size

LETTERS = "ABCDEFGHKMRX"
# Top of the axis, distances of its grid lines, and what values are multiples of.
AXES = (
    (10, (2,), 1),
    (20, (4, 5), 1),
    (40, (8, 10), 2),
    (50, (10,), 5),
    (60, (10, 15), 3),
    (80, (16, 20), 4),
    (100, (20, 25), 5),
    (200, (40, 50), 10),
)
COLORS: tuple[Color, ...] = (
    (31, 119, 180),
    (214, 39, 40),
    (44, 160, 44),
    (255, 127, 14),
    (148, 103, 189),
    (140, 86, 75),
    (23, 150, 170),
    (90, 90, 90),
)
TRENDS = {
    "rising": ("rising", "rise", "increasing", "upward"),
    "falling": ("falling", "fall", "decreasing", "downward"),
    "mixed": ("mixed", "neither"),
}
FEWEST = 3  # bars, but for a beginner's charts
KINDS = ("tallest", "shortest", "trend", "value", "list", "letters", "axis")


class Charts:
    """One kind of question about bar charts, at one size or at several."""

    family = "charts"

    def __init__(self, kind: str, size: Size | None = None, suffix: str = "") -> None:
        self.kind, self.size = kind, size
        self.name = f"charts-{kind}{suffix}"

    def picture(
        self,
        rng: random.Random,
        split: Split,
        size: Size | None = None,
        most: int = MOST_THINGS,
    ) -> Chart:
        """A chart of the split; asked for the trend, each trend is as frequent."""
        shares = (1, 1, 1) if self.kind == "trend" else (1, 1, 4)
        while True:
            trend = rng.choices(tuple(TRENDS), shares)[0]
            bars = min(most, rng.randint(FEWEST, MOST_THINGS))
            chart = _chart(rng, trend, bars, size or self.size)
            said = (chart.labels, chart.values, chart.top)
            if split_of(f"chart {said}") == split:
                return chart

    def sample(self, rng: random.Random, split: Split) -> Example:
        return self.about(self.picture(rng, split), rng, split)

    def about(self, picture: Chart, rng: random.Random, split: Split) -> Example:
        """A question about a chart."""
        question, answer, reply = self._asked(picture, rng, split)
        messages = [look(draw_chart(picture), question)]
        return Example(self.name, messages, answer, "", reply)

    def grade(self, example: Example, reply: str) -> bool:
        """Right when the one bar, trend or number that the reply names is right.

        An answer for a value is "label value step": a reply may be off by one step.
        A list has one such answer for each bar.
        """
        if self.kind == "list":
            bars, said = example.answer.split(", "), reply.strip(" .\n").split(", ")
            return len(bars) == len(said) and all(map(_same_bar, bars, said))
        if self.kind == "value":
            _, value, step = example.answer.split()
            number = re.findall(r"\d+", reply)[-1:]
            return bool(number) and abs(int(number[0]) - int(value)) <= int(step)
        if self.kind == "axis":
            return re.findall(r"\d+", reply) == example.answer.split()
        if self.kind == "letters":
            return re.findall(r"\b[A-Z]\b", reply) == example.answer.split()
        words = re.findall(r"\w+", reply)
        if self.kind == "trend":
            said = {t for t, names in TRENDS.items() for w in words if w in names}
        else:
            said = {word for word in words if word in LETTERS}
        return said == {example.answer}

    def _asked(
        self, chart: Chart, rng: random.Random, split: Split
    ) -> tuple[str, str, str]:
        """Question, answer and reply."""
        bars = list(zip(chart.labels, chart.values, strict=True))
        if self.kind == "trend":
            trend = trend_of(chart.values)
            return ask(rng, "trend", split), trend, f"The trend is {trend}."
        if self.kind == "value":
            label, value = rng.choice(bars)
            question = ask(rng, "value", split, label=label)
            return question, f"{label} {value} {chart.step}", f"Bar {label} is {value}."
        if self.kind == "axis":
            said = f"Up to {chart.top} in steps of {chart.step}."
            return ask(rng, "axis", split), f"{chart.top} {chart.step}", said
        if self.kind == "letters":
            said = f"{', '.join(chart.labels)}."
            return ask(rng, "letters", split), " ".join(chart.labels), said
        if self.kind == "list":
            answer = ", ".join(f"{label} {value} {chart.step}" for label, value in bars)
            said = ", ".join(f"{label} {value}" for label, value in bars)
            return ask(rng, "chart-list", split), answer, f"{said}."
        pick = max if self.kind == "tallest" else min
        label = chart.labels[chart.values.index(pick(chart.values))]
        question = ask(rng, "extreme", split, most=rng.choice(MOST[self.kind]))
        return question, label, f"Bar {label} is the {self.kind}."


def _same_bar(bar: str, said: str) -> bool:
    """Whether `said`, a label and a number, is at most one step from `bar`."""
    label, value, step = bar.split()
    found = re.fullmatch(r"(\w+)\D+(\d+)", said)
    return (
        bool(found)
        and found[1] == label
        and abs(int(found[2]) - int(value)) <= int(step)
    )


def trend_of(values: tuple[int, ...]) -> str:
    """`rising` or `falling` when every bar goes on that way, else `mixed`.

    One bar has no trend, and two are never mixed.
    """
    signs = {(b > a) - (b < a) for a, b in pairwise(values)}
    if signs == {1}:
        return "rising"
    return "falling" if signs == {-1} else "mixed"


def _chart(rng: random.Random, trend: str, bars: int, size: Size | None) -> Chart:
    top, steps, unit = rng.choice(AXES)
    some = rng.sample(COLORS, bars)
    return Chart(
        labels=_labels(rng, bars),
        values=_values(rng, bars, top, unit, trend),
        top=top,
        step=rng.choice(steps),
        size=some_size(rng, size),
        colors=tuple(some if rng.random() < 0.5 else some[:1] * bars),
        background=rng.choice(BACKGROUNDS),
        thickness=rng.uniform(0.5, 0.85),
    )


def _labels(rng: random.Random, bars: int) -> tuple[str, ...]:
    """A, B, C … in one of three charts, else any letters in any order."""
    return tuple(LETTERS[:bars] if rng.random() < 0.35 else rng.sample(LETTERS, bars))


def _values(
    rng: random.Random, bars: int, top: int, unit: int, trend: str
) -> tuple[int, ...]:
    """Different values; one in three of the mixed rows is one swap from a trend."""
    values = sorted(rng.sample(range(unit, top + 1, unit), bars))
    if trend == "falling" or (trend == "mixed" and rng.random() < 0.5):
        values.reverse()
    if trend == "mixed" and bars >= FEWEST:
        if rng.random() < 0.33:
            at = rng.randrange(bars - 1)
            values[at], values[at + 1] = values[at + 1], values[at]
        while trend_of(tuple(values)) != "mixed":
            rng.shuffle(values)
    return tuple(values)
