"""Every notebook runs as shipped and solved, offline, and still gives its outputs.

One offline `verify` runs them all, two at a time; the tests below read its report.
nbval then runs each as shipped once more and compares its outputs with the committed
ones.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import offline
import pytest

from course import build, execute, notebook, report, syllabus, verify
from course.syllabus import Lesson
from utils import paths

pytestmark = pytest.mark.lessons

SANITIZE = Path(__file__).parent / "nbval_sanitize.cfg"
VERIFY = "import sys; from course.verify import main; sys.exit(main(sys.argv[1:]))"
LESSONS = syllabus.load().available
by_slug = pytest.mark.parametrize("lesson", LESSONS, ids=lambda one: one.slug)


@pytest.fixture(scope="session")
def runs() -> dict[tuple[str, str], dict]:
    """Results of `verify` by (slug, form), from one run without a network."""
    command = [sys.executable, "-c", VERIFY]
    if offline.available():
        command = offline.command(*command)
    env = os.environ | {"PYTHONPATH": str(paths.ROOT), "COLUMNS": "140"}
    done = subprocess.run(
        command, cwd=paths.ROOT, env=env, capture_output=True, text=True
    )
    assert "Report:" in done.stdout, done.stdout + done.stderr
    read = json.loads((report.folder() / "report.json").read_text("utf-8"))
    return {(one["lesson"], one["form"]): one for one in read["results"]}


def test_there_are_lessons():
    assert [lesson.slug for lesson in LESSONS][:1] == ["01_family_overview"]


@pytest.mark.skipif(not offline.available(), reason="unshare --net is not allowed here")
def test_the_runs_below_have_no_network():
    reach = "import socket; socket.create_connection(('1.1.1.1', 53), 2)"
    command = offline.command(sys.executable, "-c", reach)
    done = subprocess.run(command, capture_output=True, text=True)
    assert "Network is unreachable" in done.stderr


@pytest.mark.parametrize("form", ["shipped", "solved"])
@by_slug
def test_runs_from_first_cell_to_last(runs, lesson: Lesson, form: str):
    run = runs[lesson.slug, form]
    assert run["problem"] == ""
    assert run["state"] == "passed"
    assert run["done"] == run["total"]
    assert run["peak_bytes"] <= verify.MAX_BYTES


@by_slug
def test_is_what_its_source_makes(lesson: Lesson):
    found = build.check(lesson, syllabus.load())
    assert [str(one) for one in found if one.error] == []


@by_slug
def test_every_exercise_is_shipped_undone(lesson: Lesson):
    node = notebook.load(lesson.notebook)
    cells = [c for c in node.cells if "exercise" in c.metadata.get("tags", [])]
    assert cells
    for cell in cells:
        printed = "".join(one.get("text", "") for one in cell.outputs)
        assert "not done yet: " in printed, cell.id


@by_slug
def test_gives_its_committed_outputs(lesson: Lesson, tmp_path: Path):
    command = [sys.executable, "-m", "pytest", "--nbval", lesson.notebook.name]
    command += ["--nbval-current-env", "--nbval-cell-timeout=600", "-q", "-x"]
    command += ["-c", os.devnull, "--rootdir=.", "-p", "no:cacheprovider"]
    command += ["--nbval-sanitize-with", str(SANITIZE)]
    env = execute.environment(str(tmp_path))
    done = subprocess.run(
        command, cwd=paths.NOTEBOOKS, env=env, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout[-6000:]
