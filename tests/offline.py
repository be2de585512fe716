"""Runs a command in a network namespace of its own, with nothing but loopback.

`python tests/offline.py COMMAND ...` (Linux). Kernels talk over loopback, so it is
brought up; every other address is out of reach.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 1


def command(*arguments: str) -> list[str]:
    """The command line that runs `arguments` offline."""
    unshare = ["unshare", "--map-root-user", "--net"]
    return [*unshare, sys.executable, str(Path(__file__).resolve()), *arguments]


def available() -> bool:
    """Whether this system lets us cut a process off from the network."""
    if not shutil.which("unshare"):
        return False
    probe = command(sys.executable, "-c", "")
    return subprocess.run(probe, capture_output=True).returncode == 0


def _loopback_up() -> None:
    import fcntl
    import socket
    import struct

    with socket.socket() as any_socket:
        request = struct.pack("16sH14s", b"lo", 0, b"")
        answer = fcntl.ioctl(any_socket, SIOCGIFFLAGS, request)
        name, flags, rest = struct.unpack("16sH14s", answer)
        fcntl.ioctl(
            any_socket, SIOCSIFFLAGS, struct.pack("16sH14s", name, flags | IFF_UP, rest)
        )


if __name__ == "__main__":
    _loopback_up()
    os.execvp(sys.argv[1], sys.argv[1:])
