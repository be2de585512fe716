"""What a lesson's cells call: check, hint, solution, quiz, progress and say.

Nothing here raises for a learner. With COURSE_STRICT=1 `check` raises CheckFailed
unless the answer is right, which is how the tests run solved notebooks.
"""

import difflib
import os
from typing import Any

from course import content
from course import progress as records
from course.checks import CheckFailed, Exercise, Verdict, grade

__all__ = ["check", "hint", "progress", "quiz", "say", "solution"]

_hints_shown: dict[str, int] = {}


def check(key: str, *answers: Any, **named: Any) -> None:
    """Check an answer and print ✓, "not done yet" or ✗ with the likely cause."""
    exercise = _find(key)
    if exercise is None:
        if _strict():
            raise CheckFailed(f"There is no exercise {key!r}.")
        return
    verdict = grade(exercise, answers, named)
    print(verdict)
    if _strict() and verdict.state != "right":
        raise CheckFailed(str(verdict))
    if verdict.state != "not done":
        _record(exercise, verdict)


def hint(key: str) -> None:
    """Print the exercise's hints, one more at each call."""
    exercise = _find(key)
    if exercise is None:
        return
    total = len(exercise.hints)
    shown = _hints_shown[key] = min(_hints_shown.get(key, 0) + 1, total)
    for number, text in enumerate(exercise.hints[:shown], 1):
        print(f"Hint {number} of {total}: {text}")
    if shown == total:
        print(f'That was the last hint; solution("{key}") shows one way to do it.')
    _tell(
        records.record(
            "exercises", key, lesson=exercise.lesson, hints=lambda n: max(n or 0, shown)
        )
    )


def solution(key: str) -> None:
    """Show one solution of the exercise, cut from the lesson itself."""
    from course import lesson

    exercise = _find(key)
    if exercise is None:
        return
    try:
        code = lesson.solution_source(key)
    except (OSError, lesson.LessonError, ImportError) as error:
        code, reason = None, str(error)
    else:
        reason = "no lesson has it"
    if code is None:
        print(f"The solution of {key!r} cannot be shown: {reason}.")
        return
    _show(f"```python\n{code}\n```", code)
    _tell(records.record("exercises", key, lesson=exercise.lesson, saw_solution=True))


def quiz(slug: str) -> None:
    """Show a lesson's quiz, with buttons where the page has them."""
    from course import quiz as quizzes

    short = content.short(slug)
    try:
        questions = quizzes.load(short)
    except Exception as error:
        print(f"The quiz {slug!r} cannot be shown: {str(error).splitlines()[0]}")
        return
    data = {"text/plain": quizzes.as_text(questions)}
    data["text/html"] = quizzes.as_html(questions)

    def finished(right: int, total: int) -> None:
        records.record("quizzes", short, right=right, total=total)

    if _in_notebook():
        try:
            made = quizzes.widget(questions, finished)
            data[quizzes.WIDGET] = made._repr_mimebundle_()[quizzes.WIDGET]
        except Exception:  # no widgets here: the static quiz is whole
            pass
    _display(data)


def progress() -> None:
    """Show what is done and what is open, lesson by lesson."""
    kept = records.load()
    rows = [_row(lesson, kept) for lesson in _lessons()]
    rows = [row for row in rows if row.done or row.todo]
    _tell(kept.notice)
    _display({"text/plain": records.as_text(rows), "text/html": records.as_html(rows)})


def say(text: str) -> None:
    """Show a sentence of Markdown, as lessons do with numbers that a cell measured."""
    _show(text, text)


def _find(key: str) -> Exercise | None:
    """The exercise, or None after saying that there is none."""
    try:
        known = content.all_exercises()
    except Exception as error:  # a lesson's author made a mistake, not the learner
        print(f"The checks cannot be loaded: {type(error).__name__}: {error}")
        return None
    if key not in known:
        near = difflib.get_close_matches(str(key), known, n=1)
        hint_text = f" Did you mean {near[0]!r}?" if near else ""
        print(f"There is no exercise {key!r}.{hint_text}")
    return known.get(key)


def _record(exercise: Exercise, verdict: Verdict) -> None:
    """Note a try; an exercise once done stays done."""
    right = verdict.state == "right"
    notice = records.record(
        "exercises",
        exercise.key,
        lesson=exercise.lesson,
        done=lambda before: bool(before) or right,
        tries=lambda before: (before or 0) + 1,
    )
    _tell(notice)


def _lessons() -> list[tuple[str, str]]:
    """(short slug, title) of the lessons there are, in order."""
    from course import syllabus

    try:
        return [(one.short, one.title) for one in syllabus.load().available]
    except syllabus.SyllabusError as error:
        print(error)
        return []


def _row(lesson: tuple[str, str], kept: records.Progress) -> records.Row:
    short, title = lesson
    keys = list(content.exercises(short))
    done = [key for key in keys if kept.exercises.get(key, {}).get("done")]
    todo = [key for key in keys if key not in done]
    score = kept.quizzes.get(short)
    quiz_score = (score["right"], score["total"]) if score else None
    return records.Row(title, tuple(done), tuple(todo), quiz_score)


def _strict() -> bool:
    return os.environ.get("COURSE_STRICT") == "1"


def _tell(notice: str) -> None:
    if notice:
        print(notice)


def _in_notebook() -> bool:
    """Whether a kernel shows rich outputs; a plain Python prints."""
    try:
        from IPython import get_ipython
    except ImportError:
        return False
    return hasattr(get_ipython(), "kernel")


def _show(markdown: str, plain: str) -> None:
    _display({"text/markdown": markdown, "text/plain": plain})


def _display(data: dict[str, Any]) -> None:
    if not _in_notebook():
        print(data["text/plain"])
        return
    from IPython.display import display

    display(data, raw=True)
