"""Puts every layer that the system has on the calling process.

What these are for is in `isolation`.
"""

import os
import signal
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from utils.sandbox import landlock, libc, limits, seatbelt, seccomp

DEVICES = ("/dev/null", "/dev/zero", "/dev/random", "/dev/urandom")


@dataclass(frozen=True)
class World:
    """What every snippet of one supervisor finds: prepared before the first."""

    readable: Sequence[str]
    devices: Sequence[str]
    calls: Sequence[tuple[str, int]]  # names and numbers of the system calls allowed
    boxed: bool  # whether the supervisor lives in namespaces of its own
    leave_out: Sequence[str]


def lock_in(
    world: World, folder: str, timeout: float, memory: int, disk: int
) -> list[str]:
    """Put every layer that this system has on the calling process; names those."""
    limits.apply(timeout, memory, disk)
    active = ["limits"] + ["namespaces"] * world.boxed
    paths = (world.readable, world.devices, folder)
    if sys.platform == "darwin":
        candidates = {"seatbelt": lambda: seatbelt.apply(*paths)}
    elif sys.platform == "linux":
        libc.drop_capabilities()
        libc.prctl(libc.PR_SET_PDEATHSIG, signal.SIGKILL)
        libc.prctl(libc.PR_SET_DUMPABLE, 0)  # no core dump to a program either
        candidates = {
            "landlock": lambda: landlock.apply(*paths),
            # Last: the others need calls that it takes away.
            "seccomp": lambda: seccomp.apply(world.calls),
        }
    else:
        candidates = {}
    for name, apply in candidates.items():
        if name not in world.leave_out:
            try:
                apply()
            except OSError:
                continue
            active.append(name)
    return active


def readable(packages: Sequence[str]) -> list[str]:
    """What Python itself needs to read: its library, shared libraries, `packages`.

    `packages` are names of top-level modules that are already imported.
    """
    places = [os.path.abspath(path) for path in sys.path]
    if sys.platform == "darwin":
        places.append(os.path.join(sys.base_prefix, "lib"))
    places += [os.path.dirname(library) for library in _shared_libraries()]
    for name in packages:
        module = sys.modules[name]
        places += getattr(module, "__path__", [getattr(module, "__file__", None)])
    found = sorted({path for path in places if path and os.path.exists(path)})
    return [path for path in found if not any(_below(path, top) for top in found)]


def _below(path: str, top: str) -> bool:
    return path.startswith(top.rstrip("/") + "/")


def _shared_libraries() -> list[str]:
    """Files of machine code that this process has loaded (Linux)."""
    if sys.platform != "linux":
        return []
    with open("/proc/self/maps") as maps:
        paths = [line.split(maxsplit=5)[5:] for line in maps]
    return [path[0].strip() for path in paths if path and ".so" in path[0]]
