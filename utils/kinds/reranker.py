"""Rerankers: Qwen decoders that read a question with a passage and say yes or no."""

import random

from transformers import BatchEncoding, PreTrainedModel, PreTrainedTokenizerBase

from utils import mixture, models, pools, retrieval
from utils.chat import Reply
from utils.evaluate import Result
from utils.kinds.chat import load
from utils.kinds.embedding import nearness, prepare
from utils.losses import reply_loss as loss
from utils.recipe import Bar, Recipe
from utils.tasks import TASKS
from utils.tasks.base import Example

__all__ = ["batch", "evaluate", "load", "loss", "prepare", "reply"]

EMBEDDING = "pocket-embedding"  # finds the passages that are reranked
TOP = 10  # of them


def batch(
    recipe: Recipe, tokenizer: PreTrainedTokenizerBase, step: int
) -> BatchEncoding:
    """Pairs of question and passage, half of them right; the labels are the verdicts.

    The wrong passage is a near-duplicate of the right one: the pool has them side by
    side. `input_ids` and `labels` are [twice the batch size, seq].
    """
    pool = pools.practice(recipe.data, step, recipe.train.batch_size)
    no, yes = tokenizer.convert_tokens_to_ids(list(retrieval.VERDICTS))
    rng = random.Random(f"pairs/{recipe.data.seed}/{step}")
    rows = []
    for place, example in enumerate(pool):
        question = pools.question_of(example)
        wrong = pool[pools.beside(rng, place, len(pool))]
        for passage, verdict in ((example.answer, yes), (wrong.answer, no)):
            prompt = retrieval.pair_ids(tokenizer, question, passage)
            rows.append(([*prompt, verdict], len(prompt)))
    return mixture.padded(rows, tokenizer.pad_token_id)


def evaluate(
    model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, bar: Bar, seed: int
) -> Result:
    """Recall@1 of the embedding's ten nearest passages, before or after reranking."""
    task, graded = TASKS[bar.task], []
    for pool in pools.pools(task, bar.n, seed):
        questions, passages = pools.sides(pool)
        order = _nearest(questions, passages)
        if bar.by != "embedding":
            order = _reranked(model, tokenizer, questions, passages, order)
        graded += pools.grade(task, pool, [places[0] for places in order])
    return Result(graded, seed)


def reply(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    example: Example,
    thinking: bool | None,
) -> Reply:
    """The passage put first for the example's question, among near-duplicates."""
    questions = [pools.question_of(example)]
    passages = pools.sides(pools.shown("near_passages"))[1]
    order = _nearest(questions, passages)
    [places] = _reranked(model, tokenizer, questions, passages, order)
    return Reply(None, passages[places[0]], tokens=0, finished=True)


def _nearest(questions: list[str], passages: list[str]) -> list[list[int]]:
    """Places of the ten passages nearest to each question, nearest first."""
    near = nearness(*models.load(EMBEDDING), questions, passages)
    return near.topk(TOP).indices.tolist()


def _reranked(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    questions: list[str],
    passages: list[str],
    order: list[list[int]],
) -> list[list[int]]:
    """The same places, the likeliest "yes" first."""
    pairs = [
        (question, passages[place])
        for question, places in zip(questions, order, strict=True)
        for place in places
    ]
    scores = retrieval.rerank(model, tokenizer, pairs).view(len(order), -1)
    best = scores.argsort(dim=1, descending=True, stable=True)
    return [
        [places[i] for i in row]
        for places, row in zip(order, best.tolist(), strict=True)
    ]
