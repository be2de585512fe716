"""What a kind of question is, whether it asks about a chart, a scene or a sound."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Asked:
    """The answer for the grader, the reply to learn, and what fills the wording."""

    answer: str
    reply: str
    slots: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Question:
    """A kind of question: its wordings, what it asks of a thing, and when it is right.

    `right` gets the answer and a reply. `alone` names the wordings for a scene of one
    shape, which need not say which.
    """

    wording: str
    ask: Callable[[random.Random, Any], Asked]
    right: Callable[[str, str], bool]
    alone: str = ""
