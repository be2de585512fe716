"""Writes the index of notebooks in README.md from the syllabus."""

import re
from pathlib import Path

from course import content
from course.syllabus import Lesson, Syllabus

START, END = "<!-- lessons -->", "<!-- /lessons -->"
STATUS = {
    "complete": "ready",
    "draft": "first version",
    "waiting": "written, waits for its pocket models",
}
HEAD = ("", "lesson", "what you get", "time", "needs", "state", "without installing")


def path() -> Path:
    return content.root() / "README.md"


def expected(syllabus: Syllabus) -> dict[Path, str]:
    """README.md as it should be; nothing where it has no table's markers."""
    if not path().is_file():
        return {}
    now = path().read_text("utf-8")
    if START not in now or END not in now:
        return {}
    block = f"{START}\n{table(syllabus)}\n{END}"
    pattern = re.compile(f"{re.escape(START)}.*?{re.escape(END)}", re.DOTALL)
    return {path(): pattern.sub(lambda _: block, now, count=1)}


def table(syllabus: Syllabus) -> str:
    """The lessons as a Markdown table."""
    rows = [f"| {' | '.join(HEAD)} |", "|---" * len(HEAD) + "|"]
    return "\n".join(rows + [_row(lesson, syllabus) for lesson in syllabus.lessons])


def _row(lesson: Lesson, syllabus: Syllabus) -> str:
    if not lesson.available:
        state = STATUS.get(lesson.status, "planned")
        return f"| {lesson.number} | {lesson.title} | | | | {state} | |"
    link = f"[{lesson.title}](notebooks/{lesson.slug}.ipynb)"
    cells = [lesson.number, link, lesson.promise, f"{lesson.minutes} min"]
    cells += [_needs(lesson), STATUS[lesson.status]]
    cells.append(f"[Colab]({syllabus.colab(lesson)})")
    return f"| {' | '.join(map(str, cells))} |"


def _needs(lesson: Lesson) -> str:
    """Memory on the pocket profile, and the smallest real profile with its download."""
    pocket = lesson.needs["pocket"]
    said = f"{pocket.ram_gb:g} GB of memory"
    real = next((name for name in lesson.needs if name != "pocket"), None)
    if real is None:
        return said
    need = lesson.needs[real]
    return f"{said}; `{real}`: {need.ram_gb:g} GB, download {need.download_gb:g} GB"
