"""Tasks: reproducible, fair (no test problem is trained on) and rightly graded."""

import pickle
import random
import re

import pytest

from utils.tasks import TASKS, draw
from utils.tasks.base import split_of, text_of, user
from utils.tasks.scope import decline, more_templates, templates
from utils.tasks.smalltalk import HONEST, REPLIES
from utils.tasks.sums import FollowUps, Sums, last_number, make, running_sums
from utils.tasks.wordings import HELD_OUT, OPENINGS, ask, opening

pytestmark = pytest.mark.unit

SPLITS = ("train", "dev", "test")
# Code is run, not read: tests/test_code_tasks.py.
CHAT = {name: task for name, task in TASKS.items() if not name.startswith("code")}
every_task = pytest.mark.parametrize("task", CHAT.values(), ids=CHAT)
every_split = pytest.mark.parametrize("split", SPLITS)


def summands(example) -> list[int]:
    """The numbers of a sums example, read from its own question."""
    return [
        int(number) for number in re.findall(r"\d+", example.messages[-1]["content"])
    ]


@every_task
@every_split
def test_the_same_seed_draws_the_same_examples(task, split):
    # Pickled, since two equal arrays of samples do not compare as one bool.
    drawn = [pickle.dumps(draw(task, 20, seed, split)) for seed in (7, 7, 8)]
    assert drawn[0] == drawn[1]
    assert drawn[0] != drawn[2]


@every_task
@every_split
def test_the_reference_reply_is_right_and_another_is_wrong(task, split):
    for example in draw(task, 200, 11, split):
        assert task.grade(example, example.reply)
        assert task.grade(example, f"  {example.reply}\n")
        assert not task.grade(example, "")
        assert not task.grade(example, "The sum is 100000.")


@every_task
def test_an_example_waits_for_the_model(task):
    for example in draw(task, 50, 2):
        assert example.messages[-1]["role"] in ("user", "tool")
        assert text_of(example.messages[-1]).strip()
        # What is seen or heard needs no thought.
        assert example.thought or hasattr(task, "picture") or hasattr(task, "sound")
        assert example.reply


@pytest.mark.parametrize("count", range(2, 9))
@every_split
def test_sums_have_as_many_numbers_in_range_as_asked(count, split):
    for example in draw(Sums(count), 200, 5, split):
        numbers = summands(example)
        assert len(numbers) == count
        assert all(1 <= number <= 99 for number in numbers)
        assert example.answer == str(sum(numbers))
        assert example.thought == running_sums(numbers)


def test_sums_from_zero_have_zeros_and_leave_the_others_as_they_were():
    zero = draw(Sums(2, smallest=0), 1000, 5, "train")
    numbers = [number for example in zero for number in summands(example)]
    assert set(numbers) == set(range(100))
    few = sum(number < 10 for number in numbers) / len(numbers)
    assert few == pytest.approx(0.1 + 0.9 * 0.1, abs=0.03)
    assert not any(0 in summands(e) for e in draw(TASKS["sums"], 500, 5, "train"))
    more = [summands(e)[0] for e in draw(FollowUps(smallest=0), 500, 5, "train")]
    assert 0 in more


def test_a_sum_with_a_zero_belongs_to_one_split():
    seen = {
        split: {
            tuple(sorted(summands(e)))
            for e in draw(Sums(2, smallest=0), 4000, 1, split)
        }
        for split in SPLITS
    }
    assert not seen["train"] & seen["test"]
    assert any(0 in pair for pair in seen["test"])
    assert any(0 in pair for pair in seen["train"])


def test_sums_of_every_length_are_asked():
    lengths = {len(summands(example)) for example in draw(TASKS["sums"], 300, 1)}
    assert lengths == set(range(2, 9))


@pytest.mark.parametrize("count", [2, 3])
def test_a_sum_belongs_to_one_split_in_any_order(count):
    seen = {
        split: {tuple(sorted(summands(e))) for e in draw(Sums(count), 3000, 1, split)}
        for split in SPLITS
    }
    assert not seen["train"] & seen["test"]
    assert not seen["train"] & seen["dev"]
    assert not seen["dev"] & seen["test"]


def test_splits_take_a_twentieth_each():
    keys = [f"sum {a} {b}" for a in range(1, 100) for b in range(a, 100)]
    shares = {
        name: sum(split_of(k) == name for k in keys) / len(keys) for name in SPLITS
    }
    assert shares["test"] == pytest.approx(0.05, abs=0.01)
    assert shares["dev"] == pytest.approx(0.05, abs=0.01)


def test_out_of_scope_questions_of_a_test_are_built_from_other_templates():
    parts = [set(templates(split)) for split in SPLITS]
    assert all(parts), "every split needs templates"
    assert not parts[0] & parts[1]
    assert not parts[0] & parts[2]
    assert not parts[1] & parts[2]
    more = {*more_templates()}
    assert more
    assert not more & parts[1]
    assert not more & parts[2]


def test_held_out_wordings_are_for_evaluation_only():
    assert not set(OPENINGS) & set(HELD_OUT)
    marks = [opening.split("{}")[0].lower() for opening in HELD_OUT]

    def held_out(split: str, n: int = 4000, *, various: bool = False) -> int:
        rng = random.Random(4)
        texts = (ask(rng, [12, 7], split, various=various).lower() for _ in range(n))
        return sum(any(mark in text for mark in marks) for text in texts)

    assert held_out("train") == 0
    assert held_out("train", n=20_000, various=True) == 0
    assert held_out("dev") > 1000
    assert held_out("test") > 1000


def test_wordings_put_together_are_many_and_hold_the_numbers():
    rng = random.Random(6)
    texts = [opening(rng) for _ in range(2000)]
    assert len(set(texts)) > 1000
    assert all(text.count("{}") == 1 and "{{" not in text for text in texts)


def test_various_sums_repeat_numbers_in_training_only():
    def twice(split: str, *, various: bool) -> int:
        rng, task = random.Random(7), Sums(3, various=various)
        found = (summands(task.sample(rng, split)) for _ in range(1000))
        return sum(len(set(numbers)) < len(numbers) for numbers in found)

    assert twice("train", various=True) > 100
    assert twice("test", various=True) < 60
    assert twice("train", various=False) < 60


def test_a_follow_up_goes_on_from_the_sum_before():
    for example in draw(FollowUps(), 300, 3):
        assert example.messages[-2]["role"] == "assistant"
        before = int(last_number(example.messages[-2]["content"]))
        [more] = summands(example)
        assert example.answer == str(before + more)
        assert 1 <= more <= 99


def test_a_sum_in_your_own_words():
    example = make("Twelve 12, seven 7?", [12, 7])
    assert example.messages == [user("Twelve 12, seven 7?")]
    assert (example.answer, example.thought) == ("19", "12 + 7 = 19")


def test_running_sums_add_one_number_a_line():
    assert running_sums([1, 2, 3]) == "1 + 2 = 3\n3 + 3 = 6"


@pytest.mark.parametrize(
    ("text", "number"), [("12 + 7 = 19.", "19"), ("none", None), ("1, 22", "22")]
)
def test_last_number(text, number):
    assert last_number(text) == number


def test_the_honest_sentence_is_the_only_way_to_decline():
    example = decline("Why is the sky blue?")
    task = TASKS["out_of_scope"]
    assert task.grade(example, HONEST)
    assert not task.grade(example, HONEST + " And the sky is blue.")
    assert not task.grade(example, "I cannot.")


def test_smalltalk_takes_any_reply_of_its_kind():
    for example in draw(TASKS["smalltalk"], 60, 1):
        for kind, replies in REPLIES.items():
            for _, text in replies:
                right = TASKS["smalltalk"].grade(example, text)
                assert right == (kind == example.answer)
