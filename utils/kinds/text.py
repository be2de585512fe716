"""Models that go on with raw text, without a chat template: base models and coders."""

import re
from collections.abc import Iterator

from transformers import BatchEncoding, PreTrainedModel, PreTrainedTokenizerBase

from utils import evaluate as evaluation
from utils import mixture
from utils.chat import Reply
from utils.completion import complete, complete_batch
from utils.encoding import Messages
from utils.evaluate import Result
from utils.kinds.chat import decoder, load
from utils.losses import reply_loss as loss
from utils.recipe import Bar, Mode, Recipe
from utils.tasks import TASKS
from utils.tasks.base import Example

__all__ = ["batch", "evaluate", "load", "loss", "prepare", "reply"]

END = "<|endoftext|>"
CONTROL = re.compile(r"<\|\w+\|>")


def prepare(recipe: Recipe) -> tuple[PreTrainedTokenizerBase, PreTrainedModel]:
    """A tokenizer trained on the recipe's texts, and a decoder of its shape."""
    from utils.tokenizer import train_tokenizer

    tokenizer = train_tokenizer(_texts(recipe), recipe.tokenizer.vocab_size)
    return tokenizer, decoder(recipe, tokenizer)


def batch(
    recipe: Recipe, tokenizer: PreTrainedTokenizerBase, step: int
) -> BatchEncoding:
    """Texts of the recipe's tasks, prompts learned as far as the recipe weighs them.

    A prompt names things twice, in signature and docstring: most of what there is to
    practice copying a name on, which the reply is then full of.
    """
    size, weight = recipe.train.batch_size, recipe.train.prompt_weight
    return mixture.batch(recipe.data, tokenizer, step, size, prompt_and_target, weight)


def evaluate(
    model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, bar: Bar, seed: int
) -> Result:
    """The bar's task, greedy."""

    def answer(conversations: list[Messages]) -> list[Reply]:
        texts = [conversation[-1]["content"] for conversation in conversations]
        return complete_batch(model, tokenizer, texts, do_sample=False)

    return evaluation.grade_fresh(answer, TASKS[bar.task], bar.n, seed)


def reply(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    example: Example,
    thinking: bool | None,
) -> Reply:
    """What the model writes after the example's text."""
    return complete(model, tokenizer, example.messages[-1]["content"], do_sample=False)


def prompt_and_target(
    tokenizer: PreTrainedTokenizerBase, example: Example, mode: Mode
) -> tuple[str, str]:
    """The text given to the model and the text it must write; there are no modes."""
    return example.messages[-1]["content"], example.reply + END


def _texts(recipe: Recipe) -> Iterator[str]:
    """The training texts, cut at control tokens: those are never learned as text."""
    part = recipe.tokenizer
    for example in mixture.examples(recipe.data, part.seed, part.examples):
        prompt = example.messages[-1]["content"]
        yield from CONTROL.split(prompt + example.reply)
