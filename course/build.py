"""Makes the notebooks out of the lessons: `python -m course build [--check] [lesson]`.

CONTRIBUTING.md explains it. A build runs each lesson on the pocket profile and keeps
the outputs; `--check` runs nothing and fails where a notebook is not what its lesson
makes.
"""

import argparse
import difflib
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from course import (
    content,
    execute,
    glossary,
    lint,
    normalize,
    notebook,
    readme,
    syllabus,
)
from course.lesson import LessonError, at
from course.syllabus import Lesson, Syllabus, SyllabusError


def main(argv: list[str]) -> int:
    """Build or check; 0 when everything is as it should be."""
    parser = argparse.ArgumentParser("python -m course build", description=__doc__)
    parser.add_argument("lessons", nargs="*", help="slug or number; all without")
    parser.add_argument("--check", action="store_true", help="compare, run nothing")
    options = parser.parse_args(argv)
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    try:
        course = syllabus.load()
        chosen = course.select(options.lessons)
    except SyllabusError as error:
        console.print(str(error), style="red", markup=False)
        return 1
    problems = 0
    for lesson in chosen:
        action = check if options.check else build
        try:
            found = action(lesson, course)
        except (LessonError, FileNotFoundError, ValueError) as error:
            found = [lint.Finding("", str(error))]
        for finding in found:
            style = "red" if finding.error else "yellow"
            console.print(str(finding).strip(), style=style, markup=False)
        failed = sum(finding.error for finding in found)
        problems += failed
        outcome = f"{failed} problems" if failed else "ok"
        console.print(f"{lesson.slug}: {outcome}", markup=False)
    for sentence in (lesson.unlisted for lesson in course.lessons):
        if sentence and not options.lessons:
            console.print(sentence, style="red", markup=False)
            problems += 1
    problems += _pages(course, options.check, console)
    return 1 if problems else 0


def build(lesson: Lesson, course: Syllabus) -> list[lint.Finding]:
    """Run a lesson and write its notebook, unless something is wrong with it."""
    draft = notebook.draft(lesson, course)
    findings = lint.check_source(draft)
    if any(finding.error for finding in findings):
        return findings
    folder = content.notebooks()
    folder.mkdir(exist_ok=True)
    with _bar(lesson) as progress:
        run = execute.run(draft.node, folder=folder, progress=progress)
    if not run.passed:
        return [*findings, failure(draft, run)]
    made = normalize.clean(run.node, draft.node)
    findings += lint.check_outputs(draft, made)
    if not any(finding.error for finding in findings):
        _write(lesson.notebook, notebook.canonical(made))
    return findings


def check(lesson: Lesson, course: Syllabus) -> list[lint.Finding]:
    """Compare a notebook with what its lesson makes, outputs aside."""
    draft = notebook.draft(lesson, course)
    findings = lint.check_source(draft)
    name = content.relative(lesson.notebook)
    remedy = f"run `python -m course build {lesson.slug}`"
    if not lesson.notebook.is_file():
        return [*findings, lint.Finding(f"{name}:", f"is missing; {remedy}")]
    written = lesson.notebook.read_text("utf-8")
    try:
        kept = notebook.load(lesson.notebook)
    except Exception as error:
        text = f"is not a notebook ({error}); {remedy}"
        return [*findings, lint.Finding(f"{name}:", text)]
    findings += lint.check_outputs(draft, kept)
    if any(c.cell_type == "code" and not c.execution_count for c in kept.cells):
        findings.append(lint.Finding(f"{name}:", f"has cells that never ran; {remedy}"))
    if written != notebook.canonical(kept):
        findings.append(lint.Finding(f"{name}:", f"is not as built; {remedy}"))
    difference = _difference(kept, draft)
    if difference:
        text = f"is not what {content.relative(lesson.source)} makes: {difference}"
        findings.append(lint.Finding(f"{name}:", f"{text}; {remedy}"))
    return findings


def failure(draft: notebook.Draft, run: execute.Run) -> lint.Finding:
    """Where in the lesson's source a run failed, and how."""
    if not run.failure:
        return lint.Finding(f"{draft.lesson.slug}:", f"did not run: {run.trouble}")
    failed = run.failure
    text = run.trouble or f"{failed.name}: {failed.message}"
    origin = draft.origin.get(failed.cell_id)
    if origin is None:
        cell = failed.cell_id.split("-")[0]
        return lint.Finding(f"{draft.lesson.slug}:", f"its {cell} cell raised {text}")
    shown = next(c.source for c in draft.node.cells if c.id == failed.cell_id)
    solved = shown == origin.text(solved=True)
    lines = origin.solved if solved else origin.shipped
    line = origin.line
    if failed.cell_line and failed.cell_line <= len(lines):
        line = lines[failed.cell_line - 1].number
    return lint.Finding(at(origin.path, line), text)


def _difference(kept, draft: notebook.Draft) -> str:
    """The first lines in which a notebook differs from its draft; outputs aside."""
    sides = [_skeleton(kept).splitlines(), _skeleton(draft.node).splitlines()]
    changed = [
        line.strip()
        for line in difflib.unified_diff(*sides, lineterm="", n=0)
        if line[:1] in "+-" and line[:3] not in ("+++", "---")
    ]
    return " ".join(line[:100] for line in changed[:2])


def _skeleton(node) -> str:
    cells = [
        {"id": c.id, "type": c.cell_type, "metadata": c.metadata, "source": line}
        for c in node.cells
        for line in c.source.split("\n")
    ]
    lines = [json.dumps(cell, sort_keys=True, ensure_ascii=False) for cell in cells]
    return "\n".join([json.dumps(node.metadata, sort_keys=True), *lines])


def _write(path: Path, text: str) -> None:
    """Replace a file in one step: a stopped build leaves the old notebook whole."""
    path.parent.mkdir(exist_ok=True)
    fresh = path.with_suffix(".tmp")
    fresh.write_text(text, "utf-8", newline="\n")
    os.replace(fresh, path)


def _pages(course: Syllabus, check_only: bool, console: Console) -> int:
    """Bring README's table and the glossary up to date, or say that they are not."""
    try:
        pages = readme.expected(course) | glossary.expected(course)
    except (glossary.GlossaryError, ValueError) as error:
        console.print(f"course/glossary.yml: {error}", style="red", markup=False)
        return 1
    old = [p for p in pages if not p.is_file() or p.read_text("utf-8") != pages[p]]
    for path in old:
        name = content.relative(path)
        if check_only:
            console.print(f"{name} is old; run `python -m course build`", markup=False)
        else:
            _write(path, pages[path])
            console.print(f"{name} rewritten", markup=False)
    return len(old) if check_only else 0


@contextmanager
def _bar(lesson: Lesson) -> Iterator[Callable[[int, int], None]]:
    """A progress bar over a lesson's cells; gives the function that moves it."""
    columns = [TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()]
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(lesson.slug, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
