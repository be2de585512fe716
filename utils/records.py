"""What the pocket models were measured to do: records that lie beside their weights.

`course train` writes them, and the tests measure again with another seed.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field

from utils import paths
from utils.errors import UnknownModelError
from utils.evaluate import Share
from utils.locate import pocket_models


@dataclass(frozen=True)
class Recorded(Share):
    """An accuracy as it was written down."""

    right: int
    n: int
    seed: int


@dataclass(frozen=True)
class Record:
    """A model's size, and its accuracy by task, thinking wherever it can.

    `before` is the accuracy before its recipe's ending, of the tasks compared there.
    """

    name: str
    parameters: int
    accuracy: dict[str, Recorded]
    before: dict[str, Recorded] = field(default_factory=dict)


def record(name: str) -> Record:
    """The record of a pocket model; UnknownModelError if there is none."""
    path = paths.MODELS / name / "expected.json"
    if not path.is_file():
        known = ", ".join(pocket_models())
        raise UnknownModelError(
            f"No pocket model is called {name!r}: take one of {known}."
        )
    kept = json.loads(path.read_text(encoding="utf-8"))
    accuracy, before = (
        {
            row["task"]: Recorded(row["right"], row["n"], kept["seed"])
            for row in kept.get(part, [])
            if row["thinking"] is not False and row["by"] == "model"
        }
        for part in ("accuracy", "before_ending")
    )
    return Record(name, kept["parameters"], accuracy, before)


def by_size(
    records: Sequence[Record], tasks: Sequence[str], *, before: bool = False
) -> dict[str, dict[float, Recorded]]:
    """For each task the accuracy by millions of parameters, to three digits.

    It is that of the finished model, or `before` its recipe's ending.
    """
    return {
        task: {
            float(f"{one.parameters / 1e6:.3g}"): (
                one.before if before else one.accuracy
            )[task]
            for one in records
        }
        for task in tasks
    }
