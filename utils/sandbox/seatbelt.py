"""macOS's sandbox: a process gives up files, network and new processes for good.

The same mechanism as `sandbox-exec`, called in the process itself. The profile is in
Apple's sandbox language; Chromium and Firefox restrict their processes this way.
"""

import ctypes
import os
from collections.abc import Iterable

_PROFILE = """
(version 1)
(deny default)
(allow sysctl-read)
(allow file-read-metadata)
(allow signal (target self))
(allow file-read* file-map-executable {readable})
(allow file-read-data file-write-data {devices})
(allow file-read* file-write* (subpath {folder}))
"""
_FORBIDDEN = "/etc/hosts"  # on every Mac, readable by everyone
_SYSTEM = ("/usr/lib", "/System/Library", "/System/Volumes/Preboot/Cryptexes")


def apply(readable: Iterable[str], devices: Iterable[str], folder: str) -> None:
    """Leave the process these paths to read, and one folder for everything.

    Raises OSError where the system refuses the profile or does not act on it.
    """
    library = ctypes.CDLL("/usr/lib/libSystem.dylib")
    message = ctypes.c_char_p()
    text = profile(readable, devices, folder).encode()
    if library.sandbox_init(text, ctypes.c_uint64(0), ctypes.byref(message)) != 0:
        raise OSError((message.value or b"sandbox_init failed").decode())
    try:
        os.close(os.open(_FORBIDDEN, os.O_RDONLY))
    except PermissionError:
        return
    raise OSError(f"The profile was accepted, but {_FORBIDDEN} can still be read")


def profile(readable: Iterable[str], devices: Iterable[str], folder: str) -> str:
    """The rules, in Apple's sandbox language."""
    trees = [*readable, *_SYSTEM]
    return _PROFILE.format(
        readable=" ".join(f"(subpath {_quoted(path)})" for path in trees),
        devices=" ".join(f"(literal {_quoted(path)})" for path in devices),
        folder=_quoted(folder),
    )


def _quoted(path: str) -> str:
    """A path as a literal; links are resolved, since the rules see real paths."""
    plain = os.path.realpath(path).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{plain}"'
