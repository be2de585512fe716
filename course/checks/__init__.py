"""How an exercise's check is written, and how an answer is graded.

Lesson 01 shows it to learners. A check is a function in `course/checks/<lesson>.py`:

    @exercise("double", stars=1, minutes=2, hints=["Which operator multiplies?"])
    def check_double(answer):
        expect(answer(3) == 6, f"double(3) gave {answer(3)}: did you add 2 instead?")
        return "3 doubled is 6."
"""

import functools
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from types import FunctionType, MethodType, ModuleType
from typing import Any


class Wrong(Exception):  # noqa: N818  (reads as what it says about the answer)
    """The answer is wrong; the message names the symptom and its likely cause."""


class NotDone(Exception):  # noqa: N818
    """The answer is still the stub; the message says what is missing."""


class CheckFailed(AssertionError):  # noqa: N818
    """Raised instead of printing when COURSE_STRICT=1."""


class _LearnerError(Exception):
    """Carries an exception that the learner's own function raised."""


@dataclass(frozen=True)
class Exercise:
    """One exercise: its check, how hard and long it is, and its hints."""

    key: str
    lesson: str  # slug without its number
    stars: int  # 1 to 3
    minutes: int
    hints: tuple[str, ...]
    run: Callable[..., str] = field(repr=False)


@dataclass(frozen=True)
class Verdict:
    """What a check found. `state` is "right", "not done" or "wrong"."""

    state: str
    text: str

    def __str__(self) -> str:
        lead = {"right": "✓ ", "not done": "not done yet: ", "wrong": "✗ "}
        return lead[self.state] + self.text


def exercise(key: str, *, stars: int, minutes: int, hints: list[str]):
    """Mark a function as the check of exercise `key`.

    It gets the learner's answer(s) and returns the sentence after the check mark.
    """
    if stars not in (1, 2, 3):
        raise ValueError(f"Exercise {key!r} has {stars} stars; give it 1, 2 or 3.")
    if not hints:
        raise ValueError(f"Exercise {key!r} has no hints; write at least one.")

    def mark(function: Callable[..., str]) -> Callable[..., str]:
        lesson = function.__module__.removeprefix("course_content_checks_")
        lesson = lesson.rpartition(".")[2]
        function.exercise = Exercise(
            key, lesson, stars, minutes, tuple(hints), function
        )
        return function

    return mark


def exercises_of(module: ModuleType) -> dict[str, Exercise]:
    """The exercises that a checks module defines, in the order it defines them."""
    marked = [f.exercise for f in vars(module).values() if hasattr(f, "exercise")]
    return {one.key: one for one in marked}


def expect(condition: object, feedback: str) -> None:
    """Raise Wrong with `feedback` ("symptom: likely cause") unless `condition`."""
    if not condition:
        raise Wrong(feedback)


def grade(exercise: Exercise, answers: tuple, named: dict[str, Any]) -> Verdict:
    """Run a check on a learner's answers. Never raises, KeyboardInterrupt included."""
    try:
        answers = tuple(_prepared(answer) for answer in answers)
        named = {name: _prepared(answer) for name, answer in named.items()}
        return Verdict("right", exercise.run(*answers, **named))
    except NotDone as missing:
        return Verdict("not done", str(missing))
    except Wrong as wrong:
        return Verdict("wrong", str(wrong))
    except _LearnerError as carried:
        return Verdict("wrong", _describe(carried.__cause__))
    except KeyboardInterrupt:
        return Verdict("wrong", "the check was stopped: does your code ever finish?")
    except BaseException as error:  # a check that an unforeseen type of answer broke
        return Verdict(
            "wrong",
            f"the check could not use your answer ({type(error).__name__}: {error}): "
            "is it of the type that the exercise asks for?",
        )


def _prepared(answer: Any) -> Any:
    """The answer, watched if it is a function; raises NotDone for a stub."""
    if answer is ... or answer is None:
        raise NotDone("put your answer where the ... is, then run this cell again.")
    if isinstance(answer, list | tuple | dict):
        parts = answer.values() if isinstance(answer, dict) else answer
        if any(part is ... for part in parts):
            raise NotDone("one part of your answer is still `...`.")
    if isinstance(answer, FunctionType | MethodType | functools.partial):
        return _watched(answer)
    return answer


def _watched(function: Callable) -> Callable:
    """`function`, but a stub's result raises NotDone and an error is carried out."""
    name = getattr(function, "__name__", "your function")

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        try:
            result = function(*args, **kwargs)
        except (KeyboardInterrupt, NotDone):
            raise
        except BaseException as error:
            if "ellipsis" in str(error).lower():
                raise NotDone(f"there is still a ... in {name}().") from error
            raise _LearnerError from error
        if result is ...:
            raise NotDone(f"put your code where the ... is in {name}().")
        if result is None:
            raise NotDone(f"{name}() returns nothing; end it with `return ...`.")
        return result

    return call


def _describe(error: BaseException) -> str:
    """One sentence on an error in the learner's own code, with the line."""
    where = ""
    # the first frame is the watcher above, the second the learner's function
    for frame in traceback.extract_tb(error.__traceback__)[1:]:
        if frame.line and ("ipykernel" in frame.filename or not where):
            where = f" at `{frame.line.strip()}` (line {frame.lineno} of its cell)"
    message = f": {error}" if str(error) else ""
    return f"your code stopped with {type(error).__name__}{message}{where}."
