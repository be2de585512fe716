"""Pictures of the lesson on vision and audio come with a text that says the same."""

import numpy as np
import pytest
from PIL import Image

from utils import gallery
from utils.chat import Reply
from utils.evaluate import Graded, Result
from utils.tasks import TASKS, draw

pytestmark = pytest.mark.unit

PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture
def shown(monkeypatch) -> list[dict]:
    """What a notebook would be given: one MIME bundle per display."""
    bundles: list[dict] = []
    monkeypatch.setattr(
        "IPython.display.display", lambda bundle, **_: bundles.append(bundle)
    )
    return bundles


def graded(right: bool, seed: int = 1) -> Graded:
    [example] = draw(TASKS["charts-value"], 1, seed)
    text = example.reply if right else "Bar A is 7."
    return Graded(example, Reply(None, text, 3, True), right)


def test_pictures(shown):
    gallery.pictures([Image.new("RGB", (32, 32))] * 2, ["one", "two"], "Two squares.")
    [bundle] = shown
    assert bundle["image/png"].startswith(PNG)
    assert bundle["text/plain"] == "Two squares."


def test_answers_say_what_would_be_right_only_where_it_is_not(shown):
    right, wrong = graded(True), graded(False, seed=2)
    gallery.answers([wrong, right])
    said = shown[0]["text/plain"]
    assert f"Right would be: {wrong.example.reply}" in said
    assert said.count("Right would be") == 1
    assert said.endswith(right.reply.text)


def test_rates(shown):
    results = {
        "all": Result([graded(True)] * 4, 1),
        "half": Result([graded(True), graded(False)], 1),
    }
    gallery.rates("Read", results)
    assert shown[0]["text/plain"] == "Read. all: 100 %, half: 50 %."


def test_patches_are_laid_out_block_by_block():
    """Two rows of four patches: first the left block's four, then the right one's."""
    place = gallery._places(rows=2, columns=4, side=10, merge=2)
    assert place[:4] == [(0, 0), (0, 11), (11, 0), (11, 11)]
    assert [left for _, left in place[4:]] == [26, 37, 26, 37]


def test_patches_put_a_picture_together_again(shown):
    tiles = np.zeros((8, 4, 4, 3))
    gallery.patches(tiles, rows=2, columns=4, merge=2)
    said = shown[0]["text/plain"]
    assert "2 rows of 4 patches" in said
    assert "the 2 blocks are numbered from 0" in said


def test_heat(shown):
    gallery.heat(Image.new("RGB", (64, 64)), np.eye(2), "title", "Two blocks matter.")
    assert shown[0]["text/plain"] == "Two blocks matter."


def test_sound_names_the_loud_tokens(shown):
    mel = np.zeros((4, 40))
    mel[:, 8:16] = 1
    mel[:, 36:] = 1
    gallery.sound(np.zeros(400), 100, mel, tokens=10)
    said = shown[0]["text/plain"]
    assert "the waveform of 4 seconds" in said
    assert "10 tokens, of which 2 to 3, 9 are loud" in said


def test_table(shown):
    gallery.table(["what", "tokens"], [("a photo", 3), ("a word", 1)])
    assert shown[0]["text/markdown"] == (
        "| what | tokens |\n| --- | --- |\n| a photo | 3 |\n| a word | 1 |"
    )
