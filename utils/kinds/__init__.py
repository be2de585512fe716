"""What differs between kinds of pocket model: how one is made, fed, scored and asked.

A recipe names its kind. The loop, the bars and the card are the same for all of them.
"""

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from utils.recipe import Bar, Recipe
from utils.tasks.base import Example

if TYPE_CHECKING:
    import torch
    from transformers import BatchEncoding, PreTrainedModel

    from utils.chat import Reply
    from utils.evaluate import Result


class Kind(Protocol):
    """The functions of a module in this package, named after a recipe's `kind`.

    `processor` is the tokenizer, or for images and sound the processor around it.
    """

    def prepare(self, recipe: Recipe) -> "tuple[Any, PreTrainedModel]":
        """The processor and the untrained model, the same for the same recipe."""
        ...

    def load(self, folder: Path) -> "tuple[Any, PreTrainedModel]":
        """The processor and the trained model in float32, on the CPU."""
        ...

    def batch(self, recipe: Recipe, processor: Any, step: int) -> "BatchEncoding":
        """What training step `step` learns from; `input_ids` is [batch, seq]."""
        ...

    def loss(self, model: "PreTrainedModel", batch: "BatchEncoding") -> "torch.Tensor":
        """The scalar that the step lowers."""
        ...

    def evaluate(
        self, model: "PreTrainedModel", processor: Any, bar: Bar, seed: int
    ) -> "Result":
        """Greedy replies to `bar.n` test problems of the bar's task, graded."""
        ...

    def reply(
        self,
        model: "PreTrainedModel",
        processor: Any,
        example: Example,
        thinking: bool | None,
    ) -> "Reply":
        """The greedy reply to one example."""
        ...


def of(recipe: Recipe) -> Kind:
    """The module for a recipe's kind."""
    return import_module(f"utils.kinds.{recipe.kind}")
