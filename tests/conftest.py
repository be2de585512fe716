"""Fixtures that more than one test module uses."""

import shutil
from pathlib import Path

import pytest

SAMPLE = Path(__file__).parent / "sample"


@pytest.fixture
def sample(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A one-lesson course of its own to build, break and learn from."""
    root = tmp_path / "classroom"
    shutil.copytree(SAMPLE, root)
    monkeypatch.setenv("QWEN_COURSE_ROOT", str(root))
    monkeypatch.setenv("QWEN_COURSE_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("COURSE_STRICT", raising=False)
    return root


@pytest.fixture
def lesson_file(sample: Path) -> Path:
    """The source of the sample's lesson."""
    return sample / "lessons" / "01_doubling.py"
