"""Measures a pocket model against the bars of its recipe.

`course train` writes the figures into the card; the tests measure again, with other
seeds. Both come from here.
"""

from dataclasses import dataclass
from typing import Any

from transformers import PreTrainedModel

from utils import kinds
from utils.evaluate import Result
from utils.recipe import Bar, Recipe


@dataclass(frozen=True)
class Measured:
    """A bar and what came out."""

    bar: Bar
    result: Result

    @property
    def reached(self) -> bool:
        return self.bar.at_least <= self.result.accuracy <= self.bar.at_most


def measure(
    model: PreTrainedModel, processor: Any, recipe: Recipe, seed: int
) -> list[Measured]:
    """Every bar of the recipe on test problems."""
    kind = kinds.of(recipe)
    return [
        Measured(bar, kind.evaluate(model, processor, bar, seed)) for bar in recipe.bars
    ]


def well_formed(measured: list[Measured]) -> float:
    """Share of replies that ended by themselves, with a thought exactly where asked."""
    checks = [
        item.reply.finished
        and (item.reply.thinking is not None) == bool(one.bar.thinking)
        for one in measured
        for item in one.result.graded
    ]
    return sum(checks) / len(checks)
