"""Repeating: the given words and no others, new names too, strictly graded."""

import json
from itertools import combinations

import pytest

from utils.tasks import TASKS, draw
from utils.tasks.repeat import WORDINGS

pytestmark = pytest.mark.unit

SPLITS = ("train", "dev", "test")
TASK = TASKS["repeat"]


def listed(example) -> list[str] | None:
    """The items, where a JSON list was asked for."""
    return json.loads(example.answer) if example.thought == "I list them." else None


@pytest.mark.parametrize("split", SPLITS)
def test_the_answer_is_in_the_question_as_it_is_or_as_a_list(split):
    examples = draw(TASK, 300, 2, split)
    for example in examples:
        question, items = example.messages[0]["content"], listed(example)
        assert (example.answer if items is None else ", ".join(items)) in question
    assert 100 < sum(listed(example) is not None for example in examples) < 200


def test_splits_share_no_text_and_tests_have_wordings_of_their_own():
    asked = {s: {e.answer for e in draw(TASK, 800, 1, s)} for s in SPLITS}
    for one, other in combinations(SPLITS, 2):
        shared = asked[one] & asked[other]
        assert not {text for text in shared if len(text.split()) > 2}
        for wordings in WORDINGS.values():
            texts = (set(wordings[one].split("|")), set(wordings[other].split("|")))
            assert not texts[0] & texts[1]
            assert not set(wordings["more"].split("|")) & texts[1]


def test_the_grader_takes_the_same_text_and_nothing_else():
    for example in draw(TASK, 100, 3):
        assert TASK.grade(example, f"\n{example.answer} ")
        wrong = [
            example.answer[:-1],
            example.answer + ".",
            f"{example.answer} {example.answer}",
            f"Here it is: {example.answer}",
            "",
        ]
        assert not [text for text in wrong if TASK.grade(example, text)]
