"""Every picture comes with the text that replaces it, and leaves nothing behind."""

import sys

import pytest
from IPython.utils.capture import capture_output
from tiny_chat import tiny_tokenizer

from utils import show
from utils.chat import Reply, encode
from utils.evaluate import Graded, Result
from utils.tasks import TASKS, draw

pytestmark = pytest.mark.unit

PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture
def shown(monkeypatch) -> list[dict]:
    """What a notebook would be given: one MIME bundle per display."""
    bundles: list[dict] = []

    def keep(bundle, raw=False, metadata=None):
        assert raw
        bundles.append(bundle | {"metadata": metadata})

    monkeypatch.setattr("IPython.display.display", keep)
    return bundles


def result(right: int, n: int) -> Result:
    [example] = draw(TASKS["sums"], 1, 1)
    reply = Reply(None, "", 3, True)
    return Result([Graded(example, reply, i < right) for i in range(n)], seed=1)


def test_accuracies(shown):
    lines = {
        "thinking": {2: result(10, 10), 8: result(9, 10)},
        "direct": {2: result(7, 10), 8: result(0, 10)},
    }
    show.accuracies("Sums", "summands", lines)
    [bundle] = shown
    assert bundle["image/png"].startswith(PNG)
    assert bundle["text/plain"] == (
        "Sums. thinking, by summands: 100 % at 2, 90 % at 8. "
        "direct, by summands: 70 % at 2, 0 % at 8."
    )
    assert bundle["metadata"]["image/png"]["alt"] == bundle["text/plain"]


def test_a_logarithmic_axis_names_the_points_that_were_measured(monkeypatch):
    drawn = []
    monkeypatch.setattr(show, "figure", lambda picture, alt: drawn.append(picture))
    lines = {"sums": {0.31: result(5, 10), 3.75: result(9, 10)}}
    show.accuracies("Sizes", "millions", lines, log=True)
    [axes] = drawn[0].axes
    assert axes.get_xscale() == "log"
    labels = [label.get_text() for label in axes.get_xticklabels()]
    assert labels == ["0.31", "3.8"]


def test_bars(shown):
    show.bars("Size", "MB", {"float32": 13.2, "int4": 1.65}, unit=" MB")
    [bundle] = shown
    assert bundle["image/png"].startswith(PNG)
    assert bundle["text/plain"] == "Size. float32: 13.2 MB, int4: 1.65 MB."


def test_bars_carry_their_values_even_in_percent(monkeypatch):
    pictures = []
    monkeypatch.setattr(show, "figure", lambda picture, alt: pictures.append(picture))
    show.bars("Share", "right (%)", {"one": 67.0, "five": 85.25}, unit=" %")
    [picture] = pictures
    assert [text.get_text() for text in picture.axes[0].texts] == ["67 %", "85.2 %"]


def test_next_tokens(shown):
    tokenizer = tiny_tokenizer()
    [three, four] = tokenizer("34")["input_ids"]
    probabilities = [0.0] * len(tokenizer)
    probabilities[three], probabilities[four] = 0.75, 0.25
    show.next_tokens(tokenizer, probabilities, top=2)
    [bundle] = shown
    assert bundle["image/png"].startswith(PNG)
    assert bundle["text/plain"] == "The next token: 3 75.0 %, 4 25.0 %."


def test_tokens(shown):
    tokenizer = tiny_tokenizer()
    ids = encode(tokenizer, "What is <b>?")
    show.tokens(tokenizer, ids)
    [bundle] = shown
    assert bundle["text/html"].count("<span") == len(ids)
    assert "&lt;" in bundle["text/html"]
    assert ">b</span>" in bundle["text/html"]
    assert "><<" not in bundle["text/html"], "text of a token must not become a tag"
    assert "assistant" not in bundle["text/plain"], "this role is several tokens"
    control = 3  # of another color: two <|im_start|>, one <|im_end|>
    colors = [show.ROLE_COLORS[role] for role in ("user", "assistant")]
    colored = sum(bundle["text/html"].count(color) for color in colors)
    assert colored == len(ids) - control
    assert bundle["text/plain"].startswith("<|im_start|>|")
    assert len(bundle["text/plain"].split("|<|im_end|>|")) == 2


@pytest.mark.parametrize(
    ("text", "seen"), [(" a", "␣a"), ("\n\n", "⏎⏎"), ("", "∅"), ("a", "a")]
)
def test_visible(text, seen):
    assert show.visible(text) == seen


def test_colors_and_markers_are_all_different():
    assert len(set(show.COLORS)) == len(show.COLORS) == len(set(show.MARKERS))


def test_nothing_is_left_in_pyplot_or_in_the_settings():
    import matplotlib

    before = dict(matplotlib.rcParams)
    with capture_output() as captured:
        show.bars("Size", "MB", {"a": 1.0})
    assert captured.outputs or captured.stdout
    assert dict(matplotlib.rcParams) == before
    if "matplotlib.pyplot" in sys.modules:
        assert sys.modules["matplotlib.pyplot"].get_fignums() == []


def test_bars_side_by_side(shown):
    series = {"before": {"a": 3, "b": 12}, "after": {"a": 1.5, "b": 1200}}
    show.side_by_side("Tokens", "tokens", series, log=True)
    [bundle] = shown
    assert bundle["image/png"].startswith(PNG)
    assert bundle["text/plain"] == (
        "Tokens, in tokens. a: 3 before, 1.5 after; b: 12 before, 1.2e+03 after."
    )
