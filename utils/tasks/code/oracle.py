"""Says what a function of a family must return, and draws arguments to try it with."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Oracle:
    """`solve` gets the arguments, then the constant if the family has one.

    `edges` are arguments that every test tries. `arguments` draws more of them from a
    seed and the constant, where the parameters' own kinds would not do: a target that
    is in the list, two lists of equal length.
    """

    solve: Callable[..., Any]
    edges: Sequence[tuple] = ()
    arguments: Callable[[random.Random, Any], tuple] | None = None
