"""The texts that a base model reads: pages of plain lines, without any conversation.

The same tasks as a chat model practices, but what people ask and what is true never
stand on one page as question and answer. Whoever learns from it learns the language
and the facts, and not that a question wants a reply. Lesson 12 starts from there.
"""

import random
from collections.abc import Mapping

from utils.tasks import TASKS, Translation
from utils.tasks.base import Split, text_of

LINES = (2, 8)
ASKED = 0.5  # share of pages that hold questions
# Tasks whose right replies are true by themselves, without the question before them.
TOLD = ("translation", "sums", "sums-zero", "derivative", "extraction", "facts")


def page(rng: random.Random, tasks: Mapping[str, float], split: Split) -> str:
    """Some lines about one task, drawn by its share: questions, or statements."""
    told = {n: share for n, share in tasks.items() if n.removesuffix("-few") in TOLD}
    asked = rng.random() < ASKED or not told
    chosen = tasks if asked else told
    name = rng.choices(tuple(chosen), chosen.values())[0]
    line = _asked if asked else _told
    return "\n".join(line(rng, name, split) for _ in range(rng.randint(*LINES)))


def _asked(rng: random.Random, name: str, split: Split) -> str:
    messages = TASKS[name].sample(rng, split).messages
    return next(text_of(m) for m in reversed(messages) if m["role"] == "user")


def _told(rng: random.Random, name: str, split: Split) -> str:
    task = TASKS[name]
    if isinstance(task, Translation):
        return " = ".join(task.pair(rng, split))
    example = task.sample(rng, split)
    return f"{example.thought}\n{example.reply}"
