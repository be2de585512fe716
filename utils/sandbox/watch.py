"""Follows one snippet from outside, and stops it where it goes beyond its limits."""

import contextlib
import ctypes
import json
import os
import selectors
import signal
import sys
import time

from utils.sandbox import libc, limits, lock, namespaces, program

STREAMS = ("stdout", "stderr", "reports")
_REPORT_LIMIT = 256 * 1024  # bytes; a value is cut well below it
_TICK, _LAST_TICK = 0.02, 0.0005  # seconds between two looks


class Watch:
    """One snippet's process, what it has written so far, and why it was stopped."""

    def __init__(
        self, pid: int, ends: dict[str, int], job: dict, folder: str, world: lock.World
    ) -> None:
        self.pid, self.job, self.folder, self.world = pid, job, folder, world
        self.started = time.perf_counter()
        self.cause: str | None = None
        self.texts = {name: bytearray() for name in ends}
        self.most = dict.fromkeys(ends, job["output"]) | {"reports": _REPORT_LIMIT}
        self.open = selectors.DefaultSelector()
        for name, end in ends.items():
            os.set_blocking(end, False)
            self.open.register(end, selectors.EVENT_READ, name)

    def until_the_end(self, requests: int) -> dict:
        """The reply about the snippet, once nothing of it runs any more.

        `requests` becomes readable when the caller has gone; then all ends at once.
        """
        self.open.register(requests, selectors.EVENT_READ)
        while not (self.cause or _has_ended(self.pid)):
            self._read(_TICK if len(self.open.get_map()) > 1 else _LAST_TICK, requests)
            self.cause = self.cause or self._excess()
        self._kill()  # also what it may have left behind
        _, status, usage = os.wait4(self.pid, 0)
        seconds = time.perf_counter() - self.started
        self._read(0, requests)
        self.open.close()
        return self._verdict(os.waitstatus_to_exitcode(status)) | {
            "seconds": seconds,
            "peak_memory": usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024),
        }

    def _read(self, tick: float, requests: int) -> None:
        for key, _ in self.open.select(tick):
            if key.fd == requests:
                self._kill()
                os.waitpid(self.pid, 0)
                raise SystemExit
            # Never more than one byte beyond the limit is held.
            text, most = self.texts[key.data], self.most[key.data]
            data = os.read(key.fd, most + 1 - len(text))
            text += data
            if len(text) > most:
                self.cause = "output"
            if not data or len(text) > most:
                self.open.unregister(key.fd)

    def _excess(self) -> str | None:
        if time.perf_counter() - self.started > self.job["timeout"]:
            return "timeout"
        if limits.resident(self.pid) > self.job["memory"]:
            return "memory"
        if not self.world.boxed:  # else its file system has just this size
            used = limits.disk_use(self.folder, namespaces.ENTRIES)
            if used is None or used > self.job["disk"]:
                return "disk"
        return None

    def _kill(self) -> None:
        for stop in (os.killpg, os.kill):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                stop(self.pid, signal.SIGKILL)
        if self.world.boxed:  # we are the first process here: this is everything else
            with contextlib.suppress(ProcessLookupError):
                os.kill(-1, signal.SIGKILL)

    def _verdict(self, exit_code: int) -> dict:
        # The first report is from before the code ran, and can be trusted.
        first, _, rest = bytes(self.texts["reports"]).partition(b"\n")
        before, after = json.loads(first or b"{}"), program.understood(rest)
        ended = "crashed" if exit_code < 0 else after.get("end", "exit")
        status = self.cause or ended
        shown = {
            name: self.texts[name][: self.job["output"]].decode(errors="replace")
            for name in ("stdout", "stderr")
        }
        value = after.get("value") if status == "ok" else None
        ending = {"status": status, "value": value, "code": exit_code}
        return {"layers": [], "refused": False} | before | shown | ending


def _has_ended(pid: int) -> bool:
    """Whether a child has ended; it stays a zombie, which keeps its id from others."""
    if hasattr(os, "waitid"):
        flags = os.WEXITED | os.WNOHANG | os.WNOWAIT
        return os.waitid(os.P_PID, pid, flags) is not None
    # macOS has the call, but Python offers it from 3.13 on. P_PID is 1, the flags are
    # WNOHANG, WEXITED and WNOWAIT; the fourth number of siginfo_t is the process id.
    information = (ctypes.c_int * 32)()
    libc.call("waitid", 1, pid, information, 0x01 | 0x04 | 0x20)
    return information[3] == pid
