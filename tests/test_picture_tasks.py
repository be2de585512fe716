"""Charts and shapes: drawn as they say, asked in many ways, rightly graded."""

import random
import re

import pytest
from PIL import ImageDraw

from utils.tasks import TASKS, draw
from utils.tasks.base import Example, text_of
from utils.tasks.chart_questions import LETTERS, TRENDS, trend_of
from utils.tasks.charts import Charts
from utils.tasks.drawing import BOTTOM, LEFT, RIGHT, SHAPES, TOP, draw_chart, draw_scene
from utils.tasks.picture_wordings import ask, wordings
from utils.tasks.pictures import LARGE, SIDES, SMALL
from utils.tasks.shape_questions import COLORS
from utils.tasks.shapes import Shapes

pytestmark = pytest.mark.unit

SPLITS = ("train", "dev", "test")
KINDS = {
    "tallest": Charts,
    "shortest": Charts,
    "trend": Charts,
    "value": Charts,
    "axis": Charts,
    "letters": Charts,
    "shape": Shapes,
    "color": Shapes,
    "count": Shapes,
}
LISTS = (Charts("list"), Shapes("list"))
SLOTS = {
    "most": "tallest",
    "label": "C",
    "color": "red",
    "shape": "circle",
    "things": "stars",
    "bar": "bar",
    "thing": "thing",
}


def image_of(example: Example):
    return example.messages[0]["content"][0]["image"]


def pictures(task, n: int, split: str = "train") -> list:
    rng = random.Random(f"{task.name}/{split}")
    return [task.picture(rng, split) for _ in range(n)]


def read_bars(image, bars: int) -> list[int]:
    """Heights in pixels, read from the middle of each bar's slot."""
    width, height = image.size
    heights = []
    for index in range(bars):
        x = LEFT + round((index + 0.5) * (width - RIGHT - LEFT) / bars)
        foot = height - BOTTOM - 1
        color = image.getpixel((x, foot))
        top = next(y for y in range(foot, -2, -1) if image.getpixel((x, y)) != color)
        heights.append(foot - top)
    return heights


def test_the_bars_of_a_chart_are_as_high_as_their_values():
    for chart in pictures(Charts("value"), 200):
        image = draw_chart(chart)
        assert image.size == chart.size
        rows = chart.size[1] - TOP - BOTTOM
        for height, value in zip(
            read_bars(image, len(chart.values)), chart.values, strict=True
        ):
            assert height == pytest.approx(rows * value / chart.top, abs=1)


def test_charts_differ_in_every_respect():
    charts = pictures(Charts("value"), 400)
    assert {len(chart.values) for chart in charts} == {3, 4, 5}
    assert {side for chart in charts for side in chart.size} == set(SIDES)
    assert len({chart.top for chart in charts}) == 8
    assert len({chart.colors for chart in charts}) > 100
    assert len({chart.labels for chart in charts}) > 100
    assert {trend_of(chart.values) for chart in charts} == set(TRENDS)
    for chart in charts:
        assert chart.top % chart.step == 0
        assert chart.top // chart.step >= 4, "a grid step is at most a quarter"
        assert max(chart.values) <= chart.top
        assert len(set(chart.values)) == len(chart.values)
        assert set(chart.labels) <= set(LETTERS)


def test_answers_about_a_chart_are_what_its_pixels_say():
    for kind, pick in (("tallest", max), ("shortest", min)):
        task = Charts(kind)
        for chart in pictures(task, 60):
            example = task.about(chart, random.Random(1), "train")
            heights = read_bars(image_of(example), len(chart.values))
            assert chart.labels[heights.index(pick(heights))] == example.answer
    task = Charts("trend")
    for chart in pictures(task, 60):
        heights = read_bars(draw_chart(chart), len(chart.values))
        ordered = {tuple(sorted(heights)): "rising"}
        ordered[tuple(sorted(heights, reverse=True))] = "falling"
        wanted = ordered.get(tuple(heights), "mixed")
        assert task.about(chart, random.Random(1), "train").answer == wanted


def test_a_list_of_bars_is_what_the_pixels_say():
    for example in draw(LISTS[0], 60, 1):
        image = image_of(example)
        bars = [bar.split() for bar in example.answer.split(", ")]
        heights = read_bars(image, len(bars))
        rank = sorted(range(len(bars)), key=heights.__getitem__)
        assert rank == sorted(range(len(bars)), key=lambda i: int(bars[i][1]))
        assert example.reply == ", ".join(f"{b[0]} {b[1]}" for b in bars) + "."


def test_a_list_of_shapes_goes_row_by_row():
    rng = random.Random(6)
    for scene in pictures(LISTS[1], 60):
        places = {f"{i.color} {i.shape}": i.center for i in scene.items}
        if len(places) < len(scene.items):
            continue
        listed = LISTS[1].about(scene, rng, "train").answer.split(", ")
        centers = [places[item] for item in listed]
        assert sorted(listed) == sorted(places)
        assert centers == sorted(centers, key=lambda xy: (xy[1] // 32, xy[0]))


def test_a_list_is_right_only_with_every_part():
    chart = Example("charts-list", [], "K 20 5, A 35 5, B 4 5", "", "")
    shapes = Example("shapes-list", [], "red star, blue cross", "", "")
    charted = ("K 20, A 35, B 4.", "K: 25, A: 30, B: 0", "K is 20, A is 35, B is 4.")
    for reply in charted:
        assert LISTS[0].grade(chart, reply), reply
    for reply in ("K 20, A 35.", "A 35, K 20, B 4.", "K 26, A 35, B 4.", "", "K, A, B"):
        assert not LISTS[0].grade(chart, reply), reply
    for reply in ("red star, blue cross.", "blue cross, red star"):
        assert LISTS[1].grade(shapes, reply), reply
    for reply in ("red star.", "red star, blue star.", "red star, " * 2, ""):
        assert not LISTS[1].grade(shapes, reply), reply


def test_each_trend_is_asked_as_often():
    answers = [example.answer for example in draw(Charts("trend"), 600, 1)]
    for trend in TRENDS:
        assert answers.count(trend) / 600 == pytest.approx(1 / 3, abs=0.08)


@pytest.mark.parametrize("shape", SHAPES)
def test_a_shape_stands_where_the_scene_says_in_its_color(shape):
    found = 0
    for scene in pictures(Shapes("shape"), 100):
        image = draw_scene(scene)
        for item in scene.items:
            if item.shape != shape:
                continue
            found += 1
            seen = image.getpixel(item.center)
            distance = {
                name: sum(abs(a - b) for a, b in zip(seen, color, strict=True))
                for name, color in COLORS.items()
            }
            assert min(distance, key=distance.get) == item.color
    assert found > 10


def test_shapes_do_not_touch_and_are_as_many_as_the_scene_says():
    for scene in pictures(Shapes("count"), 60):
        image = draw_scene(scene)
        mark = (1, 2, 3)
        for item in scene.items:
            assert image.getpixel(item.center) != mark, "it is part of an earlier one"
            ImageDraw.floodfill(image, item.center, mark)
        colors = {color for _, color in image.getcolors(1000)}
        assert colors == {scene.background, mark}, "nothing else is drawn"


def test_answers_about_shapes_follow_from_the_scene():
    rng = random.Random(5)
    for kind in ("shape", "color"):
        task, other = Shapes(kind), {"shape": "color", "color": "shape"}[kind]
        for scene in pictures(task, 100):
            example = task.about(scene, rng, "train")
            words = re.findall(r"\w+", text_of(example.messages[0]).lower())
            meant = [i for i in scene.items if getattr(i, other) in words]
            [item] = meant or scene.items
            assert getattr(item, kind) == example.answer
    task, counts = Shapes("count"), set()
    for scene in pictures(task, 100):
        example = task.about(scene, rng, "train")
        words = set(re.findall(r"\w+", text_of(example.messages[0]).lower()))
        counted = [
            item
            for item in scene.items
            if (item.color in words or not words & set(COLORS))
            and (
                words & {item.shape + "s", item.shape + "es"}
                or not words & {shape + end for shape in SHAPES for end in ("s", "es")}
            )
        ]
        assert str(len(counted)) == example.answer
        counts.add(len(counted))
    assert counts >= set(range(6))


@pytest.mark.parametrize("kind", KINDS)
def test_a_picture_belongs_to_one_split(kind):
    task = KINDS[kind](kind)
    known = {split: set(map(repr, pictures(task, 300, split))) for split in SPLITS}
    assert not known["train"] & known["test"]
    assert not known["train"] & known["dev"]
    assert not known["dev"] & known["test"]


def test_a_chart_keeps_its_split_in_another_dress():
    """Labels, values and axis decide, so a test chart is not a recolored one."""
    said = {
        split: {
            (c.labels, c.values, c.top) for c in pictures(Charts("trend"), 2000, split)
        }
        for split in SPLITS
    }
    assert not said["train"] & said["test"]
    assert not said["dev"] & said["test"]


@pytest.mark.parametrize(("suffix", "size"), [("small", SMALL), ("large", LARGE)])
@pytest.mark.parametrize("kind", KINDS)
def test_tasks_of_one_size(kind, suffix, size):
    task = TASKS[f"{KINDS[kind].family}-{kind}-{suffix}"]
    assert {image_of(example).size for example in draw(task, 20, 1)} == {size}


@pytest.mark.parametrize("kind", wordings("questions"))
def test_held_out_wordings_are_for_evaluation_only(kind):
    held = wordings("held_out")[kind]
    asked = {*wordings("questions")[kind], *wordings("more").get(kind, [])}
    assert not asked & set(held)
    patterns = [re.sub(r"\\{\w+\\}", ".+", re.escape(w.lower())) for w in held]

    def held_out(split: str, n: int = 1000) -> int:
        rng = random.Random(4)
        texts = (ask(rng, kind, split, **SLOTS).lower() for _ in range(n))
        return sum(any(re.search(p, text) for p in patterns) for text in texts)

    assert held_out("train") == 0
    assert held_out("dev") > 300
    assert held_out("test") > 300


GRADED = {
    "tallest": (
        "C",
        ["Bar C is the tallest.", "C", "It is C!"],
        ["Bar D.", "C or D", "c", ""],
    ),
    "trend": (
        "rising",
        ["The trend is rising.", "increasing"],
        ["falling", "It is rising, then falling.", "I see bars.", ""],
    ),
    "value": (
        "C 35 10",
        ["Bar C is 35.", "45", "25"],
        ["Bar C is 46.", "24", "high", "", "35, no, 80"],
    ),
    "letters": (
        "K A B",
        ["K, A, B.", "K A B", "The letters are K, A and B."],
        ["K, A.", "A, K, B.", "K, A, B, B.", "k, a, b", ""],
    ),
    "axis": (
        "80 16",
        ["Up to 80 in steps of 16.", "80, 16", "It ends at 80, a line each 16"],
        ["Up to 80.", "16 80", "Up to 60 in steps of 16.", "80 16 16", ""],
    ),
    "shape": ("star", ["It is a star.", "Star"], ["A circle.", "star or circle", ""]),
    "color": ("red", ["It is red.", "Red!"], ["blue", "red and blue", "reddish", ""]),
    "count": ("3", ["I count 3.", "3"], ["4", "13", "three of them", ""]),
}


@pytest.mark.parametrize("kind", GRADED)
def test_a_reply_is_right_when_all_that_it_names_is_right(kind):
    answer, right, wrong = GRADED[kind]
    task, example = KINDS[kind](kind), Example("", [], answer, "", "")
    assert all(task.grade(example, reply) for reply in right)
    assert not any(task.grade(example, reply) for reply in wrong)
