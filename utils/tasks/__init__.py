"""Small verifiable skills: sampled from a seed, asked as chat messages, graded."""

from utils.tasks import charts, shapes, sounds
from utils.tasks.base import Example, Split, Task, draw
from utils.tasks.calculus import CriticalPoints, Derivative, WrittenOut
from utils.tasks.code import Complete, Fill
from utils.tasks.extraction import Extraction
from utils.tasks.facts import Facts
from utils.tasks.glosses import Glosses
from utils.tasks.instructions import NumberOnly, ReplyLanguage
from utils.tasks.phrasebook import LANGUAGES
from utils.tasks.pictures import LARGE, SMALL
from utils.tasks.repeat import Repeat
from utils.tasks.scope import OutOfScope
from utils.tasks.skills import GENERALIST
from utils.tasks.smalltalk import Smalltalk
from utils.tasks.sums import FollowUps, Sums
from utils.tasks.tools import KINDS, Tools
from utils.tasks.town import Passages
from utils.tasks.translation import Translation
from utils.tasks.twins import TwinPassages

# What a generalist greets with and declines: it can do more than add.
_SMALLTALK = Smalltalk("smalltalk-generalist", GENERALIST)
_SCOPE = OutOfScope("out_of_scope-generalist", GENERALIST)
_SCOPE_OF_FEW = OutOfScope("out_of_scope-generalist", GENERALIST, few=True)
_BESIDE_TOOLS = (Sums(various=True), Translation(), Extraction(), Facts(), _SMALLTALK)
_BESIDE_FEW = (Sums(), Translation(), Extraction(few=True), Facts(), _SMALLTALK)
_NUMBERS = (Sums(), Facts(number_only=1), Tools(kind="answer", few=True))

TASKS: dict[str, Task] = {
    task.name: task
    for task in (
        Sums(),
        *(Sums(count) for count in range(2, 9)),
        FollowUps(),
        Sums(smallest=0),
        Sums(smallest=0, various=True),
        FollowUps(smallest=0),
        Smalltalk(),
        OutOfScope(),
        Derivative(),
        WrittenOut(Derivative()),
        CriticalPoints(),
        WrittenOut(CriticalPoints()),
        Passages(),
        Passages(near=True),
        Passages(near=True, plain=True),
        TwinPassages(),
        TwinPassages(plain=True),
        Glosses(),
        Glosses(plain=True),
        _SMALLTALK,
        _SCOPE,
        _SCOPE_OF_FEW,
        Translation(),
        *(Translation(language) for language in LANGUAGES),
        Tools(_BESIDE_TOOLS),
        *(Tools(_BESIDE_TOOLS, kind) for kind in KINDS),
        Tools(_BESIDE_FEW, few=True),
        Repeat(),
        Repeat(few=True),
        Extraction(),
        Extraction(few=True),
        Facts(),
        ReplyLanguage(),
        NumberOnly(_NUMBERS),
        Complete(),
        Fill(),
        *(charts.Charts(kind) for kind in charts.KINDS),
        *(charts.Charts(kind, suffix="-few", few=True) for kind in charts.KINDS),
        *(charts.Charts(kind, SMALL, "-small") for kind in charts.KINDS),
        *(charts.Charts(kind, LARGE, "-large") for kind in charts.KINDS),
        *(shapes.Shapes(kind) for kind in shapes.KINDS),
        *(shapes.Shapes(kind, SMALL, "-small") for kind in shapes.KINDS),
        *(shapes.Shapes(kind, LARGE, "-large") for kind in shapes.KINDS),
        *(sounds.Sounds(kind) for kind in sounds.KINDS),
    )
}

__all__ = [
    "TASKS",
    "Complete",
    "CriticalPoints",
    "Derivative",
    "Example",
    "Extraction",
    "Facts",
    "Fill",
    "FollowUps",
    "NumberOnly",
    "OutOfScope",
    "Passages",
    "Repeat",
    "ReplyLanguage",
    "Smalltalk",
    "Split",
    "Sums",
    "Task",
    "Tools",
    "Translation",
    "TwinPassages",
    "WrittenOut",
    "draw",
]
