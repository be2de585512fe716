"""One small training loop for every pocket model, on a CPU or a GPU.

AdamW or Muon, warm-up then cosine, loss on the reply only. A run is a function of its
recipe: it can be killed at any step and goes on where it was. Lesson 12 opens it up.
"""

import json
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from rich.progress import Progress, TextColumn, TimeRemainingColumn
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from torch.optim import Optimizer
from transformers import BatchEncoding, PreTrainedModel
from transformers.modeling_layers import GradientCheckpointingLayer

from utils import kinds, optimizers, precision
from utils.kinds import Kind
from utils.precision import Arithmetic
from utils.recipe import Recipe

SAVE_EVERY = 200


@dataclass(frozen=True)
class Step:
    """What one step did: its loss, and the tokens it read (pads included)."""

    number: int
    loss: float
    tokens: int


def train(
    model: PreTrainedModel,
    processor: Any,
    recipe: Recipe,
    folder: Path,
    *,
    until: int | None = None,
    on_save: Callable[[list[Step]], None] | None = None,
    compiled: bool = False,
) -> list[Step]:
    """Train `model` in place by `recipe` and return the steps done in this call.

    Saves to `folder` every 200 steps and goes on from there when called again;
    `on_save` then gets the steps since the save before. `until` stops early, with the
    learning rate still planned for the whole recipe. `compiled` layers take a minute
    to build, which needs a C++ compiler on a CPU, and are then faster.
    """
    plan = recipe.train
    device = next(model.parameters()).device
    way = precision.choose(model, processor, recipe, device)
    made = optimizers.optimizers(model, plan, way.precision)
    start = _resume(model, made, folder)
    kind = kinds.of(recipe)
    if compiled:
        compile_layers(model)
    stop = min(until or recipe.steps, recipe.steps)
    done: list[Step] = []
    saved = 0
    with _progress() as bar:
        task = bar.add_task(recipe.name, total=stop, completed=start, speed=0, loss=0)
        clock, seen = time.perf_counter(), 0
        for number in range(start, stop):
            if number == plan.steps:  # an ending: the old ones remember other data
                made = optimizers.optimizers(model, plan, way.precision)
            batch = kind.batch(recipe, processor, number).to(device)
            optimizers.set_rates(made, rate_share(recipe, number))
            loss = take_step(model, made, kind, batch, way, plan.clip_norm)
            step = Step(number, loss, batch["input_ids"].numel())
            done.append(step)
            seen += step.tokens
            speed = seen / (time.perf_counter() - clock)
            bar.update(task, completed=number + 1, speed=speed, loss=loss)
            if (number + 1) % SAVE_EVERY == 0 or number + 1 == stop:
                _save(model, made, folder, number + 1)
                if on_save:
                    on_save(done[saved:])
                saved = len(done)
    return done


def rate_share(recipe: Recipe, step: int) -> float:
    """Share of the highest rate: linear warm-up, then a cosine to zero at the end.

    An ending goes the same way once more, up to its own share.
    """
    plan, ending = recipe.train, recipe.ending
    if ending and step >= plan.steps:
        at = step - plan.steps
        return ending.rate * _wave(at, plan.warmup_steps, ending.steps)
    return _wave(step, plan.warmup_steps, plan.steps)


def _wave(step: int, warmup_steps: int, steps: int) -> float:
    if step < warmup_steps:
        return (step + 1) / warmup_steps
    done = (step - warmup_steps) / max(1, steps - warmup_steps)
    return 0.5 * (1 + math.cos(math.pi * done))


def compile_layers(model: PreTrainedModel) -> None:
    """Compile each repeated layer by itself: those of one shape share what is built."""
    for module in model.modules():
        # The class they all have.
        if isinstance(module, GradientCheckpointingLayer) and not _is_compiled(module):
            module.compile(dynamic=True)


def _is_compiled(module: GradientCheckpointingLayer) -> bool:
    return module._compiled_call_impl is not None


def take_step(
    model: PreTrainedModel,
    made: list[Optimizer],
    kind: Kind,
    batch: BatchEncoding,
    way: Arithmetic,
    clip_norm: float,
) -> float:
    """Move the weights by one batch; returns its loss."""
    model.train()
    loss = way.loss(model, kind, batch)
    model.zero_grad(set_to_none=True)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), clip_norm)
    for optimizer in made:
        optimizer.step()
    return loss.item()


def _save(model, made: list[Optimizer], folder: Path, step: int) -> None:
    """Write weights, optimizer state and step; a kill never leaves half a file."""
    folder.mkdir(parents=True, exist_ok=True)
    tensors = {f"model.{k}": v for k, v in model.named_parameters()}
    tensors |= optimizers.state_tensors(made)
    contiguous = {k: v.detach().cpu().contiguous() for k, v in tensors.items()}
    partial = folder / "state.partial"
    save_file(contiguous, partial, metadata={"step": json.dumps(step)})
    partial.replace(folder / "state.safetensors")


def _resume(model, made: list[Optimizer], folder: Path) -> int:
    """Load the state in `folder`, if there is one, and return the step it stands at."""
    path = folder / "state.safetensors"
    if not path.is_file():
        return 0
    tensors = load_file(path)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            parameter.copy_(tensors.pop(f"model.{name}"))
    optimizers.load_state(made, tensors)
    with safe_open(path, "pt") as file:
        return json.loads(file.metadata()["step"])


def _progress() -> Progress:
    return Progress(
        TextColumn("{task.description}  step {task.completed}/{task.total}"),
        TextColumn("loss {task.fields[loss]:.3f}  {task.fields[speed]:,.0f} tokens/s"),
        TimeRemainingColumn(),
        refresh_per_second=1,
    )
