"""Adds what is missing to the Python that runs a lesson: the verb `setup`.

For Colab and other notebook servers that bring their own packages. Standard library
only. In the course's own environment nothing is missing and nothing happens.
"""

import importlib
import re
import site
import sys
import sysconfig
import tempfile
import tomllib
from importlib import metadata
from pathlib import Path

from course import locked, torch_build
from course.pip_run import SetupError, install

# The running kernel is made of these, or they fit its driver: never replaced.
KEPT = {
    *("torch", "torchvision", "torchaudio", "ipykernel", "ipython", "ipywidgets"),
    *("jupyter-client", "jupyter-core", "jupyter-server", "jupyterlab", "notebook"),
    *("pyzmq", "tornado", "traitlets"),
}
# For those who work on the course or start JupyterLab; no lesson's cell needs them.
NOT_IN_LESSONS = {
    *("jupyterlab", "papermill", "nbclient", "nbconvert", "nbval"),
    *("pytest", "ruff", "playwright"),
}


def main(argv: list[str]) -> int:
    """Run the verb `setup`, which has no options."""
    if argv:
        print(f"setup takes no options, so not {argv[0]}.", file=sys.stderr)
        return 2
    prepare()
    print("This Python has what the lessons need.")
    return 0


def prepare() -> None:
    """Install what is missing, and make it importable in the running process.

    Raises:
        SetupError: pip failed; the text says why and what to do.
    """
    missing = requirements_missing()
    if missing:
        names = ", ".join(name for name, _ in missing)
        print(f"Adding to this Python (a minute or two): {names}.", flush=True)
        _install([pin for _, pin in missing])
    if not _course_is_installed():
        here = ["--no-deps", "--no-build-isolation", "-e", str(locked.ROOT)]
        _pip(["setuptools>=77"] if _old_setuptools() else [], 1)
        _pip(here, 1)
    for folder in (sysconfig.get_path("purelib"), site.getusersitepackages()):
        site.addsitedir(folder)
    importlib.invalidate_caches()


def requirements_missing() -> list[tuple[str, str]]:
    """Name and locked requirement of each package that the lessons lack here.

    What is there is left alone if pyproject.toml admits its version, and always if
    it is in KEPT.
    """
    pins = {pin.name: pin for pin in locked.applicable(locked.read_lock())}
    project = tomllib.loads((locked.ROOT / "pyproject.toml").read_text())["project"]
    missing = []
    for text in project["dependencies"]:
        name, wanted = _split(text)
        if name in NOT_IN_LESSONS:
            continue
        has = locked.installed_version(name)
        if has is None or (name not in KEPT and not _admits(wanted, has)):
            missing.append((name, f"{name}=={pins[name].version}"))
    return missing


def _install(requirements: list[str]) -> None:
    """Install with every version locked that this Python does not settle itself."""
    torch = next((line for line in requirements if line.startswith("torch==")), None)
    if torch:
        build = torch_build.choose(torch.partition("==")[2], sys.executable)
        if build.requirement:
            _pip(["--no-deps", *build.pip_options, build.requirement], 1)
    with tempfile.TemporaryDirectory() as folder:
        constraints = Path(folder) / "constraints.txt"
        constraints.write_text("\n".join(_constraints(requirements)) + "\n")
        _pip(["-c", str(constraints), *requirements], len(requirements) * 2)


def _constraints(requirements: list[str]) -> list[str]:
    """KEPT packages stay at what is there; what is not there comes at its lock."""
    lines = []
    asked = {line.partition("==")[0] for line in requirements}
    for pin in locked.applicable(locked.read_lock()):
        has = locked.installed_version(pin.name)
        if has and pin.name in KEPT:
            lines.append(f"{pin.name}=={has}")
        elif not has and pin.name not in asked:
            lines.append(f"{pin.name}=={pin.version}")
    return lines


def _pip(arguments: list[str], total: int) -> None:
    if arguments:
        log = Path(tempfile.gettempdir()) / "qwen-course-install.log"
        install(sys.executable, arguments, total, log)


def _split(requirement: str) -> tuple[str, str]:
    """Name and version range of a plain requirement line, such as `numpy>=2`."""
    found = re.fullmatch(r"([\w.-]+)\s*(.*)", requirement)
    if not found:
        raise SetupError(f"pyproject.toml has a requirement of no known form: {found}")
    return locked.normalized(found[1]), found[2]


def _admits(wanted: str, version: str) -> bool:
    """Whether a range such as `>=2` or `==5.23.0` holds for a version."""
    sign, bound = wanted[:2], wanted[2:]
    if sign == "==":
        return version.partition("+")[0] == bound
    return _release(version) >= _release(bound)


def _release(version: str) -> tuple[int, ...]:
    """The leading numbers of a version; trailing zeros do not count."""
    numbers = re.match(r"\d+(\.\d+)*", version)
    parts = [int(part) for part in numbers[0].split(".")] if numbers else []
    while parts and parts[-1] == 0:
        parts.pop()
    return tuple(parts)


def _old_setuptools() -> bool:
    has = locked.installed_version("setuptools")
    return has is None or not _admits(">=77", has)


def _course_is_installed() -> bool:
    """Whether the course is on this Python, apart from lying in the working folder."""
    folders = [folder for folder in sys.path if folder not in ("", str(locked.ROOT))]
    return any(metadata.distributions(name="qwen-course", path=folders))
