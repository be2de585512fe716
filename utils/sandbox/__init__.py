"""Runs generated Python in a process of its own, with limits, and says what happened.

Lesson 05 explains why. A snippet gets one process with one thread, the standard
library, an empty folder, and nothing else of the machine; `layers` says what sees to
that here.
"""

import os
from collections import deque
from collections.abc import Sequence

from utils.sandbox.client import Sandbox
from utils.sandbox.isolation import LAYERS, Layer
from utils.sandbox.outcome import (
    Limits,
    Outcome,
    SandboxError,
    Status,
    WeakIsolationError,
)

__all__ = [
    "Layer",
    "Limits",
    "Outcome",
    "Sandbox",
    "SandboxError",
    "Status",
    "WeakIsolationError",
    "layers",
    "run",
    "run_many",
]


def run(
    code: str,
    *,
    stdin: str = "",
    packages: Sequence[str] = (),
    accept_weaker: bool = False,
    **limits: float,
) -> Outcome:
    """Run one program and say how it ended; nothing of it is left afterwards.

    `packages` are installed ones that it may import besides the standard library.
    `limits` are fields of `Limits`: `timeout=1`, `memory=512 * 2**20` …
    Raises WeakIsolationError, unless `accept_weaker`, where files, network and other
    processes cannot be kept out of its reach.
    """
    with Sandbox(packages=packages, accept_weaker=accept_weaker) as box:
        return box.run(code, stdin=stdin, **limits)


def run_many(
    codes: Sequence[str],
    *,
    stdin: str = "",
    packages: Sequence[str] = (),
    accept_weaker: bool = False,
    workers: int | None = None,
    **limits: float,
) -> list[Outcome]:
    """Run many programs, each as isolated as with `run`; outcomes in the same order.

    `workers` run at a time, as many as there are processors if not given.
    """
    from concurrent.futures import ThreadPoolExecutor

    waiting = deque(enumerate(codes))
    outcomes: dict[int, Outcome] = {}

    def work() -> None:
        with Sandbox(packages=packages, accept_weaker=accept_weaker) as box:
            while waiting:
                try:
                    number, code = waiting.popleft()
                except IndexError:  # another worker took the last one
                    return
                outcomes[number] = box.run(code, stdin=stdin, **limits)

    count = min(workers or os.cpu_count() or 1, len(codes))
    with ThreadPoolExecutor(max(count, 1)) as pool:
        try:
            for done in [pool.submit(work) for _ in range(count)]:
                done.result()
        except BaseException:  # Ctrl-C too: leave the rest
            waiting.clear()
            raise
    return [outcomes[number] for number in range(len(codes))]


def layers() -> list[Layer]:
    """Which layers hold a snippet on this machine, found out by running one."""
    active = run("", accept_weaker=True, timeout=60).layers
    return [Layer(name, purpose, name in active) for name, purpose in LAYERS.items()]
