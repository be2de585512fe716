"""Runs the notebooks as learners would: `python -m course verify [--solved] [lesson]`.

Two at a time, offline on the pocket profile, each in a fresh kernel. A failing cell is
shown by its line in the lesson's source; reports/verify/ keeps a page and a JSON file.
"""

import argparse
import os
import platform
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from rich.console import Console
from rich.live import Live
from rich.table import Table

from course import build, content, execute, notebook, report, syllabus
from course.lesson import LessonError, at
from course.syllabus import Lesson, Syllabus, SyllabusError

_COLUMNS = ("notebook", "form", "state", "cells", "time", "memory", "slowest cell")
MAX_SECONDS, MAX_BYTES = 60, 2 * 1024**3  # a lesson's bars on two cores


@dataclass
class Result:
    """How one notebook went; verify_all fills it in as it goes."""

    lesson: str
    form: str  # "shipped" or "solved"
    state: str = "waiting"  # then "running", "passed" or "failed"
    done: int = 0
    total: int = 0
    seconds: float = 0.0
    peak_bytes: int = 0
    slowest: str = ""  # file:line of the slowest cell
    slowest_seconds: float = 0.0
    problem: str = ""  # file:line and what was raised

    @property
    def warnings(self) -> list[str]:
        """Bars of the course that the run went over."""
        found = []
        if self.seconds > MAX_SECONDS:
            found.append(f"took {self.seconds:.0f} s, over {MAX_SECONDS} s")
        if self.peak_bytes > MAX_BYTES:
            found.append(f"used {_gigabytes(self.peak_bytes)}, over 2 GB")
        return found


def main(argv: list[str]) -> int:
    """Verify the named lessons, all without names; 0 when every one passed."""
    parser = argparse.ArgumentParser("python -m course verify", description=__doc__)
    parser.add_argument("lessons", nargs="*", help="slug or number; all without")
    parser.add_argument("--solved", action="store_true", help="solved and strict only")
    parser.add_argument("--shipped", action="store_true", help="as shipped only")
    parser.add_argument("--profile", default="", help="e.g. laptop; pocket without")
    parser.add_argument("--jobs", type=int, default=2, help="notebooks at a time")
    parser.add_argument("--timeout", type=int, default=600, help="seconds per cell")
    options = parser.parse_args(argv)
    console = Console(highlight=False)
    try:
        course = syllabus.load()
        chosen = course.select(options.lessons)
    except SyllabusError as error:
        console.print(str(error), style="red", markup=False)
        return 1
    forms = ["solved"] if options.solved else ["shipped", "solved"]
    if options.shipped:
        forms = ["shipped"] if not options.solved else ["shipped", "solved"]
    results = [Result(one.slug, form) for one in chosen for form in forms]
    with Live(_table(results), console=console, refresh_per_second=4) as live:
        verify_all(
            results,
            course,
            jobs=options.jobs,
            profile=options.profile,
            timeout=options.timeout,
            changed=lambda: live.update(_table(results)),
        )
    console.print()
    for result in results:
        if result.problem:
            console.print(result.problem, style="red", markup=False, soft_wrap=True)
        for warning in result.warnings:
            text = f"warning: {result.lesson} ({result.form}) {warning}"
            console.print(text, style="yellow", markup=False)
    page = report.write(results, options.profile or "pocket", platform.platform())
    console.print(f"Report: {content.relative(page)}", markup=False)
    return 1 if any(result.state != "passed" for result in results) else 0


def verify_all(
    results: list[Result],
    course: Syllabus,
    *,
    jobs: int = 2,
    profile: str = "",
    timeout: int = 600,
    changed: Callable[[], None] = lambda: None,
) -> list[Result]:
    """Run notebooks `jobs` at a time; fills in `results` and returns them."""
    lock = threading.Lock()
    threads = max(1, (os.cpu_count() or 1) // max(1, jobs))

    def one(result: Result) -> None:
        lesson = next(x for x in course.lessons if x.slug == result.lesson)

        def progress(done: int, total: int) -> None:
            with lock:
                result.done, result.total = done, total
                changed()

        _verify(result, lesson, course, profile, timeout, threads, progress)
        with lock:
            changed()

    with ThreadPoolExecutor(max_workers=max(1, jobs)) as pool:
        list(pool.map(one, results))
    return results


def _verify(
    result: Result,
    lesson: Lesson,
    course: Syllabus,
    profile: str,
    timeout: int,
    threads: int,
    progress: Callable[[int, int], None],
) -> None:
    result.state = "running"
    solved = result.form == "solved"
    try:
        draft = notebook.draft(lesson, course, solved)
        node = draft.node
        if not solved:  # what learners open, not what the source would make
            node = notebook.load(lesson.notebook)
    except (LessonError, OSError, ValueError) as error:
        result.state, result.problem = "failed", str(error)
        return
    run = execute.run(
        node,
        profile=profile,
        strict=solved,
        timeout=timeout,
        threads=threads,
        folder=content.notebooks() if content.notebooks().is_dir() else None,
        progress=progress,
    )
    result.seconds, result.peak_bytes = run.seconds, run.peak_bytes
    if run.cell_seconds:
        slowest = max(run.cell_seconds, key=run.cell_seconds.get)
        origin = draft.origin.get(slowest)
        result.slowest = at(origin.path, origin.line)[:-1] if origin else slowest
        result.slowest_seconds = run.cell_seconds[slowest]
    result.state = "passed" if run.passed else "failed"
    if not run.passed:
        result.problem = str(build.failure(draft, run))


def _table(results: list[Result]) -> Table:
    """The live view; also what stays in the terminal at the end."""
    table = Table(box=None, pad_edge=False)
    for name in _COLUMNS:
        table.add_column(name, overflow="fold")
    styles = {"passed": "green", "failed": "red", "running": "cyan", "waiting": "dim"}
    for one in results:
        where = one.slowest.rpartition("/")[2]
        slowest = f"{one.slowest_seconds:.1f} s {where}" if where else ""
        table.add_row(
            one.lesson,
            one.form,
            f"[{styles[one.state]}]{one.state}[/]",
            f"{one.done}/{one.total}" if one.total else "",
            f"{one.seconds:.1f} s" if one.seconds else "",
            _gigabytes(one.peak_bytes) if one.peak_bytes else "",
            slowest,
        )
    return table


def _gigabytes(count: int) -> str:
    return f"{count / 1024**3:.2f} GB"
