"""Each check rejects typical wrong answers, each with feedback of its own.

That the solution passes and the stub is "not done" is shown by the notebooks
themselves, in test_lessons.py.
"""

import pytest

from course import content, syllabus
from course import quiz as quizzes
from course.checks import Exercise, grade

pytestmark = pytest.mark.unit

LESSONS = [lesson for lesson in syllabus.load().lessons if lesson.written]
EXERCISES = {
    key: exercise
    for lesson in LESSONS
    for key, exercise in content.exercises(lesson.short).items()
}
MIN_WRONG, MIN_HINTS, MIN_EXERCISES = 3, 2, 4


def wrong_answers(exercise: Exercise) -> list[tuple]:
    """(answer, fragment) pairs; an answer that is a tuple holds several arguments."""
    path = content.wrong_answers() / f"{exercise.lesson}.py"
    return content.load_module(path).WRONG[exercise.key]


def graded(exercise: Exercise, answer: object):
    answers = answer if isinstance(answer, tuple) else (answer,)
    return grade(exercise, answers, {})


each = pytest.mark.parametrize("exercise", EXERCISES.values(), ids=EXERCISES)


def test_no_two_lessons_share_an_exercise():
    assert set(EXERCISES) <= set(content.all_exercises())


@each
def test_wrong_answers_get_feedback_of_their_own(exercise: Exercise):
    wrong = wrong_answers(exercise)
    assert len(wrong) >= MIN_WRONG
    fragments = [fragment for _, fragment in wrong]
    assert len(set(fragments)) == len(fragments)
    for answer, fragment in wrong:
        verdict = graded(exercise, answer)
        assert verdict.state == "wrong", fragment
        assert fragment in verdict.text
        others = [one for one in fragments if one != fragment and one in verdict.text]
        assert others == [], f"{fragment!r} shares its feedback with {others}"


@each
def test_an_answer_left_out_is_not_done(exercise: Exercise):
    for stub in (..., None):
        assert graded(exercise, stub).state == "not done"


@each
def test_an_answer_of_any_type_is_told_not_raised(exercise: Exercise):
    for odd in ("text", -1.5, [], {}, object(), int, lambda: 1 / 0):
        verdict = graded(exercise, odd)
        assert verdict.state in ("wrong", "not done")
        assert verdict.text.strip()


@each
def test_hints_climb_and_do_not_repeat(exercise: Exercise):
    assert len(exercise.hints) >= MIN_HINTS
    assert len(set(exercise.hints)) == len(exercise.hints)


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda one: one.slug)
def test_a_lesson_has_its_exercises_and_its_quiz(lesson):
    assert len(content.exercises(lesson.short)) >= MIN_EXERCISES
    questions = quizzes.load(lesson.short)
    assert len(questions) >= MIN_EXERCISES
    for question in questions:
        assert all(choice.why.strip() for choice in question.choices)
