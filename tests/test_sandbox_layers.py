"""The sandbox says honestly what holds here, and refuses where that is too little."""

import contextlib
import ctypes
import ctypes.util
import signal
import subprocess
import sys

import forbid
import psutil
import pytest

from utils import sandbox
from utils.paths import ROOT
from utils.sandbox import isolation, seatbelt, seccomp

linux = pytest.mark.skipif(sys.platform != "linux", reason="Linux's own mechanisms")
pytestmark = pytest.mark.unit

PATIENT = 60  # seconds for a program that ends by itself, on a busy machine


@linux
def test_this_machine_can_isolate():
    active = [layer.name for layer in sandbox.layers() if layer.active]
    assert isolation.enough(active), [str(layer) for layer in sandbox.layers()]
    assert "seatbelt" not in active


@linux
@pytest.mark.parametrize("without", [("seccomp",), ("landlock", "namespaces")])
def test_without_enough_layers_nothing_runs(without, tmp_path):
    trace = tmp_path / "trace"
    code = f"import os; os.mkdir({str(trace)!r}); open({str(trace)!r} + '/x', 'w')"
    with (
        sandbox.Sandbox(leave_out=without) as box,
        pytest.raises(sandbox.WeakIsolationError, match="accept_weaker=True"),
    ):
        box.run(code, timeout=PATIENT)
    assert not trace.exists()
    with sandbox.Sandbox(leave_out=without, accept_weaker=True) as box:
        outcome = box.run("1", timeout=PATIENT)
        assert outcome.ok
        assert not set(without) & set(outcome.layers)


@linux
@pytest.mark.parametrize("refused", ["unshare", "mount"])
def test_a_container_without_namespaces_still_isolates(refused):
    here = [layer.name for layer in sandbox.layers() if layer.active]
    if "landlock" not in here:
        pytest.skip("this kernel has no Landlock, so namespaces are needed here")
    shown = show_layers(refused)
    assert "off namespaces" in shown
    assert "landlock" in shown
    assert "ran: ok" in shown


@linux
def test_a_container_that_forbids_all_of_it_is_told_so():
    shown = show_layers("unshare", "landlock_create_ruleset")
    assert "off landlock" in shown
    assert "ran: WeakIsolationError" in shown


def show_layers(*refused: str) -> str:
    """What a program in a container that refuses these system calls finds out."""
    code = (
        "from utils import sandbox\nprint(*sandbox.layers(), sep='\\n')\n"
        "try: print('ran:', sandbox.run('6 * 7', timeout=60).status)\n"
        "except sandbox.SandboxError as error: print('ran:', type(error).__name__)"
    )
    command = forbid.command(list(refused), sys.executable, "-c", code)
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


@linux
@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGKILL])
def test_when_the_caller_ends_the_program_ends(end):
    code = (
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "from utils import sandbox; sandbox.run('while True: pass', timeout=600)"
    )
    command = [sys.executable, "-c", code]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL) as caller:
        try:
            family = busy_family(psutil.Process(caller.pid))
            caller.send_signal(end)
            _, alive = psutil.wait_procs(family, timeout=PATIENT)
        finally:
            caller.kill()
    assert not alive


def busy_family(caller: psutil.Process) -> list[psutil.Process]:
    """The processes below the caller, once one of them has computed for a while."""
    while caller.status() != psutil.STATUS_ZOMBIE:
        with contextlib.suppress(psutil.NoSuchProcess):  # some are short-lived
            family = caller.children(recursive=True)
            if any(process.cpu_times().user > 0.5 for process in family):
                return family
    raise AssertionError("the caller ended before its program ran")


@linux
def test_the_numbers_of_system_calls_are_right():
    name = ctypes.util.find_library("seccomp")
    if not name:
        pytest.skip("libseccomp, which knows the numbers, is not installed")
    resolve = ctypes.CDLL(name).seccomp_syscall_resolve_name_arch
    for machine, architecture in {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}.items():
        calls = seccomp.table(machine)
        assert len(calls) > 90
        for call, number in calls:
            assert resolve(ctypes.c_uint32(architecture), call.encode()) == number, call
        assert not {"socket", "connect", "clone", "fork", "execve"} & dict(calls).keys()


def test_an_unknown_processor_is_not_guessed_at():
    assert seccomp.table("riscv64") == []
    with pytest.raises(OSError, match="riscv64"):
        seccomp.program("riscv64", [], 1)


def test_the_profile_for_macos_quotes_paths(tmp_path):
    text = seatbelt.profile(['/a "b"'], ["/dev/null"], str(tmp_path))
    assert '(subpath "/a \\"b\\"")' in text
    assert text.index("(deny default)") < text.index("(allow")
