"""What the pocket models were measured to do: records that lie beside their weights.

`course train` writes them, and the tests measure again with another seed.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass

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
    """A model's size, and its accuracy by task, thinking wherever it can."""

    name: str
    parameters: int
    accuracy: dict[str, Recorded]


def record(name: str) -> Record:
    """The record of a pocket model; UnknownModelError if there is none."""
    path = paths.MODELS / name / "expected.json"
    if not path.is_file():
        known = ", ".join(pocket_models())
        raise UnknownModelError(
            f"No pocket model is called {name!r}: take one of {known}."
        )
    kept = json.loads(path.read_text(encoding="utf-8"))
    accuracy = {
        row["task"]: Recorded(row["right"], row["n"], kept["seed"])
        for row in kept["accuracy"]
        if row["thinking"] is not False and row["by"] == "model"
    }
    return Record(name, kept["parameters"], accuracy)


def by_size(
    records: Sequence[Record], tasks: Sequence[str]
) -> dict[str, dict[float, Recorded]]:
    """For each task the accuracy by millions of parameters, to three digits."""
    millions = [float(f"{one.parameters / 1e6:.3g}") for one in records]
    return {
        task: dict(zip(millions, [one.accuracy[task] for one in records], strict=True))
        for task in tasks
    }
