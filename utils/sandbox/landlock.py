"""Landlock: a Linux process gives up, for good, all files but those it names.

Needs no privilege, works in containers; Linux 5.13 or newer. What it does not hide is
whether a file exists and how large it is; `namespaces` does. The names and numbers are
those of include/uapi/linux/landlock.h; https://docs.kernel.org/userspace-api/landlock.html
"""

import ctypes
import os
import struct
from collections.abc import Iterable

from utils.sandbox import libc

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446  # on every architecture
_VERSION_FLAG, _PATH_BENEATH = 1, 1

_WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 1, 1 << 2, 1 << 3
_MAKE_CHAR, _MAKE_SOCK, _MAKE_FIFO, _MAKE_BLOCK = 1 << 6, 1 << 9, 1 << 10, 1 << 11
_ALL_FILES = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 5: (1 << 16) - 1}
_ON_A_FILE = 1 << 0 | _WRITE_FILE | _READ_FILE | 1 << 14  # the rest is about folders
_TCP_BIND_AND_CONNECT = 0b11  # since version 4
_ABSTRACT_SOCKETS_AND_SIGNALS = 0b11  # to outside this domain, since version 6


def apply(readable: Iterable[str], devices: Iterable[str], folder: str) -> None:
    """Leave the process these paths to read, and one folder for everything.

    Raises OSError where the kernel has no Landlock.
    """
    version = libc.call("syscall", _CREATE_RULESET, None, 0, _VERSION_FLAG)
    handled = _ALL_FILES[max(v for v in _ALL_FILES if v <= version)]
    wanted = [handled]
    wanted += [_TCP_BIND_AND_CONNECT] if version >= 4 else []
    wanted += [_ABSTRACT_SOCKETS_AND_SIGNALS] if version >= 6 else []
    attributes = struct.pack(f"{len(wanted)}Q", *wanted)
    rules = libc.call("syscall", _CREATE_RULESET, attributes, len(attributes), 0)
    try:
        for path in readable:
            _allow(rules, path, _READ_FILE | _READ_DIR)
        for path in devices:
            _allow(rules, path, _READ_FILE | _WRITE_FILE)
        nodes = _MAKE_CHAR | _MAKE_SOCK | _MAKE_FIFO | _MAKE_BLOCK
        _allow(rules, folder, handled & ~nodes)
        libc.prctl(libc.PR_SET_NO_NEW_PRIVS, 1)
        libc.call("syscall", _RESTRICT_SELF, rules, 0)
    finally:
        os.close(rules)


def _allow(rules: int, path: str, access: int) -> None:
    handle = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        access &= -1 if os.path.isdir(path) else _ON_A_FILE
        rule = ctypes.create_string_buffer(struct.pack("=Qi", access, handle))
        libc.call("syscall", _ADD_RULE, rules, _PATH_BENEATH, rule, 0)
    finally:
        os.close(handle)
