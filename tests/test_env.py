"""What the course finds out about a machine, on this one and on ones laid out here."""

import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from utils import env

pytestmark = pytest.mark.unit

GIB = env.GIB


def lay_out(root: Path, files: dict[str, str], monkeypatch) -> None:
    """Make a control-group tree and point the module at it."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    monkeypatch.setattr(env, "CGROUP", root)
    monkeypatch.setattr(env, "CGROUP_OF_SELF", root / "self")


def fake_driver(folder: Path, answer: str, monkeypatch) -> None:
    """Put an nvidia-smi that prints `answer` first on the PATH."""
    tool = folder / "nvidia-smi"
    tool.write_text(f"#!/bin/sh\nprintf '%s\\n' '{answer}'\n")
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    env.gpu.cache_clear()


@pytest.fixture(autouse=True)
def _forget_gpu():
    yield
    env.gpu.cache_clear()


def test_this_machine_makes_sense():
    here = env.machine()
    assert 1 <= here.cpus <= os.cpu_count()
    assert 0 < here.ram_available <= here.ram <= psutil.virtual_memory().total
    assert here.disk_free > 0
    assert not here.colab


def test_affinity_counts():
    if not hasattr(os, "sched_setaffinity"):
        pytest.skip("this system has no processor affinity")
    code = (
        "import os; os.sched_setaffinity(0, list(os.sched_getaffinity(0))[:1]);"
        "from utils import env; print(env.cpus())"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert out.stdout.strip() == "1"


def test_container_limit_counts(tmp_path, monkeypatch):
    files = {
        "self": "0::/box/inner\n",
        "box/memory.max": f"{GIB}\n",
        "box/memory.current": f"{GIB // 2}\n",
        "box/memory.stat": f"anon 1\ninactive_file {GIB // 4}\n",
        "box/inner/memory.max": "max\n",
        "box/cpu.max": "50000 100000\n",
    }
    lay_out(tmp_path, files, monkeypatch)
    assert env.memory() == (GIB, GIB - (GIB // 2 - GIB // 4))
    assert env.cpus() == 1


def test_old_control_groups_count(tmp_path, monkeypatch):
    files = {
        "self": "4:memory:/box\n",
        "memory/memory.limit_in_bytes": f"{GIB}\n",
        "memory/memory.usage_in_bytes": f"{GIB // 4}\n",
        "memory/memory.stat": "total_inactive_file 0\n",
    }
    lay_out(tmp_path, files, monkeypatch)
    assert env.memory() == (GIB, GIB - GIB // 4)


def test_no_control_groups_means_the_whole_machine(tmp_path, monkeypatch):
    lay_out(tmp_path, {}, monkeypatch)
    assert env.memory()[0] == psutil.virtual_memory().total


def test_disk_of_a_folder_that_is_not_there_yet(tmp_path):
    assert env.disk_free(tmp_path / "a" / "b") == pytest.approx(
        env.disk_free(tmp_path), rel=0.01
    )


@pytest.mark.skipif(os.name == "nt", reason="the stand-in driver is a shell script")
@pytest.mark.parametrize(
    ("answer", "name", "gib", "bf16"),
    [
        ("Tesla T4, 15360, 7.5", "Tesla T4", 15, False),
        ("NVIDIA A10G, 24564, 8.6", "NVIDIA A10G", 24, True),
        ("NVIDIA H100, PCIe, 81920, 9.0", "NVIDIA H100, PCIe", 80, True),
    ],
)
def test_gpu_as_its_driver_describes_it(tmp_path, monkeypatch, answer, name, gib, bf16):
    fake_driver(tmp_path, answer, monkeypatch)
    gpu = env.gpu()
    assert (gpu.name, round(gpu.memory / GIB), gpu.bf16) == (name, gib, bf16)
    assert name in env.describe()


@pytest.mark.skipif(os.name == "nt", reason="the stand-in driver is a shell script")
@pytest.mark.parametrize("answer", ["", "No devices were found", "x, [N/A], 8.0"])
def test_a_driver_without_a_gpu(tmp_path, monkeypatch, answer):
    fake_driver(tmp_path, answer, monkeypatch)
    assert env.gpu() is None
    assert "no GPU" in env.describe()


def test_cpu_computes_in_float32():
    import torch

    assert env.best_dtype("cpu") == torch.float32


def test_gpu_number_format_follows_its_generation():
    import torch

    if not torch.cuda.is_available():
        pytest.skip("no GPU on this machine")
    new = torch.cuda.get_device_capability() >= (8, 0)
    assert env.best_dtype("cuda") == (torch.bfloat16 if new else torch.float16)


def test_importing_is_light():
    code = (
        "import sys, utils.env, utils.profiles, utils.models, utils.memory;"
        "print([m for m in ('torch', 'transformers', 'huggingface_hub', 'httpx2')"
        " if m in sys.modules])"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert out.stdout.strip() == "[]", out.stderr
