"""Runs pip with one line of progress, and says in one sentence why it failed.

Standard library only: it runs before the environment exists.
"""

import queue
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path


class SetupError(Exception):
    """The environment could not be made; the text says why and what to do next."""


# What pip prints -> what it means for the person who waits. The first that fits.
FAILURES = [
    (
        r"No space left on device|Errno 28",
        "the disk is full: free some space, then run the same command again",
    ),
    (
        r"NewConnectionError|ConnectTimeout|ReadTimeout|Connection aborted|SSLError"
        r"|ProxyError|Connection reset|Connection refused|IncompleteRead"
        r"|ProtocolError|RemoteDisconnected|incomplete-download|connection broken by"
        r"|Temporary failure in name resolution",
        "a download broke off: check the network, then run the same command again"
        " (pip keeps what was already downloaded)",
    ),
    (
        r"THESE PACKAGES DO NOT MATCH THE HASHES",
        "a downloaded file is damaged: run the same command again",
    ),
    (
        r"No matching distribution found for ([^\s(]+)",
        "{0} cannot be had for this Python and system from the package index:"
        " check the index that pip is set to, or use Python 3.11 to 3.13",
    ),
]


def install(python: str, arguments: list[str], total: int, log: Path) -> None:
    """Run `python -m pip install ARGUMENTS` and show how many of `total` are there.

    All that pip says goes to the end of `log`.

    Raises:
        SetupError: pip failed.
    """
    command = [python, "-m", "pip", "install", "--progress-bar", "off", *arguments]
    line = ProgressLine(total)
    said = []
    with log.open("a", encoding="utf-8") as record:
        record.write(f"$ {' '.join(command)}\n")
        for text in _lines(command):
            if text is None:
                line.tick()
                continue
            record.write(text)
            said.append(text)
            line.read(text)
    line.close()
    if said[-1] != "exit 0\n":
        raise SetupError(f"{explain(said)}. All that pip said is in {log}.")


def explain(said: list[str]) -> str:
    """One sentence for what pip printed before it failed."""
    text = "".join(said)
    for pattern, sentence in FAILURES:
        found = re.search(pattern, text)
        if found:
            return sentence.format(*found.groups())
    errors = [line for line in said if line.startswith("ERROR")]
    return f"pip failed: {(errors or said)[-1].strip()}"


class ProgressLine:
    """Packages collected, then installed; one line that renews itself on a terminal."""

    EVERY = 25  # packages between two lines where there is no terminal

    def __init__(self, total: int) -> None:
        self.total = total
        self.count = 0
        self.text = "asking the package index"
        self.started = time.monotonic()
        self.terminal = sys.stderr.isatty()

    def read(self, line: str) -> None:
        """Take in one line that pip printed."""
        found = re.match(r"(?:Collecting|Requirement already satisfied:) (\S+)", line)
        if found:
            self.count = min(self.count + 1, self.total)
            self.text = f"{self.count}/{self.total} packages collected: {found[1]}"
            self._show(plainly=self.count % self.EVERY == 0)
        elif line.startswith("Installing collected packages"):
            count = line.count(",") + 1
            self.text = f"unpacking {count} packages, the longest part"
            self._show(plainly=True)

    def tick(self) -> None:
        """A second has passed."""
        self._show(plainly=False)

    def close(self) -> None:
        """End the line."""
        if self.terminal:
            print(file=sys.stderr)

    def _show(self, plainly: bool) -> None:
        if self.terminal:
            minutes, seconds = divmod(int(time.monotonic() - self.started), 60)
            line = f"  {minutes}:{seconds:02d}  {self.text}"[:79]
            print(f"\r{line:<79}", end="", file=sys.stderr, flush=True)
        elif plainly:
            print(f"  {self.text}", file=sys.stderr, flush=True)


def _lines(command: list[str]) -> Iterator[str | None]:
    """What a command prints, line by line; None for each second of silence.

    The last line is `exit STATUS`. A thread reads, since Windows cannot wait for a
    pipe and a clock at once.
    """
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    lines: queue.Queue[str | None] = queue.Queue()

    def read() -> None:
        for line in process.stdout:
            lines.put(line)
        lines.put(None)

    threading.Thread(target=read, daemon=True).start()
    try:
        while True:
            try:
                line = lines.get(timeout=1)
            except queue.Empty:
                yield None
                continue
            if line is None:
                break
            yield line
        yield f"exit {process.wait()}\n"
    finally:
        if process.poll() is None:
            process.terminate()
