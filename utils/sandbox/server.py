"""The supervisor: gives each snippet a process and a folder, and clears up after it.

`python -m utils.sandbox.server`, in a fresh interpreter that knows nothing of its
caller. Requests come as lines of JSON, the settings first; a reply goes back for each.
"""

import contextlib
import importlib
import json
import os
import platform
import sys
import tempfile
from collections.abc import Iterator
from typing import BinaryIO

from utils.sandbox import child, lock, namespaces, seccomp, watch

# Imported once and shared by all snippets, which then start without waiting for them.
COMMON = (
    "bisect collections copy dataclasses datetime decimal fractions functools heapq "
    "itertools math operator random re statistics string typing"
).split()
PREFIX = "qwen-sandbox-"


def main() -> None:
    """Serve until the caller closes its end."""
    requests, replies = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    os.dup2(null, 1)
    try:
        world = _prepare(**json.loads(requests.readline()))
    except ImportError as error:
        _send(replies, {"failed": f"{error}; install it or leave it out of `packages`"})
        return
    for line in requests:
        _send(replies, _serve(json.loads(line), world, requests.fileno()))


def _send(replies: BinaryIO, reply: dict) -> None:
    replies.write(json.dumps(reply).encode() + b"\n")
    replies.flush()


def _prepare(packages: list[str], path: list[str], leave_out: list[str]) -> lock.World:
    """Import what snippets may use, then leave the machine behind if we may."""
    own = sys.path[1:]  # without the course, which `-m` put first
    for name in COMMON:
        importlib.import_module(name)
    before = set(sys.modules)
    sys.path[:] = [*own, *path]
    for name in packages:
        importlib.import_module(name)
    sys.path[:] = own
    added = {name.partition(".")[0] for name in set(sys.modules) - before}
    devices = [path for path in lock.DEVICES if os.path.exists(path)]
    visible = lock.readable(sorted(added)), devices
    calls = seccomp.table(platform.machine())
    boxed = (
        sys.platform == "linux"
        and "namespaces" not in leave_out
        and namespaces.available(*visible)
    )
    if boxed:
        namespaces.enter(*visible)
    return lock.World(*visible, calls, boxed, leave_out)


def _serve(job: dict, world: lock.World, requests: int) -> dict:
    """Run one snippet, from its start to the removal of its last trace."""
    with _folder(job["disk"], world) as folder, _source(job["stdin"], folder) as source:
        pipes = {name: os.pipe() for name in watch.STREAMS}
        pid = os.fork()
        if pid == 0:
            ends = (source, *(end for _, end in pipes.values()))
            child.become(job, folder, ends, world)
        for _, end in pipes.values():
            os.close(end)
        ends = {name: end for name, (end, _) in pipes.items()}
        try:
            return watch.Watch(pid, ends, job, folder, world).until_the_end(requests)
        finally:
            for end in ends.values():
                os.close(end)


@contextlib.contextmanager
def _folder(size: int, world: lock.World) -> Iterator[str]:
    """An empty folder that is gone afterwards, whatever is in it."""
    if world.boxed:
        with namespaces.fresh_folder(size) as folder:
            yield folder
        return
    folder = os.path.realpath(tempfile.mkdtemp(prefix=PREFIX))
    try:
        yield folder
    finally:
        remove(folder)


def remove(folder: str) -> None:
    """Delete a folder in which nobody works any more, nested however deep.

    `shutil.rmtree` gives up where a path or the stack gets too long.
    """
    here, above = os.open(folder, os.O_DIRECTORY), []
    while True:
        with os.scandir(here) as listing:
            folders, others = [], []
            for entry in listing:
                kind = folders if entry.is_dir(follow_symlinks=False) else others
                kind.append(entry.name)
        for name in others:
            os.unlink(name, dir_fd=here)
        if folders:
            above.append(folders[0])
            os.chmod(folders[0], 0o700, dir_fd=here)
            here = _step(here, folders[0])
        elif above:
            here = _step(here, "..")
            os.rmdir(above.pop(), dir_fd=here)
        else:
            break
    os.close(here)
    os.rmdir(folder)


def _step(here: int, name: str) -> int:
    there = os.open(name, os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=here)
    os.close(here)
    return there


@contextlib.contextmanager
def _source(text: str, folder: str) -> Iterator[int]:
    """A file descriptor from which a snippet reads its stdin; the file has no name."""
    with tempfile.TemporaryFile(dir=folder) as file:
        file.write(text.encode())
        file.seek(0)
        yield file.fileno()


if __name__ == "__main__":
    main()
