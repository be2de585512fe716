"""How often is a model right, and how sure can we be? Lesson 02 measures first.

Every accuracy comes with its n, its seed and a 95 % interval.
"""

import math
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tqdm.auto import tqdm
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from utils.chat import Reply, chat_batch
from utils.encoding import Messages
from utils.tasks.base import Example, Split, Task, draw

Z_95 = 1.959964


@dataclass(frozen=True)
class Graded:
    """One example, the reply to it and the verdict."""

    example: Example
    reply: Reply
    right: bool


class Share:
    """`right` of `n` fresh problems of a seed: a share, and how sure it is."""

    right: int
    n: int
    seed: int

    @property
    def accuracy(self) -> float:
        return self.right / self.n

    @property
    def interval(self) -> tuple[float, float]:
        """95 % interval of the accuracy."""
        return wilson(self.right, self.n)

    def __str__(self) -> str:
        low, high = self.interval
        return (
            f"{self.accuracy:.1%} right (95 % interval {low:.1%} to {high:.1%}, "
            f"n = {self.n}, seed {self.seed})"
        )


@dataclass(frozen=True)
class Result(Share):
    """Everything that came out of an evaluation."""

    graded: list[Graded]
    seed: int

    @property
    def n(self) -> int:
        return len(self.graded)

    @property
    def right(self) -> int:
        return sum(item.right for item in self.graded)

    @property
    def tokens(self) -> float:
        """Mean number of tokens written per reply."""
        return sum(item.reply.tokens for item in self.graded) / self.n

    @property
    def mistakes(self) -> dict[str, str]:
        """What was replied to each question that came out wrong."""
        return {
            item.example.messages[0]["content"]: item.reply.text
            for item in self.graded
            if not item.right
        }


def wilson(right: int, n: int) -> tuple[float, float]:
    """95 % interval for a share, by Wilson (1927); honest near 0 and 1 too."""
    if n == 0:
        raise ValueError("No examples were graded: ask for at least one.")
    share, z2 = right / n, Z_95**2
    center = (share + z2 / (2 * n)) / (1 + z2 / n)
    spread = math.sqrt(share * (1 - share) / n + z2 / (4 * n * n))
    half = Z_95 * spread / (1 + z2 / n)
    # At the ends the formula gives 0 and 1 up to rounding; say so exactly.
    return max(0.0, center - half), min(1.0, center + half)


def pass_at_k(n: int, right: int, k: int) -> float:
    """Chance that one of k samples is right, given that `right` of n were.

    Unbiased: 1 - C(n - right, k) / C(n, k), by Chen et al. (2021, arXiv 2107.03374,
    equation 1). Raises ValueError unless right <= n and 1 <= k <= n.
    """
    if not 0 <= right <= n or not 1 <= k <= n:
        raise ValueError(
            f"pass@{k} of {right} right among {n} samples makes no sense: take k "
            "from 1 to n, and no more right ones than samples."
        )
    return 1 - math.comb(n - right, k) / math.comb(n, k)


def evaluate(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    task: Task,
    n: int,
    seed: int,
    *,
    split: Split = "test",
    **generate: object,
) -> Result:
    """Ask `n` fresh examples of a task and grade the replies.

    `generate` goes to `utils.chat.chat_batch` (`thinking=False`, `do_sample=True` …).
    """

    def answer(conversations: list[Messages], **tools: object) -> list[Reply]:
        return chat_batch(model, tokenizer, conversations, **tools, **generate)

    return grade_fresh(answer, task, n, seed, split)


def grade_fresh(
    answer: Callable[..., list[Reply]],
    task: Task,
    n: int,
    seed: int,
    split: Split = "test",
) -> Result:
    """Ask `n` fresh examples of whatever answers; see `grade`."""
    return grade(answer, task, draw(task, n, seed, split), seed)


def grade(
    answer: Callable[..., list[Reply]],
    task: Task,
    examples: Sequence[Example],
    seed: int,
    batch_size: int = 64,
) -> Result:
    """Grade whatever answers: a model, a server, a budgeted model.

    `answer` gets a list of conversations and returns as many replies; where examples
    offer tools it gets them, too, as `tools=` with an entry per conversation. Examples
    are asked in the order of their references' length: a batch is as slow as its
    longest reply.
    """
    order = sorted(range(len(examples)), key=lambda i: _length(examples[i]))
    replies: dict[int, Reply] = {}
    starts = range(0, len(order), batch_size)
    bar = {"desc": f"Grading {task.name}", "leave": False, "delay": 3}
    for start in tqdm(starts, **bar, disable=_without_bar()):
        rows = order[start : start + batch_size]
        offered = [examples[i].tools for i in rows]
        tools = {"tools": offered} if any(offered) else {}
        batch = answer([examples[i].messages for i in rows], **tools)
        replies |= dict(zip(rows, batch, strict=True))
    said = [replies[i] for i in range(len(examples))]
    verdicts = _verdicts(task, examples, [reply.text for reply in said])
    return Result(
        [Graded(*row) for row in zip(examples, said, verdicts, strict=True)], seed
    )


def _verdicts(
    task: Task, examples: Sequence[Example], replies: Sequence[str]
) -> list[bool]:
    """All at once where a task can: running a program costs more than comparing."""
    if hasattr(task, "grade_batch"):
        return task.grade_batch(examples, replies)
    pairs = zip(examples, replies, strict=True)
    return [task.grade(example, reply) for example, reply in pairs]


def _without_bar() -> bool:
    """What TQDM_DISABLE asks for: tqdm's own bar for notebooks does not read it."""
    return os.environ.get("TQDM_DISABLE", "0") not in ("", "0")


def _length(example: Example) -> tuple[int, int]:
    """Of what is to be written, then of what is to be read."""
    text = sum(len(message["content"]) for message in example.messages)
    written = len(example.thought) + len(example.reply)
    return written, text + len(str(example.tools or ""))
