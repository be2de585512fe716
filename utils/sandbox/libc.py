"""Calls of the C library that Python does not offer, with errors raised as OSError."""

import ctypes
import errno
import functools
import os

PR_SET_PDEATHSIG, PR_SET_DUMPABLE = 1, 4
PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS = 22, 38
_CAPABILITY_VERSION_3 = 0x20080522


@functools.cache
def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def call(name: str, *arguments: object) -> int:
    """Call a C function that returns -1 on failure; integers are passed as `long`."""
    try:
        function = getattr(_libc(), name)
    except AttributeError:
        raise OSError(errno.ENOSYS, "The C library lacks it", name) from None
    wide = [ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]
    ctypes.set_errno(0)
    result = function(*wide)
    if result == -1:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), name)
    return result


def prctl(option: int, value: object, more: object = 0) -> None:
    """Linux: change something about the calling process (`man 2 prctl`)."""
    call("prctl", option, value, more, 0, 0)


def drop_capabilities() -> None:
    """Linux: give up every power of root for good, while keeping the user id."""
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    nothing = (ctypes.c_uint32 * 6)()  # effective, permitted, inheritable, twice
    call("capset", header, nothing)
    prctl(PR_SET_NO_NEW_PRIVS, 1)
