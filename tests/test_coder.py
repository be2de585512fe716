"""pocket-coder by sampling: more tries, more functions that pass (pass@k)."""

from functools import cache

import pytest
import torch

from utils import models
from utils.completion import complete_batch
from utils.evaluate import pass_at_k
from utils.tasks import TASKS, draw

pytestmark = pytest.mark.models

SEED = 60217  # nothing else is measured with it
FUNCTIONS, SAMPLES, TEMPERATURE = 100, 10, 1.0
TOGETHER = 10  # functions in a batch, which is as slow as its longest sample


@cache
def right_samples() -> list[int]:
    """For each function, how many of its samples pass its tests."""
    model, tokenizer = models.load("coder")
    task = TASKS["code"]
    examples = sorted(draw(task, FUNCTIONS, SEED), key=lambda one: len(one.reply))
    torch.manual_seed(SEED)
    replies = []
    for start in range(0, FUNCTIONS, TOGETHER):
        replies += complete_batch(
            model,
            tokenizer,
            [one.messages[-1]["content"] for one in examples[start : start + TOGETHER]],
            do_sample=True,
            temperature=TEMPERATURE,
            num_return_sequences=SAMPLES,
        )
    asked = [example for example in examples for _ in range(SAMPLES)]
    verdicts = task.grade_batch(asked, [reply.text for reply in replies])
    rows = range(0, len(verdicts), SAMPLES)
    return [sum(verdicts[start : start + SAMPLES]) for start in rows]


def mean_pass_at(k: int) -> float:
    counts = right_samples()
    return sum(pass_at_k(SAMPLES, right, k) for right in counts) / len(counts)


def test_pass_at_k_rises_with_samples(tell):
    shares = {k: mean_pass_at(k) for k in (1, 5, 10)}
    said = ", ".join(f"pass@{k} {share:.1%}" for k, share in shares.items())
    tell(f"pocket-coder at temperature {TEMPERATURE} (n = {FUNCTIONS}): {said}")
    assert shares[1] < 0.99, "single samples sometimes fail"
    assert shares[5] >= shares[1] + 0.01
    assert shares[10] >= shares[5]
    assert shares[10] >= 0.97
