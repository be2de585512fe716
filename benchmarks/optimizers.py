"""AdamW against Muon on a pocket model's recipe: the loss after equally many steps.

    python benchmarks/optimizers.py [--model pocket-coder] [--steps 250] [--rates 0.006]

Same weights at the start, same batches, a whole schedule for each run. Every batch is
new, so the mean loss of the last steps is a loss on unseen problems.
"""

import argparse
import tempfile
import time
from pathlib import Path

from utils import kinds, recipe, train
from utils.env import best_device
from utils.paths import MODELS


def run(given: recipe.Recipe, matrix_rate: float, steps: int) -> tuple[float, float]:
    """(mean loss of the last fifth of the steps, seconds a step)."""
    changes = {"steps": steps, "matrix_rate": matrix_rate, "warmup_steps": steps // 4}
    if not matrix_rate:  # AdamW alone moves convolutions too
        changes["kernel_rate"] = 0.0
    plan = given.train.model_copy(update=changes)
    planned = given.model_copy(update={"train": plan, "ending": None})
    processor, model = kinds.of(planned).prepare(planned)
    model.to(best_device())
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        done = train.train(model, processor, planned, Path(folder))
        seconds = time.perf_counter() - start
    last = [step.loss for step in done[-max(1, steps // 5) :]]
    return sum(last) / len(last), seconds / steps


def main() -> None:
    """Run AdamW, then Muon at each rate, and print a line for each."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", default="pocket-coder", help="in course/models")
    parser.add_argument("--steps", type=int, default=250)
    parser.add_argument("--rates", type=float, nargs="+", default=[0.006])
    asked = parser.parse_args()
    given = recipe.read(MODELS / asked.model / "recipe.yml")
    for rate in (0.0, *asked.rates):
        loss, seconds = run(given, rate, asked.steps)
        name = f"Muon, matrix_rate {rate:g}" if rate else "AdamW alone"
        print(f"{asked.model}: {name:26} loss {loss:.3f}  {seconds:.3f} s a step")


if __name__ == "__main__":
    main()
