"""Checks a lesson against the course's rules: sizes, prose, numbers, outputs.

Every finding names the lesson's file and line. Errors fail a build; warnings do not,
and the shape rules are only warnings for a draft.
"""

import re
import statistics
from dataclasses import dataclass

from nbformat import NotebookNode

from course import facts, numbers
from course.lesson import Cell, at
from course.normalize import WIDGET
from course.notebook import Draft

MAX_LINES, MAX_COLUMNS, MEDIAN_LINES = 40, 88, 8
MIN_CELLS, MAX_CELLS = 30, 60
MIN_WORDS_PER_LINE = 4
MIN_EXERCISES = 3


@dataclass(frozen=True)
class Finding:
    """One broken rule."""

    where: str  # "course/lessons/02_quickstart.py:41:"
    text: str
    error: bool = True

    def __str__(self) -> str:
        return f"{self.where} {'' if self.error else 'warning: '}{self.text}"


def check_source(draft: Draft) -> list[Finding]:
    """What can be said without running the lesson."""
    found = [*_shape(draft)]
    for cell in draft.cells:
        found += _code(cell) if cell.kind == "code" else _prose(cell)
    return found


def check_outputs(draft: Draft, node: NotebookNode) -> list[Finding]:
    """What a run left in the notebook: errors, warnings, figures without words."""
    found = []
    for cell in node.cells:
        if cell.cell_type != "code":
            continue
        origin = draft.origin.get(cell.id)
        where = at(origin.path, origin.line) if origin else f"{draft.lesson.slug}:"
        tags = cell.metadata.get("tags", [])
        for text in _output_problems(cell.outputs, tags):
            found.append(Finding(where, text))
    return found


def _shape(draft: Draft) -> list[Finding]:
    """Rules on the whole lesson."""
    strict = draft.lesson.status == "complete"
    top = at(draft.lesson.source, 1)
    code = [c for c in draft.cells if c.kind == "code"]
    lengths = [_code_lines(c) for c in code]
    words = sum(_words(c) for c in draft.cells if c.kind == "markdown")
    exercises = sum(1 for c in code if c.exercise)
    cells = len(draft.cells)
    found = []
    if not MIN_CELLS <= cells <= MAX_CELLS:
        found.append(f"the lesson has {cells} cells, not {MIN_CELLS} to {MAX_CELLS}")
    if sum(lengths) and words / sum(lengths) < MIN_WORDS_PER_LINE:
        ratio = words / sum(lengths)
        found.append(
            f"{ratio:.1f} words of prose per line of code ({words} words, "
            f"{sum(lengths)} lines); at least {MIN_WORDS_PER_LINE} are wanted"
        )
    if exercises < MIN_EXERCISES:
        found.append(f"{exercises} exercises; at least {MIN_EXERCISES} are wanted")
    shape = [Finding(top, text, strict) for text in found]
    if lengths and statistics.median(lengths) > MEDIAN_LINES:
        median = statistics.median(lengths)
        text = f"the median cell has {median:g} lines of code, over {MEDIAN_LINES}"
        shape.append(Finding(top, text, error=False))
    return shape


def _code(cell: Cell) -> list[Finding]:
    found = []
    for lines in (cell.shipped, cell.solved):
        if len(lines) > MAX_LINES:
            text = f"the cell has {len(lines)} lines, over {MAX_LINES}"
            found.append(Finding(at(cell.path, cell.line), text))
        for line in lines:
            if len(line.text) > MAX_COLUMNS:
                text = f"{len(line.text)} columns, over {MAX_COLUMNS}"
                found.append(Finding(at(cell.path, line.number), text))
    return list(dict.fromkeys(found))  # shipped and solved share most lines


def _prose(cell: Cell) -> list[Finding]:
    found = []
    for index, number in numbers.unbacked(cell.text()):
        text = (
            f"the number {number} in prose: print it from the run with say(), cite it "
            "with {{fig:key}}, put it in a code span, or write it as a word"
        )
        found.append(Finding(at(cell.path, cell.source[index].number), text))
    return found


def _output_problems(outputs: list[NotebookNode], tags: list[str]) -> list[str]:
    problems = []
    for output in outputs:
        if output.output_type == "error":
            problems.append(f"the cell raised {output.ename}: {output.evalue}")
        if (
            output.output_type == "stream"
            and output.name == "stderr"
            and "stderr-wanted" not in tags
        ):
            first = output.text.strip().splitlines()[0]
            problems.append(
                f"the cell writes to stderr ({first[:100]}); fix the cause, or tag the "
                'cell "stderr-wanted" if the lesson shows it'
            )
        data = output.get("data", {})
        if WIDGET in data:
            problems.append("a widget without state is left in the output")
        if not _described(output):
            problems.append(
                'a figure without a text alternative: show.figure(fig, alt="...")'
            )
    return problems


def _described(output: NotebookNode) -> bool:
    """Whether an output's picture, if it has one, comes with words."""
    data = output.get("data", {})
    html = data.get("text/html", "")
    pictures = re.findall(r"<img\b[^>]*>", html)
    if any(not re.search(r'\balt="[^"]+"', picture) for picture in pictures):
        return False
    kinds = [kind for kind in data if kind in ("image/png", "image/jpeg")]
    if not kinds or pictures:
        return True
    alt = output.get("metadata", {}).get(kinds[0], {}).get("alt")
    plain = data.get("text/plain", "")
    return bool(alt or (plain and not plain.startswith("<")))


def _code_lines(cell: Cell) -> int:
    """Lines of code as shipped: neither blank nor comment."""
    lines = (line.text.strip() for line in cell.shipped)
    return sum(1 for line in lines if line and not line.startswith("#"))


def _words(cell: Cell) -> int:
    text = facts.REFERENCE.sub("figure", cell.text())
    return len(re.findall(r"\b[^\W\d_]\w*", re.sub(r"\]\([^)]*\)", "]", text)))
