"""The glossary: terms that lessons link to, and the page that collects them.

A lesson writes `{{term:KV cache}}`, or `{{term:KV cache|caches}}` for other words; the
build makes a link to notebooks/glossary.ipynb of it. The terms are in glossary.yml.
"""

import itertools
import re
from functools import cache
from pathlib import Path

import nbformat
import yaml
from nbformat import NotebookNode
from pydantic import BaseModel, ConfigDict, Field

from course import content
from course.syllabus import Lesson, Syllabus

REFERENCE = re.compile(r"\{\{term:([^}|]+)(?:\|([^}]+))?\}\}")
NAME = re.compile(r"[A-Za-z][\w -]*")  # what an anchor can be made of
PAGE = "glossary.ipynb"
HEADING = re.compile(r"^# (#{2,4}) (.+)$", re.MULTILINE)


class GlossaryError(Exception):
    """A term is unknown or malformed; the message says which."""


class Term(BaseModel):
    """What a term means, and the section of the lesson that explains it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    means: str = Field(min_length=20)
    lesson: str
    section: str = ""  # may be left out while the lesson is planned


def source() -> Path:
    return content.folder("glossary.yml")


def page() -> Path:
    return content.notebooks() / PAGE


def terms() -> dict[str, Term]:
    """All terms by name; empty where a course has no glossary.

    Raises GlossaryError for a malformed name.
    """
    return _read(source()) if source().is_file() else {}


def fill_in(text: str) -> str:
    """Replace every `{{term:...}}` by a link whose title is the definition.

    Raises GlossaryError for a term that is not in the glossary.
    """

    def link(match: re.Match) -> str:
        name, shown = " ".join(match[1].split()), match[2]
        if name not in terms():
            raise GlossaryError(
                f"the glossary has no {name!r}: add it to course/glossary.yml"
            )
        title = terms()[name].means.replace('"', "'").replace("|", "&#124;")
        return f'[{shown or name}]({PAGE}#{anchor(name)} "{title}")'

    return REFERENCE.sub(link, text)


def anchor(heading: str) -> str:
    """The fragment by which JupyterLab finds a heading."""
    return heading.replace("`", "").replace(" ", "-")


def sections(lesson: Lesson) -> list[str]:
    """The headings of a lesson's source, exercises left out."""
    found = HEADING.findall(lesson.source.read_text("utf-8"))
    return [title for _, title in found if not title.startswith("Exercise: ")]


def expected(course: Syllabus) -> dict[Path, str]:
    """The glossary's page, as it should be; nothing where a course has no glossary."""
    known = terms()
    if not known or not course.available:
        return {}
    used = {name: _lessons_with(name, course) for name in known}
    cells = [_cell("top", _introduction(len(known)))]
    ordered = sorted(known, key=str.casefold)
    for letter, names in itertools.groupby(ordered, key=lambda name: name[0].upper()):
        entries = [_entry(name, known[name], used[name], course) for name in names]
        cells.append(_cell(letter, "\n\n".join([f"## {letter}", *entries])))
    made = nbformat.v4.new_notebook(cells=cells)
    made.metadata = {"language_info": {"name": "python"}}
    made.nbformat_minor = 5
    return {page(): nbformat.writes(made).rstrip("\n") + "\n"}


@cache
def _read(path: Path) -> dict[str, Term]:
    rows = yaml.safe_load(path.read_text("utf-8"))
    for name in rows:
        if not NAME.fullmatch(name):
            raise GlossaryError(
                f"{name!r} cannot be a term: use letters, digits, spaces and hyphens"
            )
    return {name: Term.model_validate(row) for name, row in rows.items()}


def _introduction(count: int) -> str:
    return (
        "# Glossary\n\n"
        f"{count} terms of this course. Each lesson explains a term where it first "
        "needs it and links here; here you find the way back."
    )


def _entry(name: str, term: Term, used: list[Lesson], course: Syllabus) -> str:
    lesson = next(one for one in course.lessons if one.slug == term.lesson)
    where = f"Explained in lesson {lesson.number}, {lesson.title} (planned)"
    if lesson.available:
        target = f"{lesson.slug}.ipynb#{anchor(term.section)}"
        where = f"Explained in lesson {lesson.number}, [{term.section}]({target})"
    others = [f"[{one.number}]({one.slug}.ipynb)" for one in used if one != lesson]
    also = f"; linked from lesson {', '.join(others)}" if others else ""
    return f"### {name}\n\n{term.means}\n\n*{where}{also}.*"


def _lessons_with(name: str, course: Syllabus) -> list[Lesson]:
    """The available lessons whose text links to a term."""
    return [
        lesson
        for lesson in course.available
        if any(
            match[1].strip() == name
            for match in REFERENCE.finditer(lesson.source.read_text("utf-8"))
        )
    ]


def _cell(identifier: str, text: str) -> NotebookNode:
    return nbformat.v4.new_markdown_cell(text, id=f"glossary-{identifier}")
