"""What a family of small functions is, and the many wordings that ask for one.

The families are YAML files; `wordings/` holds more ways to ask for them. In them
`{sum|total}` stands for either word, and such groups may be nested; `$a`, `$b`, `$c`
are the parameters' names, `$k` the constant and `$f` the function's own name.
"""

import random
import re
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from utils.tasks.base import Split, split_of

FOLDER = Path(__file__).with_name("families")
GROUP = re.compile(r"\{([^{}]*)\}")
FRAMES = FOLDER / "frames.yml"


@dataclass(frozen=True)
class Family:
    """Functions that do the same thing under other names, constants and wordings.

    `parameters` are keys of `values.KINDS`, `returns` is a type hint, `names` are
    usual names of the function. Two or three `constants` that stand for "no answer"
    (None, 0, -1) are in every split; a range of numbers is shared out.
    """

    name: str
    parameters: tuple[str, ...]
    returns: str
    names: tuple[str, ...]
    wordings: tuple[str, ...]
    held_out: tuple[str, ...]
    bodies: tuple[str, ...]
    constants: tuple[Any, ...] = ()

    @property
    def may_lack_an_answer(self) -> bool:
        """Whether the constant is what an empty input gives."""
        return len(self.constants) == 3

    def constant(self, rng: random.Random, split: Split) -> Any:
        """A constant of the split, None for a family without one."""
        if not self.constants:
            return None
        if len(self.constants) <= 3:
            return rng.choice(self.constants)
        return rng.choice(_shared(self.name, self.constants)[split])

    def wording(self, rng: random.Random, split: Split) -> str:
        """A sentence with `$a`, `$k` … in it that belongs to the split.

        Half of those drawn for dev and test are of a form that training never sees.
        """
        while True:
            unseen = split != "train" and rng.random() < 0.5
            text = expand(rng, rng.choice(self.held_out if unseen else self.wordings))
            if not unseen and text in _expansions(self.held_out):
                continue
            sentence = _framed(rng, text, unseen)
            if self.may_lack_an_answer:
                key = "nothing_held_out" if unseen else "nothing"
                sentence += expand(rng, rng.choice(_frames()[key]))
            if unseen or split_of(f"code {self.name} {sentence}") == split:
                return sentence


@cache
def families() -> dict[str, Family]:
    """Every family by name, in the order of the files."""
    found = {}
    for path in sorted(FOLDER.glob("*.yml")):
        if path != FRAMES:
            entries, more = _read(path), _read(FOLDER / "wordings" / path.name)
            found |= {
                name: _family(name, entries[name], more[name]) for name in entries
            }
    return found


def expand(rng: random.Random, wording: str) -> str:
    """Choose one of each group of alternatives, the innermost first."""
    while GROUP.search(wording):
        wording = GROUP.sub(lambda m: rng.choice(m[1].split("|")), wording, count=1)
    return wording


@cache
def _expansions(wordings: tuple[str, ...]) -> frozenset[str]:
    """All that can come of the wordings."""
    done, todo = set(), list(wordings)
    while todo:
        wording = todo.pop()
        if group := GROUP.search(wording):
            for choice in group[1].split("|"):
                todo.append(wording[: group.start()] + choice + wording[group.end() :])
        else:
            done.add(wording)
    return frozenset(done)


def _read(path: Path) -> dict[str, Any]:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def _family(name: str, entry: Mapping[str, Any], more: Iterable[str]) -> Family:
    constants = entry.get("constants", ())
    if isinstance(constants, dict):
        constants = range(constants["from"], constants["to"] + 1)
    return Family(
        name=name,
        parameters=tuple(entry["parameters"].split()),
        returns=entry["returns"],
        names=tuple(entry["names"].split()),
        wordings=(*entry["wordings"], *more),
        held_out=tuple(entry["held_out"]),
        bodies=tuple(entry["bodies"]),
        constants=tuple(constants),
    )


@cache
def _shared(name: str, constants: tuple[int, ...]) -> dict[Split, list[int]]:
    """A tenth of the constants for test, a tenth for dev, the rest for training."""
    order = sorted(constants, key=lambda k: zlib.crc32(f"{name} {k}".encode()))
    tenth = len(order) // 10
    return {
        "test": order[:tenth],
        "dev": order[tenth : 2 * tenth],
        "train": order[2 * tenth :],
    }


def _framed(rng: random.Random, text: str, unseen: bool) -> str:
    """A sentence: `text` if it is one already (a capital), else within a frame."""
    first = text.split()[0]
    if first == "True":
        sort = "truth"
    elif first[0].isupper():
        return text
    else:
        sort = "check" if first == "whether" else "value"
    if sort == "check" and rng.random() < 0.3:
        text = text.replace("whether", "if", 1)
    held_out = unseen and rng.random() < 0.4
    frames = _frames()[f"{sort}_held_out" if held_out else sort]
    sentence = rng.choice(frames).format(text)
    return sentence[0].upper() + sentence[1:]


@cache
def _frames() -> dict[str, list[str]]:
    return _read(FRAMES)
