"""One snippet's own process: it locks itself in, and only then runs the code."""

import json
import os
from typing import NoReturn

from utils.sandbox import isolation, lock, program

_REPORTS = 3  # the file descriptor after stdin, stdout and stderr


def become(
    job: dict, folder: str, ends: tuple[int, int, int, int], world: lock.World
) -> NoReturn:
    """Turn the calling process, just forked, into the run of one snippet.

    `ends` are the file descriptors for stdin, stdout, stderr and the reports. The first
    report is written before the code has a say; what comes after it is its word.
    """
    code = 1
    try:
        os.setsid()
        os.umask(0o077)
        _wire(ends)
        program.start_afresh(folder)
        bounds = (job["timeout"], job["memory"], job["disk"])
        active = lock.lock_in(world, folder, *bounds)
        allowed = job["accept_weaker"] or isolation.enough(active)
        _report({"layers": active, "refused": not allowed})
        if allowed:
            end = program.execute(job["code"])
            code = end["code"]
            _report(end)
    except BaseException as error:
        _report({"failed": f"{type(error).__name__}: {error}"})
    finally:
        os._exit(code)


def _wire(ends: tuple[int, int, int, int]) -> None:
    """Keep four file descriptors, 0 to 3; whatever else was open is closed."""
    for target, end in enumerate(ends):
        os.dup2(end, target)
    os.closerange(_REPORTS + 1, os.sysconf("SC_OPEN_MAX"))


def _report(report: dict) -> None:
    try:
        os.write(_REPORTS, json.dumps(report).encode() + b"\n")
    except OSError:  # the snippet closed it; the exit status remains
        return
