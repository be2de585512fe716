"""Questions and the passages they are looked for in, to train and to measure retrieval.

A pool holds as many passages as questions, and each question is answered by one of
them only, so the rest of the pool are its wrong answers (lesson 07).
"""

import random
from collections.abc import Iterator, Sequence
from typing import Protocol

from utils.chat import Reply
from utils.evaluate import Graded
from utils.recipe import DataPart
from utils.retrieval import JUDGE, VERDICTS, as_query, user_turn
from utils.tasks import TASKS
from utils.tasks.base import Example, Split, Task
from utils.tasks.town import NEAR

SIZE = 100  # passages that a question is looked for in


class Collection(Task, Protocol):
    """A task whose examples come in pools."""

    def pool(self, rng: random.Random, split: Split, size: int) -> list[Example]:
        """`size` examples, none of which answers another's question."""
        ...


def question_of(example: Example) -> str:
    """What is asked."""
    return example.messages[-1]["content"]


def sides(pool: list[Example]) -> tuple[list[str], list[str]]:
    """The questions of a pool and its passages, in the same order."""
    return [question_of(example) for example in pool], [e.answer for e in pool]


def texts(data: DataPart, seed: int, n: int) -> Iterator[str]:
    """Queries, passages and verdicts of `n` examples, to train a tokenizer on."""
    rng = random.Random(f"texts/{seed}")
    for _ in range(n):
        example = _task(rng, data).sample(rng, "train")
        question = question_of(example)
        yield as_query(question)
        yield f"system\n{JUDGE}"
        yield f"user\n{user_turn(question, example.answer)}"
        yield "assistant\n"
        yield from VERDICTS


def practice(data: DataPart, step: int, size: int) -> list[Example]:
    """The training pool of a step: a function of the seed and the step alone."""
    rng = random.Random(f"pool/{data.seed}/{step}")
    return _task(rng, data).pool(rng, "train", size)


def pools(
    task: Collection, n: int, seed: int, split: Split = "test"
) -> list[list[Example]]:
    """Pools of `SIZE` for `n` questions, the same for the same seed.

    Raises ValueError when `n` does not fill them.
    """
    if n % SIZE:
        raise ValueError(f"Ask a multiple of {SIZE} questions, not {n}.")
    rng = random.Random(f"{task.name}/{split}/{seed}")
    return [task.pool(rng, split, SIZE) for _ in range(n // SIZE)]


def shown(name: str) -> list[Example]:
    """The pool that a card's questions are looked for in, always the same."""
    return pools(TASKS[name], SIZE, seed=0)[0]


def beside(rng: random.Random, place: int, size: int) -> int:
    """Another place of a pool: the twin half of the time, or one close by, or any."""
    chance = rng.random()
    if chance < 0.5 and place ^ 1 < size:
        return place ^ 1
    if chance < 0.75:
        steps = rng.choice([*range(-NEAR, 0), *range(1, NEAR + 1)])
        return (place + steps) % size
    return (place + rng.randrange(1, size)) % size


def grade(task: Collection, pool: list[Example], first: Sequence[int]) -> list[Graded]:
    """Each question with the passage put first for it: `first` has their places."""
    graded = []
    for example, place in zip(pool, first, strict=True):
        reply = Reply(None, pool[place].answer, tokens=0, finished=True)
        graded.append(Graded(example, reply, task.grade(example, reply.text)))
    return graded


def _task(rng: random.Random, data: DataPart) -> Collection:
    name = rng.choices(tuple(data.tasks), data.tasks.values())[0]
    return TASKS[name]
