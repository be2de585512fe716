"""How long each pocket model takes to train here, from some steps of each stage.

    python benchmarks/training_time.py [--models pocket-vl] [--steps 32] [--threads 2]

A step is timed as training does it, with its batch made, and times the recipe's steps.
Batches are drawn 32 at a time, so `--steps` should be a multiple of that. Alone on the
machine, or the minutes are too many.
"""

import argparse
import time
from itertools import pairwise

import torch

from utils import kinds, optimizers, precision, train
from utils import recipe as recipes
from utils.env import best_device
from utils.paths import MODELS
from utils.recipe import Recipe

WARM = 3  # steps before the clock starts; the first ones build compiled layers


def seconds(recipe: Recipe, steps: int, compiled: bool) -> list[tuple[int, float]]:
    """Each stage's steps, and the seconds of one, the mean over `steps` of them."""
    kind = kinds.of(recipe)
    processor, model = kind.prepare(recipe)
    device = model.to(best_device()).device
    if compiled:
        train.compile_layers(model)
    way = precision.choose(model, processor, recipe, device)
    made = optimizers.optimizers(model, recipe.train, way.precision)
    found = []
    for first, count in stages(recipe):
        for number in range(first, first + WARM + steps):
            if number == first + WARM:
                start = time.perf_counter()
            batch = kind.batch(recipe, processor, number).to(device)
            train.take_step(model, made, kind, batch, way, recipe.train.clip_norm)
        found.append((count, (time.perf_counter() - start) / steps))
    return found


def stages(recipe: Recipe) -> list[tuple[int, int]]:
    """First step and number of steps of each stage: its data have their own length."""
    beginning = recipe.data.beginning
    starts = [0, recipe.train.steps]
    if beginning:
        starts.insert(1, beginning.steps)
    return [(a, b - a) for a, b in pairwise([*starts, recipe.steps]) if b > a]


def main() -> None:
    """Print a line for each model."""
    known = sorted(path.parent.name for path in MODELS.glob("*/recipe.yml"))
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--models", nargs="+", default=known, choices=known)
    parser.add_argument("--steps", type=int, default=32)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--compile", action="store_true", help="needs a C++ compiler")
    asked = parser.parse_args()
    torch.set_num_threads(asked.threads)
    for name in asked.models:
        recipe = recipes.read(MODELS / name / "recipe.yml")
        found = seconds(recipe, asked.steps, asked.compile)
        said = [f"{count} steps of {each:.3f} s" for count, each in found]
        minutes = sum(count * each for count, each in found) / 60
        print(f"{name}: {', '.join(said)}: {minutes:.0f} minutes", flush=True)


if __name__ == "__main__":
    main()
