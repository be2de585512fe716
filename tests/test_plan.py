"""The plan before a heavy cell, beside what was measured after it."""

import pytest
from tiny_model import save_tiny_model

from utils import env, memory, models
from utils.memory import planning
from utils.memory.speed import Speed, Work, predicted_seconds

pytestmark = pytest.mark.unit

SPEED = Speed("cpu", "float32", flops=1e11, bandwidth=1e10, step=1e-3, layer=1e-3)
REAL = "Qwen/Qwen3-0.6B"


@pytest.fixture(autouse=True)
def _plain(monkeypatch, tmp_path):
    """No calibration, nothing in the cache, no profile set."""
    monkeypatch.setattr(planning, "calibrate", lambda *_: SPEED)
    monkeypatch.setenv("QWEN_MODELS_DIR", str(tmp_path))
    monkeypatch.delenv("QWEN_PROFILE", raising=False)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))


def test_a_plan_names_every_cost():
    planned = memory.plan(REAL, "laptop", prompt=100, new=50)
    assert planned.download == pytest.approx(2 * 596_049_920, rel=0.02)
    assert planned.needs.weights == 4 * 596_049_920
    assert planned.peak == planned.already + planned.needs.total
    assert planned.already >= planning.LIBRARIES
    for words in ("download 1.1 GiB", "RAM", "weights 2.2 GiB", "KV cache", "time"):
        assert words in str(planned)


def test_a_model_on_this_machine_needs_no_download(tmp_path):
    save_tiny_model(tmp_path / REAL)
    assert memory.plan(REAL, "laptop").download == 0


def test_a_loaded_model_is_counted_once(tmp_path):
    folder = str(save_tiny_model(tmp_path / "tiny"))
    assert memory.plan(folder).needs.weights > 0
    models.load(folder)
    planned = memory.plan(folder)
    models.unload()
    assert planned.needs.weights == 0


def test_time_is_left_out_where_the_device_is_missing(monkeypatch):
    monkeypatch.setattr(env, "best_device", lambda: "cpu")
    planned = memory.plan("chat", "gpu24")
    assert planned.seconds is None
    assert "VRAM" in str(planned)
    assert "not measured here" in str(planned)
    seen = memory.Peak("cuda", 0, 2**30, 1.0)
    assert "time" not in planned.against(seen)


def test_predicted_and_measured_stand_side_by_side(tmp_path):
    planned = memory.plan(str(save_tiny_model(tmp_path / "tiny")))
    with planned.measure() as seen:
        sum(range(1000))
    table = planned.against(seen)
    assert seen.seconds > 0
    assert "| RAM |" in table
    assert "| time |" in table
    seen.peak, seen.seconds = planned.peak, planned.seconds
    assert planned.against(seen).count("+0%") == 2


def test_one_sequence_is_bound_by_reading_the_weights():
    """Qwen3-0.6B writes a token in no less than its weights take to be read."""
    seconds = predicted_seconds(REAL, Work(prompt=1, new=101), SPEED)
    weights = 4 * 596_049_920 / SPEED.bandwidth
    assert seconds == pytest.approx(100 * (weights + 29e-3), rel=0.05)


def test_a_batch_shares_the_reading_of_the_weights():
    one = predicted_seconds(REAL, Work(16, 64, batch=1, replies=8), SPEED)
    eight = predicted_seconds(REAL, Work(16, 64, batch=8, replies=8), SPEED)
    assert one / 8 < eight < one / 2
    more = predicted_seconds(REAL, Work(16, 64, batch=8, replies=9), SPEED)
    assert more == pytest.approx(2 * eight)


def test_active_experts_decide_the_time_and_all_of_them_the_memory():
    moe, dense = "Qwen/Qwen3-30B-A3B", "Qwen/Qwen3-32B"
    work = Work(prompt=16, new=64)
    assert (
        predicted_seconds(moe, work, SPEED) < predicted_seconds(dense, work, SPEED) / 5
    )
    assert memory.predict(moe, 80).weights > memory.predict(dense, 80).weights * 0.9
