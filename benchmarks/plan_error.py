"""How far `utils.memory.plan` is off: memory and time of the pocket models.

    python benchmarks/plan_error.py [--model pocket-chat] [--threads 2]

Each row is one generation that stops at no token. The bars: RAM within 20 %, time
within a factor of two. Time is a report only, because a busy machine breaks it.
"""

import argparse
import json
import platform
import sys

import torch
from rich.console import Console
from rich.table import Table

from utils.memory import Peak, Plan, plan
from utils.memory.prediction import readable
from utils.models import load, pocket_models, unload
from utils.paths import MODELS

RAM_BAR = 0.2  # of the measured peak
TIME_BAR = 2.0  # factor
# (prompt tokens, new tokens, batch)
WORKLOADS = ((60, 200, 1), (60, 200, 16), (300, 1, 64), (300, 60, 64))


def run(name: str, prompt: int, new: int, batch: int) -> tuple[Plan, Peak]:
    """Plan a generation, then do it."""
    planned = plan(name, prompt=prompt, new=new, batch=batch)
    model, _ = load(name)
    generator = torch.Generator().manual_seed(0)
    words = model.config.get_text_config().vocab_size - 100  # no special tokens
    ids = torch.randint(words, (batch, prompt), generator=generator)
    with planned.measure() as seen:
        model.generate(
            ids,
            attention_mask=torch.ones_like(ids),
            max_new_tokens=new,
            min_new_tokens=new,
            do_sample=False,
        )
    return planned, seen


def writers() -> list[str]:
    """The pocket models that generate text from text."""
    configs = {name: MODELS / name / "config.json" for name in pocket_models()}
    return [
        name
        for name, file in configs.items()
        if json.loads(file.read_text("utf-8"))["architectures"][0].endswith("CausalLM")
    ]


def main() -> int:
    """Measure and report; 1 if a prediction of memory breaks its bar."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", action="append", help="a pocket model; repeatable")
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    given = parser.parse_args()
    torch.set_num_threads(given.threads)
    report = Table("model", "prompt + new x batch", "RAM", "error", "time", "factor")
    worst_ram, worst_time = 0.0, 1.0
    for name in given.model or writers():
        for prompt, new, batch in WORKLOADS:
            planned, seen = run(name, prompt, new, batch)
            error = planned.peak / seen.peak - 1
            factor = (planned.seconds or 0) / seen.seconds
            worst_ram = max(worst_ram, abs(error))
            worst_time = max(worst_time, factor, 1 / factor)
            report.add_row(
                name,
                f"{prompt} + {new} x {batch}",
                f"{readable(planned.peak)} / {readable(seen.peak)}",
                f"{error:+.0%}",
                f"{planned.seconds:.2f} / {seen.seconds:.2f} s",
                f"{factor:.2f}",
            )
        unload()
    print(f"{given.threads} threads, {platform.machine()}; predicted / measured")
    Console().print(report)
    print(f"RAM: at most {worst_ram:.0%} off, bar {RAM_BAR:.0%}")
    print(f"time: at most a factor of {worst_time:.2f} off, bar {TIME_BAR:g}")
    return 0 if worst_ram <= RAM_BAR else 1


if __name__ == "__main__":
    sys.exit(main())
