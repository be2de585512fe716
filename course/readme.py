"""Writes the lesson table in README.md from the syllabus."""

import re
from pathlib import Path

from course import content
from course.syllabus import Lesson, Syllabus

START, END = "<!-- lessons -->", "<!-- /lessons -->"
STATUS = {"complete": "ready", "draft": "first version"}


def path() -> Path:
    return content.root() / "README.md"


def expected(syllabus: Syllabus) -> tuple[str, str] | None:
    """README.md as it is and as it should be; None where it has no table's markers."""
    if not path().is_file():
        return None
    now = path().read_text("utf-8")
    if START not in now or END not in now:
        return None
    block = f"{START}\n{table(syllabus)}\n{END}"
    pattern = re.compile(f"{re.escape(START)}.*?{re.escape(END)}", re.DOTALL)
    return now, pattern.sub(lambda _: block, now, count=1)


def table(syllabus: Syllabus) -> str:
    """The lessons as a Markdown table."""
    rows = ["| | lesson | what you get | time | state |", "|---|---|---|---|---|"]
    return "\n".join(rows + [_row(lesson) for lesson in syllabus.lessons])


def _row(lesson: Lesson) -> str:
    if not lesson.available:
        return f"| {lesson.number} | {lesson.title} | | | planned |"
    link = f"[{lesson.title}](notebooks/{lesson.slug}.ipynb)"
    cells = [lesson.number, link, lesson.promise]
    cells += [f"{lesson.minutes} min", STATUS[lesson.status]]
    return f"| {' | '.join(map(str, cells))} |"
