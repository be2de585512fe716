"""Questions about plain shapes: which shape, which color, how many, or all of them.

Every scene has a shape and a color that occur once, so each question has one answer.
"""

import random
import re
from collections import Counter

from utils.tasks.base import Example, Split, split_of
from utils.tasks.drawing import SHAPES, Color, Item, Scene, Size, draw_scene
from utils.tasks.picture_wordings import ask
from utils.tasks.pictures import BACKGROUNDS, MOST_THINGS, look, some_size

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
KINDS = ("shape", "color", "count", "list")
ROW = 32  # pixels
ALL = ("shapes", "things", "objects", "figures")


class Shapes:
    """One kind of question about shapes, at one size or at several."""

    family = "shapes"

    def __init__(self, kind: str, size: Size | None = None, suffix: str = "") -> None:
        self.kind, self.size = kind, size
        self.name = f"shapes-{kind}{suffix}"

    def picture(
        self,
        rng: random.Random,
        split: Split,
        size: Size | None = None,
        most: int = MOST_THINGS,
    ) -> Scene:
        """A scene of the split."""
        while True:
            count = min(most, rng.randint(1, MOST_THINGS))
            scene = _scene(rng, count, size or self.size)
            said = [(i.shape, i.color, i.center, i.radius) for i in scene.items]
            askable = _once(scene, "shape") and _once(scene, "color")
            if askable and split_of(f"scene {said}") == split:
                return scene

    def sample(self, rng: random.Random, split: Split) -> Example:
        return self.about(self.picture(rng, split), rng, split)

    def about(self, picture: Scene, rng: random.Random, split: Split) -> Example:
        """A question about a scene."""
        question, answer, reply = self._asked(picture, rng, split)
        messages = [look(draw_scene(picture), question)]
        return Example(self.name, messages, answer, "", reply)

    def grade(self, example: Example, reply: str) -> bool:
        """Right when the one shape, color or number that the reply names is right.

        A list may be in any order.
        """
        if self.kind == "list":
            return sorted(re.findall(r"\w+ \w+", reply)) == sorted(
                example.answer.split(", ")
            )
        if self.kind == "count":
            return re.findall(r"\d+", reply)[-1:] == [example.answer]
        words = set(re.findall(r"\w+", reply.lower()))
        known = set(SHAPES if self.kind == "shape" else COLORS)
        return words & known == {example.answer}

    def _asked(
        self, scene: Scene, rng: random.Random, split: Split
    ) -> tuple[str, str, str]:
        """Question, answer and reply."""
        only = len(scene.items) == 1 and rng.random() < 0.5
        if self.kind == "shape":
            item = rng.choice(_once(scene, "color"))
            kind = "only-shape" if only else "shape"
            question = ask(rng, kind, split, color=item.color)
            return question, item.shape, f"It is a {item.shape}."
        if self.kind == "color":
            item = rng.choice(_once(scene, "shape"))
            kind = "only-color" if only else "color"
            question = ask(rng, kind, split, shape=item.shape)
            return question, item.color, f"It is {item.color}."
        if self.kind == "list":
            items = sorted(scene.items, key=_as_read)
            said = ", ".join(f"{item.color} {item.shape}" for item in items)
            return ask(rng, "shape-list", split), said, f"{said}."
        things, count = _counted(scene, rng)
        return ask(rng, "count", split, things=things), str(count), f"I count {count}."


def _as_read(item: Item) -> tuple[int, int]:
    """Row by row, as a text is read; a row is as high as a token of the picture."""
    x, y = item.center
    return y // ROW, x


def _once(scene: Scene, part: str) -> list[Item]:
    """The items whose shape (or color) no other has."""
    counts = Counter(getattr(item, part) for item in scene.items)
    return [item for item in scene.items if counts[getattr(item, part)] == 1]


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


def _scene(rng: random.Random, most: int, size: Size | None) -> Scene:
    """A scene of `most` shapes, or of fewer when there is no room."""
    width, height = size = some_size(rng, size)
    items: list[Item] = []
    for _ in range(most):
        shape, color = rng.choice(list(SHAPES)), rng.choice(list(COLORS))
        if items and rng.random() < 0.35:  # so that there is something to count
            shape, color = rng.choice(
                [(shape, items[0].color), (items[0].shape, color)]
            )
        radius = rng.randint(9, 18)
        center = _free_place(rng, items, radius, width, height)
        if center:
            items.append(Item(shape, color, _tint(rng, color), center, radius))
    return Scene(tuple(items), size, rng.choice(BACKGROUNDS))


def _free_place(
    rng: random.Random, items: list[Item], radius: int, width: int, height: int
) -> tuple[int, int] | None:
    """A center where the shape touches nothing; None when none was found."""
    edge = radius + 3
    for _ in range(30):
        x, y = rng.randint(edge, width - edge), rng.randint(edge, height - edge)
        gaps = (
            max(abs(x - i.center[0]), abs(y - i.center[1])) - i.radius - radius
            for i in items
        )
        if all(gap > 4 for gap in gaps):
            return x, y
    return None


def _tint(rng: random.Random, color: str) -> Color:
    """The color, a little lighter or darker."""
    red, green, blue = (
        min(255, max(0, c + rng.randint(-12, 12))) for c in COLORS[color]
    )
    return red, green, blue
