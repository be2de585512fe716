"""Small verifiable skills: sampled from a seed, asked as chat messages, graded."""

from utils.tasks import charts, shapes
from utils.tasks.base import Example, Split, Task, draw
from utils.tasks.pictures import LARGE, SMALL
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
        *(charts.Charts(kind) for kind in charts.KINDS),
        *(charts.Charts(kind, SMALL, "-small") for kind in charts.KINDS),
        *(charts.Charts(kind, LARGE, "-large") for kind in charts.KINDS),
        *(shapes.Shapes(kind) for kind in shapes.KINDS),
        *(shapes.Shapes(kind, SMALL, "-small") for kind in shapes.KINDS),
        *(shapes.Shapes(kind, LARGE, "-large") for kind in shapes.KINDS),
    )
}

__all__ = [
    "TASKS",
    "Example",
    "FollowUps",
    "OutOfScope",
    "Smalltalk",
    "Split",
    "Sums",
    "Task",
    "draw",
]
