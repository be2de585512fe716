"""The layers that keep a snippet in, and whether those that held are enough.

None is trusted alone: a hole in one has another layer behind it.
"""

from collections.abc import Sequence
from typing import NamedTuple

LAYERS = {
    "limits": "time, memory, file size, open files, processes (setrlimit)",
    "namespaces": "no other process, file or network device is there (Linux)",
    "landlock": "no files but its own and the standard library's (Linux)",
    "seccomp": "no sockets, new processes or threads, signals, tracing (Linux)",
    "seatbelt": "no files but its own, no network, no new processes (macOS)",
}


class Layer(NamedTuple):
    """One layer, what it sees to, and whether it holds on this machine."""

    name: str
    purpose: str
    active: bool

    def __str__(self) -> str:
        return f"{'on ' if self.active else 'off'} {self.name}: {self.purpose}"


def enough(active: Sequence[str]) -> bool:
    """Whether files, network and other processes are all out of reach."""
    files = "landlock" in active or "namespaces" in active
    return "seatbelt" in active or ("seccomp" in active and files)
