"""How far the plans of the pocket models are off, and what the calibration leaves."""

import json
import subprocess
import sys

import pytest

from benchmarks.plan_error import RAM_BAR, writers
from utils.memory.speed import calibrate
from utils.paths import ROOT

pytestmark = pytest.mark.models


@pytest.mark.parametrize("kind", ["qwen2", "qwen3", "qwen3_moe", "qwen3_5_text"])
def test_the_calibration_leaves_the_random_state_alone(kind):
    import torch

    before = torch.random.get_rng_state()
    speed = calibrate("cpu", "float32", kind)
    assert torch.equal(before, torch.random.get_rng_state())
    assert speed.flops > 0
    assert speed.bandwidth > 0
    assert speed.step + speed.layer > 0


@pytest.mark.parametrize(("prompt", "new", "batch"), [(60, 40, 4), (300, 1, 64)])
@pytest.mark.parametrize("name", writers())
def test_predicted_memory_of_a_pocket_model(name, prompt, new, batch):
    """In a process of its own, because memory is never given back in full."""
    code = (
        "import json; from benchmarks.plan_error import run;"
        f"planned, seen = run({name!r}, {prompt}, {new}, {batch});"
        "print(json.dumps([planned.already, planned.peak, seen.peak]))"
    )
    out = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True
    )
    assert out.returncode == 0, out.stderr
    already, predicted, measured = json.loads(out.stdout)
    assert predicted == pytest.approx(measured, rel=RAM_BAR)
    if batch == 64:  # here the cell's own share is large enough to be told apart
        assert predicted - already == pytest.approx(measured - already, rel=0.4)
