"""Chat models: Qwen decoders that answer in ChatML, with or without a thought."""

from functools import lru_cache
from pathlib import Path
from typing import Any

from transformers import (
    AutoModelForCausalLM,
    AutoTokenizer,
    BatchEncoding,
    PreTrainedModel,
    PreTrainedTokenizerBase,
)

from utils import evaluate as evaluation
from utils import mixture
from utils.chat import Reply, chat, chat_batch
from utils.encoding import Messages
from utils.evaluate import Result
from utils.losses import reply_loss as loss
from utils.recipe import Bar, DataPart, Recipe, TokenizerPart
from utils.tasks import TASKS
from utils.tasks.base import Example, draw

__all__ = ["batch", "decoder", "evaluate", "load", "loss", "prepare", "reply"]

LONGEST = 512  # tokens of a reply
SPARE = 16  # for the tags of a thought and the end of the reply


def prepare(recipe: Recipe) -> tuple[PreTrainedTokenizerBase, PreTrainedModel]:
    """A tokenizer trained on the recipe's texts, and a decoder of its shape."""
    texts = recipe.data.model_copy(update={"beginning": None})  # it has no part in them
    keys = texts.model_dump_json(), recipe.tokenizer.model_dump_json()
    tokenizer = _trained_tokenizer(*keys)
    return tokenizer, decoder(recipe, tokenizer)


@lru_cache(maxsize=2)
def _trained_tokenizer(data_json: str, tokenizer_json: str) -> PreTrainedTokenizerBase:
    """The models of one family share it, and it takes longer than their first steps."""
    from utils.tokenizer import train_tokenizer

    data = DataPart.model_validate_json(data_json)
    part = TokenizerPart.model_validate_json(tokenizer_json)
    corpus = mixture.texts(data, part.seed, part.examples, roles=part.roles)
    return train_tokenizer(corpus, part.vocab_size)


def decoder(recipe: Recipe, tokenizer: PreTrainedTokenizerBase) -> PreTrainedModel:
    """An untrained model of the recipe's shape, the same for the same seed."""
    import torch
    import transformers

    architecture = getattr(transformers, recipe.architecture)
    config = architecture.config_class(
        vocab_size=len(tokenizer),
        bos_token_id=None,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
        # It has never read Qwen's "considering the limited time" sentence.
        early_stop_text="",
        **recipe.config,
    )
    torch.manual_seed(recipe.train.seed)
    model = architecture(config)
    if getattr(config, "num_experts", 0):
        model.set_experts_implementation("eager")  # on a CPU faster than grouped_mm
    return model


def load(folder: Path) -> tuple[PreTrainedTokenizerBase, PreTrainedModel]:
    """Tokenizer (padding on the left) and model in float32."""
    import torch

    tokenizer = AutoTokenizer.from_pretrained(folder, padding_side="left")
    return tokenizer, AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)


def batch(
    recipe: Recipe, tokenizer: PreTrainedTokenizerBase, step: int
) -> BatchEncoding:
    """Conversations of the recipe's tasks; the labels are their last replies."""
    data = recipe.data_at(step)
    return mixture.batch(data, tokenizer, step, recipe.train.batch_size)


def evaluate(
    model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, bar: Bar, seed: int
) -> Result:
    """The bar's task, with thinking, without, or (None) as the template has it."""
    task, thinking = TASKS[bar.task], bar.thinking is not False
    examples = draw(task, bar.n, seed)
    room = _room(tokenizer, examples, thinking)

    def answer(conversations: list[Messages], **tools: Any) -> list[Reply]:
        asked = {"thinking": thinking, "max_new_tokens": room} | tools
        return chat_batch(model, tokenizer, conversations, **asked)

    return evaluation.grade(answer, task, examples, seed)


def reply(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    example: Example,
    thinking: bool | None,
) -> Reply:
    """The reply to the example's conversation."""
    return chat(
        model,
        tokenizer,
        example.messages,
        thinking=thinking is not False,
        tools=example.tools,
    )


def _room(
    tokenizer: PreTrainedTokenizerBase, examples: list[Example], thinking: bool
) -> int:
    """Tokens that a reply may have: half as many more than the longest reference.

    What runs in a loop is wrong anyway, and holds up a whole batch until it stops.
    """
    texts = [(one.thought if thinking else "") + one.reply for one in examples]
    longest = max(len(ids) for ids in tokenizer(texts)["input_ids"])
    return min(longest * 3 // 2 + SPARE, LONGEST)
