"""Makes `.venv` with the locked requirements, or finds that none is needed.

Standard library only: it runs before the environment exists.
"""

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

from course import locked, torch_build
from course.pip_run import SetupError, install

__all__ = ["SetupError", "become", "enter_environment"]

ROOT = locked.ROOT
VENV = ROOT / ".venv"
# Beside the environment, so that it outlives one that is made anew.
STATE = ROOT / ".venv-state"
LOG = STATE / "install.log"
MAKING = STATE / "making"  # there while one is being made, and after that was cut off
# Measured: the environment with torch's CPU build, and pip's downloads.
CPU_GB = 3
CUDA_GB = CPU_GB + torch_build.CUDA_DOWNLOAD_GB + torch_build.CUDA_DISK_GB


def enter_environment(argv: list[str]) -> None:
    """Return if this interpreter has everything; else run `argv` in `.venv`, and end.

    Raises:
        SetupError: the environment could not be made.
    """
    if locked.satisfied():
        _let_children_import()
        return
    if not is_ready():
        with only_one_at_a_time():
            if not is_ready():  # another run may have made it meanwhile
                make()
    become([str(python_of(VENV)), "-m", "course", *argv])


def become(command: list[str]) -> NoReturn:
    """Let another program take this one's place, its exit status included."""
    sys.stdout.flush()
    if os.name == "nt":
        # Windows has no exec: its execv starts another process and does not wait.
        sys.exit(subprocess.run(command).returncode)
    os.execv(command[0], command)


def is_ready() -> bool:
    """Whether `.venv` was finished, for this lock and in this place."""
    stamp = VENV / "course-lock.sha256"
    return (
        python_of(VENV).exists()
        and stamp.is_file()
        and stamp.read_text().strip() == fingerprint()
    )


def fingerprint() -> str:
    """What an environment is made from: the lock, and where the repository lies."""
    made_from = locked.LOCK.read_bytes() + str(ROOT).encode()
    return hashlib.sha256(made_from).hexdigest()


def make() -> None:
    """Make `.venv` from nothing; it counts as made only once its stamp is written.

    Raises:
        SetupError: with what is in the way and what to do about it.
    """
    _check_venv_module()
    _check_is_ours()
    _check_space(CPU_GB)
    print(f"Making the course's environment in {VENV} (once, minutes).", flush=True)
    LOG.write_text("")
    MAKING.touch()
    _create()
    python = str(python_of(VENV))
    pins = locked.applicable(locked.read_lock())
    _install_torch(python, pins)
    install(python, ["-r", str(locked.LOCK)], len(pins), LOG)
    here = ["--no-deps", "--no-build-isolation", "-e", str(ROOT)]
    install(python, here, 1, LOG)
    (VENV / "course-lock.sha256").write_text(fingerprint() + "\n")
    MAKING.unlink()


def python_of(environment: Path) -> Path:
    """The interpreter of a virtual environment."""
    inside = ("Scripts", "python.exe") if os.name == "nt" else ("bin", "python")
    return environment.joinpath(*inside)


@contextmanager
def only_one_at_a_time() -> Iterator[None]:
    """Hold a lock on STATE; the system frees it should this process be killed."""
    STATE.mkdir(exist_ok=True)
    with (STATE / "lock").open("a+") as file:
        if not _try_lock(file):
            print("Another run is making the environment: waiting for it.", flush=True)
            _lock(file)
        yield


def _try_lock(file) -> bool:
    try:
        _lock(file, wait=False)
    except OSError:
        return False
    return True


def _lock(file, wait: bool = True) -> None:
    if os.name == "nt":
        import msvcrt

        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_LOCK if wait else msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))


def _check_venv_module() -> None:
    for module in ("venv", "ensurepip"):
        if importlib.util.find_spec(module) is None:
            raise SetupError(
                f"this Python lacks the module {module}: on Debian and Ubuntu run"
                " `sudo apt install python3-venv`, elsewhere install Python from"
                " https://www.python.org/downloads/."
            )


def _check_is_ours() -> None:
    """Refuse to clear a `.venv` that is no virtual environment at all."""
    known = (VENV / "pyvenv.cfg", MAKING)
    if VENV.exists() and any(VENV.iterdir()) and not any(p.exists() for p in known):
        raise SetupError(
            f"{VENV} is not a Python environment, and making one there would erase"
            " it: move it away, then run the same command again."
        )


def _check_space(needed_gb: float) -> None:
    free_gb = shutil.disk_usage(ROOT).free / 1e9
    if free_gb < needed_gb:
        raise SetupError(
            f"the disk is too full: {ROOT} has {free_gb:.1f} GB free and the course's"
            f" environment needs {needed_gb} GB. Free some, then run the same command"
            " again."
        )


def _create() -> None:
    import venv

    try:
        venv.EnvBuilder(clear=True, with_pip=True, symlinks=os.name != "nt").create(
            VENV
        )
    except subprocess.CalledProcessError:
        raise SetupError(
            "this Python could not put pip into a new environment: on Debian and"
            " Ubuntu run `sudo apt install python3-venv`, then the same command again."
        ) from None
    except OSError as error:
        raise SetupError(
            f"{VENV} cannot be written ({error.strerror}): free some space or put the"
            " course where you may write, then run the same command again."
        ) from None


def _install_torch(python: str, pins: list[locked.Pin]) -> None:
    """Install the build of torch that suits this machine, ahead of all the rest."""
    version = next((pin.version for pin in pins if pin.name == "torch"), None)
    if version is None:
        return
    build = torch_build.choose(version, python)
    if build.cuda:
        print(
            f"Installing torch's CUDA build, since {build.why}:"
            f" {torch_build.CUDA_DOWNLOAD_GB} GB to download,"
            f" {torch_build.CUDA_DISK_GB} GB on disk.",
            flush=True,
        )
        _check_space(CUDA_GB)
    if build.requirement:
        # Without what it needs: those versions come from the lock, right after.
        arguments = ["--no-deps", *build.pip_options, build.requirement]
        install(python, arguments, 1, LOG)


def _let_children_import() -> None:
    """Let kernels started from here import this very copy of the course."""
    others = os.environ.get("PYTHONPATH", "")
    if str(ROOT) not in others.split(os.pathsep):
        os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(ROOT), others]))
