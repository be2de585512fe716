"""Reads a lesson's source (py:percent) and cuts exercises out of their solutions."""

import ast
import re
from dataclasses import dataclass, field
from pathlib import Path

from course import content

SOLUTION, STUB, END = "# --- solution", "# --- stub", "# --- end"
HEADING = re.compile(r"^### Exercise: (?P<key>[A-Za-z]\w*)\s*$")


class LessonError(Exception):
    """A lesson cannot be built; the message starts with its file and line."""


@dataclass(frozen=True)
class Line:
    """A line of a cell and where it stands in the lesson's source (from 1)."""

    text: str
    number: int


@dataclass
class Cell:
    """One cell of a lesson.

    `source` is as written, `shipped` has the stubs, `solved` the solutions.
    """

    path: Path
    kind: str  # "code" or "markdown"
    tags: list[str]
    source: list[Line]
    shipped: list[Line] = field(default_factory=list)
    solved: list[Line] = field(default_factory=list)
    exercise: str | None = None

    @property
    def line(self) -> int:
        return self.source[0].number if self.source else 0

    def text(self, solved: bool = False) -> str:
        return "\n".join(one.text for one in (self.solved if solved else self.shipped))


def read(path: Path) -> list[Cell]:
    """The cells of a lesson, with stubs cut.

    Raises LessonError with file and line for a malformed marker or invalid Python.
    """
    import jupytext  # slow to import, and only building needs it

    text = path.read_text("utf-8")
    lines = text.splitlines()
    markers = [n for n, line in enumerate(lines, 1) if re.match(r"# %%(\s|$)", line)]
    if not markers or any(line.strip() for line in lines[: markers[0] - 1]):
        raise LessonError(f"{at(path, 1)} a lesson starts with a cell marker, # %%")
    parsed = jupytext.reads(text, fmt="py:percent").cells
    if len(parsed) != len(markers):
        raise LessonError(
            f"{at(path, 1)} has {len(markers)} cell markers but {len(parsed)} cells; "
            "is there a '# %%' inside a cell?"
        )
    cells = []
    for marker, node in zip(markers, parsed, strict=True):
        start = marker + 1
        while start <= len(lines) and not lines[start - 1].strip():
            start += 1
        numbered = [Line(t, start + i) for i, t in enumerate(node.source.split("\n"))]
        tags = list(node.metadata.get("tags", []))
        cells.append(_finish(Cell(path, node.cell_type, tags, numbered)))
    return cells


def exercise_heading(cell: Cell) -> str | None:
    """The key of the exercise that a Markdown cell's first line opens."""
    found = HEADING.match(cell.source[0].text) if cell.kind == "markdown" else None
    return found["key"] if found else None


def solution_source(key: str) -> str | None:
    """The solved cell of an exercise, without its check; None if no lesson has it."""
    for path in sorted(content.folder("lessons").glob("*.py")):
        for cell in read(path):
            if cell.exercise == key:
                return _without_check(cell.text(solved=True))
    return None


def parse(code: str) -> ast.Module:
    """Python as a notebook takes it: magics skipped, `await` outside functions.

    Raises SyntaxError.
    """
    lines = ["" if t.lstrip()[:1] in ("%", "!") else t for t in code.split("\n")]
    flags = ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    return compile("\n".join(lines), "<cell>", "exec", flags=flags)


def at(path: Path, line: int) -> str:
    """`file:line:`, as editors make it a link."""
    return f"{content.relative(path)}:{line}:"


def _finish(cell: Cell) -> Cell:
    """Fill in what is derived from the source."""
    if cell.kind != "code":
        cell.shipped = cell.solved = cell.source
        return cell
    cell.shipped = _cut(cell, solved=False)
    cell.solved = _cut(cell, solved=True)
    for solved in (False, True):
        _check_syntax(cell, solved)
    if "exercise" in cell.tags:
        cell.exercise = _checked_key(cell)
        if cell.shipped == cell.solved:
            raise LessonError(
                f"{at(cell.path, cell.line)} exercise {cell.exercise!r} has no "
                f"'{SOLUTION}' ... '{STUB}' ... '{END}' block"
            )
    return cell


def _cut(cell: Cell, solved: bool) -> list[Line]:
    """The cell's lines with either its solutions or its stubs (uncommented)."""
    kept, part = [], None
    following = {None: SOLUTION, SOLUTION: STUB, STUB: END}
    for line in cell.source:
        word = line.text.strip()
        if word in (SOLUTION, STUB, END):
            if word != following[part]:
                raise LessonError(
                    f"{at(cell.path, line.number)} '{word}' stands where "
                    f"'{following[part]}' should be"
                )
            part = None if word == END else word
        elif part is None or (part == SOLUTION and solved):
            kept.append(line)
        elif part == STUB and not solved:
            kept.append(Line(_uncommented(cell, line), line.number))
    if part is not None:
        raise LessonError(f"{at(cell.path, cell.line)} has '{part}' but no '{END}'")
    return kept


def _uncommented(cell: Cell, line: Line) -> str:
    found = re.match(r"^(\s*)#(?: (.*))?$", line.text)
    if not found:
        if not line.text.strip():
            return ""
        raise LessonError(
            f"{at(cell.path, line.number)} a stub's lines are comments: '# code'"
        )
    return (found[1] + found[2]) if found[2] else ""


def _check_syntax(cell: Cell, solved: bool) -> None:
    lines = cell.solved if solved else cell.shipped
    try:
        parse(cell.text(solved))
    except SyntaxError as error:
        line = lines[min(error.lineno or 1, len(lines)) - 1].number
        form = "solved" if solved else "as shipped"
        raise LessonError(
            f"{at(cell.path, line)} the cell is not valid Python {form}: {error.msg}"
        ) from error


def _checked_key(cell: Cell) -> str:
    """The key in the cell's `check("key", ...)` call."""
    for node in ast.walk(parse(cell.text(solved=True))):
        if _is_check(node) and node.args and isinstance(node.args[0], ast.Constant):
            return str(node.args[0].value)
    raise LessonError(
        f'{at(cell.path, cell.line)} an exercise cell ends by check("its_key", answer)'
    )


def _is_check(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and getattr(node.func, "id", "") == "check"


def _without_check(code: str) -> str:
    """A solved cell's code less its `check(...)` statement."""
    lines = code.split("\n")
    for node in reversed(parse(code).body):
        if isinstance(node, ast.Expr) and _is_check(node.value):
            del lines[node.lineno - 1 : node.end_lineno]
    return "\n".join(lines).strip()
