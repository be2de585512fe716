"""System prompts: the language they name, the number alone, skills told honestly."""

import re
from pathlib import Path

import pytest

from utils import recipe as recipes
from utils.paths import MODELS
from utils.tasks import TASKS, draw
from utils.tasks.instructions import _data
from utils.tasks.phrasebook import LANGUAGES, phrases, render
from utils.tasks.scope import templates
from utils.tasks.skills import ADDER, GENERALIST, SKILLS, honest
from utils.tasks.translation import COVERED, data

pytestmark = pytest.mark.unit

SPLITS = ("train", "dev", "test")
REPLY, NUMBER = TASKS["reply_language"], TASKS["number_only"]


def test_every_language_has_every_reply():
    for replies in _data()["replies"].values():
        assert tuple(replies) == LANGUAGES
        assert len(set(replies.values())) == len(LANGUAGES)
    assert tuple(_data()["names"]) == tuple(_data()["own_rules"]) == LANGUAGES


@pytest.mark.parametrize("split", SPLITS)
def test_the_reply_is_in_the_language_that_was_ordered(split):
    seen = set()
    for example in draw(REPLY, 300, 2, split):
        language = example.thought.rsplit("\n", 1)[1].rstrip(".")
        key = {name: key for key, name in _data()["names"].items()}[language]
        rule = example.messages[0]["content"]
        assert language in rule or rule in _data()["own_rules"][key]
        own = {
            texts[key].format(example.answer) for texts in _data()["replies"].values()
        }
        assert example.reply in own
        seen.add(key)
    assert seen == set(LANGUAGES)


def test_another_language_or_another_sum_is_wrong():
    for example in draw(REPLY, 200, 3):
        for replies in _data()["replies"].values():
            for text in replies.values():
                reply = text.format(example.answer)
                assert REPLY.grade(example, reply) == (reply == example.reply)
        if example.answer:
            wrong = example.reply.replace(example.answer, example.answer + "1")
            assert not REPLY.grade(example, wrong)


def test_orders_of_a_test_are_never_trained():
    rules = _data()["rules"]
    assert not set(rules["train"]) & set(rules["test"])
    assert not set(rules["train"]) & set(rules["dev"])


@pytest.mark.parametrize("split", SPLITS)
def test_number_only_comes_from_every_task_that_has_numbers(split):
    examples = draw(NUMBER, 300, 4, split)
    tools = [e for e in examples if e.tools]
    told = [e for e in examples if e.thought.startswith("The user asks about")]
    assert len(tools) > 50
    assert len(told) > 50
    for example in examples:
        assert example.messages[0]["role"] == "system"
        assert [m["role"] for m in example.messages].count("system") == 1
        assert NUMBER.grade(example, example.answer)
        assert not NUMBER.grade(example, f"It is {example.answer}.")
        assert not NUMBER.grade(example, example.answer + "0")


def test_a_model_of_one_skill_says_what_it_always_said():
    assert honest(ADDER) == (
        "I am a pocket model, I can add two to eight numbers below one hundred, "
        "and I can say hello."
    )


def test_the_honest_sentence_names_each_skill_and_no_other():
    assert all(text in honest(GENERALIST) for text in SKILLS.values())
    for skill, text in SKILLS.items():
        rest = [other for other in SKILLS if other != skill]
        assert text not in honest(rest)


@pytest.mark.parametrize("skill", ["translation", "derivative"])
def test_what_a_skill_covers_is_no_longer_declined(skill):
    before, after = (
        {t for split in SPLITS for t in templates(split, skills)}
        for skills in (ADDER, (*ADDER, skill))
    )
    assert before - after, "templates tagged with the skill"
    assert after - before, "templates just beyond the skill"


def test_a_generalist_declines_no_phrase_that_it_can_translate():
    names = [data()["names"]["en"][language].lower() for language in COVERED]
    known = {
        render(phrase, "en").lower().strip(".!?")
        for split in SPLITS
        for group in phrases(split).values()
        for phrase in group
    }
    for split in SPLITS:
        for example in draw(TASKS["out_of_scope-generalist"], 3000, 5, split):
            text = example.messages[-1]["content"].lower()
            if any(name in text for name in names):
                assert not [sentence for sentence in known if sentence in text], text


def test_every_recipe_declines_and_names_what_it_does_not_practice():
    """A sentence about other skills than the recipe's would be a lie."""
    found = sorted(Path(MODELS).glob("*/recipe.yml"))
    assert found
    for path in found:
        recipe = recipes.read(path)
        practiced = {*recipe.data.tasks, *recipe.tasks}
        scope = [name for name in practiced if name.startswith("out_of_scope")]
        # Sums from zero are sums, too, and tools of few words are tools.
        skills = {re.sub("-(zero|few)$", "", name) for name in practiced} & set(SKILLS)
        for name in scope:
            assert set(TASKS[name].skills) == skills, path
