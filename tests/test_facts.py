"""Published figures carry their source; prose holds no number that nothing backs."""

import pytest

from course import facts, numbers
from utils import paths

pytestmark = pytest.mark.unit


@pytest.fixture
def figures() -> dict[str, facts.Figure]:
    return facts.load(paths.FACTS / "figures.yml")


def test_every_figure_names_its_source(figures):
    assert len(figures) >= 30
    for key, one in figures.items():
        assert one.verified, key
        assert one.source
        assert one.url.startswith("https://")


def test_the_budget_curves_rise_from_the_model_without_thinking(figures):
    for name in ("aime24", "aime25", "livecodebench_v5", "gpqa_diamond"):
        curve = figures[f"qwen3.thinking_budget.{name}"]
        points = list(curve.value.values())
        assert list(curve.value) == ["1K", "2K", "4K", "8K", "16K", "32K"]
        assert points == sorted(points)
        assert points[0] > figures[f"qwen3.non_thinking.{name}"].value
        assert "2505.09388" in curve.url
        assert "within 0.3" in curve.note


def test_thinking_and_non_thinking_tables_have_the_same_models(figures):
    for task in ("math500", "aime24"):
        thinking = figures[f"qwen3.{task}.thinking"].value
        direct = figures[f"qwen3.{task}.non_thinking"].value
        assert list(thinking) == list(direct)
        assert all(thinking[name] > direct[name] for name in thinking)


def test_parameter_counts_agree_with_the_names(figures):
    total = figures["parameters.total"].value
    for name, count in total.items():
        billions = float(name.split("-")[1].rstrip("B"))
        assert count / 1e9 == pytest.approx(billions, rel=0.15)
        assert figures["parameters.non_embedding"].value[name] < count


def test_special_token_ids_are_those_of_the_real_tokenizer(figures):
    ids = figures["qwen3.token_ids"].value
    assert sorted(ids.values()) == list(ids.values())
    assert ids["</think>"] == ids["<think>"] + 1
    assert max(ids.values()) < figures["qwen3.tokenizer"].value["embedding rows"]


def test_a_figure_is_filled_in_and_its_source_linked_once():
    key = "qwen3.thinking_budget.aime24"
    text = facts.fill_in(f"From {{{{fig:{key}:1K}}}} to {{{{fig:{key}:32K}}}}.")
    link = facts.figure(key).citation
    assert text == f"From 42.1 % ({link}) to 86.7 %."


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{{fig:qwen3.thinking_budget.aime42:1K}}", "Did you mean"),
        ("{{fig:qwen3.thinking_budget.aime24:3K}}", "there is no entry '3K'"),
        ("{{fig:qwen3.thinking_budget.aime24}}", "there is no entry None"),
        ("{{fig:qwen3.non_thinking.aime24:1K}}", "it has no entries"),
    ],
)
def test_an_unknown_figure_is_refused(text, words):
    with pytest.raises(facts.FigureError, match=words):
        facts.fill_in(text)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("verified: false", "not verified"),
        ("url: http://example.com", "url"),
        ("source: ''", "source"),
        ("author: me", "author"),
    ],
)
def test_a_figure_without_backing_is_refused(tmp_path, change, words):
    entry = {
        "value": "1",
        "source": "A paper",
        "url": "https://a.b",
        "verified": "true",
    }
    key, value = change.split(": ")
    entry[key] = value
    path = tmp_path / "figures.yml"
    lines = [f"  {name}: {text}" for name, text in entry.items()]
    path.write_text("\n".join(["one.figure:", *lines]), "utf-8")
    with pytest.raises(facts.FigureError, match=words):
        facts.load(path)


BACKED = [
    "Qwen3-0.6B and a 4-bit model of 2x the size",
    "`x = 3` and $a_1 + 2$ and [page 12](https://a.b/12)",
    "```\n98 of 100\n```",
    "## Part 3 of 7",
    "1. first\n2. second",
    "See lesson 8 and exercise 3.",
    "It reaches {{fig:qwen3.non_thinking.aime24}}.",
    '<img alt="3 bars">',
    'Section 4.3, figure 2 and AIME 2024: "Add 30 to that."',
]
BARE = {
    "right 98 times": "98",
    "costs 40 %.": "40",
    "**1,024** tokens": "1,024",
    "(3.5)": "3.5",
    "from 2 to ten": "2",
    "| a | 7 |": "7",
    "98%": "98%",
}


@pytest.mark.parametrize("text", BACKED)
def test_numbers_that_are_backed_or_part_of_a_name_pass(text):
    assert numbers.unbacked(text) == []


@pytest.mark.parametrize(("text", "number"), BARE.items())
def test_bare_numbers_are_found_on_their_line(text, number):
    assert numbers.unbacked(f"```\n1\n```\n\n{text}") == [(4, number)]
