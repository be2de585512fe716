"""What tasks about pictures share: a picture is drawn, then something is asked of it.

Several questions can be asked about one picture, in any order; training does.
"""

import random
from typing import Any, Protocol

from utils.tasks.base import Example, Message, Split
from utils.tasks.drawing import Size

SIDES = (128, 128, 160, 192)  # pixels; multiples of 32, so that nothing is resampled
MOST_THINGS = 5  # bars or shapes in a picture
TINY: Size = (64, 64)  # for a beginner
SMALL: Size = (128, 128)
LARGE: Size = (192, 160)
BACKGROUNDS = ((255, 255, 255), (245, 245, 240), (235, 240, 250), (250, 240, 230))


class PictureTask(Protocol):
    """A task whose problem is a picture; tasks of one family share their pictures."""

    name: str
    family: str

    def picture(
        self,
        rng: random.Random,
        split: Split,
        size: Size | None = None,
        most: int = MOST_THINGS,
    ) -> Any:
        """What to draw, in the task's size or another; it belongs to one split.

        `most` bars or shapes are in it, or fewer.
        """
        ...

    def about(self, picture: Any, rng: random.Random, split: Split) -> Example:
        """A question about the picture."""
        ...


def some_size(rng: random.Random, size: Size | None) -> Size:
    """`size`, or any of the sizes of training."""
    return size or (rng.choice(SIDES), rng.choice(SIDES))


def look(image: Any, question: str) -> Message:
    """A message from the person: a picture and a question about it."""
    return {
        "role": "user",
        "content": [
            {"type": "image", "image": image},
            {"type": "text", "text": question},
        ],
    }
