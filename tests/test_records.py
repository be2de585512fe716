"""The records beside the weights: read as they were written, with their intervals."""

import json

import pytest

from utils import paths, records
from utils.errors import UnknownModelError

pytestmark = pytest.mark.unit


@pytest.fixture
def tiny(tmp_path, monkeypatch) -> dict:
    """A record of a model called "tiny", and nothing else."""
    row = {"task": "sums-2", "by": "model", "thinking": True, "n": 100, "right": 80}
    kept = {
        "parameters": 1000,
        "seed": 7,
        "accuracy": [
            row,
            row | {"thinking": False, "right": 10},
            row | {"task": "facts", "thinking": None, "right": 50},
            row | {"task": "facts", "by": "tfidf", "right": 20},
        ],
        "before_ending": [row | {"right": 30}],
    }
    (tmp_path / "tiny").mkdir()
    (tmp_path / "tiny" / "config.json").touch()
    (tmp_path / "tiny" / "expected.json").write_text(json.dumps(kept))
    monkeypatch.setattr(paths, "MODELS", tmp_path)
    return kept


def test_a_record_tells_what_the_model_itself_can_when_it_thinks(tiny):
    found = records.record("tiny")
    assert (found.name, found.parameters) == ("tiny", 1000)
    assert found.accuracy == {
        "sums-2": records.Recorded(80, 100, 7),
        "facts": records.Recorded(50, 100, 7),
    }
    assert found.before == {"sums-2": records.Recorded(30, 100, 7)}


def test_a_recorded_accuracy_has_the_interval_of_a_measured_one(tiny):
    share = records.record("tiny").accuracy["sums-2"]
    assert share.accuracy == 0.8
    assert share.interval == pytest.approx((0.711, 0.867), abs=0.001)
    assert str(share) == "80.0% right (95 % interval 71.1% to 86.7%, n = 100, seed 7)"


def test_accuracies_stand_by_millions_of_parameters():
    facts = {"facts": records.Recorded(50, 100, 7)}
    sizes = [records.Record(str(n), n, facts) for n in (344_704, 3_739_008)]
    lines = records.by_size(sizes, ["facts"])
    assert lines == {"facts": {0.345: facts["facts"], 3.74: facts["facts"]}}
    poor = {"facts": records.Recorded(5, 100, 7)}
    small = records.Record("small", 344_704, facts, poor)
    earlier = records.by_size([small], ["facts"], before=True)
    assert earlier == {"facts": {0.345: poor["facts"]}}


def test_a_model_without_a_record_is_named_with_those_that_have_one(tiny):
    with pytest.raises(UnknownModelError, match="'huge': take one of tiny"):
        records.record("huge")
