"""The command that learners run, with the network cut off: `python -m course verify`.

tests/test_lessons.py reads what each notebook did; here is the whole command.
"""

import os
import subprocess
import sys

import offline
import pytest

from course import locked, syllabus
from utils.paths import ROOT

pytestmark = [
    pytest.mark.lessons,
    pytest.mark.skipif(
        not offline.available(),
        reason="unshare --net is not here or not allowed, so nothing can be cut off",
    ),
    pytest.mark.skipif(
        not locked.satisfied(),
        reason="this environment differs from requirements.lock, so the command would"
        " make another one; run `python3 -m course test`",
    ),
]


def without_network(*argv: str) -> subprocess.CompletedProcess:
    """Run `python -m course ARGV` where only loopback can be reached."""
    command = offline.command(sys.executable, "-m", "course", *argv)
    env = os.environ | {"COLUMNS": "140", "NO_COLOR": "1"}
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True)


def test_every_lesson_runs_as_learners_open_it() -> None:
    done = without_network("verify", "--shipped")
    assert done.returncode == 0, done.stdout + done.stderr
    for lesson in syllabus.load().available:
        assert lesson.slug in done.stdout


def test_doctor_finds_everything() -> None:
    done = without_network("doctor")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "FAIL" not in done.stdout


def test_a_real_checkpoint_is_refused_in_one_sentence(tmp_path) -> None:
    code = "from utils.models import locate; locate('Qwen/Qwen3-0.6B')"
    env = {k: v for k, v in os.environ.items() if not k.startswith(("HF_", "QWEN_"))}
    done = subprocess.run(
        offline.command(sys.executable, "-c", code),
        cwd=ROOT,
        env=env | {"HF_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert "Qwen/Qwen3-0.6B" in done.stderr.splitlines()[-1]
    assert "connect to the internet once" in done.stderr.splitlines()[-1]
