"""Bar charts to ask about: their bars, their trend, their letters and their axis.

Lesson 06 shows them to a vision model; `chart_questions` has what is asked.
"""

import random

from utils.tasks.base import Example, Split, split_of
from utils.tasks.chart_questions import LETTERS, QUESTIONS, TRENDS, trend_of
from utils.tasks.drawing import Chart, Color, Size, draw_chart
from utils.tasks.picture_wordings import ask
from utils.tasks.pictures import BACKGROUNDS, MOST_THINGS, look, some_size

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
FEWEST = 3  # bars, but for a beginner's charts
KINDS = tuple(QUESTIONS)


class Charts:
    """One kind of question about bar charts, at one size or at several.

    `few` asks in fewer wordings, as in a recipe's first steps.
    """

    family = "charts"

    def __init__(
        self,
        kind: str,
        size: Size | None = None,
        suffix: str = "",
        *,
        few: bool = False,
    ) -> None:
        self.kind, self.size, self.few = kind, size, few
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
        question = QUESTIONS[self.kind]
        asked = question.ask(rng, picture)
        text = ask(rng, question.wording, split, few=self.few, **asked.slots)
        messages = [look(draw_chart(picture), text)]
        return Example(self.name, messages, asked.answer, "", asked.reply)

    def grade(self, example: Example, reply: str) -> bool:
        """Right when the bars, trend or numbers that the reply names are.

        A value may be off by one step of the axis.
        """
        return QUESTIONS[self.kind].right(example.answer, reply)


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
