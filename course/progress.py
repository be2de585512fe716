"""Keeps what a learner has done, on disk and as a small dashboard.

Progress lives outside the repository (`utils.paths.home()`). Nothing here raises for a
damaged file or a full disk: the learner is told in one sentence and goes on.
"""

import html
import json
import os
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from utils import paths

FILE = "progress.json"


@dataclass
class Progress:
    """A learner's record. `notice` is a sentence for them, or ""."""

    exercises: dict[str, dict[str, Any]] = field(default_factory=dict)
    quizzes: dict[str, dict[str, int]] = field(default_factory=dict)
    notice: str = ""


@dataclass(frozen=True)
class Row:
    """A lesson's line on the dashboard."""

    title: str
    done: tuple[str, ...]
    todo: tuple[str, ...]
    quiz: tuple[int, int] | None  # right answers, questions


def load() -> Progress:
    """The learner's record; a damaged file is set aside and said so."""
    try:
        text = (paths.home() / FILE).read_text("utf-8")
    except FileNotFoundError:
        return Progress()
    except UnicodeDecodeError:
        return Progress(notice=_set_aside())
    except OSError as error:
        return Progress(notice=f"Your progress could not be read ({error.strerror}).")
    try:
        read = json.loads(text)
        progress = Progress(read["exercises"], read["quizzes"])
        for entries in (progress.exercises, progress.quizzes):
            if not all(isinstance(one, dict) for one in entries.values()):
                raise TypeError("an entry is not a table")
    except (ValueError, KeyError, TypeError, AttributeError):
        return Progress(notice=_set_aside())
    return progress


def save(progress: Progress) -> str:
    """Write the record in one step; returns "" or a sentence on what went wrong."""
    text = json.dumps(
        {"exercises": progress.exercises, "quizzes": progress.quizzes}, indent=1
    )
    fresh = None
    try:
        folder = paths.home()
        handle, fresh = tempfile.mkstemp(prefix=FILE, dir=folder)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(fresh, folder / FILE)
    except OSError as error:
        if fresh and os.path.exists(fresh):
            os.unlink(fresh)
        reason = error.strerror or error
        return f"Your progress could not be saved ({reason}); the lesson works without."
    return ""


def record(kind: str, key: str, **changes: Any) -> str:
    """Change one entry ("exercises" or "quizzes") on disk; returns a notice or "".

    The file is read again first, so two open lessons do not undo each other.
    """
    progress = load()
    entry = getattr(progress, kind).setdefault(key, {})
    for name, value in changes.items():
        entry[name] = value(entry.get(name)) if callable(value) else value
    notice = save(progress)
    return " ".join(part for part in (progress.notice, notice) if part)


def as_text(rows: list[Row]) -> str:
    """The dashboard for a screen reader, a terminal or a plain page."""
    lines = []
    for row in rows:
        total = len(row.done) + len(row.todo)
        line = f"{row.title}: {len(row.done)} of {total} exercises"
        if row.quiz:
            line += f", quiz {row.quiz[0]} of {row.quiz[1]}"
        if row.todo:
            line += f"; still open: {', '.join(row.todo)}"
        lines.append(line)
    return "\n".join(lines) or "No lesson has exercises yet."


def as_html(rows: list[Row]) -> str:
    """The dashboard as a table."""
    head = (
        '<table><caption>Your progress</caption><thead><tr><th scope="col">lesson</th>'
        '<th scope="col">exercises</th><th scope="col">still open</th>'
        '<th scope="col">quiz</th></tr></thead><tbody>'
    )
    return head + "".join(_html_row(row) for row in rows) + "</tbody></table>"


def _html_row(row: Row) -> str:
    done, total = len(row.done), len(row.done) + len(row.todo)
    quiz = f"{row.quiz[0]} of {row.quiz[1]}" if row.quiz else "none"
    bar = "■" * done + "□" * len(row.todo)
    todo = ", ".join(f"<code>{html.escape(key)}</code>" for key in row.todo) or "none"
    return (
        f'<tr><th scope="row">{html.escape(row.title)}</th>'
        f'<td><span aria-hidden="true">{bar}</span> {done} of {total}</td>'
        f"<td>{todo}</td><td>{quiz}</td></tr>"
    )


def _set_aside() -> str:
    """Keep a damaged file under another name; returns the sentence for the learner."""
    try:
        damaged = paths.home() / FILE
        backup = _free_name(damaged)
        os.replace(damaged, backup)
    except OSError:
        return "Your progress file is damaged and could not be set aside."
    return (
        f"Your progress file was damaged: it is kept as {backup}, and a new one begins."
    )


def _free_name(path: Path) -> Path:
    number = 1
    while (backup := path.with_suffix(f".damaged-{number}.json")).exists():
        number += 1
    return backup
