"""Facts: published values only, asked in wordings that training never used."""

import calendar
import datetime
import re
from itertools import combinations

import pytest

from course.facts import figure
from utils.tasks import TASKS, Example, draw
from utils.tasks.base import user
from utils.tasks.facts import NAME, Fact, facts

pytestmark = pytest.mark.unit

SPLITS = ("train", "dev", "test")
TASK = TASKS["facts"]


def by_sentence(start: str) -> Fact:
    return next(fact for fact in facts() if fact.sentence.startswith(start))


def example_of(start: str) -> Example:
    """An example about that fact, to be answered in a sentence."""
    fact = by_sentence(start)
    return Example("facts", [user("")], fact.value, "", fact.sentence)


def test_there_are_more_than_forty_and_each_is_published():
    assert len(facts()) >= 40
    assert len({fact.sentence for fact in facts()}) == len(facts())
    for fact in facts():
        assert figure(fact.figure).verified


@pytest.mark.parametrize(
    ("start", "value"),
    [
        ("Qwen3 was released", figure("released").value["Qwen3"]),
        ("Qwen3 was trained", figure("training_tokens").value["Qwen3"]),
        ("Qwen3.5 supports", figure("languages").value["Qwen3.5"]),
        ("Qwen3-8B has 8", figure("parameters.total").value["Qwen3-8B"]),
        ("In Qwen3 the id of the think", figure("qwen3.token_ids").value["<think>"]),
    ],
)
def test_a_fact_says_what_was_published(start, value):
    said = by_sentence(start).value
    if start.endswith("released"):
        day = datetime.date.fromisoformat(value)
        assert said == f"{day.day} {calendar.month_name[day.month]} {day.year}"
    elif value > 1e8:
        assert float(said.split()[0]) == pytest.approx(value / 1e9, rel=0.005)
    else:
        assert int(re.search(r"\d+", said)[0]) == value


def test_no_number_is_written_into_a_wording():
    for fact in facts():
        for text in [fact.say, *(ask for asks in fact.asks.values() for ask in asks)]:
            assert not re.search(r"\d", NAME.sub("", text)), text


def test_wordings_of_a_test_are_never_trained():
    for fact in facts():
        assert len(fact.asks["train"]) >= 6
        for one, other in combinations(SPLITS, 2):
            assert not set(fact.asks[one]) & set(fact.asks[other])
    asked = [
        {e.messages[-1]["content"].lower() for e in draw(TASK, 4000, 1, split)}
        for split in ("train", "test")
    ]
    assert not asked[0] & asked[1]


def test_questions_tell_the_facts_apart():
    for split in SPLITS:
        asks = [
            (ask.format(entry=fact.entry), fact.sentence)
            for fact in facts()
            for ask in fact.asks[split]
        ]
        assert len(dict(asks)) == len(asks), split


@pytest.mark.parametrize(
    ("start", "reply", "right"),
    [
        ("Qwen3 was released", "Qwen3 came out on 29 April 2025.", True),
        ("Qwen3 was released", "It was April 29, 2025.", True),
        ("Qwen3 was released", "Qwen3 was released on 2025-04-29.", True),
        ("Qwen3 was released", "Qwen3 was released on 28 April 2025.", False),
        ("Qwen3 was released", "Qwen3 was released on 29 May 2025.", False),
        ("Qwen3 was released", "On 29 April 2025 or 16 April 2026.", False),
        ("Qwen3 was trained", "Qwen3 saw 36 trillion tokens", True),
        ("Qwen3 was trained", "Qwen3 saw 36 billion tokens", False),
        ("Qwen3 was trained", "Qwen3 saw tokens", False),
        ("Qwen3-2507 has", "It reads 262144 tokens.", True),
        ("Qwen3-2507 has", "It reads 262,144 tokens.", True),
        ("Qwen3-2507 has", "It reads 32,768 tokens.", False),
        ("Qwen3-8B has 8", "Qwen3-8B: 8.19 billion", True),
        ("Qwen3-8B has 8", "Qwen3-8B: 8.1 billion", False),
        ("With thinking, Qwen3-8B", "97.4 % on MATH-500, says Qwen3-8B", True),
        ("With thinking, Qwen3-8B", "87.4 % on MATH-500", False),
    ],
)
def test_the_grader_takes_the_fact_in_any_sentence(start, reply, right):
    assert TASK.grade(example_of(start), reply) == right


def test_number_only_means_no_sentence():
    plain = [e for e in draw(TASK, 600, 1) if e.messages[0]["role"] == "system"]
    assert len(plain) > 30
    for example in plain:
        assert TASK.grade(example, example.answer)
        assert not TASK.grade(example, f"It is {example.answer}.")
