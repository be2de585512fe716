"""A vision model first sees one thing to a picture, then more and more."""

import random

import pytest
from tiny_vision import tiny_recipe

from utils.kinds import vision
from utils.recipe import Beginning
from utils.tasks.chart_questions import trend_of
from utils.tasks.charts import Charts
from utils.tasks.pictures import TINY
from utils.tasks.shapes import Shapes

pytestmark = pytest.mark.unit


def test_pictures_have_one_thing_first_and_then_more_and_more():
    first = Beginning(steps=100, tasks={"charts-letters": 1.0})
    data = tiny_recipe().data.model_copy(update={"beginning": first})
    rng = random.Random(1)
    steps = (0, 99, 100, 124, 125, 199, 200, 5000)
    shared = [vision.practice(rng, data, step) for step in steps]
    assert [one.most for one in shared] == [1, 1, 1, 1, 2, 4, 5, 5]
    for one in shared[:2]:
        assert (one.tasks, one.questions, one.size) == (first.tasks, 1, TINY)
    for one in shared[2:]:
        assert one.tasks == data.tasks
        assert min(one.size) > max(TINY)
    assert vision.practice(rng, tiny_recipe().data, 0).most == 5


@pytest.mark.parametrize("most", [1, 2, 4])
def test_a_picture_has_no_more_things_than_asked_for(most):
    rng = random.Random(7)
    for _ in range(40):
        chart = Charts("list").picture(rng, "train", None, most)
        scene = Shapes("list").picture(rng, "train", None, most)
        assert min(most, 3) <= len(chart.values) <= most
        assert 1 <= len(scene.items) <= most


@pytest.mark.parametrize(
    ("values", "trend"),
    [((4,), "mixed"), ((2, 4), "rising"), ((4, 2), "falling"), ((1, 3, 2), "mixed")],
)
def test_the_trend_of_few_bars(values, trend):
    assert trend_of(values) == trend
