"""Measures a pocket model against the bars of its recipe.

`course train` writes the figures into the card; the tests measure again, with other
seeds. Both come from here.
"""

from dataclasses import dataclass

from transformers import PreTrainedModel, PreTrainedTokenizerBase

from utils.evaluate import Result, evaluate
from utils.recipe import Bar, Recipe
from utils.tasks import TASKS


@dataclass(frozen=True)
class Measured:
    """A bar and what came out."""

    bar: Bar
    result: Result

    @property
    def reached(self) -> bool:
        return self.bar.at_least <= self.result.accuracy <= self.bar.at_most


def measure(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    recipe: Recipe,
    seed: int,
    scale: float = 1.0,
) -> list[Measured]:
    """Every bar of the recipe on test problems; `scale` shrinks n for a quick look."""
    return [
        Measured(
            bar,
            evaluate(
                model,
                tokenizer,
                TASKS[bar.task],
                max(1, round(bar.n * scale)),
                seed,
                thinking=bar.thinking,
            ),
        )
        for bar in recipe.bars
    ]


def well_formed(measured: list[Measured]) -> float:
    """Share of replies that ended by themselves, with a thought exactly where asked."""
    checks = [
        item.reply.finished and (item.reply.thinking is not None) == one.bar.thinking
        for one in measured
        for item in one.result.graded
    ]
    return sum(checks) / len(checks)
