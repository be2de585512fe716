"""Embedding models: Qwen decoders without a head that turn a text into one vector."""

from pathlib import Path

import torch
from transformers import (
    AutoModel,
    AutoTokenizer,
    BatchEncoding,
    PreTrainedModel,
    PreTrainedTokenizerBase,
)

from utils import mixture, pools, retrieval, tfidf
from utils.chat import Reply
from utils.evaluate import Result
from utils.kinds.chat import decoder
from utils.losses import contrastive_loss as loss
from utils.recipe import Bar, Recipe
from utils.tasks import TASKS
from utils.tasks.base import Example

__all__ = ["batch", "evaluate", "load", "loss", "prepare", "reply"]


def prepare(recipe: Recipe) -> tuple[PreTrainedTokenizerBase, PreTrainedModel]:
    """A tokenizer trained on queries and passages, and a decoder without a head."""
    from utils.tokenizer import train_tokenizer

    part = recipe.tokenizer
    corpus = pools.texts(recipe.data, part.seed, part.examples)
    tokenizer = train_tokenizer(corpus, part.vocab_size)
    return tokenizer, decoder(recipe, tokenizer)


def load(folder: Path) -> tuple[PreTrainedTokenizerBase, PreTrainedModel]:
    """Tokenizer and model in float32."""
    tokenizer = AutoTokenizer.from_pretrained(folder, padding_side="left")
    return tokenizer, AutoModel.from_pretrained(folder, dtype=torch.float32)


def batch(
    recipe: Recipe, tokenizer: PreTrainedTokenizerBase, step: int
) -> BatchEncoding:
    """`input_ids` of n queries, then of their n passages, [2n, seq]; `last`, [2n].

    `last` is the place of each end token. Padding is on the right, where a causal
    model never looks.
    """
    pool = pools.practice(recipe.data, step, recipe.train.batch_size)
    queries = [retrieval.as_query(pools.question_of(example)) for example in pool]
    texts = [*queries, *(example.answer for example in pool)]
    rows = [retrieval.text_ids(tokenizer, text) for text in texts]
    last = torch.tensor([len(row) - 1 for row in rows])
    ids = mixture.pad_right(rows, tokenizer.pad_token_id)
    return BatchEncoding({"input_ids": ids, "last": last})


def evaluate(
    model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, bar: Bar, seed: int
) -> Result:
    """Recall@1: how often the passage nearest to a question answers it."""
    task, graded = TASKS[bar.task], []
    for pool in pools.pools(task, bar.n, seed):
        if bar.by == "tfidf":
            near = tfidf.similarities(*pools.sides(pool))
        else:
            near = nearness(model, tokenizer, *pools.sides(pool))
        graded += pools.grade(task, pool, near.argmax(1).tolist())
    return Result(graded, seed)


def nearness(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    questions: list[str],
    passages: list[str],
) -> torch.Tensor:
    """Cosines of the embeddings, [questions, passages]."""
    queries = [retrieval.as_query(question) for question in questions]
    vectors = retrieval.embed(model, tokenizer, [*queries, *passages])
    return vectors[: len(queries)] @ vectors[len(queries) :].T


def reply(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    example: Example,
    thinking: bool | None,
) -> Reply:
    """The passage nearest to the example's question, in a pool that never changes."""
    passages = pools.sides(pools.shown("passages"))[1]
    near = nearness(model, tokenizer, [pools.question_of(example)], passages)
    return Reply(None, passages[near.argmax()], tokens=0, finished=True)
