"""Ways to compute a training step, side by side: precision, attention, compiled layers.

    python benchmarks/arithmetic.py [--models pocket-coder] [--batches 6] [--compile]

Each way takes the same batches of the recipe, in turn, from the same start. The seconds
are those of the process on its cores, so another program beside it matters less.
"""

import argparse
import time

from utils import kinds, optimizers, recipe, train
from utils.paths import MODELS
from utils.precision import FULL, HALF, HALF_PLAIN

WAYS = {"fp32": FULL, "bf16": HALF, "bf16, attention in steps": HALF_PLAIN}
WARM = 2  # batches before the clock starts; the first ones build compiled layers


def seconds(name: str, batches: int, compiled: bool) -> dict[str, float]:
    """Seconds of a step each way, the mean over the batches."""
    given = recipe.read(MODELS / name / "recipe.yml")
    kind = kinds.of(given)
    processor, model = kind.prepare(given)
    made = [kind.batch(given, processor, i) for i in range(WARM + batches)]
    if compiled:
        train.compile_layers(model)
    spent = {}
    for said, way in WAYS.items():
        moved = optimizers.optimizers(model, given.train, way.precision)
        for number, batch in enumerate(made):
            if number == WARM:
                start = time.process_time()
            train.take_step(model, moved, kind, batch, way, given.train.clip_norm)
        spent[said] = (time.process_time() - start) / batches
    return spent


def main() -> None:
    """Print a line for each model and way."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--models", nargs="+", default=["pocket-coder"])
    parser.add_argument("--batches", type=int, default=6)
    parser.add_argument("--compile", action="store_true", help="needs a C++ compiler")
    asked = parser.parse_args()
    for name in asked.models:
        for said, each in seconds(name, asked.batches, asked.compile).items():
            print(f"{name}: {said:26} {each:.3f} s a step", flush=True)


if __name__ == "__main__":
    main()
