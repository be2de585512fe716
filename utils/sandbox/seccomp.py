"""A system call filter: a Linux process keeps a short list of calls, and no others.

Without `socket` there is no network, without `clone` no second process or thread,
without `ptrace` no look into others. The program that the kernel runs before each call
is classic BPF: https://docs.kernel.org/userspace-api/seccomp_filter.html
"""

import ctypes
import errno
import fcntl
import os
import platform
import socket
import stat
import struct
import termios
from collections.abc import Sequence
from pathlib import Path

from utils.sandbox import libc

TABLE = Path(__file__).with_name("syscalls.txt")
_ARCHITECTURES = {"x86_64": (1, 0xC000003E), "aarch64": (2, 0xC00000B7)}  # column, id
_X32_BIT = 0x40000000  # x86-64 has a second numbering from here on

_LOAD, _AND, _EQUALS, _AT_LEAST, _RETURN = 0x20, 0x54, 0x15, 0x35, 0x06
_ALLOW, _KILL = 0x7FFF0000, 0x80000000
_REFUSE = 0x00050000 | errno.EPERM
_NUMBER, _ARCHITECTURE, _ARGUMENTS = 0, 4, 16  # offsets in struct seccomp_data
_WHOLE = 0xFFFFFFFF

# (argument, bits that count, values allowed): all conditions must hold.
Condition = tuple[int, int, tuple[int, ...]]


def narrowed(pid: int) -> dict[str, list[Condition]]:
    """The calls that are allowed only with some arguments."""
    # Before version 3 Landlock does not notice a file that is cut while being read.
    kinds = (os.O_RDONLY, os.O_WRONLY, os.O_RDWR)
    modes = (*kinds, *(kind | os.O_TRUNC for kind in kinds if kind != os.O_RDONLY))
    opening = os.O_ACCMODE | os.O_TRUNC
    # F_SETOWN and O_ASYNC would send signals to any process of the same user.
    commands = (*range(fcntl.F_SETLKW + 1), fcntl.F_DUPFD_CLOEXEC)
    requests = ("TCGETS", "FIOCLEX", "FIONCLEX", "FIONBIO", "FIONREAD")
    return {
        "kill": [(0, _WHOLE, (pid,))],
        "tgkill": [(0, _WHOLE, (pid,))],
        "prlimit64": [(0, _WHOLE, (0,))],
        "open": [(1, opening, modes)],
        "openat": [(2, opening, modes)],
        "fcntl": [(1, _WHOLE, commands)],
        "ioctl": [(1, _WHOLE, tuple(getattr(termios, name) for name in requests))],
        # A folder that its owner may not list would hide what is in it from counting.
        "mkdir": [(1, stat.S_IRWXU, (stat.S_IRWXU,))],
        "mkdirat": [(2, stat.S_IRWXU, (stat.S_IRWXU,))],
        "umask": [(0, stat.S_IRWXU, (0,))],
        # A datagram pair could still write to any datagram socket on the machine.
        "socketpair": [(0, _WHOLE, (socket.AF_UNIX,)), (1, 0xF, (socket.SOCK_STREAM,))],
    }


def apply(calls: Sequence[tuple[str, int]]) -> None:
    """Leave the process only these calls, as from `table`; the others fail with EPERM.

    Raises OSError where the kernel or the architecture is not one we know.
    """
    code = program(platform.machine(), calls, os.getpid())
    buffer = ctypes.create_string_buffer(code)
    header = struct.pack("HxxxxxxQ", len(code) // 8, ctypes.addressof(buffer))
    libc.prctl(libc.PR_SET_NO_NEW_PRIVS, 1)
    libc.prctl(libc.PR_SET_SECCOMP, 2, header)  # 2: SECCOMP_MODE_FILTER


def table(machine: str) -> list[tuple[str, int]]:
    """Names and numbers of the allowed calls; empty for an unknown architecture."""
    if machine not in _ARCHITECTURES:
        return []
    column = _ARCHITECTURES[machine][0]
    lines = [line.split() for line in TABLE.read_text().splitlines()]
    rows = [line for line in lines if line and line[0] != "#"]
    return [(row[0], int(row[column])) for row in rows if row[column] != "-"]


def program(machine: str, calls: Sequence[tuple[str, int]], pid: int) -> bytes:
    """The filter as instructions of 8 bytes, for the process with this id."""
    if machine not in _ARCHITECTURES:
        raise OSError(errno.ENOSYS, f"No table of system calls for {machine}")
    code = [
        _step(_LOAD, _ARCHITECTURE),
        _step(_EQUALS, _ARCHITECTURES[machine][1], 1, 0),
    ]
    code += [_step(_RETURN, _KILL), _step(_LOAD, _NUMBER)]
    if machine == "x86_64":
        code += [_step(_AT_LEAST, _X32_BIT, 0, 1), _step(_RETURN, _REFUSE)]
    conditions = narrowed(pid)
    for name, number in calls:
        block = _block(conditions.get(name, []))
        code += [_step(_EQUALS, number, 0, len(block)), *block]
    return b"".join([*code, _step(_RETURN, _REFUSE)])


def _block(conditions: list[Condition]) -> list[bytes]:
    """What follows when the number matched: look at the arguments, then decide."""
    code = []
    for argument, bits, values in conditions:
        code += [_step(_LOAD, _ARGUMENTS + 8 * argument), _step(_AND, bits)]
        # Each comparison that holds jumps over the rest of them and over the refusal.
        code += [_step(_EQUALS, v, len(values) - i, 0) for i, v in enumerate(values)]
        code += [_step(_RETURN, _REFUSE)]
    return [*code, _step(_RETURN, _ALLOW)]


def _step(operation: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("HBBI", operation, if_true, if_false, value)
