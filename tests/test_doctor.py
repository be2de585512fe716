"""`doctor` says OK, FAIL and what to do, and its exit status agrees."""

import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from course import doctor
from utils.paths import ROOT


@pytest.fixture
def model(tmp_path: Path) -> Path:
    folder = tmp_path / "models" / "pocket-test"
    folder.mkdir(parents=True)
    (folder / "model.safetensors").write_bytes(b"weights")
    digest = hashlib.sha256(b"weights").hexdigest()
    expected = {"sha256": {"model.safetensors": digest}}
    (folder / "expected.json").write_text(json.dumps(expected))
    return folder


def test_sound_model_is_ok(model: Path) -> None:
    (finding,) = doctor.models(model.parent)
    assert finding.ok


@pytest.mark.parametrize("damage", [b"weightz", None])
def test_damaged_or_missing_weights_fail_with_the_repair(
    model: Path, damage: bytes | None
) -> None:
    weights = model / "model.safetensors"
    weights.unlink() if damage is None else weights.write_bytes(damage)
    (finding,) = doctor.models(model.parent)
    assert not finding.ok
    assert "model.safetensors" in finding.found
    assert "git checkout" in finding.next_step


def test_missing_widget_extension_fails(tmp_path: Path) -> None:
    finding = doctor.widgets([str(tmp_path)])
    assert not finding.ok
    assert "jupyterlab_widgets" in finding.next_step


def test_a_gpu_never_fails() -> None:
    finding = doctor.gpu()
    assert finding.ok
    assert finding.informs


def test_the_verb_prints_every_requirement_and_exits_by_them() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "course", "doctor"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    for word in ("Python", "locked packages", "disk", "RAM", "GPU", "Jupyter kernel"):
        assert word in done.stdout
    assert done.returncode == int("FAIL" in done.stdout), done.stdout + done.stderr


def test_a_version_that_differs_from_the_lock_fails(tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(ROOT / "course", copy / "course", ignore=_heavy)
    shutil.copytree(ROOT / "utils", copy / "utils", ignore=_heavy)
    (copy / "requirements.lock").write_text("packaging==0.1\nno-such-package==1\n")
    show = "from course import doctor; f = doctor.packages(); print(f.ok, f.found)"
    done = subprocess.run(
        [sys.executable, "-c", show], cwd=copy, capture_output=True, text=True
    )
    assert done.stdout.startswith("False 2 of 2 differ: packaging ("), done.stderr
    assert "no-such-package (missing)" in done.stdout


def _heavy(folder: str, names: list[str]) -> set[str]:
    return {name for name in names if name in ("models", "__pycache__")}
