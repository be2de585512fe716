"""Decides which build of torch to install: never CUDA's where no GPU can use it.

Standard library only: it runs before the environment exists.
"""

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

# Where PyTorch publishes the CPU builds that the general package index lacks.
CPU_INDEX = "https://download.pytorch.org/whl/cpu"
# Measured on Linux x86_64 with torch 2.13 and 2.14, in a new environment.
CUDA_DOWNLOAD_GB, CUDA_DISK_GB = 3, 6
PROBE_SECONDS = 20


@dataclass(frozen=True)
class TorchBuild:
    """What to ask pip for before the rest of the lock, and what it costs."""

    requirement: str | None  # None: the lock's own line will do
    pip_options: tuple[str, ...] = ()
    cuda: bool = False
    why: str = ""


def choose(version: str, python: str) -> TorchBuild:
    """The build of torch for this machine, for pip run by the interpreter `python`.

    Only Linux is asked: elsewhere the general index has no CUDA build.
    """
    if not sys.platform.startswith("linux"):
        return TorchBuild(None)
    if has_nvidia_gpu():
        return TorchBuild(None, cuda=True, why="this machine has an NVIDIA GPU")
    requirement = f"torch=={version}+cpu"
    for options in ((), ("--index-url", CPU_INDEX)):
        if can_be_had(requirement, python, options):
            return TorchBuild(requirement, options)
    return TorchBuild(None, cuda=True, why="no CPU build of torch can be reached")


def has_nvidia_gpu() -> bool:
    """Whether an NVIDIA driver is at work here."""
    return bool(shutil.which("nvidia-smi")) or Path("/proc/driver/nvidia").exists()


def can_be_had(requirement: str, python: str, options: tuple[str, ...] = ()) -> bool:
    """Whether pip finds a requirement, within PROBE_SECONDS and without keeping it."""
    probe = [python, "-m", "pip", "install", "--dry-run", "--no-deps", "--quiet"]
    limits = ["--ignore-installed", "--retries", "0", "--timeout", "5"]
    try:
        done = subprocess.run(
            [*probe, *limits, *options, requirement],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=PROBE_SECONDS,
        )
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0
