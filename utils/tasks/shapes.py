"""Plain shapes to ask about: which shape, which color, how many, or all of them.

Every scene has a shape and a color that occur once, so each question has one answer;
`shape_questions` has what is asked.
"""

import random

from utils.tasks.base import Example, Split, split_of
from utils.tasks.drawing import SHAPES, Color, Item, Scene, Size, draw_scene
from utils.tasks.picture_wordings import ask
from utils.tasks.pictures import BACKGROUNDS, MOST_THINGS, look, some_size
from utils.tasks.shape_questions import COLORS, QUESTIONS, once

KINDS = tuple(QUESTIONS)


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
            askable = once(scene, "shape") and once(scene, "color")
            if askable and split_of(f"scene {said}") == split:
                return scene

    def sample(self, rng: random.Random, split: Split) -> Example:
        return self.about(self.picture(rng, split), rng, split)

    def about(self, picture: Scene, rng: random.Random, split: Split) -> Example:
        """A question about a scene."""
        question = QUESTIONS[self.kind]
        only = len(picture.items) == 1 and rng.random() < 0.5
        asked = question.ask(rng, picture)
        wording = question.alone if only and question.alone else question.wording
        text = ask(rng, wording, split, **asked.slots)
        messages = [look(draw_scene(picture), text)]
        return Example(self.name, messages, asked.answer, "", asked.reply)

    def grade(self, example: Example, reply: str) -> bool:
        """Right when the one shape, color or number that the reply names is right.

        A list may be in any order.
        """
        return QUESTIONS[self.kind].right(example.answer, reply)


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
