"""What lies on each square of a picture, in words: what a vision tower learns to see.

A square is what one token of the language model stands for.
"""

from utils.tasks.drawing import Chart, Scene, columns

LEAST = 1 / 8  # of a square, or of its width: what covers less is not there


def words_on(picture: Chart | Scene, side: int) -> list[tuple[str, ...]]:
    """The words for each square of `side` pixels, row by row; none for bare paper.

    Color and shape of the thing that covers most of it, or the letters of the bars in
    whose columns it lies.
    """
    across, down = (range(0, length, side) for length in picture.size)
    if isinstance(picture, Chart):
        return [_letters(picture, x, side) for x in across] * len(down)
    return [_thing(picture, x, y, side) for y in down for x in across]


def _thing(scene: Scene, x: int, y: int, side: int) -> tuple[str, ...]:
    most, words = side * side * LEAST, ()
    for item in scene.items:
        across = _overlap(item.center[0], item.radius, x, side)
        down = _overlap(item.center[1], item.radius, y, side)
        if across * down > most:
            most, words = across * down, (item.color, item.shape)
    return words


def _letters(chart: Chart, x: int, side: int) -> tuple[str, ...]:
    slot, middles = columns(chart)
    return tuple(
        label
        for label, middle in zip(chart.labels, middles, strict=True)
        if _overlap(middle, slot / 2, x, side) > side * LEAST
    )


def _overlap(center: float, reach: float, start: int, side: int) -> float:
    """Length that `center` +- `reach` and a square's side have in common."""
    return max(0.0, min(center + reach, start + side) - max(center - reach, start))
