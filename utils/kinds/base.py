"""Base models: pretraining only, on pages of plain text cut into windows of one length.

No chat format and no loss mask: every token is learned. The tokenizer is the chat
models', so a base model can become one. What it cannot do stands beside pocket-chat's
figures on its card.
"""

import random
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import torch
from transformers import BatchEncoding, PreTrainedModel, PreTrainedTokenizerBase

from utils import evaluate as evaluation
from utils.chat import Reply
from utils.completion import complete_batch
from utils.encoding import Messages
from utils.evaluate import Result
from utils.kinds import chat
from utils.kinds.chat import load, prepare
from utils.kinds.text import END
from utils.losses import reply_loss as loss
from utils.pages import page
from utils.paths import MODELS
from utils.recipe import Bar, DataPart, Recipe
from utils.tasks import TASKS
from utils.tasks.base import Example, Split, draw, text_of

__all__ = ["batch", "evaluate", "held_out", "load", "loss", "prepare", "reply"]

WINDOW = 128  # tokens in a row
LINE = 128  # tokens that a line of a reply may have


def batch(
    recipe: Recipe, tokenizer: PreTrainedTokenizerBase, step: int
) -> BatchEncoding:
    """Windows of pages, [batch, WINDOW]; the labels are all of their tokens."""
    rng = random.Random(f"pages/{recipe.data.seed}/{step}")
    size = recipe.train.batch_size
    ids = torch.tensor([_window(rng, recipe.data, tokenizer) for _ in range(size)])
    return BatchEncoding({"input_ids": ids, "labels": ids.clone()})


def evaluate(
    model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, bar: Bar, seed: int
) -> Result:
    """The bar's task, each question alone on a line: right if the next line answers it.

    "by: pocket-chat" puts the same questions to pocket-chat, in its own format.
    """
    if bar.by == "pocket-chat":
        its_tokenizer, other = load(MODELS / bar.by)
        return chat.evaluate(other, its_tokenizer, bar, seed)

    def answer(conversations: list[Messages], **_: Any) -> list[Reply]:
        return _lines(model, tokenizer, conversations)

    task = TASKS[bar.task]
    return evaluation.grade(answer, task, draw(task, bar.n, seed), seed)


def reply(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    example: Example,
    thinking: bool | None,
) -> Reply:
    """What the model writes in the line after the example's text."""
    return _lines(model, tokenizer, [example.messages])[0]


def held_out(
    recipe: Recipe, tokenizer: PreTrainedTokenizerBase, n: int, seed: int
) -> list[list[int]]:
    """Token ids of `n` pages that training never saw, with an end token before each."""
    rng = random.Random(f"held-out pages/{seed}")
    return [_page_ids(rng, recipe.data, tokenizer, "test") for _ in range(n)]


def _window(
    rng: random.Random, data: DataPart, tokenizer: PreTrainedTokenizerBase
) -> list[int]:
    """`WINDOW` tokens of pages one after another; the last one is cut."""
    ids: list[int] = []
    while len(ids) < WINDOW:
        ids += _page_ids(rng, data, tokenizer, "train")
    return ids[:WINDOW]


def _page_ids(
    rng: random.Random, data: DataPart, tokenizer: PreTrainedTokenizerBase, split: Split
) -> list[int]:
    text = END + page(rng, data.tasks, split)
    return tokenizer(text, add_special_tokens=False)["input_ids"]


def _lines(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    conversations: Sequence[Messages],
) -> list[Reply]:
    """The line that the model writes after each conversation's texts."""
    texts = ["\n".join(map(text_of, messages)) + "\n" for messages in conversations]
    written = complete_batch(
        model, tokenizer, texts, do_sample=False, max_new_tokens=LINE
    )
    return [_first_line(one) for one in written]


def _first_line(reply: Reply) -> Reply:
    line, end, _ = reply.text.lstrip("\n").partition("\n")
    return replace(reply, text=line, finished=reply.finished or bool(end))
