"""Linux namespaces: a small world of its own, without being root outside.

In it are the interpreter's files, read-only, and nothing else of this machine: no
other processes, no network devices, no home folders. `man 7 user_namespaces`, Linux
5.12 or newer. Containers and some distributions forbid it.
"""

import contextlib
import ctypes
import os
import signal
import struct
from collections.abc import Iterator, Sequence
from pathlib import Path

from utils.sandbox import libc

FOLDER = "/sandbox"  # where each snippet finds an empty file system of its own
ENTRIES = 1000  # files and folders that it may hold

_NEW_MOUNTS, _NEW_CGROUPS, _NEW_NAMES = 0x00020000, 0x02000000, 0x04000000
_NEW_IPC, _NEW_USERS, _NEW_PROCESSES = 0x08000000, 0x10000000, 0x20000000
_NEW_NETWORK = 0x40000000
_EVERYTHING = (
    *(_NEW_MOUNTS, _NEW_CGROUPS, _NEW_NAMES),
    *(_NEW_IPC, _NEW_USERS, _NEW_PROCESSES, _NEW_NETWORK),
)
_READ_ONLY, _NO_SUID, _NO_DEVICES, _NO_EXECUTION = 1, 2, 4, 8
_BIND, _RECURSIVE, _PRIVATE, _DETACH = 1 << 12, 1 << 14, 1 << 18, 2
_MOUNT_SETATTR, _AT_RECURSIVE, _AT_FDCWD = 442, 0x8000, -100
_STAGE = (
    "/proc"  # covered for ourselves only; every Linux has it, nothing is read there
)


def available(readable: Sequence[str], devices: Sequence[str]) -> bool:
    """Whether `enter` would work, found out by doing it in a process that then ends."""
    probe = os.fork()
    if probe == 0:
        with contextlib.suppress(OSError):
            _enter(readable, devices)
            os._exit(0)
        os._exit(1)
    return os.waitpid(probe, 0)[1] == 0


def enter(readable: Sequence[str], devices: Sequence[str]) -> None:
    """Return in a new process that is the first of its world; the old one waits.

    When the new process ends, so does everything else in its world.
    """
    _enter(readable, devices)
    inside = os.fork()
    if inside:
        os._exit(os.waitstatus_to_exitcode(os.waitpid(inside, 0)[1]) & 0xFF)
    libc.prctl(libc.PR_SET_PDEATHSIG, signal.SIGKILL)


@contextlib.contextmanager
def fresh_folder(size: int) -> Iterator[str]:
    """An empty file system of `size` bytes in memory; it is gone afterwards."""
    options = f"size={size},nr_inodes={ENTRIES},mode=700"
    _mount("tmpfs", FOLDER, "tmpfs", _NO_SUID | _NO_DEVICES, options)
    try:
        yield FOLDER
    finally:
        libc.call("umount2", FOLDER.encode(), _DETACH)


def _enter(readable: Sequence[str], devices: Sequence[str]) -> None:
    user, group = os.geteuid(), os.getegid()
    libc.call("unshare", sum(_EVERYTHING))
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
    Path("/proc/self/gid_map").write_text(f"{group} {group} 1")
    _mount(None, "/", None, _PRIVATE | _RECURSIVE)
    _mount("tmpfs", _STAGE, "tmpfs", _NO_SUID | _NO_DEVICES, "size=1m,mode=755")
    for path in readable:
        _show(path, _READ_ONLY | _NO_SUID | _NO_DEVICES)
    for path in devices:
        _show(path, _NO_SUID | _NO_EXECUTION)
    os.mkdir(_STAGE + FOLDER)
    os.chdir(_STAGE)
    libc.call("pivot_root", b".", b".")
    libc.call("umount2", b".", _DETACH)
    os.chdir("/")
    _restrict("/", _READ_ONLY)


def _show(path: str, flags: int) -> None:
    """Make a file or folder of the machine visible at its place in the new root."""
    place = Path(_STAGE + path)
    place.parent.mkdir(parents=True, exist_ok=True)
    if os.path.isdir(path):
        place.mkdir(exist_ok=True)
    else:
        place.touch()
    _mount(path, str(place), None, _BIND | _RECURSIVE)
    _restrict(str(place), flags, _AT_RECURSIVE)


def _mount(
    source: str | None, target: str, kind: str | None, flags: int, options: str = ""
) -> None:
    texts = [text and text.encode() for text in (source, target, kind)]
    libc.call("mount", *texts, flags, options.encode())


def _restrict(path: str, flags: int, scope: int = 0) -> None:
    """Add flags to a mount, keeping those that it has (`man 2 mount_setattr`)."""
    attributes = ctypes.create_string_buffer(struct.pack("4Q", flags, 0, 0, 0))
    where = path.encode()
    libc.call("syscall", _MOUNT_SETATTR, _AT_FDCWD, where, scope, attributes, 32)
