"""What a pocket model is made from: a recipe is data, checked when it is read."""

import math
from pathlib import Path
from typing import Any, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, model_validator

# The modules of utils.kinds.
Kind = Literal["chat", "base", "text", "embedding", "reranker", "vision", "audio"]
Mode = Literal["thinking", "direct", "no_think", "think", "plain"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class TokenizerPart(_Strict):
    """How the tokenizer is trained: ids in all, examples read, seed.

    With `roles` it reads who speaks, too, so that "user" is one token as in Qwen's.
    """

    vocab_size: int = Field(ge=512)
    examples: int = Field(ge=1)
    seed: int
    roles: bool = False


class Beginning(_Strict):
    """A model's first steps: these tasks alone, as simple as the kind has them."""

    steps: int = Field(ge=1)
    tasks: dict[str, float]


class Ending(_Strict):
    """A model's last steps: other tasks, at another rate, with optimizers begun anew.

    `rate` is its highest rate as a share of the one before; a warm-up leads to it and
    a cosine from it to zero, as in the steps before. The bars of the tasks in `compare`
    are measured before it, too.
    """

    steps: int = Field(ge=1)
    rate: float = Field(default=1, gt=0, le=1)
    tasks: dict[str, float]
    compare: list[str] = []


class DataPart(_Strict):
    """What is practiced. Weights need not sum to one.

    `tasks`: share of each task. `modes`: share of each way to ask (see
    `utils.mixture`). `history`: chance of an unrelated turn before the question; of one
    more question about the same picture or sound. `beginning`: what comes first.
    """

    seed: int
    tasks: dict[str, float]
    modes: dict[Mode, float] = {}
    history: float = Field(default=0, ge=0, le=1)
    beginning: Beginning | None = None

    def at(self, step: int) -> "DataPart":
        """What is practiced in that step: in the beginning its tasks alone."""
        if not self.begins(step):
            return self
        return self.model_copy(update={"tasks": self.beginning.tasks})

    def begins(self, step: int) -> bool:
        """Whether the step belongs to the beginning."""
        return self.beginning is not None and step < self.beginning.steps


class TrainPart(_Strict):
    """How it is trained; `batch_size` counts conversations.

    With a `matrix_rate`, Muon moves the matrices inside the layers at that rate.
    With a `kernel_rate` it moves convolutions too, such as a patch embedding; without
    it they move at `learning_rate`, like all else. `prompt_weight` is what a token of a
    raw text's prompt counts in the loss, when one of the reply counts 1.
    """

    seed: int
    steps: int = Field(ge=1)
    batch_size: int = Field(ge=1)
    learning_rate: float = Field(gt=0)
    matrix_rate: float = Field(default=0.0, ge=0)
    kernel_rate: float = Field(default=0.0, ge=0)
    warmup_steps: int = Field(ge=0)
    prompt_weight: float = Field(default=0.0, ge=0, le=1)
    betas: tuple[float, float] = (0.9, 0.98)
    weight_decay: float = 0.05
    clip_norm: float = 1.0
    precision: Literal["auto", "bf16", "fp32"] = "auto"


class Bar(_Strict):
    """What the finished model must reach: a share of `n` fresh problems of a task.

    `thinking` is None for a model that has no such mode. `by` names who answers: the
    model, what it is compared with on the same problems, or both in one score.
    """

    task: str
    by: Literal["model", "tfidf", "embedding", "both", "pocket-chat"] = "model"
    thinking: bool | None = None
    n: int = Field(ge=50)
    at_least: float = 0.0
    at_most: float = 1.0


class Limits(_Strict):
    """Between what a figure of the finished model must lie; see `utils.figures`."""

    at_least: float = -math.inf
    at_most: float = math.inf


class Shown(_Strict):
    """A reply for the card: to a question, or to the first problem of a task's seed."""

    question: str = ""
    task: str = ""
    seed: int = 0
    thinking: bool | None = None


class Recipe(_Strict):
    """Everything that `python -m course train NAME` needs.

    `start` names the pocket model whose tokenizer and weights training goes on from.
    An `ending` comes after the steps of `train`.
    `well_formed` is the least share of replies that end by themselves, with a thought
    exactly where one was asked for.
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
    ending: Ending | None = None
    bars: list[Bar]
    figures: dict[str, Limits] = {}
    well_formed: float = 0.995
    shown: list[Shown]
    can: list[str]
    cannot: list[str]

    @property
    def steps(self) -> int:
        """All of its steps, those of an ending too."""
        return self.train.steps + (self.ending.steps if self.ending else 0)

    @property
    def tasks(self) -> tuple[str, ...]:
        """What is practiced in its last steps."""
        return tuple(self.data_at(self.steps - 1).tasks)

    def data_at(self, step: int) -> DataPart:
        """What is practiced in that step."""
        if self.ending and step >= self.train.steps:
            return self.data.model_copy(update={"tasks": self.ending.tasks})
        return self.data.at(step)

    @model_validator(mode="after")
    def _no_setting_is_ignored(self) -> Self:
        """Refuse what the recipe's kind would not read."""
        settings = {
            "train.prompt_weight": (self.train.prompt_weight, ("text",)),
            "data.beginning": (self.data.beginning, ("chat", "vision", "reranker")),
            "ending": (self.ending, ("chat", "vision")),
        }
        for name, (value, kinds) in settings.items():
            if value and self.kind not in kinds:
                raise ValueError(
                    f"{name} is for recipes of kind {' or '.join(kinds)}, and this one "
                    f"is of kind {self.kind}: take it out."
                )
        return self


def read(path: Path) -> Recipe:
    """Read `recipe.yml`; raises pydantic's ValidationError naming the wrong field.

    A recipe that `extends` another model's is that one with its own words on top:
    mappings are merged, a list or a single value takes the place of the other's.
    """
    return Recipe.model_validate(_whole(path))


def _whole(path: Path) -> dict[str, Any]:
    own = yaml.safe_load(path.read_text(encoding="utf-8"))
    base = own.pop("extends", None)
    if base is None:
        return own
    return _on_top(_whole(path.parent.parent / base / path.name), own)


def _on_top(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    merged = below | above
    for key, value in above.items():
        if isinstance(value, dict) and isinstance(below.get(key), dict):
            merged[key] = _on_top(below[key], value)
    return merged
