"""Runs a program as Python's `__main__` would be run, and tells how it ended."""

import ast
import builtins
import errno
import json
import linecache
import os
import sys
import traceback
import types
from pathlib import Path

NAME = "snippet.py"
VALUE_LIMIT = 10_000  # characters of the last expression's value that are reported
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_ENDS = ("ok", "error", "memory", "disk", "exit")


def execute(code: str) -> dict:
    """Run a program in this process; call it last, since a program can change anything.

    Returns `end` (one of `_ENDS`), `code`, the exit status that a shell would see, and
    `value`, the last expression's as text, None if it has none or it is None.
    """
    main = sys.modules["__main__"] = types.ModuleType("__main__")
    linecache.cache[NAME] = (len(code), None, code.splitlines(keepends=True), NAME)
    value = None
    try:
        value = _value(code, main.__dict__)
        end, status = "ok", 0
    except SystemExit as leaving:
        end, status = "exit", _exit_status(leaving.code)
    except BaseException as error:
        end, status = _end(error), 1
        _show(error)
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except BaseException:  # closed, or replaced by something without `flush`
            continue
    return {"end": end, "code": status, "value": value}


def understood(report: bytes) -> dict:
    """What `execute` returned, from the last line of JSON; empty if that is spoiled.

    The program can write here too, so anything may come.
    """
    try:
        found = json.loads(report.rstrip(b"\n").rpartition(b"\n")[2])
        end, value = found["end"], found["value"]
        if end in _ENDS and isinstance(value, str | None):
            return {"end": end, "value": value and value[:VALUE_LIMIT]}
    except (ValueError, LookupError, TypeError, RecursionError):
        pass
    return {}


def start_afresh(folder: str) -> None:
    """Leave nothing of ours to find in this process; work in the program's folder."""
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(HOME=folder, TMPDIR=folder)
    sys.argv[:] = [NAME]
    builtins.exit = builtins.quit = sys.exit  # programs expect them; `-S` left them out
    for name in [n for n in sys.modules if n.partition(".")[0] == "utils"]:
        del sys.modules[name]
    for stream in (sys.stdout, sys.stderr):
        # What was printed before a timeout is then seen.
        stream.reconfigure(line_buffering=True, errors="backslashreplace")


def main(job: Path) -> None:
    """Run the program that `plain` left in a file, and write the report beside it."""
    code, folder, report = json.loads(job.read_text())
    job.unlink()
    sys.path.pop(0)  # the course
    start_afresh(folder)
    end = execute(code)
    Path(report).write_text(json.dumps(end))
    os._exit(end["code"])


def _value(code: str, namespace: dict) -> str | None:
    tree = ast.parse(code, NAME)
    last = None
    if tree.body and isinstance(tree.body[-1], ast.Expr):
        last = ast.Expression(tree.body.pop().value)
    exec(compile(tree, NAME, "exec", dont_inherit=True), namespace)
    value = last and eval(compile(last, NAME, "eval", dont_inherit=True), namespace)
    if value is None:
        return None
    return repr(value)[:VALUE_LIMIT].encode(errors="backslashreplace").decode()


def _end(error: BaseException) -> str:
    if isinstance(error, MemoryError):
        return "memory"
    full = isinstance(error, OSError) and error.errno in _FULL
    return "disk" if full else "error"


def _show(error: BaseException) -> None:
    """Print a traceback that starts at the program, as Python itself would."""
    try:
        trace = error.__traceback__
        while trace and trace.tb_frame.f_code.co_filename == __file__:
            trace = trace.tb_next
        traceback.print_exception(error.with_traceback(trace))
    except BaseException:  # out of memory again, or stderr is closed
        return


def _exit_status(code: object) -> int:
    """What `sys.exit(code)` means to a shell; text goes to stderr."""
    if code is None or isinstance(code, int):
        return (code or 0) & 0xFF
    print(code, file=sys.stderr)
    return 1


if __name__ == "__main__":
    main(Path(sys.argv[1]))
