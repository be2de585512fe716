"""How passages are put in order: by nearness, by verdict, or by both in one score."""

import pytest
import torch

from utils import pools, retrieval
from utils.kinds import reranker
from utils.recipe import Bar

pytestmark = pytest.mark.unit


def test_a_clear_verdict_counts_more_than_a_little_nearness():
    cosines = torch.tensor([[0.80, 0.75]])
    assert retrieval.fuse(torch.tensor([[0.01, 0.99]]), cosines).argmax() == 1
    assert retrieval.fuse(torch.tensor([[0.45, 0.55]]), cosines).argmax() == 0


def test_a_certain_verdict_stays_finite():
    sure = retrieval.fuse(torch.tensor([[0.0, 1.0]]), torch.zeros(1, 2))
    assert torch.isfinite(sure).all()
    assert sure[0, 1].item() == pytest.approx(-sure[0, 0].item(), rel=0.05)


@pytest.mark.parametrize(
    ("by", "right"), [("embedding", 50), ("model", 50), ("both", 100)]
)
def test_each_way_ranks_by_its_own_score(monkeypatch, by, right):
    """Of two passages each way is sure where it is right, and else nearly as sure."""

    def nearest(questions, passages):
        own = torch.arange(len(questions))
        other = (own + 1) % len(own)
        cosines = [(0.90, 0.89) if i % 2 else (0.85, 0.95) for i in own.tolist()]
        return torch.tensor(cosines), torch.stack([other, own], 1)

    def verdicts(model, tokenizer, questions, passages, places):
        rows = [(0.1, 0.9) if i % 2 else (0.99, 0.98) for i in range(len(places))]
        return torch.tensor(rows)

    monkeypatch.setattr(reranker, "_nearest", nearest)
    monkeypatch.setattr(reranker, "_verdicts", verdicts)
    bar = Bar(task="near_passages", by=by, n=pools.SIZE)
    assert reranker.evaluate(None, None, bar, seed=3).right == right


def test_of_equal_scores_the_nearest_wins():
    places = torch.tensor([[7, 3, 5], [2, 9, 4]])
    scores = torch.tensor([[0.5, 0.5, 0.5], [0.1, 0.9, 0.9]])
    assert reranker._first(scores, places) == [7, 9]
