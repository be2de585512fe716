"""Checks that this machine can run the course, and says what to do where it cannot.

The verb `doctor`; its exit status is 1 if anything fails.
"""

import argparse
import hashlib
import json
import platform
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from course import locked
from utils import env
from utils.paths import MODELS, ROOT

GB = 1e9
DISK_GB = 1  # progress, reports and a notebook's outputs; real checkpoints need more
RAM_GB = 2  # what one lesson may take on the pocket profile
WIDGETS = "@jupyter-widgets/jupyterlab-manager"


@dataclass(frozen=True)
class Finding:
    """One requirement: what was found, and the next step if it fails."""

    requirement: str
    found: str
    ok: bool = True
    next_step: str = ""
    informs: bool = False  # tells something that nothing depends on


def main(argv: list[str]) -> int:
    """Print a table of findings; return 1 if one of them fails."""
    argparse.ArgumentParser(
        prog="python3 -m course doctor", description=__doc__
    ).parse_args(argv)
    findings = list(examine())
    failed = [finding for finding in findings if not finding.ok]
    console = Console()
    console.print(as_table(findings))
    for finding in failed:
        console.print(f"{finding.requirement}: {finding.next_step}", soft_wrap=True)
    console.print(
        f"{len(failed)} of {len(findings)} requirements fail."
        if failed
        else "Everything that the course needs is here."
    )
    return 1 if failed else 0


def examine() -> Iterator[Finding]:
    """All findings, in the order in which they are best mended."""
    yield python()
    yield packages()
    yield disk()
    yield memory()
    yield gpu()
    yield widgets()
    yield kernel()
    yield from models()


def as_table(findings: list[Finding]) -> Table:
    """The findings for a terminal; the words say as much as the colors."""
    table = Table(box=None, pad_edge=False)
    for column in ("", "requirement", "found"):
        table.add_column(column)
    for finding in findings:
        word = "info" if finding.informs else "OK" if finding.ok else "FAIL"
        color = {"info": "cyan", "OK": "green", "FAIL": "bold red"}[word]
        table.add_row(f"[{color}]{word}[/]", finding.requirement, finding.found)
    return table


def python() -> Finding:
    """The interpreter; an older one than the course needs never gets here."""
    return Finding("Python", f"{platform.python_version()} in {sys.prefix}")


def packages() -> Finding:
    """Whether every locked version is installed."""
    pins = locked.applicable(locked.read_lock())
    wrong = locked.unsatisfied(pins)
    if not wrong:
        return Finding("locked packages", f"all {len(pins)}")
    shown = ", ".join(f"{pin.name} ({has or 'missing'})" for pin, has in wrong[:4])
    return Finding(
        "locked packages",
        f"{len(wrong)} of {len(pins)} differ: {shown}",
        ok=False,
        next_step=f"delete the folder {ROOT / '.venv'} and run `python3 -m course lab`"
        " to make it anew; in an environment of your own, run"
        " `pip install -r requirements.lock`.",
    )


def disk() -> Finding:
    """Free space where the course lies."""
    free = env.disk_free(ROOT) / GB
    return Finding(
        "disk",
        f"{free:.1f} GB free, {DISK_GB} needed",
        ok=free >= DISK_GB,
        next_step=f"free {max(0, DISK_GB - free):.1f} GB on the disk of {ROOT}.",
    )


def memory() -> Finding:
    """RAM that a lesson can take now."""
    total, available = (size / GB for size in env.memory())
    return Finding(
        "RAM",
        f"{available:.1f} of {total:.1f} GB free, {RAM_GB} needed",
        ok=available >= RAM_GB,
        next_step="close other programs, or shut down kernels in JupyterLab.",
    )


def gpu() -> Finding:
    """A GPU, which only the larger profiles use."""
    seen = env.gpu()
    text = f"{seen.name}, {seen.memory / GB:.0f} GB" if seen else "none, none needed"
    return Finding("GPU", text, informs=True)


def widgets(folders: list[str] | None = None) -> Finding:
    """JupyterLab's extension that draws the knobs."""
    from jupyter_core.paths import jupyter_path

    places = folders or jupyter_path("labextensions")
    found = any((Path(place) / WIDGETS / "package.json").is_file() for place in places)
    return Finding(
        "Jupyter extension for knobs",
        "ipywidgets" if found else "missing",
        ok=found,
        next_step=f"run `{sys.executable} -m pip install --force-reinstall"
        " jupyterlab_widgets`.",
    )


def kernel() -> Finding:
    """The kernel that notebooks ask for."""
    from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel

    try:
        spec = KernelSpecManager().get_kernel_spec("python3")
    except NoSuchKernel:
        return Finding(
            "Jupyter kernel",
            "missing",
            ok=False,
            next_step=f"run `{sys.executable} -m ipykernel install --sys-prefix`.",
        )
    return Finding("Jupyter kernel", spec.display_name)


def models(folder: Path = MODELS) -> Iterator[Finding]:
    """Each pocket model's files against the hashes in its expected.json."""
    for expected in sorted(folder.glob("*/expected.json")):
        damaged = damaged_files(expected.parent)
        yield Finding(
            f"model {expected.parent.name}",
            f"damaged or missing: {', '.join(damaged)}" if damaged else "hashes agree",
            ok=not damaged,
            next_step=f"restore it: `git checkout -- {_shown(expected.parent)}`.",
        )


def damaged_files(model: Path) -> list[str]:
    """Names of a model's files that are missing or not those that were measured."""
    hashes = json.loads((model / "expected.json").read_text())["sha256"]
    return [name for name, wanted in hashes.items() if _sha256(model / name) != wanted]


def _sha256(file: Path) -> str:
    if not file.is_file():
        return ""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _shown(path: Path) -> str:
    return str(path.relative_to(ROOT) if path.is_relative_to(ROOT) else path)
