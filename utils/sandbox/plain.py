"""Runs a snippet where there is no `fork`, as on Windows: watched, but not isolated.

Time, memory and output are watched from outside; files and network stay in reach. The
client comes here only if the caller accepted that.
"""

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import BinaryIO

import psutil

from utils.paths import ROOT
from utils.sandbox import program
from utils.sandbox.client import ENVIRONMENT
from utils.sandbox.outcome import Limits, Outcome

_TICK = 0.02  # seconds between two looks
_NEEDED = "SYSTEMROOT"  # no Python starts on Windows without it


def run(code: str, stdin: str, limits: Limits) -> Outcome:
    """Run one program in an interpreter of its own; see `utils.sandbox.run`."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as place:
        folder, source = Path(place, "empty"), Path(place, "stdin")
        job, report = Path(place, "job"), Path(place, "report")
        folder.mkdir()
        source.write_text(stdin, encoding="utf-8")
        job.write_text(json.dumps([code, str(folder), str(report)]))
        report.touch()
        started = time.perf_counter()
        with source.open("rb") as opened, _start(job, opened) as process:
            outputs = [_Reader(end, limits) for end in (process.stdout, process.stderr)]
            try:
                cause, peak = _watch(process, outputs, limits, started)
            finally:
                _kill(process)
            seconds, exit_code = time.perf_counter() - started, process.wait()
            stdout, stderr = (output.text() for output in outputs)
        end = program.understood(report.read_bytes())
    status = cause or ("crashed" if exit_code < 0 else end.get("end", "exit"))
    value = end.get("value") if status == "ok" else None
    return Outcome(status, stdout, stderr, value, exit_code, seconds, peak, ())


def _start(job: Path, source: BinaryIO) -> subprocess.Popen:
    kept = {_NEEDED: os.environ[_NEEDED]} if _NEEDED in os.environ else {}
    return subprocess.Popen(
        [sys.executable, "-sS", "-X", "utf8", "-m", program.__name__, str(job)],
        cwd=ROOT,
        env=ENVIRONMENT | kept,
        stdin=source,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )


class _Reader(threading.Thread):
    """Reads what a program prints, up to the limit."""

    def __init__(self, end: BinaryIO, limits: Limits) -> None:
        super().__init__(daemon=True)
        self.end, self.most, self.read = end, limits.output, bytearray()
        self.start()

    def run(self) -> None:
        while data := self.end.read1(self.most + 1 - len(self.read)):
            self.read += data
            if self.full:
                return

    @property
    def full(self) -> bool:
        return len(self.read) > self.most

    def text(self) -> str:
        self.join(1)  # a process that got away may hold the other end
        return self.read[: self.most].decode(errors="replace")


def _watch(
    process: subprocess.Popen, outputs: list[_Reader], limits: Limits, started: float
) -> tuple[str | None, int]:
    """Wait for the end; returns why it was stopped, if it was, and its peak memory."""
    peak = 0
    while process.poll() is None:
        with contextlib.suppress(psutil.Error):
            peak = max(peak, psutil.Process(process.pid).memory_info().rss)
        if any(output.full for output in outputs):
            return "output", peak
        if peak > limits.memory:
            return "memory", peak
        if time.perf_counter() - started > limits.timeout:
            return "timeout", peak
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_TICK)
    for output in outputs:
        output.join(1)
    return ("output" if any(output.full for output in outputs) else None), peak


def _kill(process: subprocess.Popen) -> None:
    with contextlib.suppress(psutil.Error):
        for child in psutil.Process(process.pid).children(recursive=True):
            with contextlib.suppress(psutil.Error):
                child.kill()
    process.kill()
