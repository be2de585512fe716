"""The caller's side: starts a supervisor, sends it snippets, reads what it replies."""

import contextlib
import json
import os
import selectors
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict
from typing import Self

from utils.sandbox.isolation import LAYERS
from utils.sandbox.outcome import Limits, Outcome, SandboxError, WeakIsolationError

# Nothing of ours. One seed gives sets the same order in every run; packages are not to
# start threads, since a process with threads can neither fork nor unshare in safety.
ENVIRONMENT = {
    "PYTHONHASHSEED": "0",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
}
_PATIENCE = 60.0  # seconds beyond a snippet's own time before we give up on it
_REFUSAL = (
    "This system cannot keep a program from your files and the network: run the lesson "
    "on Linux (5.13 or newer; on Windows, in WSL) or macOS, or pass accept_weaker=True "
    "to run it with a time limit and little else."
)


class Sandbox:
    """A supervisor for many snippets, one after another; use it in a `with`.

    Each snippet gets a new process and a new folder. What is shared is the time it
    takes to start Python and to import `packages`. Not for several threads at once.
    `leave_out` names layers (`isolation.LAYERS`) to do without, to see what they do.
    """

    def __init__(
        self,
        *,
        packages: Sequence[str] = (),
        accept_weaker: bool = False,
        leave_out: Sequence[str] = (),
    ) -> None:
        unknown = set(leave_out) - set(LAYERS)
        if unknown:
            raise ValueError(f"No such layer: {', '.join(sorted(unknown))}.")
        if isinstance(packages, str):
            raise ValueError('Name packages in a list, such as packages=["sympy"].')
        self._accept_weaker = accept_weaker
        self._settings = {
            "packages": list(packages),
            "path": [path for path in sys.path if path],
            "leave_out": list(leave_out),
        }
        self._process: subprocess.Popen | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def run(self, code: str, *, stdin: str = "", **limits: float) -> Outcome:
        """Run one program; see `utils.sandbox.run`."""
        chosen = Limits(**limits)
        if len(stdin.encode()) > chosen.disk // 2:
            raise ValueError("The stdin text must be at most half as long as `disk`.")
        if not hasattr(os, "fork"):
            return self._run_plainly(code, stdin, chosen)
        job = {"code": code, "stdin": stdin, "accept_weaker": self._accept_weaker}
        reply = self._ask(job | asdict(chosen), chosen.timeout + _PATIENCE)
        if reply.get("failed"):
            self.close()
            raise SandboxError(f"The sandbox did not start: {reply['failed']}.")
        if reply["refused"]:
            raise WeakIsolationError(_REFUSAL)
        return Outcome(
            reply["status"],
            reply["stdout"],
            reply["stderr"],
            reply["value"],
            reply["code"],
            reply["seconds"],
            reply["peak_memory"],
            tuple(reply["layers"]),
        )

    def close(self) -> None:
        """End the supervisor, and with it whatever still runs."""
        process, self._process = self._process, None
        if process is None:
            return
        with contextlib.suppress(BrokenPipeError):
            process.stdin.close()  # it takes this as the end, and clears up
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()
        process.stderr.close()

    def _run_plainly(self, code: str, stdin: str, limits: Limits) -> Outcome:
        from utils.sandbox import plain

        if not self._accept_weaker:
            raise WeakIsolationError(_REFUSAL)
        return plain.run(code, stdin, limits)

    def _ask(self, job: dict, patience: float) -> dict:
        """Send a request and wait for its reply."""
        started, process = self._process is None, self._process or _start()
        self._process = process
        try:
            if started:
                _send(process, self._settings)
            _send(process, job)
            with selectors.DefaultSelector() as replies:
                replies.register(process.stdout, selectors.EVENT_READ)
                if replies.select(patience) and (line := process.stdout.readline()):
                    return json.loads(line)
        except BrokenPipeError:
            pass
        except BaseException:  # Ctrl-C while waiting: the snippet must not go on
            self.close()
            raise
        process.kill()
        message = process.stderr.read().decode(errors="replace").strip()
        self.close()
        last = message.rpartition("\n")[2] or "no reply"
        raise SandboxError(f"The sandbox's own process broke off ({last}); try again.")


def _start() -> subprocess.Popen:
    from utils.paths import ROOT

    return subprocess.Popen(
        # No site-packages; `-m` finds this package in ROOT.
        [sys.executable, "-sS", "-X", "utf8", "-m", "utils.sandbox.server"],
        cwd=ROOT,
        env=ENVIRONMENT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,  # Ctrl-C is for us
    )


def _send(process: subprocess.Popen, message: dict) -> None:
    process.stdin.write(json.dumps(message).encode() + b"\n")
    process.stdin.flush()
