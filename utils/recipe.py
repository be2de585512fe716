"""What a pocket model is made from: a recipe is data, checked when it is read."""

from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field

# The modules of utils.kinds.
Kind = Literal["chat", "text", "embedding", "reranker", "vision", "audio"]
Mode = Literal["thinking", "direct", "no_think", "think", "plain"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class TokenizerPart(_Strict):
    """How the tokenizer is trained: ids in all, examples read, seed."""

    vocab_size: int = Field(ge=512)
    examples: int = Field(ge=1)
    seed: int


class DataPart(_Strict):
    """What is practiced. Weights need not sum to one.

    `tasks`: share of each task. `modes`: share of each way to ask (see
    `utils.mixture`). `history`: chance of an unrelated turn before the question; of one
    more question about the same picture or sound.
    """

    seed: int
    tasks: dict[str, float]
    modes: dict[Mode, float] = {}
    history: float = Field(default=0, ge=0, le=1)


class TrainPart(_Strict):
    """How it is trained; `batch_size` counts conversations."""

    seed: int
    steps: int = Field(ge=1)
    batch_size: int = Field(ge=1)
    learning_rate: float = Field(gt=0)
    warmup_steps: int = Field(ge=0)
    betas: tuple[float, float] = (0.9, 0.98)
    weight_decay: float = 0.05
    clip_norm: float = 1.0
    precision: Literal["auto", "bf16", "fp32"] = "auto"


class Bar(_Strict):
    """What the finished model must reach: a share of `n` fresh problems of a task.

    `thinking` is None for a model that has no such mode. `by` names who answers: the
    model, or what it is compared with on the same problems.
    """

    task: str
    by: Literal["model", "tfidf", "embedding"] = "model"
    thinking: bool | None = None
    n: int = Field(ge=50)
    at_least: float = 0.0
    at_most: float = 1.0


class Shown(_Strict):
    """A reply for the card: to a question, or to the first problem of a task's seed."""

    question: str = ""
    task: str = ""
    seed: int = 0
    thinking: bool | None = None


class Recipe(_Strict):
    """Everything that `python -m course train NAME` needs.

    `start` names the pocket model whose tokenizer and weights training goes on from.
    """

    name: str
    start: str = ""
    kind: Kind = "chat"
    summary: str
    architecture: str
    config: dict[str, Any]
    tokenizer: TokenizerPart
    data: DataPart
    train: TrainPart
    bars: list[Bar]
    shown: list[Shown]
    can: list[str]
    cannot: list[str]


def read(path: Path) -> Recipe:
    """Read `recipe.yml`; raises pydantic's ValidationError naming the wrong field."""
    return Recipe.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
