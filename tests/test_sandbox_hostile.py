"""Hostile programs are contained: each ends as it must, and the machine is unharmed.

Each runs under every set of layers that is enough by itself, so that no layer is there
for show and none hides a hole in another.
"""

import contextlib
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from hostile import HOSTILE, REAL

from utils import sandbox
from utils.paths import ROOT
from utils.sandbox import plain

pytestmark = [
    pytest.mark.unit,
    pytest.mark.skipif(sys.platform != "linux", reason="attacks are written for Linux"),
]

SECRET = "a-secret-of-somebody"
WITHOUT = {
    "all layers": (),
    "no namespaces": ("namespaces",),
    "no landlock": ("landlock",),
}


@contextlib.contextmanager
def laid_out(folder: Path) -> Iterator[dict[str, object]]:
    """What there is to attack: a process, a file, three listeners."""
    canary = folder / "canary"
    canary.write_text(SECRET)
    with (
        subprocess.Popen(["sleep", "1000"], env={"SECRET": SECRET}) as other,
        socket.create_server(("127.0.0.1", 0)) as tcp,
        socket.socket(socket.AF_UNIX) as unix,
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as datagrams,
    ):
        unix.bind(str(folder / "socket"))
        unix.listen()
        datagrams.bind(str(folder / "datagrams"))
        yield {
            "OTHER": other.pid,
            "CANARY": str(canary),
            "PORT": tcp.getsockname()[1],
            "SOCKET": unix.getsockname(),
            "DATAGRAMS": datagrams.getsockname(),
            "REPOSITORY": str(ROOT),
        }
        other.kill()


@pytest.fixture(scope="module")
def victims(tmp_path_factory) -> Iterator[dict[str, object]]:
    with laid_out(tmp_path_factory.mktemp("somebody")) as victims:
        yield victims


@pytest.fixture(scope="module", params=WITHOUT)
def box(request, victims) -> Iterator[sandbox.Sandbox]:
    """One supervisor for each set of layers; its caller's environment has a secret."""
    with (
        pytest.MonkeyPatch.context() as patch,
        sandbox.Sandbox(leave_out=WITHOUT[request.param]) as box,
    ):
        patch.setenv("SECRET", SECRET)
        try:
            box.run("", timeout=60)
        except sandbox.WeakIsolationError:
            if request.param == "all layers":
                raise
            pytest.skip(f"{request.param}: the rest is not enough on this machine")
        yield box


def program(name: str, victims: dict[str, object]) -> str:
    setting = "".join(f"{key} = {value!r}\n" for key, value in victims.items())
    return setting + HOSTILE[name].code


def looks(victims: dict[str, object]) -> tuple:
    """What a harmed machine would show otherwise."""
    canary, other = Path(victims["CANARY"]), psutil.Process(victims["OTHER"])
    details = canary.stat()
    return (
        canary.read_text(),
        (details.st_mode, details.st_mtime_ns, details.st_nlink),
        sorted(os.listdir(canary.parent)),
        (other.status() == psutil.STATUS_ZOMBIE, other.nice(), other.cpu_affinity()),
        other.rlimit(psutil.RLIMIT_CPU),
        {process.pid for process in psutil.Process().children(recursive=True)},
        (ROOT / "README.md").stat().st_size,
    )


@pytest.mark.parametrize("name", HOSTILE)
def test_it_is_contained(name: str, box, victims):
    before = looks(victims)
    outcome = box.run(program(name, victims), timeout=HOSTILE[name].timeout)
    assert outcome.status == HOSTILE[name].status, (outcome, outcome.stderr)
    assert "ESCAPED" not in outcome.stdout
    for text in (outcome.stdout, outcome.stderr, outcome.value or ""):
        assert SECRET not in text
        assert len(text) <= sandbox.Limits().output
    assert looks(victims) == before
    # And the next program finds everything in order.
    assert box.run("6 * 7", timeout=60).value == "42"


@pytest.mark.parametrize("name", REAL)
def test_without_a_sandbox_the_attack_works(name: str, tmp_path):
    roomy = sandbox.Limits(timeout=60, memory=2**30)
    with laid_out(tmp_path) as victims:
        outcome = plain.run(program(name, victims), "", roomy)
    assert "ESCAPED" in outcome.stdout, outcome.stderr
