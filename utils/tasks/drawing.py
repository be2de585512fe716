"""Draws the pictures that a vision model is asked about: bar charts and plain shapes.

Pillow alone, with the bitmap font that it carries: the same pixels on every machine.
"""

import math
from dataclasses import dataclass

from PIL import Image, ImageDraw, ImageFont

Color = tuple[int, int, int]
Size = tuple[int, int]  # width and height in pixels

INK: Color = (40, 40, 40)
GRID: Color = (200, 200, 200)
BLUE: Color = (31, 119, 180)
WHITE: Color = (255, 255, 255)
LEFT, RIGHT, TOP, BOTTOM = 23, 4, 7, 14  # margins around the bars, in pixels


@dataclass(frozen=True)
class Chart:
    """A bar chart: what it says, then how it looks.

    `top` is the largest number on the axis, `step` the distance of its grid lines and
    `thickness` the share of its slot that a bar fills.
    """

    labels: tuple[str, ...]
    values: tuple[int, ...]
    top: int
    step: int
    size: Size
    colors: tuple[Color, ...]
    background: Color
    thickness: float


@dataclass(frozen=True)
class Item:
    """One shape, with the name of its color, its center and its radius in pixels."""

    shape: str
    color: str
    tint: Color
    center: tuple[int, int]
    radius: int


@dataclass(frozen=True)
class Scene:
    """Shapes that do not touch."""

    items: tuple[Item, ...]
    size: Size
    background: Color


def draw_chart(chart: Chart) -> Image.Image:
    """The chart as an RGB picture: grid, numbers on the axis, bars, labels below."""
    picture = Image.new("RGB", chart.size, chart.background)
    pen = ImageDraw.Draw(picture)
    pen.fontmode = "1"
    font = ImageFont.load_default_imagefont()
    width, height = chart.size
    floor, right = height - BOTTOM, width - RIGHT
    for number in range(0, chart.top + 1, chart.step):
        y = _y(chart, number)
        pen.line((LEFT, y, right, y), fill=GRID)
        text = str(number)
        pen.text((LEFT - 3 - 6 * len(text), y - 6), text, fill=INK, font=font)
    slot, middles = columns(chart)
    half = slot * chart.thickness / 2
    for label, value, color, middle in zip(
        chart.labels, chart.values, chart.colors, middles, strict=True
    ):
        box = (round(middle - half), _y(chart, value), round(middle + half), floor)
        pen.rectangle(box, fill=color)
        pen.text((round(middle) - 3, floor + 2), label, fill=INK, font=font)
    pen.line((LEFT, TOP, LEFT, floor, right, floor), fill=INK)
    return picture


def columns(chart: Chart) -> tuple[float, list[float]]:
    """Width of the column that each bar stands in, and the columns' middles."""
    slot = (chart.size[0] - RIGHT - LEFT) / len(chart.values)
    return slot, [LEFT + (index + 0.5) * slot for index in range(len(chart.values))]


def bar_chart(
    values: dict[str, int], *, top: int, step: int, size: Size = (128, 128)
) -> Image.Image:
    """A plain chart of values by label, with an axis to `top` in steps of `step`."""
    bars = len(values)
    chart = Chart(
        tuple(values),
        tuple(values.values()),
        top,
        step,
        size,
        (BLUE,) * bars,
        WHITE,
        0.7,
    )
    return draw_chart(chart)


def draw_scene(scene: Scene) -> Image.Image:
    """The shapes as an RGB picture."""
    picture = Image.new("RGB", scene.size, scene.background)
    pen = ImageDraw.Draw(picture)
    for item in scene.items:
        SHAPES[item.shape](pen, *item.center, item.radius, item.tint)
    return picture


def _y(chart: Chart, number: int) -> int:
    """The row of pixels where a number of the axis stands."""
    height = chart.size[1] - TOP - BOTTOM
    return TOP + round(height * (1 - number / chart.top))


def _circle(pen, x: int, y: int, r: int, tint: Color) -> None:
    pen.ellipse((x - r, y - r, x + r, y + r), fill=tint)


def _square(pen, x: int, y: int, r: int, tint: Color) -> None:
    side = round(r * 0.85)
    pen.rectangle((x - side, y - side, x + side, y + side), fill=tint)


def _triangle(pen, x: int, y: int, r: int, tint: Color) -> None:
    pen.polygon([(x, y - r), (x - r, y + r), (x + r, y + r)], fill=tint)


def _diamond(pen, x: int, y: int, r: int, tint: Color) -> None:
    pen.polygon([(x, y - r), (x + r, y), (x, y + r), (x - r, y)], fill=tint)


def _star(pen, x: int, y: int, r: int, tint: Color) -> None:
    points = []
    for corner in range(10):
        angle = math.pi * (corner / 5 - 0.5)
        reach = r * (1.1 if corner % 2 == 0 else 0.45)
        points.append((x + reach * math.cos(angle), y + reach * math.sin(angle)))
    pen.polygon(points, fill=tint)


def _cross(pen, x: int, y: int, r: int, tint: Color) -> None:
    arm = max(2, round(r * 0.35))
    pen.rectangle((x - r, y - arm, x + r, y + arm), fill=tint)
    pen.rectangle((x - arm, y - r, x + arm, y + r), fill=tint)


SHAPES = {
    "circle": _circle,
    "square": _square,
    "triangle": _triangle,
    "diamond": _diamond,
    "star": _star,
    "cross": _cross,
}
