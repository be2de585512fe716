"""What machine is this: processors, memory, disk, GPU; lessons 10 and 11 use it.

Nothing here imports torch except `best_device` and `best_dtype`, which need it.
"""

import math
import os
import platform
import shutil
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

if TYPE_CHECKING:
    import torch

GIB = 2**30
# bfloat16 arithmetic came with Ampere, compute capability 8.0; a T4 is 7.5.
BF16_CAPABILITY = (8, 0)
CGROUP = Path("/sys/fs/cgroup")
CGROUP_OF_SELF = Path("/proc/self/cgroup")


@dataclass(frozen=True)
class Gpu:
    """One CUDA GPU as its driver describes it; `memory` in bytes."""

    name: str
    memory: int
    capability: tuple[int, int]

    @property
    def bf16(self) -> bool:
        """Whether bfloat16 runs on the GPU's own units instead of being emulated."""
        return self.capability >= BF16_CAPABILITY


@dataclass(frozen=True)
class Machine:
    """The limits that a lesson meets here; sizes in bytes."""

    platform: str
    cpus: int
    ram: int
    ram_available: int
    disk_free: int
    gpu: Gpu | None
    colab: bool


def machine(folder: str | Path = ".") -> Machine:
    """Look at this machine; `folder` picks the disk whose free space is reported."""
    ram, available = memory()
    return Machine(
        platform=f"{platform.system()} {platform.machine()}",
        cpus=cpus(),
        ram=ram,
        ram_available=available,
        disk_free=disk_free(folder),
        gpu=gpu(),
        colab=in_colab(),
    )


def describe(here: Machine | None = None) -> str:
    """One line for a person, such as a notebook's setup cell."""
    here = here or machine()
    parts = [
        here.platform + (" in Colab" if here.colab else ""),
        f"{here.cpus} CPU core" + ("s" if here.cpus != 1 else ""),
        f"{here.ram / GIB:.1f} GiB RAM ({here.ram_available / GIB:.1f} free)",
        f"{here.disk_free / GIB:.0f} GiB of disk free",
        f"{here.gpu.name}, {here.gpu.memory / GIB:.0f} GiB" if here.gpu else "no GPU",
    ]
    return " · ".join(parts)


def cpus() -> int:
    """Processors this process may use: its affinity and its container's quota."""
    if hasattr(os, "sched_getaffinity"):
        allowed = len(os.sched_getaffinity(0))
    else:
        allowed = os.cpu_count() or 1
    quota = _cgroup_cpus()
    return max(1, min(allowed, math.ceil(quota))) if quota else allowed


def memory() -> tuple[int, int]:
    """RAM in bytes, total and available, within the container's limit if it has one."""
    seen = psutil.virtual_memory()
    limit, used = _cgroup_memory()
    if limit is None or limit >= seen.total:
        return seen.total, seen.available
    return limit, min(seen.available, max(0, limit - used))


def disk_free(folder: str | Path = ".") -> int:
    """Free bytes on the disk that holds `folder`, which need not exist yet."""
    path = Path(folder).expanduser().resolve()
    while not path.exists():
        path = path.parent
    return shutil.disk_usage(path).free


@cache
def gpu() -> Gpu | None:
    """The first NVIDIA GPU according to its driver's tool, or None."""
    tool = shutil.which("nvidia-smi")
    if tool is None:
        return None
    query = "--query-gpu=name,memory.total,compute_cap"
    try:
        answer = subprocess.run(
            [tool, query, "--format=csv,noheader,nounits"],
            capture_output=True,
            text=True,
            timeout=10,
            check=True,
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return None  # the tool is installed, but no driver answers
    return _parse_gpu(answer)


def in_colab() -> bool:
    """Whether this kernel runs in Google Colab."""
    return "google.colab" in sys.modules or "COLAB_RELEASE_TAG" in os.environ


def best_device() -> str:
    """`cuda` where torch can use a GPU, else `cpu`."""
    import torch

    return "cuda" if torch.cuda.is_available() else "cpu"


def best_dtype(device: "str | torch.device") -> "torch.dtype":
    """The number format that is fast and safe on `device`.

    float32 on a CPU, where few processors have half-precision units; float16 on a
    GPU before Ampere, such as Colab's T4; bfloat16 on newer ones, because it has
    float32's range and so does not overflow.
    """
    import torch

    device = torch.device(device)
    if device.type == "cpu":
        return torch.float32
    if device.type == "cuda":
        new = torch.cuda.get_device_capability(device) >= BF16_CAPABILITY
        return torch.bfloat16 if new else torch.float16
    return torch.float16


def _parse_gpu(answer: str) -> Gpu | None:
    """First line of nvidia-smi's `name, MiB, major.minor`; None if it is anything else.

    Names may hold commas, so the two numbers are taken from the right.
    """
    line = answer.strip().splitlines()[0] if answer.strip() else ""
    try:
        name, mib, capability = (part.strip() for part in line.rsplit(",", 2))
        major, minor = capability.split(".")
        return Gpu(name, int(mib) * 2**20, (int(major), int(minor)))
    except ValueError:
        return None


def _cgroup_folders() -> list[Path]:
    """The version 2 control groups around this process, innermost first.

    Inside a container the group's own path may not be mounted; its root then is.
    """
    try:
        lines = CGROUP_OF_SELF.read_text().splitlines()
    except OSError:
        return []
    own = next((line[3:] for line in lines if line.startswith("0::")), None)
    if own is None:
        return []
    inside = CGROUP / own.lstrip("/")
    return [inside, *(p for p in inside.parents if p.is_relative_to(CGROUP))]


def _number(file: Path) -> int | None:
    """The integer in a control file; None if there is none, or it says `max`."""
    try:
        return int(file.read_text().split()[0])
    except (OSError, ValueError, IndexError):
        return None


def _cgroup_memory() -> tuple[int | None, int]:
    """(limit or None, bytes in use) of the tightest control group, in bytes."""
    found = []
    for folder in _cgroup_folders():
        limit = _number(folder / "memory.max")
        if limit is not None:
            used = _number(folder / "memory.current") or 0
            found.append((limit, used - _reclaimable(folder / "memory.stat")))
    old = CGROUP / "memory"  # version 1
    limit = _number(old / "memory.limit_in_bytes")
    if limit is not None:
        used = _number(old / "memory.usage_in_bytes") or 0
        found.append((limit, used - _reclaimable(old / "memory.stat")))
    return min(found, default=(None, 0))


def _reclaimable(stat: Path) -> int:
    """Bytes of file cache that the kernel counts as used but gives back on demand."""
    try:
        fields = dict(line.split() for line in stat.read_text().splitlines())
    except (OSError, ValueError):
        return 0
    return int(fields.get("total_inactive_file", fields.get("inactive_file", 0)))


def _cgroup_cpus() -> float | None:
    """CPU quota of the tightest control group, in processors; None if unlimited."""
    quotas = []
    for folder in _cgroup_folders():
        try:
            quota, period = (folder / "cpu.max").read_text().split()
            quotas.append(int(quota) / int(period))
        except (OSError, ValueError):
            continue  # no such file, or it says "max"
    return min(quotas, default=None)
