"""Runs a notebook with papermill in a process of its own, and watches it.

`python -m course.execute in.ipynb out.ipynb ...` is that process: it writes one line
of JSON per finished cell. `run` starts it and keeps time and memory.
"""

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
from nbformat import NotebookNode

SAMPLING_S = 0.2  # how often memory is read


@dataclass
class Failure:
    """A cell that raised."""

    cell_id: str
    cell_line: int | None  # within the cell, from 1
    name: str
    message: str


@dataclass
class Run:
    """One execution of a notebook."""

    node: NotebookNode
    seconds: float
    peak_bytes: int  # of the kernel and the processes under it
    failure: Failure | None = None
    trouble: str = ""  # why there is no result at all: a dead kernel, a time limit
    cell_seconds: dict[str, float] = field(default_factory=dict)

    @property
    def passed(self) -> bool:
        return not self.failure and not self.trouble


def run(
    node: NotebookNode,
    *,
    profile: str = "",
    strict: bool = False,
    timeout: int = 600,
    threads: int = 0,
    folder: Path | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Run:
    """Execute a notebook offline in a fresh kernel and a fresh learner's home.

    `profile` "" runs the pocket profile; another goes into the parameters cell.
    `timeout` is in seconds per cell; `threads` is for arithmetic, 0 lets torch choose;
    `folder` is where the kernel starts.
    """
    with tempfile.TemporaryDirectory(prefix="qwen-course-") as scratch:
        source, target = Path(scratch, "in.ipynb"), Path(scratch, "out.ipynb")
        nbformat.write(node, source)
        command = [sys.executable, "-m", "course.execute", str(source), str(target)]
        command += [profile, str(timeout), str(folder or Path.cwd())]
        started = time.monotonic()
        with subprocess.Popen(
            command,
            env=environment(scratch, profile, strict, threads),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            watch = _MemoryWatch(process.pid)
            errors: list[str] = []
            drain = threading.Thread(target=lambda: errors.extend(process.stderr))
            drain.start()
            trouble = _follow(process, progress)
            process.wait()
            drain.join()
            peak = watch.stop()
        seconds = time.monotonic() - started
        executed = nbformat.read(target, as_version=4) if target.exists() else node
    result = Run(executed, seconds, peak, _failure(executed), trouble)
    result.cell_seconds = _durations(executed)
    if process.returncode and not result.failure and not trouble:
        result.trouble = "".join(errors).strip().splitlines()[-1:] or ["no message"]
        result.trouble = result.trouble[0]
    return result


def environment(
    scratch: str, profile: str = "", strict: bool = False, threads: int = 0
) -> dict[str, str]:
    """What the kernel sees: no hub on the pocket profile, no learner's progress."""
    root = str(Path(__file__).resolve().parent.parent)
    path = os.pathsep.join(p for p in (root, os.environ.get("PYTHONPATH")) if p)
    env = dict(os.environ, PYTHONPATH=path, QWEN_COURSE_HOME=str(Path(scratch, "home")))
    env |= {
        "JUPYTER_PREFER_ENV_PATH": "1",
        "PYTHONHASHSEED": "0",
        "COURSE_STRICT": "1" if strict else "0",
    }
    if threads:  # runs side by side would otherwise fight for the same cores
        env["OMP_NUM_THREADS"] = str(threads)
    # `course lab` and a test may be open in a terminal: no colors in outputs
    env |= {"NO_COLOR": "1", "PYDEVD_DISABLE_FILE_VALIDATION": "1"}
    env["TQDM_DISABLE"] = "1"  # a bar that comes and goes leaves debris in the output
    # not inherited: the notebook's parameter alone chooses, as for a learner
    for name in ("MPLBACKEND", "QWEN_PROFILE"):
        env.pop(name, None)
    if profile in ("", "pocket"):
        env["HF_HUB_OFFLINE"] = "1"
    return env


def _follow(process: subprocess.Popen, progress: Callable[[int, int], None]) -> str:
    """Pass the worker's progress on; returns its account of trouble, if any."""
    trouble = ""
    for line in process.stdout:
        if not line.startswith("{"):
            continue
        event = json.loads(line)
        trouble = event.get("trouble", trouble)
        if "done" in event:
            progress(event["done"], event["total"])
    return trouble


def _failure(node: NotebookNode) -> Failure | None:
    for cell in node.cells:
        for output in cell.get("outputs", []):
            if output.output_type == "error":
                line = _cell_line("\n".join(output.traceback))
                return Failure(cell.id, line, output.ename, output.evalue)
    return None


def _cell_line(traceback: str) -> int | None:
    """The line within the failing cell, read from IPython's traceback."""
    import re

    plain = re.sub(r"\x1b\[[0-9;]*m", "", traceback)
    found = re.search(r"Cell In\[\d+\], line (\d+)", plain)
    return int(found[1]) if found else None


def _durations(node: NotebookNode) -> dict[str, float]:
    times = {c.id: c.metadata.get("papermill", {}).get("duration") for c in node.cells}
    return {key: seconds for key, seconds in times.items() if seconds is not None}


class _MemoryWatch:
    """The highest memory of the kernel under a worker process, in bytes."""

    def __init__(self, pid: int) -> None:
        self.pid, self.peak, self.done = pid, 0, threading.Event()
        self.thread = threading.Thread(target=self._sample, daemon=True)
        self.thread.start()

    def _sample(self) -> None:
        while not self.done.wait(SAMPLING_S):
            self.peak = max(self.peak, _tree_bytes(self.pid))

    def stop(self) -> int:
        self.done.set()
        self.thread.join()
        return self.peak


def _tree_bytes(pid: int) -> int:
    """Resident memory of a process's descendants, in bytes."""
    import psutil

    total = 0
    try:
        for child in psutil.Process(pid).children(recursive=True):
            total += child.memory_info().rss
    except psutil.Error:  # it ended while being read
        pass
    return total


def main(argv: list[str]) -> int:
    """The worker: execute one notebook, one JSON line per cell on stdout."""
    import papermill
    from papermill.engines import papermill_engines

    from course.papermill_engine import ReportingEngine

    source, target, profile, timeout, folder = argv
    papermill_engines.register("reporting", ReportingEngine)
    try:
        papermill.execute_notebook(
            source,
            target,
            parameters={"PROFILE": profile} if profile else {},
            engine_name="reporting",
            kernel_name="python3",
            progress_bar=False,
            cwd=folder,
            execution_timeout=int(timeout),
        )
    except papermill.PapermillExecutionError:
        return 1  # the output notebook holds the error
    except Exception as error:  # a dead kernel, a time limit: say it in one line
        first = (str(error).strip() or type(error).__name__).splitlines()[0]
        print(json.dumps({"trouble": first}), flush=True)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
