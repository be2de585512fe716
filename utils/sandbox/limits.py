"""Resource limits that a process sets on itself; it can lower them, never raise them.

`man 2 setrlimit`. They hold on every POSIX system, except where noted.
"""

import contextlib
import ctypes
import functools
import math
import os
import resource
import sys

OPEN_FILES = 64


def apply(timeout: float, memory: int, disk: int) -> None:
    """Limit the calling process.

    `timeout` is in seconds of CPU; `memory` in bytes of address space, interpreter
    included; `disk` in bytes of one file. No child process, no core dump.
    """
    # The supervisor's clock is to strike first, and to say so.
    _set("RLIMIT_CPU", math.ceil(timeout) + 1)
    _set("RLIMIT_AS", memory)
    _set("RLIMIT_FSIZE", disk)
    _set("RLIMIT_NOFILE", OPEN_FILES)
    _set("RLIMIT_NPROC", 0)  # does not bind root, whom the system call filter stops
    _set("RLIMIT_CORE", 0)
    _set("RLIMIT_MEMLOCK", 0)
    _set("RLIMIT_MSGQUEUE", 0)


def _set(name: str, value: int) -> None:
    if not hasattr(resource, name):
        return
    number = getattr(resource, name)
    hard = resource.getrlimit(number)[1]
    if hard != resource.RLIM_INFINITY:
        value = min(value, hard)
    # macOS knows RLIMIT_AS but refuses to set it; `resident` is watched instead.
    quiet = (ValueError, OSError) if sys.platform == "darwin" else ()
    with contextlib.suppress(*quiet):
        resource.setrlimit(number, (value, value))


def resident(pid: int) -> int:
    """Bytes of memory a process holds now, where the kernel does not limit them.

    0 on Linux, which enforces RLIMIT_AS itself.
    """
    if sys.platform != "darwin":
        return 0
    # struct rusage_info_v0 of libproc: 16 bytes of id, six counters, resident size.
    info = (ctypes.c_uint64 * 12)()
    if _libproc().proc_pid_rusage(pid, 0, ctypes.byref(info)) != 0:
        return 0
    return info[8]


@functools.cache
def _libproc() -> ctypes.CDLL:
    return ctypes.CDLL("/usr/lib/libproc.dylib")


def disk_use(folder: str, entries: int) -> int | None:
    """Bytes that the files below a folder occupy; None if it is past counting.

    That is: more than `entries` files, or folders nested deeper than a path can be.
    """
    total, seen, waiting = 0, 0, [folder]
    while waiting:
        try:
            with os.scandir(waiting.pop()) as listing:
                for entry in listing:
                    seen += 1
                    if seen > entries:
                        return None
                    total += entry.stat(follow_symlinks=False).st_blocks * 512
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
        except FileNotFoundError:
            continue  # deleted while we looked
        except OSError:
            return None
    return total
