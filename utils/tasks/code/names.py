"""Names for functions and parameters: usual ones, composed ones and made-up ones.

A name belongs to one split for good, so a tested function's names are new to the model.
Copying them from the signature is a skill that it has to have learned in general.
"""

import builtins
import keyword
import random
from collections.abc import Callable, Collection, Sequence

from utils.tasks.base import Split, split_of
from utils.tasks.noise import made_up_word

PARTS = (
    "account actor angle apple arrow batch beam bird block board bond book bottle box "
    "branch bridge cable camera car card cargo cell chain chart city clock cloud code "
    "coin color column cost course crate cycle date day deck desk digit door draft "
    "dream edge engine event fabric factor farm field file fish flag flight floor "
    "flower folder forest frame fruit game garden gate gift glass goal grade grain "
    "graph grid guest habit hand harbor hat hill hour house idea image island job "
    "joke journey juice kite label lake lamp layer leaf level light link lion load "
    "lock log map market mask meal metal meter minute mirror model moon morning motor "
    "node note ocean office offer orbit order owl page paint panel paper park part "
    "path pen piece pilot pixel planet plant plate player point pool port price prize "
    "queue radio rain rate record reading ring river road robot rock roof room route "
    "row sail sample score screen sea seat seed shape sheet shell ship shop signal "
    "size sky snow song sound space speed spring stage star state stem step stock "
    "stone storm street student sugar sun tag tail task team term ticket tile tool "
    "tower toy track trade train tree trip truck unit user valley vector view visit "
    "voice wave week weight wheel wind window wing winter wire wood yard year zone"
).split()
EXTRAS = ("my", "all", "new", "old", "input", "raw", "the", "some", "first", "extra")
VERBS = ("get", "compute", "calc", "find", "do", "make", "my", "get_the", "calculate")
SHORT = "f g h fn func solve run process helper task go apply work main_step".split()


def parameter(
    rng: random.Random, usual: Sequence[str], taken: Collection[str], split: Split
) -> str:
    """A parameter's name of the split; `taken` are the names it must not have."""

    def propose() -> str:
        kind = rng.random()
        if kind < 0.35:
            return rng.choice(usual)
        if kind < 0.50:
            return rng.choice(PARTS) + rng.choice(("", "", "s"))
        if kind < 0.70:
            return f"{rng.choice(PARTS)}_{rng.choice(PARTS)}{rng.choice(('', 's'))}"
        if kind < 0.78:
            return f"{rng.choice(EXTRAS)}_{rng.choice(usual)}"
        if kind < 0.82:
            return rng.choice(usual) + str(rng.randint(1, 9))
        if kind < 0.87:
            return rng.choice("abcdefghjmnpqrstuvwxyz") + rng.choice(("", "s"))
        return made_up_word(rng).lower()

    return _of_split(propose, "parameter", taken, split)


def function(
    rng: random.Random,
    usual: Sequence[str],
    taken: Collection[str],
    split: Split,
    telling: bool = False,
) -> str:
    """A function's name of the split; `telling` asks for one that says what it does."""

    def propose() -> str:
        kind = rng.random()
        if telling or kind < 0.55:
            return _varied(rng, rng.choice(usual))
        if kind < 0.70:
            return f"{rng.choice(VERBS)}_{rng.choice(PARTS)}"
        if kind < 0.80:
            return f"{made_up_word(rng)}_{made_up_word(rng)}".lower()
        if kind < 0.85:
            return rng.choice(SHORT) + rng.choice(("", "", str(rng.randint(1, 9))))
        return made_up_word(rng).lower()

    return _of_split(propose, "function", taken, split)


def _varied(rng: random.Random, name: str) -> str:
    kind = rng.random()
    if kind < 0.45:
        return name
    if kind < 0.60:
        return f"{rng.choice(VERBS)}_{name}"
    if kind < 0.75:
        return f"{name}_{rng.choice(PARTS)}"
    if kind < 0.85:
        return name + str(rng.randint(1, 9))
    if kind < 0.92:
        return name.replace("_", "")
    return f"{made_up_word(rng).lower()}_{name}"


def _of_split(
    propose: Callable[[], str], role: str, taken: Collection[str], split: Split
) -> str:
    while True:
        name = propose()
        if usable(name) and name not in taken and split_of(f"{role} {name}") == split:
            return name


def usable(name: str) -> bool:
    """Whether a function may use this name without hiding one of Python's own."""
    return (
        name.isidentifier()
        and not keyword.iskeyword(name)
        and not hasattr(builtins, name)
    )
