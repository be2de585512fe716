"""The setup cell in a bare notebook server: torch, ipykernel, a `google.colab`.

It runs in a real kernel of an environment that holds nothing else, from an empty
folder, and fetches the course from a clone beside it, as Colab does from the network.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from course import bootstrap, locked, setup_cell, syllabus, torch_build
from utils.paths import ROOT

pytestmark = pytest.mark.lessons

SAY = """
import json, sys, torch, utils.models, course
print(json.dumps({
    "torch": [torch.__version__, torch.__file__],
    "course": course.__file__,
    "numpy": __import__("numpy").__version__,
    "transformers": __import__("transformers").__version__,
}))
"""
# Runs the cells given on stdin in a kernel of the environment, and prints their text.
KERNEL = """
import json, sys
from jupyter_client.manager import start_new_kernel
manager, client = start_new_kernel(kernel_name="python3")
said = []
def hear(message):
    content = message["content"]
    if message["msg_type"] == "stream":
        said.append(content["text"])
    if message["msg_type"] == "error":
        said.append("ERROR " + "\\n".join(content["traceback"]))
for cell in json.load(sys.stdin):
    client.execute_interactive(cell, output_hook=hear, timeout=900)
manager.shutdown_kernel(now=True)
print("".join(said))
"""


def torch_requirement() -> tuple[list[str], str]:
    """pip's options and the line for the torch that this machine can use."""
    version = next(pin.version for pin in locked.read_lock() if pin.name == "torch")
    build = torch_build.choose(version, sys.executable)
    return list(build.pip_options), build.requirement or f"torch=={version}"


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The interpreter of an environment with what a hosted notebook brings."""
    folder = tmp_path_factory.mktemp("colab") / "env"
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    python = str(bootstrap.python_of(folder))
    options, torch = torch_requirement()
    pip = [python, "-m", "pip", "install", "--quiet", *options]
    subprocess.run([*pip, "--no-deps", torch], check=True)
    subprocess.run([*pip[:5], torch, "ipykernel"], check=True)
    paths = [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]
    done = subprocess.run(paths, capture_output=True, text=True, check=True)
    colab = Path(done.stdout.strip()) / "google" / "colab"
    colab.mkdir(parents=True)
    (colab / "__init__.py").write_text("")
    return python


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository of the course as it lies here, committed or not."""
    folder = tmp_path_factory.mktemp("hosted") / "qwen-course"
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    done = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True)
    for name in done.stdout.splitlines():
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes((ROOT / name).read_bytes())
    author = ["-c", "user.name=course", "-c", "user.email=course@localhost"]
    for command in (["init", "-q"], ["add", "-A"], [*author, "commit", "-qm", "all"]):
        subprocess.run(["git", *command], cwd=folder, check=True)
    return folder


@pytest.fixture(scope="module")
def before(python: str) -> list[str]:
    """Version and place of the torch that was there first."""
    look = "import json, torch; print(json.dumps([torch.__version__, torch.__file__]))"
    done = subprocess.run(
        [python, "-c", look], capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def said(python, clone, before, tmp_path_factory) -> str:
    """All that the first two cells and a look around printed."""
    return run_cells(python, clone, tmp_path_factory.mktemp("content"))


def run_cells(python: str, clone: Path, folder: Path) -> str:
    """Run a lesson's first cells in a kernel of `python` that starts in `folder`."""
    cell = setup_cell.text(syllabus.load().repository, "quickstart")
    kept = {
        k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "QWEN_PROFILE")
    }
    env = kept | {
        "QWEN_COURSE_REPO": clone.as_uri(),
        "QWEN_COURSE_HOME": str(folder.parent / f"{folder.name}-home"),
        "JUPYTER_PREFER_ENV_PATH": "1",
    }
    done = subprocess.run(
        [python, "-c", KERNEL],
        input=json.dumps(['PROFILE = ""', cell, SAY]),
        cwd=folder,
        env=env,
        capture_output=True,
        text=True,
        timeout=1200,
    )
    assert done.returncode == 0, done.stderr
    assert "ERROR" not in done.stdout, done.stdout
    return done.stdout


def found(said: str) -> dict:
    """What the look around found."""
    return json.loads(said.strip().splitlines()[-1])


def test_it_says_what_it_adds_and_leaves_torch_out(said: str) -> None:
    (line,) = [one for one in said.splitlines() if one.startswith("Adding to")]
    names = line.partition(": ")[2].rstrip(".").split(", ")
    assert "transformers" in names
    assert not {"torch", "ipykernel", "jupyterlab", "pytest"} & set(names)


def test_torch_is_the_one_that_was_there(said: str, before: list[str]) -> None:
    assert found(said)["torch"] == before


def test_the_helpers_come_from_the_fetched_copy(said: str) -> None:
    assert "qwen-course/course" in Path(found(said)["course"]).as_posix()
    assert str(ROOT) not in found(said)["course"]


def test_what_was_added_is_what_the_lock_says(said: str) -> None:
    pins = {pin.name: pin.version for pin in locked.applicable(locked.read_lock())}
    assert found(said)["transformers"] == pins["transformers"]


def test_it_says_which_profile_and_why(said: str) -> None:
    (line,) = [one for one in said.splitlines() if one.startswith("Profile ")]
    assert line.startswith("Profile pocket: ")
    assert line.endswith(".")


def test_a_second_notebook_adds_nothing(python, said, clone, tmp_path) -> None:
    again = run_cells(python, clone, tmp_path)
    assert "Adding" not in again
    assert "Profile pocket: " in again
