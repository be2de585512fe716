"""What a hostile program in these tests is, and short ways to write one down."""

from textwrap import dedent
from typing import NamedTuple


class Hostile(NamedTuple):
    """A program, how it must end, and the seconds it may take."""

    code: str
    status: str
    timeout: float = 60


def ends(status: str, code: str) -> Hostile:
    """One that ends this way, whatever it does before."""
    return Hostile(dedent(code), status)


def endless(code: str) -> Hostile:
    """One that would never end."""
    return Hostile(dedent(code), "timeout", timeout=0.4)


def denied(code: str) -> Hostile:
    """One that comes through only if nothing stops it with an error."""
    return Hostile(dedent(code) + "\nprint('ESCAPED')", "error")


def libc(call: str) -> Hostile:
    """A call of the C library that must fail as they do, with -1."""
    code = f"""
    import ctypes
    libc = ctypes.CDLL(None)
    if libc.{call} != -1:
        print('ESCAPED')
    """
    return ends("ok", code)
