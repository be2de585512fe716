"""`verify` finds the failing line, outlives a dead kernel and leaves its report."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from course import build, execute, syllabus, verify
from utils import paths

pytestmark = pytest.mark.lessons


def edit(path: Path, old: str, new: str) -> int:
    """Replace in a file; returns the line on which `new` starts."""
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")
    return text[: text.index(old)].count("\n") + 1


def solved(profile: str = "", timeout: int = 60) -> verify.Result:
    """The sample lesson's solved notebook, run."""
    result = verify.Result("01_doubling", "solved")
    verify.verify_all([result], syllabus.load(), profile=profile, timeout=timeout)
    return result


def test_both_forms_pass_from_another_folder_with_a_report(sample):
    assert build.main([]) == 0
    done = subprocess.run(
        [sys.executable, "-m", "course", "verify"],
        cwd="/" if os.name != "nt" else None,
        env=os.environ | {"PYTHONPATH": str(paths.ROOT), "COLUMNS": "120"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("passed") == 2
    report = json.loads((sample / "reports/verify/report.json").read_text("utf-8"))
    assert [one["form"] for one in report["results"]] == ["shipped", "solved"]
    for one in report["results"]:
        assert one["state"] == "passed"
        assert one["done"] == one["total"] > 5
        assert one["seconds"] > 0
        assert one["peak_bytes"] > 10_000_000
        assert one["slowest"].startswith("lessons/01_doubling.py:")
    page = (sample / "reports/verify/report.html").read_text("utf-8")
    assert "2 of 2 notebook runs passed" in page


def test_a_failing_cell_is_named_by_its_line_in_the_lesson(sample, lesson_file, capfd):
    line = edit(lesson_file, "say(f", "1 / 0\nsay(f")
    assert verify.main(["--solved", "doubling"]) == 1
    assert f"lessons/01_doubling.py:{line}: ZeroDivisionError" in capfd.readouterr().out
    page = (sample / "reports/verify/report.html").read_text("utf-8")
    assert f"01_doubling.py:{line}: ZeroDivisionError" in page


def test_a_line_after_a_stub_is_named_rightly(sample, lesson_file):
    line = edit(
        lesson_file, 'check("double", double)', '1 / 0\ncheck("double", double)'
    )
    assert f"01_doubling.py:{line}: ZeroDivisionError" in solved().problem


def test_a_wrong_solution_fails_when_solved(sample, lesson_file):
    line = edit(lesson_file, "return 2 * number", "return number + 2")
    result = solved()
    assert result.state == "failed"
    assert "CheckFailed: ✗ double(3) gave 5: did you add 2" in result.problem
    assert int(result.problem.split(":")[1]) > line


def test_a_dead_kernel_is_told_and_ends(sample, lesson_file):
    edit(lesson_file, "say(f", "import os\nos._exit(1)\nsay(f")
    result = solved()
    assert result.state == "failed"
    assert "did not run" in result.problem
    assert "died" in result.problem.lower()


def test_a_cell_without_end_is_stopped(sample, lesson_file):
    line = edit(lesson_file, "say(f", "while True:\n    pass\nsay(f")
    result = solved(timeout=3)
    assert result.state == "failed"
    assert f"01_doubling.py:{line}: A cell timed out" in result.problem


def test_a_missing_notebook_fails_with_its_name(sample):
    result = verify.Result("01_doubling", "shipped")
    verify.verify_all([result], syllabus.load())
    assert result.state == "failed"
    assert "01_doubling.ipynb" in result.problem


def test_a_named_profile_reaches_the_notebook(sample, lesson_file):
    edit(lesson_file, "say(f", "assert PROFILE == 'pocket', PROFILE\nsay(f")
    assert solved(profile="pocket").problem == ""
    assert "AssertionError" in solved().problem


def test_the_kernel_sees_no_progress_and_no_hub(sample, tmp_path):
    seen = execute.environment(str(tmp_path), strict=True)
    assert seen["QWEN_COURSE_HOME"].startswith(str(tmp_path))
    assert seen["HF_HUB_OFFLINE"] == "1"
    assert seen["COURSE_STRICT"] == "1"
    assert "HF_HUB_OFFLINE" not in execute.environment(str(tmp_path), "laptop") or (
        "HF_HUB_OFFLINE" in os.environ
    )


def test_bars_are_warnings():
    slow = verify.Result("01_doubling", "solved", seconds=61, peak_bytes=3 * 1024**3)
    assert [text.split()[0] for text in slow.warnings] == ["took", "used"]
    assert verify.Result("01_doubling", "solved", seconds=59).warnings == []
