"""Fixtures that more than one test module uses."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

SAMPLE = Path(__file__).parent / "sample"
MEASURED = "measured"
MODEL = re.compile(r"test_models\.py::\w+\[([\w-]+)\]")


@pytest.fixture
def tell(record_property: Callable[[str, object], None]) -> Callable[[str], None]:
    """Say what a test measured: at the end of the run, and in the JUnit file."""
    return lambda line: record_property(MEASURED, line)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """List what was measured: a worker has no terminal to say it on."""
    reports = [
        report
        for outcome in ("passed", "failed")
        for report in terminalreporter.stats.get(outcome, [])
    ]
    said = [
        value
        for one in reports
        for name, value in one.user_properties
        if name == MEASURED
    ]
    if said:
        terminalreporter.section(MEASURED)
    for line in sorted(said):
        terminalreporter.write_line(line)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> object:
    """Keep together what shares replies: the tests of a model, else those of a file.

    The marks of `--dist loadgroup` would say so too, but pytest-xdist 3.8 writes them
    where pytest 9.2 no longer looks.
    """
    from xdist.scheduler import LoadScopeScheduling

    class ByModel(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            model = MODEL.search(nodeid)
            return model[1] if model else nodeid.split("::")[0]

    return ByModel(config, log)


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
