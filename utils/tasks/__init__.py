"""Small verifiable skills: sampled from a seed, asked as chat messages, graded."""

from utils.tasks.base import Example, Split, Task, draw
from utils.tasks.code import Complete, Fill
from utils.tasks.scope import OutOfScope
from utils.tasks.smalltalk import Smalltalk
from utils.tasks.sums import FollowUps, Sums

TASKS: dict[str, Task] = {
    task.name: task
    for task in (
        Sums(),
        *(Sums(count) for count in range(2, 9)),
        FollowUps(),
        Smalltalk(),
        OutOfScope(),
        Complete(),
        Fill(),
    )
}

__all__ = [
    "TASKS",
    "Complete",
    "Example",
    "Fill",
    "FollowUps",
    "OutOfScope",
    "Smalltalk",
    "Split",
    "Sums",
    "Task",
    "draw",
]
