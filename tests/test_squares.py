"""What lies on each square of a picture, in words and as a loss."""

import random

import pytest
import torch
from tiny_vision import tiny_model, tiny_processor, tiny_recipe
from torch.nn import functional as F  # noqa: N812 - PyTorch's own habit

from utils.kinds import vision
from utils.losses import IGNORE, seen_loss
from utils.tasks.charts import Charts
from utils.tasks.drawing import Chart, Item, Scene
from utils.tasks.shapes import Shapes
from utils.tasks.squares import words_on

pytestmark = pytest.mark.unit

WHITE = (255, 255, 255)
RED = (220, 30, 30)


def scene(*items: Item) -> Scene:
    return Scene(items, (96, 64), WHITE)


def test_a_thing_lies_on_the_squares_that_it_covers():
    star = Item("star", "red", RED, (48, 16), 14)  # in the middle of the upper row
    wide = Item("cross", "red", RED, (32, 48), 15)  # across the border of two squares
    lies = ("red", "star")
    assert words_on(scene(star), 32) == [(), lies, (), (), (), ()]
    assert words_on(scene(wide), 32)[3:] == [("red", "cross"), ("red", "cross"), ()]


def test_a_square_shows_the_thing_that_covers_most_of_it():
    little = Item("circle", "red", RED, (16, 16), 9)
    more = Item("square", "red", RED, (16, 40), 18)  # reaches up into the first square
    assert words_on(scene(little, more), 32)[0] == ("red", "circle")
    assert words_on(scene(more, little), 32)[0] == ("red", "circle")
    assert words_on(scene(more, little), 32)[3] == ("red", "square")


def test_columns_of_a_chart_carry_their_letters():
    values = (3, 4, 5)
    drawn = Chart(tuple("KAX"), values, 10, 2, (128, 64), (RED,) * 3, WHITE, 0.7)
    # The bars' slots are 23 to 56.7, to 90.3 and to 124.
    row = [("K",), ("K", "A"), ("A", "X"), ("X",)]
    assert words_on(drawn, 32) == row * 2


def test_everything_in_a_picture_is_named_somewhere():
    rng = random.Random(3)
    for _ in range(30):
        chart = Charts("list").picture(rng, "train")
        named = {word for words in words_on(chart, 32) for word in words}
        assert named == set(chart.labels)
        drawn = Shapes("list").picture(rng, "train")
        pairs = {words for words in words_on(drawn, 32) if words}
        assert pairs == {(item.color, item.shape) for item in drawn.items}


def test_a_batch_has_words_for_every_token_of_its_pictures():
    processor = tiny_processor()
    made = vision.batch(tiny_recipe(), processor, 0)
    tokens = int(made.image_grid_thw.prod(-1).sum()) // 4
    assert len(made.words) == tokens
    assert (made.words != IGNORE).any(1).all()
    known = made.words[made.words != IGNORE].unique()
    said = processor.tokenizer.convert_ids_to_tokens(known)
    assert vision.BARE in said
    assert all(word == vision.BARE or word.startswith("Ġ") for word in said)


def test_the_loss_of_what_is_seen_is_the_mean_over_tokens_and_their_words():
    model = tiny_model()
    features = torch.randn(3, 32)
    words = torch.tensor([[5, 7], [6, IGNORE], [9, 9]])
    logits = model.lm_head(features)
    both = F.cross_entropy(logits[[0, 0]], torch.tensor([5, 7]))
    others = F.cross_entropy(logits[1:], torch.tensor([6, 9]))
    expected = (both + 2 * others) / 3
    torch.testing.assert_close(seen_loss(model, features, words), expected)


def test_the_loss_is_that_of_the_replies_and_of_what_is_seen():
    model, processor = tiny_model(), tiny_processor()
    made = vision.batch(tiny_recipe(), processor, 0)
    parts = {key: value for key, value in made.items() if key != "words"}
    replies = model(**parts).loss
    seen = model.model.get_image_features(made.pixel_values, made.image_grid_thw)
    tower = seen_loss(model, torch.cat(seen.pooler_output), made.words)
    torch.testing.assert_close(vision.loss(model, made), replies + tower)
