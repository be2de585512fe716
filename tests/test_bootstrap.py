"""The first command on a fresh machine, run for real in a small copy of the course."""

import os
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from course import locked, torch_build
from course.pip_run import explain
from utils.paths import ROOT

FILES = ["__init__", "__main__", "bootstrap", "locked", "pip_run", "torch_build"]
SHOW = "import json, sys\ndef main(argv):\n    print(json.dumps([sys.prefix, argv]))\n"
PYPROJECT = """
[build-system]
requires = ["setuptools"]
build-backend = "setuptools.build_meta"
[project]
name = "qwen-course"
version = "0"
[tool.setuptools]
packages = ["course"]
"""


def pin(name: str) -> str:
    """A line of the real lock."""
    return next(f"{p.name}=={p.version}" for p in locked.read_lock() if p.name == name)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The bootstrap with a lock of two small packages and a verb that tells where."""
    (tmp_path / "course").mkdir()
    for name in FILES:
        shutil.copy(ROOT / "course" / f"{name}.py", tmp_path / "course")
    (tmp_path / "course" / "doctor.py").write_text(SHOW)
    (tmp_path / "pyproject.toml").write_text(PYPROJECT)
    lock = f"{pin('six')}\n{pin('setuptools')}\n"
    (tmp_path / "requirements.lock").write_text(lock)
    return tmp_path


@pytest.fixture(scope="module")
def bare_python(tmp_path_factory: pytest.TempPathFactory) -> str:
    """An interpreter with nothing installed, as on a fresh machine."""
    folder = tmp_path_factory.mktemp("bare")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    inside = "Scripts/python.exe" if os.name == "nt" else "bin/python"
    return str(folder / inside)


def course(folder: Path, python: str, *argv: str, **environment: str):
    """Run `python -m course ARGV` in `folder`; returns the finished process."""
    return subprocess.run(
        [python, "-m", "course", *argv],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": "", **environment},
        capture_output=True,
        text=True,
        timeout=300,
    )


def test_makes_the_environment_once_and_passes_options_on(
    copy: Path, bare_python: str
) -> None:
    first = course(copy, bare_python, "doctor", "--flag", "a b")
    assert first.returncode == 0, first.stderr
    assert f'["{copy / ".venv"}", ["--flag", "a b"]]' in first.stdout
    assert "packages collected" not in first.stdout  # progress goes to stderr
    again = course(copy, bare_python, "doctor")
    assert again.stdout == f'["{copy / ".venv"}", []]\n'


def test_half_made_and_outdated_environments_are_made_again(
    copy: Path, bare_python: str
) -> None:
    half = copy / ".venv"
    half.mkdir()
    (half / "pyvenv.cfg").write_text("home = nowhere")
    (half / "debris").write_text("")
    assert course(copy, bare_python, "doctor").returncode == 0
    assert not (half / "debris").exists()
    with (copy / "requirements.lock").open("a") as lock:
        lock.write(f"{pin('idna')}\n")
    renewed = course(copy, bare_python, "doctor")
    assert renewed.returncode == 0
    assert "Making the course's environment" in renewed.stdout
    assert list((copy / ".venv").rglob("idna-*.dist-info"))


def test_two_at_once_make_one_environment(copy: Path, bare_python: str) -> None:
    command = [bare_python, "-m", "course", "doctor"]
    both = [
        subprocess.Popen(
            command,
            cwd=copy,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": ""},
        )
        for _ in range(2)
    ]
    said = [process.communicate(timeout=300)[0] for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert sum("Making the course's environment" in text for text in said) == 1


def test_an_environment_that_satisfies_the_lock_is_used_as_it_is(copy: Path) -> None:
    (copy / "requirements.lock").write_text(f"{pin('packaging')}\n")
    done = course(copy, sys.executable, "doctor")
    assert done.stdout == f'["{sys.prefix}", []]\n'
    assert not (copy / ".venv").exists()


def test_broken_download_is_one_sentence(copy: Path, bare_python: str) -> None:
    nowhere = {
        "PIP_INDEX_URL": "http://127.0.0.1:9/simple",
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_FIND_LINKS": "",
        "PIP_NO_CACHE_DIR": "1",
        "PIP_RETRIES": "1",
    }
    done = course(copy, bare_python, "doctor", **nowhere)
    assert done.returncode == 1
    *_, last = done.stderr.strip().splitlines()
    assert last.startswith("course: a download broke off: check the network")
    assert "Traceback" not in done.stderr


def test_missing_venv_module_is_one_sentence(copy: Path, bare_python: str) -> None:
    hide = textwrap.dedent("""
        import importlib.util, runpy, sys
        real = importlib.util.find_spec
        importlib.util.find_spec = lambda n: None if n == "ensurepip" else real(n)
        sys.argv = ["course", "doctor"]
        runpy.run_module("course", run_name="__main__", alter_sys=True)
    """)
    done = subprocess.run(
        [bare_python, "-c", hide], cwd=copy, capture_output=True, text=True
    )
    assert done.returncode == 1
    assert "lacks the module ensurepip" in done.stderr
    assert "apt install python3-venv" in done.stderr


def test_folder_that_is_no_environment_is_not_erased(
    copy: Path, bare_python: str
) -> None:
    (copy / ".venv").mkdir()
    (copy / ".venv" / "thesis.txt").write_text("years of work")
    done = course(copy, bare_python, "doctor")
    assert done.returncode == 1
    assert "move it away" in done.stderr
    assert (copy / ".venv" / "thesis.txt").exists()


def test_full_disk_is_said_before_anything_is_written(
    copy: Path, bare_python: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    disk = tmp_path_factory.mktemp("disk")
    mount = ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(disk)]
    try:
        mounted = subprocess.run(mount, capture_output=True).returncode == 0
    except FileNotFoundError:
        mounted = False
    if not mounted:
        pytest.skip("mounting a small disk takes root on Linux")
    try:
        shutil.copytree(copy, disk / "course-copy")
        done = course(disk / "course-copy", bare_python, "doctor")
        assert done.returncode == 1
        assert "GB free and the course's environment needs 3 GB" in done.stderr
        assert not (disk / "course-copy" / ".venv").exists()
    finally:
        subprocess.run(["umount", str(disk)], check=True)


@pytest.mark.parametrize("version", ["3.6", "3.7", "3.8", "3.9", "3.10"])
def test_too_old_a_python_is_told_so(copy: Path, version: str) -> None:
    old = shutil.which(f"python{version}")
    pyenv = Path.home() / ".pyenv" / "versions"
    old = next(map(str, pyenv.glob(f"{version}.*/bin/python")), old)
    if old is None or subprocess.run([old, "-V"], capture_output=True).returncode:
        pytest.skip(f"no Python {version} here")
    done = course(copy, old, "lab")
    assert done.returncode == 1
    assert f"This is Python {version}." in done.stderr
    assert "needs 3.11 or newer" in done.stderr
    assert "Traceback" not in done.stderr


def test_unknown_verb_lists_the_verbs(copy: Path, bare_python: str) -> None:
    done = course(copy, bare_python, "frobnicate")
    assert done.returncode == 2
    assert "There is no verb 'frobnicate'" in done.stderr
    for verb in ("lab", "test", "build", "verify", "train", "doctor", "new-lesson"):
        assert f"\n  {verb} " in course(copy, bare_python).stdout


def test_local_builds_satisfy_a_pin() -> None:
    torch = locked.Pin("torch", "2.13.0")
    assert torch.admits("2.13.0")
    assert torch.admits("2.13.0+cpu")
    assert not torch.admits("2.13.1")


def test_an_unreachable_index_is_given_up_on() -> None:
    index = ("--index-url", "http://127.0.0.1:9/simple")
    assert not torch_build.can_be_had("no-such-thing==1", sys.executable, index)


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ("OSError: [Errno 28] No space left on device", "the disk is full"),
        ("pip._vendor.urllib3.exceptions.ReadTimeoutError", "a download broke off"),
        (
            "ERROR: No matching distribution found for torch==2.13.0 (from -r x)",
            "torch==2.13.0 cannot be had for this Python",
        ),
        ("ERROR: something else\n", "pip failed: ERROR: something else"),
    ],
)
def test_what_pip_says_becomes_a_next_step(said: str, sentence: str) -> None:
    assert explain([said]).startswith(sentence)
