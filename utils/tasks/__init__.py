"""Small verifiable skills: sampled from a seed, asked as chat messages, graded."""

from utils.tasks.base import Example, Split, Task, draw
from utils.tasks.calculus import CriticalPoints, Derivative, WrittenOut
from utils.tasks.scope import OutOfScope
from utils.tasks.smalltalk import Smalltalk
from utils.tasks.sums import FollowUps, Sums
from utils.tasks.town import Passages
from utils.tasks.twins import TwinPassages

TASKS: dict[str, Task] = {
    task.name: task
    for task in (
        Sums(),
        *(Sums(count) for count in range(2, 9)),
        FollowUps(),
        Smalltalk(),
        OutOfScope(),
        Derivative(),
        WrittenOut(Derivative()),
        CriticalPoints(),
        WrittenOut(CriticalPoints()),
        Passages(),
        Passages(near=True),
        TwinPassages(),
    )
}

__all__ = [
    "TASKS",
    "CriticalPoints",
    "Derivative",
    "Example",
    "FollowUps",
    "OutOfScope",
    "Passages",
    "Smalltalk",
    "Split",
    "Sums",
    "Task",
    "TwinPassages",
    "WrittenOut",
    "draw",
]
