"""Passages to search in: held out for good, one answer each, in other words."""

import random
import re

import pytest

from utils.tasks import TASKS, draw
from utils.tasks.town import (
    DOMAINS,
    FRAMES,
    HELD_OUT_FRAMES,
    Fact,
    neighbors,
    random_fact,
    relations,
    split_of,
    words,
)
from utils.tasks.twins import _exchanged, two_facts

pytestmark = pytest.mark.unit

SPLITS = ("train", "dev", "test")
COLLECTIONS = ("passages", "near_passages", "twin_passages")
PLAIN = ("near_passages-plain", "twin_passages-plain")
each = pytest.mark.parametrize("name", [*COLLECTIONS, *PLAIN])


def pool_of(name: str, split: str = "test", size: int = 100, seed: int = 0):
    return TASKS[name].pool(random.Random(seed), split, size)


@each
@pytest.mark.parametrize("split", SPLITS)
def test_a_pool_has_one_passage_per_question(name, split):
    pool = pool_of(name, split)
    assert len(pool) == 100
    assert len({example.thought for example in pool}) == 100
    assert pool == pool_of(name, split)
    assert pool != pool_of(name, split, seed=1)


@each
def test_only_the_passage_itself_is_right(name):
    task, pool = TASKS[name], pool_of(name, size=40)
    for example in pool:
        assert task.grade(example, example.answer + "\n")
        for other in pool:
            assert task.grade(example, other.answer) == (other is example)
        assert not task.grade(example, example.answer[:-2])
        assert not task.grade(example, example.messages[0]["content"])


@each
def test_no_thing_of_a_place_or_owner_is_in_two_splits(name):
    seen = {
        split: {e.thought.rsplit(" | ", 1)[0] for e in pool_of(name, split, 600)}
        for split in SPLITS
    }
    for one, other in (("train", "test"), ("train", "dev"), ("dev", "test")):
        assert not seen[one] & seen[other]


def test_splits_keep_their_shares():
    facts = [
        Fact(domain, thing, side, "")
        for domain, (things, sides) in DOMAINS.items()
        for thing in range(len(words()[things]))
        for side in range(len(words()[sides]))
    ]
    shares = {s: sum(split_of(f) == s for f in facts) / len(facts) for s in SPLITS}
    assert shares["test"] == pytest.approx(0.2, abs=0.03)
    assert shares["dev"] == pytest.approx(0.2, abs=0.03)


def test_tests_ask_in_wordings_that_training_never_uses():
    assert not {*FRAMES[1:]} & {*HELD_OUT_FRAMES[1:]}
    for domain in DOMAINS:
        for relation in relations(domain).values():
            assert len(relation["held_out"]) >= 4
            assert not {*relation["asks"]} & {*relation["held_out"]}
    patterns = {
        re.escape(ask.split("{s}")[0] or ask.split("{s}")[1]).lower()
        for domain in DOMAINS
        for relation in relations(domain).values()
        for ask in relation["held_out"]
    }
    tests = [e.messages[0]["content"].lower() for e in draw(TASKS["passages"], 300, 1)]
    assert all(any(re.search(p, text) for p in patterns) for text in tests)


def test_words_and_templates_are_whole():
    for sort, rows in words().items():
        flat = [word for row in rows for word in row]
        assert all(len(row) == 4 for row in rows), sort
        assert len(set(flat)) == len(flat), sort
    for domain in DOMAINS:
        for relation in relations(domain).values():
            assert all("{s}" in t and "{v}" in t for t in relation["says"])
            for ask in relation["asks"] + relation["held_out"]:
                assert "{s}" in ask
                assert "{v}" not in ask
            assert len(set(map(str, relation["values"]))) == len(relation["values"])


def test_neighbors_differ_in_one_detail():
    fact = random_fact(random.Random(4), "test")
    details = (fact.thing, fact.side, fact.relation)
    for other in neighbors(fact):
        assert other.domain == fact.domain
        pairs = zip(details, (other.thing, other.side, other.relation), strict=True)
        assert sum(one != two for one, two in pairs) == 1


def test_a_near_pool_is_harder_to_tell_apart():
    def alike(name: str) -> float:
        """Passages that share two of three details with another of their pool."""
        rows = [example.thought.split(" | ") for example in pool_of(name)]
        return sum(
            sum(a == b for a, b in zip(row, other, strict=True)) == 2
            for row in rows
            for other in rows
        ) / len(rows)

    assert alike("near_passages") >= 3
    assert alike("passages") <= 1.5


def test_twins_bind_the_same_details_the_other_way_round():
    for seed in range(50):
        one, other = two_facts(random.Random(seed), "test")
        facts = {*_exchanged(one, other)}
        assert facts == {
            Fact(one.domain, one.thing, one.side, other.relation),
            Fact(one.domain, other.thing, other.side, one.relation),
        }
        assert not facts & {one, other}
        assert {split_of(fact) for fact in facts} == {"test"}


def test_a_question_about_a_twin_is_answered_by_one_of_the_two():
    pool = pool_of("twin_passages")
    for one, twin in zip(pool[::2], pool[1::2], strict=True):
        details = [e.thought.split(" | ") for e in (one, twin)]
        same_thing = details[0][:2] == details[1][:2]
        same_relation = details[0][2] == details[1][2]
        assert same_thing != same_relation


def test_the_town_is_large_enough_for_every_pool():
    facts = sum(
        len(words()[a]) * len(words()[b]) * len(relations(d))
        for d, (a, b) in DOMAINS.items()
    )
    assert facts > 10_000


def test_a_gloss_names_every_fact_of_its_text_in_order():
    rng, glosses, lines = random.Random(3), TASKS["glosses"], []
    for _ in range(300):
        example = glosses.sample(rng, "test")
        text, rows = example.messages[0]["content"].lower(), example.answer.split("\n")
        lines.append(len(rows))
        places = [_place(text, row) for row in rows]
        assert places == sorted(places)
        assert glosses.grade(example, f"{example.reply}\n")
        assert not glosses.grade(example, example.reply.replace(" | ", " ", 1))
    assert {1, 2} == set(lines)


def test_of_two_facts_the_gloss_has_the_one_asked_for():
    rng, glosses, firsts = random.Random(4), TASKS["glosses-plain"], []
    for _ in range(400):
        example = glosses.sample(rng, "train")
        opening, _, passage = example.messages[0]["content"].partition("? ")
        if not passage:
            continue
        thing, side, relation = example.answer.split(" | ")
        assert thing in opening.lower()
        assert side in opening.lower()
        ways = [
            relations(d)[relation]["says"][0]
            for d in DOMAINS
            if relation in relations(d)
        ]
        told = [
            re.escape(way)
            .replace(r"\{s\}", f"[^.]*{thing}[^.]*")
            .replace(r"\{v\}", "[^.]*")
            for way in ways
        ]
        assert re.search("|".join(told), passage, re.IGNORECASE), passage
        firsts.append(passage.lower().index(thing) < len(passage) / 2)
    assert 0.3 < sum(firsts) / len(firsts) < 0.7


def _place(text: str, gloss: str) -> int:
    """Where a gloss's thing stands in a text, in any of its words."""
    thing = gloss.split(" | ")[0]
    [alike] = [
        r for sort, _ in DOMAINS.values() for r in words()[sort] if r[0] == thing
    ]
    found = [text.find(word) for word in alike if word in text]
    return min(found)
