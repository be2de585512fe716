"""Where lessons, checks and quizzes are found, and how a lesson's checks are loaded.

`QWEN_COURSE_ROOT` points the whole pipeline at another folder that holds
`syllabus.yml`, `lessons/`, `checks/`, `quizzes/` and `notebooks/`: a classroom's own
lessons, or the tests'.
"""

import importlib.util
import os
import sys
import threading
from pathlib import Path
from types import ModuleType

from course.checks import Exercise, exercises_of
from utils import paths

# `verify` drafts two notebooks at a time; neither may see a half-loaded module.
_loading = threading.RLock()


def root() -> Path:
    """The folder that holds `notebooks/` and README.md."""
    return _chosen() or paths.ROOT


def folder(name: str) -> Path:
    """A content folder or file, e.g. `folder("lessons")`."""
    return (_chosen() or paths.COURSE) / name


def notebooks() -> Path:
    """The folder of generated notebooks."""
    return root() / "notebooks"


def wrong_answers() -> Path:
    """The folder of typical wrong answers that the tests put to the checks."""
    chosen = _chosen()
    return chosen / "wrong_answers" if chosen else paths.ROOT / "tests/wrong_answers"


def relative(path: Path) -> str:
    """`path` as people name it: from the root, with forward slashes."""
    try:
        return path.resolve().relative_to(root()).as_posix()
    except ValueError:
        return path.as_posix()


def short(slug: str) -> str:
    """`02_quickstart` -> `quickstart`, the name of its checks and quiz."""
    head, _, tail = slug.partition("_")
    return tail if head.isdigit() else slug


def load_module(path: Path) -> ModuleType:
    """Import one Python file of the content folders; loaded once per process.

    Raises FileNotFoundError where there is no such file.
    """
    if not path.is_file():
        raise FileNotFoundError(f"{relative(path)} is missing.")
    with _loading:
        return _loaded(path, f"course_content_{path.parent.name}_{path.stem}")


def exercises(short_slug: str) -> dict[str, Exercise]:
    """The exercises of one lesson, in their order; empty where it has no checks."""
    path = folder("checks") / f"{short_slug}.py"
    return exercises_of(load_module(path)) if path.is_file() else {}


def all_exercises() -> dict[str, Exercise]:
    """Every exercise of the course by key.

    Raises ValueError when two lessons use one key: `check("key")` names no lesson.
    """
    found: dict[str, Exercise] = {}
    for path in sorted(folder("checks").glob("[!_]*.py")):
        for key, exercise in exercises(path.stem).items():
            if key in found:
                raise ValueError(
                    f"The exercise {key!r} is in both {found[key].lesson}.py and "
                    f"{path.stem}.py; give one of them another name."
                )
            found[key] = exercise
    return found


def _loaded(path: Path, name: str) -> ModuleType:
    loaded = sys.modules.get(name)
    if loaded is not None and loaded.__file__ == str(path):
        return loaded
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module


def _chosen() -> Path | None:
    chosen = os.environ.get("QWEN_COURSE_ROOT")
    return Path(chosen).resolve() if chosen else None
