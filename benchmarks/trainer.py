"""The course's training loop against transformers' Trainer, in pairs within one run.

    python benchmarks/trainer.py [--model pocket-chat] [--steps 20] [--pairs 5]

Same recipe, batches (made before the clock starts), optimizer, schedule and precision;
the two take turns, and both start from the same weights. The losses of the two are
compared as well, so that a faster loop cannot be one that does less. The bar holds for
the median of the pairs' ratios: at least as fast.
"""

import argparse
import os
import platform
import statistics
import sys
import tempfile
import time
from pathlib import Path

import torch
from transformers import (
    BatchEncoding,
    PrinterCallback,
    Trainer,
    TrainerCallback,
    TrainingArguments,
)

from utils import mixture, recipe, train
from utils.env import best_device
from utils.kinds.chat import prepare
from utils.paths import MODELS


class Batches(torch.utils.data.Dataset):
    """Whole batches as rows; the Trainer is told to take one row at a time."""

    def __init__(self, batches: list[BatchEncoding]) -> None:
        self.batches = batches

    def __len__(self) -> int:
        return len(self.batches)

    def __getitem__(self, index: int) -> BatchEncoding:
        return self.batches[index]


class InOrder(Trainer):
    """The Trainer as it is, with the recipe's order of batches and learning rates."""

    recipe: recipe.Recipe

    def create_scheduler(self, num_training_steps, optimizer=None):
        def share(step: int) -> float:
            return train.rate_share(self.recipe, step)

        optimizer = optimizer or self.optimizer
        self.lr_scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, share)
        return self.lr_scheduler

    def _get_train_sampler(self, *_):
        return torch.utils.data.SequentialSampler(self.train_dataset)


class Clock(TrainerCallback):
    """Seconds between the first step's start and the last step's end."""

    def on_step_begin(self, args, state, control, **_):
        if state.global_step == 0:
            self.start = time.perf_counter()

    def on_step_end(self, args, state, control, **_):
        self.seconds = time.perf_counter() - self.start


def collate(rows: list[BatchEncoding]) -> dict[str, torch.Tensor]:
    """The one batch that is asked for."""
    return {"input_ids": rows[0].input_ids, "labels": rows[0].labels}


def with_trainer(model, tokenizer, given, batches, folder) -> tuple[float, list[float]]:
    """(seconds, losses) of transformers' Trainer."""
    plan = given.train
    arguments = TrainingArguments(
        output_dir=str(folder),
        max_steps=len(batches),
        per_device_train_batch_size=1,
        learning_rate=plan.learning_rate,
        adam_beta1=plan.betas[0],
        adam_beta2=plan.betas[1],
        weight_decay=plan.weight_decay,
        max_grad_norm=plan.clip_norm,
        optim="adamw_torch_fused",
        bf16=plan.precision == "bf16",
        use_cpu=best_device() == "cpu",
        seed=plan.seed,
        logging_steps=1,
        report_to="none",
        save_strategy="no",
        disable_tqdm=True,
        dataloader_pin_memory=False,
    )
    clock = Clock()
    trainer = InOrder(
        model=model,
        args=arguments,
        train_dataset=Batches(batches),
        data_collator=collate,
        processing_class=tokenizer,
        callbacks=[clock],
    )
    trainer.recipe = given
    trainer.pop_callback(PrinterCallback)
    trainer.train()
    losses = [entry["loss"] for entry in trainer.state.log_history if "loss" in entry]
    return clock.seconds, losses


def with_course(model, tokenizer, given, folder) -> tuple[float, list[float]]:
    """(seconds, losses) of the course's loop, its progress bar and saving included."""
    start = time.perf_counter()
    steps = train.train(model, tokenizer, given, folder)
    return time.perf_counter() - start, [step.loss for step in steps]


def pair(given: recipe.Recipe, first: str) -> dict[str, tuple[float, list[float]]]:
    """One run of each from the same weights; `first` goes first."""
    plan = given.train
    results = {}
    for name in (first, "trainer" if first == "course" else "course"):
        tokenizer, model = prepare(given)
        model.to(best_device())
        batches = [
            mixture.batch(given.data, tokenizer, step, plan.batch_size)
            for step in range(plan.steps)
        ]
        with tempfile.TemporaryDirectory() as folder:
            results[name] = (
                with_course(model, tokenizer, given, Path(folder))
                if name == "course"
                else with_trainer(model, tokenizer, given, batches, folder)
            )
    return results


def main() -> int:
    """Measure and report; 1 if the course's loop is slower or learns otherwise."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", default="pocket-chat", help="in course/models")
    parser.add_argument("--steps", type=int, default=20, help="at most 32")
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--precision", choices=("bf16", "fp32"), default="fp32")
    asked = parser.parse_args()
    given = recipe.read(MODELS / asked.model / "recipe.yml")
    steps = min(asked.steps, mixture.POOL)
    changes = {"steps": steps, "warmup_steps": 2, "precision": asked.precision}
    plan = given.train.model_copy(update=changes)
    given = given.model_copy(update={"train": plan, "ending": None})
    tokenizer, _ = prepare(given)
    tokens = sum(
        mixture.batch(given.data, tokenizer, step, plan.batch_size).input_ids.numel()
        for step in range(steps)
    )
    device, threads = best_device(), torch.get_num_threads()
    print(f"{os.cpu_count()} {platform.machine()} cores, {threads} threads, {device}")
    print(f"{asked.model}: {steps} steps, {tokens} tokens, {asked.precision}")
    ratios, apart = [], 0.0
    for number in range(asked.pairs):
        results = pair(given, "trainer" if number % 2 else "course")
        (ours, our_losses), (theirs, their_losses) = (
            results["course"],
            results["trainer"],
        )
        ratios.append(theirs / ours)
        gaps = zip(our_losses, their_losses, strict=True)
        apart = max(apart, *(abs(a - b) for a, b in gaps))
        print(
            f"course {tokens / ours:,.0f} tokens/s, Trainer {tokens / theirs:,.0f} "
            f"tokens/s, ratio {ratios[-1]:.3f}"
        )
    ratio = statistics.median(ratios)
    print(f"median ratio {ratio:.3f} (bar: 1); losses at most {apart:.4f} apart")
    return 0 if ratio >= 1 and apart < 0.1 else 1


if __name__ == "__main__":
    sys.exit(main())
