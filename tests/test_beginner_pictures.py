"""A vision model first sees one thing to a picture, then more and more."""

import random

import pytest
from tiny_vision import tiny_recipe

from utils.kinds import vision
from utils.tasks.charts import Charts, trend_of
from utils.tasks.shapes import Shapes

pytestmark = pytest.mark.unit


def test_pictures_have_one_thing_first_and_then_more_and_more():
    data = tiny_recipe().data.model_copy(update={"alone_steps": 100})
    steps = (0, 99, 100, 119, 120, 199, 200, 5000)
    most = [vision.most_things(data, step) for step in steps]
    assert most == [1, 1, 1, 1, 2, 5, 6, 6]
    assert vision.most_things(tiny_recipe().data, 0) == 6


@pytest.mark.parametrize("most", [1, 2, 4])
def test_a_picture_has_no_more_things_than_asked_for(most):
    rng = random.Random(7)
    for _ in range(40):
        chart = Charts("list").picture(rng, "train", None, most)
        scene = Shapes("list").picture(rng, "train", None, most)
        assert len(chart.values) == min(most, max(3, len(chart.values)))
        assert 1 <= len(scene.items) <= most


def test_only_a_beginner_sees_some_shapes_more_often():
    def circles(most: int) -> float:
        rng = random.Random(8)
        scenes = [Shapes("list").picture(rng, "train", None, most) for _ in range(300)]
        shapes = [item.shape for scene in scenes for item in scene.items]
        return shapes.count("circle") / len(shapes)

    assert circles(1) > 0.3 > 0.23 > circles(6)


@pytest.mark.parametrize(
    ("values", "trend"),
    [((4,), "mixed"), ((2, 4), "rising"), ((4, 2), "falling"), ((1, 3, 2), "mixed")],
)
def test_the_trend_of_few_bars(values, trend):
    assert trend_of(values) == trend
