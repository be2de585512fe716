"""Runs the test levels one after another and sums them up: the verb `test`.

tests/README.md says what each level proves.
"""

import argparse
import os
import shutil
import subprocess
import sys
import time
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from utils.paths import ROOT

REPORTS = ROOT / "reports" / "tests"
MOST_WORKERS = 4  # a pocket model being measured takes up to two gigabytes
CHROME_NAMES = [
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
]
NO_BROWSER = (
    "no Chrome or Chromium was found: install Google Chrome, or on Debian and Ubuntu"
    " run `sudo apt install chromium`"
)


@dataclass(frozen=True)
class Level:
    """A level of tests: plain commands, or a pytest marker expression.

    `workers` run it side by side, each on one core: tiny models use no more than one.
    """

    name: str
    marker: str = ""
    workers: int = 0
    commands: tuple[tuple[str, ...], ...] = ()


LEVELS = [
    Level(
        "style",
        commands=(
            ("-m", "ruff", "check", "."),
            ("-m", "ruff", "format", "--check", "."),
        ),
    ),
    Level("notebooks", commands=(("-m", "course", "build", "--check"),)),
    Level("unit", marker="not (models or engines or lessons or browser)"),
    Level("models", marker="models", workers=min(os.cpu_count() or 1, MOST_WORKERS)),
    Level("engines", marker="engines"),
    Level("lessons", marker="lessons"),
    Level("browser", marker="browser"),
]


@dataclass(frozen=True)
class Result:
    """What a level came to; `note` says why nothing ran."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0
    seconds: float = 0.0
    note: str = ""


def main(argv: list[str]) -> int:
    """Run the levels named, or all; return 1 if any test failed."""
    names = [level.name for level in LEVELS]
    parser = argparse.ArgumentParser(prog="python3 -m course test", description=__doc__)
    parser.add_argument(
        "levels", nargs="*", metavar="LEVEL", help=f"one of {', '.join(names)}"
    )
    wanted = parser.parse_args(argv).levels
    for name in wanted:
        if name not in names:
            parser.error(f"there is no level {name!r}: choose from {', '.join(names)}")
    console = Console()
    results = {}
    for level in LEVELS:
        if not wanted or level.name in wanted:
            console.rule(f"[bold]{level.name}")
            results[level.name] = run(level)
    console.print(summary(results))
    return conclude(list(results.values()))


def run(level: Level) -> Result:
    """Run one level, its output going straight to the terminal."""
    started = time.monotonic()
    if level.name == "browser" and find_chrome() is None:
        return _without_browser()
    if level.commands:
        done = [_run(command) == 0 for command in level.commands]
        counts = {"passed": done.count(True), "failed": done.count(False)}
    else:
        counts = _run_pytest(level)
    return Result(**counts, seconds=time.monotonic() - started)


def find_chrome() -> str | None:
    """The path of an installed Chrome or Chromium, or None."""
    return next(filter(None, map(shutil.which, CHROME_NAMES)), None)


def read_junit(file: Path) -> dict[str, int]:
    """Tests passed, failed (errors included) and skipped, from a JUnit file."""
    counts = {"tests": 0, "failures": 0, "errors": 0, "skipped": 0}
    for suite in ET.parse(file).getroot().iter("testsuite"):
        for name in counts:
            counts[name] += int(suite.get(name, 0))
    failed = counts["failures"] + counts["errors"]
    passed = counts["tests"] - failed - counts["skipped"]
    return {"passed": passed, "failed": failed, "skipped": counts["skipped"]}


def summary(results: dict[str, Result]) -> Table:
    """One row per level."""
    table = Table(box=None)
    table.add_column("level")
    for name in ("passed", "failed", "skipped", "seconds"):
        table.add_column(name, justify="right")
    table.add_column("")
    for name, result in results.items():
        numbers = (result.passed, result.failed, result.skipped)
        time_taken = f"{result.seconds:.0f}"
        table.add_row(name, *map(str, numbers), time_taken, result.note)
    return table


def conclude(results: list[Result]) -> int:
    """Print the closing line and return the exit status."""
    passed = sum(result.passed for result in results)
    failed = sum(result.failed for result in results)
    skipped = sum(result.skipped for result in results)
    tail = f", {skipped} skipped" if skipped else ""
    print(f"{passed} passed, {failed} failed{tail}", flush=True)
    return 1 if failed or not passed else 0


def _run(arguments: tuple[str, ...], **variables: str) -> int:
    sys.stdout.flush()
    env = os.environ | variables
    return subprocess.run([sys.executable, *arguments], cwd=ROOT, env=env).returncode


def _run_pytest(level: Level) -> dict[str, int]:
    """Run pytest; a level that breaks off, or holds no test, counts as failed."""
    REPORTS.mkdir(parents=True, exist_ok=True)
    report = REPORTS / f"{level.name}.xml"
    report.unlink(missing_ok=True)
    command = ("-m", "pytest", "-m", level.marker, f"--junitxml={report}")
    if level.workers:
        workers = ("-n", str(level.workers))
        status = _run((*command, *workers), OMP_NUM_THREADS="1")
    else:
        status = _run(command)
    counts = read_junit(report) if report.exists() else {"failed": 0}
    if status != 0 and not counts["failed"]:
        counts["failed"] = 1
    return counts


def _without_browser() -> Result:
    """In CI a level that cannot run has failed; on a desk it has not run."""
    print(f"The browser level did not run, since {NO_BROWSER}.")
    in_ci = os.environ.get("CI", "").lower() in ("1", "true")
    return Result(failed=int(in_ci), note="not run: no Chrome or Chromium")
