"""What can be asked about a scene of plain shapes: one `Question` for each kind."""

import random
import re
from collections import Counter
from collections.abc import Callable, Iterable

from utils.tasks.drawing import SHAPES, Color, Item, Scene
from utils.tasks.question import Asked, Question
from utils.tasks.sums import last_number

COLORS: dict[str, Color] = {
    "red": (220, 30, 30),
    "orange": (250, 150, 20),
    "yellow": (245, 225, 40),
    "green": (40, 160, 60),
    "blue": (40, 80, 220),
    "purple": (140, 50, 180),
    "pink": (250, 140, 190),
    "black": (25, 25, 25),
}
ROW = 32  # pixels
ALL = ("shapes", "things", "objects", "figures")


def once(scene: Scene, part: str) -> list[Item]:
    """The items whose shape (or color) no other has."""
    counts = Counter(getattr(item, part) for item in scene.items)
    return [item for item in scene.items if counts[getattr(item, part)] == 1]


def _ask_shape(rng: random.Random, scene: Scene) -> Asked:
    item = rng.choice(once(scene, "color"))
    return Asked(item.shape, f"It is a {item.shape}.", {"color": item.color})


def _ask_color(rng: random.Random, scene: Scene) -> Asked:
    item = rng.choice(once(scene, "shape"))
    return Asked(item.color, f"It is {item.color}.", {"shape": item.shape})


def _ask_count(rng: random.Random, scene: Scene) -> Asked:
    things, count = _counted(scene, rng)
    return Asked(str(count), f"I count {count}.", {"things": things})


def _ask_list(rng: random.Random, scene: Scene) -> Asked:
    items = sorted(scene.items, key=_as_read)
    said = ", ".join(f"{item.color} {item.shape}" for item in items)
    return Asked(said, f"{said}.")


def _counted(scene: Scene, rng: random.Random) -> tuple[str, int]:
    """What to count, and how many there are: of all, of a shape, or of a color."""
    what = rng.choice(("all", "shape", "color"))
    if what == "all":
        return rng.choice(ALL), len(scene.items)
    names = [getattr(item, what) for item in scene.items]
    name = rng.choice(
        [*names, *names, rng.choice(list(SHAPES if what == "shape" else COLORS))]
    )
    plural = {"cross": "crosses"}.get(name, f"{name}s")
    things = plural if what == "shape" else f"{name} {rng.choice(ALL)}"
    return things, names.count(name)


def _as_read(item: Item) -> tuple[int, int]:
    """Row by row, as a text is read; a row is as high as a token of the picture."""
    x, y = item.center
    return y // ROW, x


def _names_one(known: Iterable[str]) -> Callable[[str, str], bool]:
    """Whether the one known word in the reply is the answer."""
    words = set(known)

    def right(answer: str, reply: str) -> bool:
        return words & {*re.findall(r"\w+", reply.lower())} == {answer}

    return right


def _counts(answer: str, reply: str) -> bool:
    return last_number(reply) == answer


def _same_shapes(answer: str, reply: str) -> bool:
    """Whether every shape is named with its color, in any order."""
    return sorted(re.findall(r"\w+ \w+", reply)) == sorted(answer.split(", "))


QUESTIONS = {
    "shape": Question("shape", _ask_shape, _names_one(SHAPES), "only-shape"),
    "color": Question("color", _ask_color, _names_one(COLORS), "only-color"),
    "count": Question("count", _ask_count, _counts),
    "list": Question("shape-list", _ask_list, _same_shapes),
}
