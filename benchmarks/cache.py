"""What room in the key-value cache saves: a batch of replies with and without it.

    python benchmarks/cache.py pocket-chat [--task tools-call] [--n 64] [--rounds 3]

The two take turns in each round, and their replies are compared token for token.
"""

import argparse
import time

import torch
from rich.console import Console
from rich.table import Table
from transformers import DynamicCache

from utils.cache import roomy_cache
from utils.encoding import encode, pad_left
from utils.models import load
from utils.tasks import TASKS, draw

CACHES = {
    "transformers' own": lambda model: DynamicCache(config=model.config),
    "with room": roomy_cache,
}
SEED = 77


def main() -> None:
    """Write the same batch with both caches, in turn, and print the seconds."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", help="a chat model's name or folder")
    parser.add_argument("--task", default="tools-call", choices=sorted(TASKS))
    parser.add_argument("--n", type=int, default=64, help="conversations in the batch")
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    model, tokenizer = load(asked.model)
    examples = draw(TASKS[asked.task], n=asked.n, seed=SEED)
    rows = [encode(tokenizer, one.messages, tools=one.tools) for one in examples]
    inputs = pad_left(tokenizer, rows)
    written, seconds = {}, {name: [] for name in CACHES}
    for _ in range(asked.rounds):
        for name, cache in CACHES.items():
            started = time.perf_counter()
            written[name] = model.generate(
                **inputs,
                past_key_values=cache(model),
                max_new_tokens=256,
                pad_token_id=tokenizer.pad_token_id,
            )
            seconds[name].append(time.perf_counter() - started)
    assert torch.equal(*written.values()), "the two caches disagree"
    _, length = inputs["input_ids"].shape
    new = written["with room"].shape[1] - length
    title = f"{asked.n} replies of {new} tokens to prompts of {length}, in seconds"
    table = Table("cache", "fastest", "each round", title=title)
    for name, taken in seconds.items():
        rounds = " ".join(f"{one:.1f}" for one in taken)
        table.add_row(name, f"{min(taken):.1f}", rounds)
    Console().print(table)


if __name__ == "__main__":
    main()
