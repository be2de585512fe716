"""`python -m course train NAME`: makes a pocket model again from its recipe.

Tokenizer, training, export and measurement, each from the recipe's seeds. A killed run
goes on where it was. `--measure` only measures the model that is there.
"""

import argparse
import json
import shutil
import time
from functools import partial
from pathlib import Path

from course import card
from utils import recipe as recipes
from utils.paths import MODELS
from utils.recipe import Recipe

COMPILERS = ("g++", "clang++", "cl")
BEFORE = "before"  # the model before its ending, beside the states
LOGGED = 20  # losses of the first steps, which the tests replay


def main(argv: list[str]) -> int:
    """Run the verb; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m course train", description=__doc__)
    parser.add_argument("name", help="a folder of course/models that has a recipe.yml")
    parser.add_argument("--device", help="cpu or cuda; chosen for you if not given")
    parser.add_argument(
        "--fresh", action="store_true", help="forget an earlier, unfinished run"
    )
    parser.add_argument(
        "--compile",
        action="store_true",
        help="build the layers first (a minute, a C++ compiler); then they are faster",
    )
    parser.add_argument(
        "--measure", action="store_true", help="do not train, only measure again"
    )
    options = parser.parse_args(argv)
    folder = MODELS / options.name
    if not (folder / "recipe.yml").is_file():
        known = ", ".join(sorted(p.parent.name for p in MODELS.glob("*/recipe.yml")))
        print(f"There is no recipe for {options.name!r}; there is one for: {known}.")
        return 2
    if options.compile and not any(map(shutil.which, COMPILERS)):
        print("--compile needs a C++ compiler: install g++, or leave --compile out.")
        return 2
    recipe = recipes.read(folder / "recipe.yml")
    if not options.measure:
        if options.fresh:
            shutil.rmtree(folder / "checkpoints", ignore_errors=True)
        cook(recipe, folder, options.device, compiled=options.compile)
    card.write(recipe, folder)
    print(f"{options.name} is ready in {folder}: see card.md there.")
    return 0


def cook(
    recipe: Recipe, folder: Path, device: str | None = None, *, compiled: bool = False
) -> None:
    """Train by the recipe and write the finished model into `folder`."""
    from utils import kinds, train
    from utils.env import best_device

    work = folder / "checkpoints"
    processor, model = kinds.of(recipe).prepare(recipe)
    model.to(device or best_device())
    log = _Log(folder)
    go_on = partial(train.train, model, processor, recipe, work)
    if recipe.ending and not (work / BEFORE).exists():
        go_on(until=recipe.train.steps, on_save=log.add, compiled=compiled)
        _keep(model, processor, work / BEFORE)
    go_on(on_save=log.add, compiled=compiled)
    export(model, processor, folder)


def _keep(model, processor, folder: Path) -> None:
    """Export a copy: `model` goes on as it is. A kill never leaves half a folder."""
    copy = type(model)(model.config)
    copy.load_state_dict(model.state_dict())
    partial_folder = folder.with_suffix(".partial")
    partial_folder.mkdir(parents=True, exist_ok=True)
    export(copy, processor, partial_folder)
    partial_folder.rename(folder)


def export(model, processor, folder: Path) -> None:
    """Write weights in bfloat16, config, processor and greedy generation settings."""
    import torch
    from transformers import GenerationConfig

    tokenizer = getattr(processor, "tokenizer", processor)
    model.to("cpu", torch.bfloat16).save_pretrained(folder)
    GenerationConfig(
        do_sample=False,
        eos_token_id=[tokenizer.eos_token_id, tokenizer.pad_token_id],
        pad_token_id=tokenizer.pad_token_id,
    ).save_pretrained(folder)
    processor.save_pretrained(folder)
    for file in folder.glob("*.safetensors"):
        file.chmod(0o644)  # saved as 0600, which another user's server cannot read


def training_log(folder: Path) -> dict:
    """What was written about the training: minutes so far and the first losses."""
    path = folder / "checkpoints" / "log.json"
    empty = {"minutes": 0.0, "first_losses": []}
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else empty


class _Log:
    """Keeps minutes and first losses beside each saved state, so a kill loses none."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "checkpoints" / "log.json"
        self.log = training_log(folder)
        self.clock = time.perf_counter()

    def add(self, steps: list) -> None:
        """Note the steps done since the last call."""
        now = time.perf_counter()
        self.log["minutes"] += (now - self.clock) / 60
        self.clock = now
        self.log["first_losses"] += [s.loss for s in steps if s.number < LOGGED]
        self.path.write_text(json.dumps(self.log), encoding="utf-8")
