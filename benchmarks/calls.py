"""Which calls of a calculator go wrong: by what the tool takes, and by how many tools.

    python benchmarks/calls.py pocket-chat-s [--n 300] [--seed 77] [--split test]

A tool takes a whole expression, two numbers (it does one operation), or two numbers and
the operation, as a word or a sign. With other seeds than the cards and the tests have.
"""

import argparse
import json
from collections import defaultdict

from rich.console import Console
from rich.table import Table

from utils.evaluate import Graded, Result, evaluate
from utils.models import load
from utils.tasks import TASKS

TAKES = {1: "an expression", 2: "two numbers", 3: "two numbers and the operation"}


def groups(item: Graded) -> tuple[str, ...]:
    """The rows of the table that a call counts in."""
    arguments = json.loads(item.example.answer)["arguments"]
    offered = len(item.example.tools)
    return "all", f"takes {TAKES[len(arguments)]}", f"{offered} offered"


def main() -> None:
    """Ask, count and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", help="a chat model's name or folder")
    parser.add_argument("--n", type=int, default=300)
    parser.add_argument("--seed", type=int, default=77)
    parser.add_argument("--split", default="test", choices=("train", "dev", "test"))
    asked = parser.parse_args()
    task = TASKS["tools-call"]
    result = evaluate(*load(asked.model), task, asked.n, asked.seed, split=asked.split)
    parts = defaultdict(list)
    for item in result.graded:
        for group in groups(item):
            parts[group].append(item)
    title = f"{asked.model}, {asked.split}, seed {asked.seed}"
    table = Table("calls", "right", "of", "95 % interval", title=title)
    for group, graded in sorted(parts.items()):
        part = Result(graded, asked.seed)
        low, high = part.interval
        interval = f"{low:.1%} to {high:.1%}"
        table.add_row(group, str(part.right), str(part.n), interval)
    Console().print(table)


if __name__ == "__main__":
    main()
