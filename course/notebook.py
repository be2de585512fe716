"""Makes a notebook out of a lesson's cells, its syllabus entry and its checks."""

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from course import content, facts, glossary, setup_cell
from course.checks import Exercise
from course.lesson import Cell, LessonError, at, exercise_heading, read
from course.syllabus import Lesson, Syllabus

PARAMETERS = (
    'PROFILE = ""  # "" lets the course choose; or "pocket", "laptop", "t4", ...'
)
UNKNOWN = (facts.FigureError, glossary.GlossaryError)
KERNEL = {
    "name": "python3",
    "display_name": "Python 3 (ipykernel)",
    "language": "python",
}


@dataclass
class Draft:
    """A notebook without outputs, and where each of its cells comes from."""

    lesson: Lesson
    cells: list[Cell]  # the source's own
    exercises: dict[str, Exercise]
    node: NotebookNode
    origin: dict[str, Cell]  # by cell id; the header and help cells have none


def draft(lesson: Lesson, syllabus: Syllabus, solved: bool = False) -> Draft:
    """The notebook of a lesson, as shipped or with its solutions.

    Raises LessonError where an exercise lacks a check (or the reverse), and where a
    figure or a term is unknown.
    """
    cells = read(lesson.source)
    exercises = content.exercises(lesson.short)
    _match_exercises(lesson, cells, exercises)
    made = [_header(lesson, syllabus), _parameters(), _setup(lesson, syllabus)]
    origin: dict[str, Cell] = {}
    for cell in cells:
        node = _node(cell, exercises, solved)
        node.id = _identifier(cell, origin)
        origin[node.id] = cell
        made.append(node)
        if cell.exercise:
            made.append(_help(cell.exercise))
    made.append(_footer(lesson, syllabus))
    metadata = {"kernelspec": KERNEL, "language_info": {"name": "python"}}
    notebook = nbformat.v4.new_notebook(cells=made, metadata=metadata)
    notebook.nbformat_minor = 5
    return Draft(lesson, cells, exercises, notebook, origin)


def canonical(node: NotebookNode) -> str:
    """The notebook as text that two builds write alike."""
    return nbformat.writes(node).rstrip("\n") + "\n"


def load(path: Path) -> NotebookNode:
    """A notebook from disk."""
    return nbformat.read(path, as_version=4)


def _match_exercises(
    lesson: Lesson, cells: list[Cell], exercises: dict[str, Exercise]
) -> None:
    """Exercises, headings, checks and objectives must name each other."""
    in_cells = {cell.exercise: cell for cell in cells if cell.exercise}
    checks = content.relative(content.folder("checks") / f"{lesson.short}.py")
    previous: Cell | None = None
    for cell in cells:
        if cell.exercise and cell.exercise not in exercises:
            raise LessonError(
                f"{at(cell.path, cell.line)} exercise {cell.exercise!r} has no check "
                f"in {checks}"
            )
        heading = exercise_heading(previous) if previous else None
        if cell.exercise != heading:
            raise LessonError(
                f"{at(cell.path, cell.line)} the cell before an exercise cell (and "
                "no other) starts with '### Exercise: its_key'"
            )
        previous = cell
    for key in exercises:
        if key not in in_cells:
            raise LessonError(f"{checks} checks {key!r}, which {lesson.slug} lacks")
    served = {objective.exercise for objective in lesson.objectives}
    for key in served - set(exercises):
        raise LessonError(
            f"course/syllabus.yml: an objective of {lesson.slug} names the exercise "
            f"{key!r}, which is not in the lesson"
        )
    for key in set(exercises) - served:
        raise LessonError(
            f"course/syllabus.yml: no objective of {lesson.slug} is met by its "
            f"exercise {key!r}"
        )


def _node(cell: Cell, exercises: dict[str, Exercise], solved: bool) -> NotebookNode:
    """The notebook cell of a lesson cell."""
    if cell.kind == "code":
        node = nbformat.v4.new_code_cell(cell.text(solved))
    else:
        text = cell.text()
        key = exercise_heading(cell)
        if key:
            text = "\n".join([_heading(exercises[key]), *text.split("\n")[1:]])
        try:
            node = nbformat.v4.new_markdown_cell(_filled_in(text))
        except UNKNOWN as error:
            raise LessonError(f"{at(cell.path, _broken_line(cell))} {error}") from error
    tags = list(cell.tags)
    if cell.kind == "code" and re.search(r"^progress\(", cell.text(), re.MULTILINE):
        tags.append("nbval-ignore-output")  # it lists lessons that come later
    if tags:
        node.metadata["tags"] = tags
    return node


def _filled_in(text: str) -> str:
    """Prose with its published figures and the links to its terms."""
    return glossary.fill_in(facts.fill_in(text))


def _broken_line(cell: Cell) -> int:
    """The first line whose figures or terms cannot be filled in."""
    for line in cell.source:
        try:
            _filled_in(line.text)
        except UNKNOWN:
            return line.number
    return cell.line


def _heading(exercise: Exercise) -> str:
    stars = "★" * exercise.stars + "☆" * (3 - exercise.stars)
    return (
        f"### Exercise: `{exercise.key}`\n\n"
        f"{stars} difficulty {exercise.stars} of 3, about {exercise.minutes} minutes"
    )


def _identifier(cell: Cell, taken: dict[str, Cell]) -> str:
    """An id from the content: the same for the shipped and the solved notebook."""
    if cell.exercise:
        return f"exercise-{cell.exercise}"
    text = "\n".join(line.text for line in cell.source)
    digest = hashlib.sha256(f"{cell.kind}\n{text}".encode()).hexdigest()[:12]
    identifier, count = digest, 1
    while identifier in taken:
        count += 1
        identifier = f"{digest}-{count}"
    return identifier


def _header(lesson: Lesson, syllabus: Syllabus) -> NotebookNode:
    badge = "https://colab.research.google.com/assets/colab-badge.svg"
    lines = [
        f"# {lesson.number}. {lesson.title}",
        "",
        f"**{lesson.promise}**",
        "",
        "By the end you can",
        "",
        *(f"- {one.text} (exercise `{one.exercise}`)" for one in lesson.objectives),
        "",
        f"Plan about {lesson.minutes} minutes. "
        f"[![Open in Colab]({badge})]({syllabus.colab(lesson)})",
        "",
        "| profile | memory | disk | download | running all cells takes |",
        "|---|---|---|---|---|",
    ]
    for profile, need in lesson.needs.items():
        lines.append(
            f"| `{profile}` | {need.ram_gb:g} GB | {need.disk_gb:g} GB | "
            f"{_size(need.download_gb)} | {need.minutes:g} min |"
        )
    cell = nbformat.v4.new_markdown_cell("\n".join(lines), id="header")
    cell.metadata["tags"] = ["header"]
    return cell


def _size(gigabytes: float) -> str:
    return f"{gigabytes:g} GB" if gigabytes else "none"


def _parameters() -> NotebookNode:
    cell = nbformat.v4.new_code_cell(PARAMETERS, id="parameters")
    cell.metadata["tags"] = ["parameters"]
    return cell


def _setup(lesson: Lesson, syllabus: Syllabus) -> NotebookNode:
    text = setup_cell.text(syllabus.repository, lesson.short)
    cell = nbformat.v4.new_code_cell(text.strip("\n"), id="setup")
    # what it prints names the machine, so a new run is not compared with it
    cell.metadata["tags"] = ["setup", "nbval-ignore-output"]
    cell.metadata["jupyter"] = {"source_hidden": True}
    return cell


def _help(key: str) -> NotebookNode:
    text = (
        "# Stuck? Remove a # and run. Each run shows one more hint.\n"
        f'# hint("{key}")\n# solution("{key}")'
    )
    cell = nbformat.v4.new_code_cell(text, id=f"help-{key}")
    cell.metadata["tags"] = ["help"]
    return cell


def _footer(lesson: Lesson, syllabus: Syllabus) -> NotebookNode:
    following = syllabus.after(lesson)
    text = "---\n\nThis was the last lesson so far."
    if following:
        link = f"[{following.number}. {following.title}]({following.slug}.ipynb)"
        text = f"---\n\n**Next lesson:** {link}"
    return nbformat.v4.new_markdown_cell(
        text, id="footer", metadata={"tags": ["footer"]}
    )
