"""What a kind of question is, whether it asks about a chart, a scene or a sound."""

import random
import re
from collections.abc import Callable, Iterable, Mapping
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


def named(names: Mapping[str, Iterable[str]], reply: str) -> set[str]:
    """Which of the things the reply names, by any of their words."""
    words = {*re.findall(r"\w+", reply)}
    return {thing for thing, known in names.items() if words & {*known}}
