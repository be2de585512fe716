"""Runs a command to which some system calls are forbidden, as a container does.

`python -m tests.forbid unshare,landlock_create_ruleset COMMAND ...` (Linux).
"""

import ctypes
import os
import platform
import struct
import sys

from utils.sandbox import libc

NUMBERS = {  # x86-64, 64-bit ARM
    "unshare": (272, 97),
    "mount": (165, 40),
    "landlock_create_ruleset": (444, 444),
}


def command(calls: list[str], *arguments: str) -> list[str]:
    """The command line that runs `arguments` without these system calls."""
    return [sys.executable, "-m", "tests.forbid", ",".join(calls), *arguments]


def _forbid(calls: list[str]) -> None:
    column = ("x86_64", "aarch64").index(platform.machine())
    load, equals, leave = 0x20, 0x15, 0x06
    refuse, allow = 0x00050001, 0x7FFF0000  # the first is EPERM
    steps = [(load, 0, 0, 0)]
    for call in calls:
        steps += [(equals, 0, 1, NUMBERS[call][column]), (leave, 0, 0, refuse)]
    steps.append((leave, 0, 0, allow))
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *s) for s in steps))
    header = struct.pack("HxxxxxxQ", len(steps), ctypes.addressof(code))
    libc.prctl(libc.PR_SET_NO_NEW_PRIVS, 1)
    libc.prctl(libc.PR_SET_SECCOMP, 2, header)


if __name__ == "__main__":
    _forbid(sys.argv[1].split(","))
    os.execvp(sys.argv[2], sys.argv[2:])
