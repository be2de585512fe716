"""Vision models: Qwen3-VL decoders that answer questions about pictures."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from transformers import AutoModelForImageTextToText, BatchEncoding, PreTrainedModel

from utils import evaluate as evaluation
from utils.chat import Reply
from utils.evaluate import Result
from utils.initialize import by_fan_in, loud_positions
from utils.losses import IGNORE, reply_loss, seen_loss
from utils.mixture import ROUND_LENGTH, reply_labels
from utils.recipe import Bar, DataPart, Recipe
from utils.tasks import TASKS
from utils.tasks.base import Example, Message, assistant, text_of, user
from utils.tasks.drawing import Chart, Scene, Size
from utils.tasks.pictures import MOST_THINGS, TINY, PictureTask, some_size
from utils.tasks.squares import words_on
from utils.vision import PilProcessor, chat, chat_batch, load_processor

if TYPE_CHECKING:
    import torch

__all__ = ["batch", "evaluate", "load", "loss", "prepare", "reply"]

MOST_QUESTIONS = 6  # about one picture
LARGEST = 512 * 512  # pixels; a larger picture is made smaller
SMALLEST = 64 * 64
# Pictures are drawn in RGB at multiples of 32 pixels: nothing to convert or resample.
AS_DRAWN = {"do_resize": False, "do_convert_rgb": False}
BARE = "<|vision_pad|>"  # what a token of nothing but paper is called


@dataclass(frozen=True)
class Practice:
    """What all rows of a batch share: few pads, and few shapes (see `utils.losses`)."""

    tasks: dict[str, float]
    questions: int = 1
    size: Size | None = None
    most: int = MOST_THINGS


def prepare(recipe: Recipe) -> tuple[PilProcessor, PreTrainedModel]:
    """A processor around a tokenizer of the tasks' texts, and an untrained model."""
    import torch
    import transformers

    processor = _processor(recipe)
    tokenizer = processor.tokenizer
    parts = dict(recipe.config)
    parts["text_config"] = parts["text_config"] | {
        "vocab_size": len(tokenizer),
        "bos_token_id": None,
        "eos_token_id": tokenizer.eos_token_id,
        "pad_token_id": tokenizer.pad_token_id,
    }
    for name in ("image", "video"):
        parts[f"{name}_token_id"] = tokenizer.convert_tokens_to_ids(f"<|{name}_pad|>")
    for name in ("vision_start", "vision_end"):
        parts[f"{name}_token_id"] = tokenizer.convert_tokens_to_ids(f"<|{name}|>")
    config = getattr(transformers, recipe.architecture).config_class(**parts)
    torch.manual_seed(recipe.train.seed)
    # On short rows plain attention trains faster than the fused kernels of a CPU.
    model = AutoModelForImageTextToText.from_config(config, attn_implementation="eager")
    by_fan_in(model)
    loud_positions(model.model.visual.pos_embed)
    embed_patches_by_matrix(model)
    return processor, model


def embed_patches_by_matrix(model: PreTrainedModel) -> None:
    """Let the patch embedding multiply by a matrix instead of convolving.

    A patch is as large as the kernel, so both are the same sum; on a CPU the backward
    pass of a 3-D convolution takes longer than the rest of a tiny model.
    """
    from torch.nn.functional import linear

    embed = model.model.visual.patch_embed

    def forward(patches: Any) -> Any:
        """[patches, patch size] to [patches, width]"""
        weight = embed.proj.weight.flatten(1)
        return linear(patches.to(weight.dtype), weight, embed.proj.bias)

    embed.forward = forward


def load(folder: Path) -> tuple[Any, PreTrainedModel]:
    """Processor (padding on the left) and model in float32."""
    import torch

    model = AutoModelForImageTextToText.from_pretrained(folder, dtype=torch.float32)
    return load_processor(folder), model.eval()


def batch(recipe: Recipe, processor: Any, step: int) -> BatchEncoding:
    """Conversations about a picture each; the labels are all of their replies.

    The first question is a question alone: a causal model does not see the next ones.
    `words` [picture tokens, most] are ids of what lies on each of a picture's tokens.
    """
    rng = random.Random(f"pictures/{recipe.data.seed}/{step}")
    shared = practice(rng, recipe.data_at(step), step)
    drawn = [conversation(rng, shared) for _ in range(recipe.train.batch_size)]
    pictures, rows = zip(*drawn, strict=True)
    texts = processor.apply_chat_template(list(rows))
    images = [[row[0]["content"][0]["image"]] for row in rows]
    inputs = processor(
        text=texts,
        images=images,
        return_tensors="pt",
        padding=True,
        padding_side="right",
        pad_to_multiple_of=ROUND_LENGTH,
        **AS_DRAWN,
    )
    made = BatchEncoding(dict(inputs))
    del made["attention_mask"]  # nothing looks ahead at the padding on the right
    made["labels"] = reply_labels(processor.tokenizer, made["input_ids"])
    made["words"] = _words(processor, pictures)
    return made


def loss(model: PreTrainedModel, batch: BatchEncoding) -> "torch.Tensor":
    """Cross-entropy of the replies, plus that of what lies on each picture token."""
    import torch

    parts = dict(batch)
    words, pixels = parts.pop("words"), parts.pop("pixel_values")
    seen = model.model.get_image_features(pixels, parts["image_grid_thw"])
    parts["mm_encoder_outputs"] = {"image": seen}
    return reply_loss(model, parts) + seen_loss(
        model, torch.cat(seen.pooler_output), words
    )


def evaluate(model: PreTrainedModel, processor: Any, bar: Bar, seed: int) -> Result:
    """The bar's task, one question for each picture."""
    return evaluation.grade_fresh(
        lambda conversations: chat_batch(model, processor, conversations),
        TASKS[bar.task],
        bar.n,
        seed,
    )


def reply(
    model: PreTrainedModel, processor: Any, example: Example, thinking: bool | None
) -> Reply:
    """The reply to the example's question."""
    return chat(model, processor, example.messages)


def practice(rng: random.Random, data: DataPart, step: int) -> Practice:
    """What a step practices.

    Alone and named in a word, a letter or a shape is soon told from others; among five
    and in a sentence, a tiny model learns neither where to look nor what it sees there.
    So the beginning has one thing to a picture, and then they become more and more.
    """
    first = data.beginning
    if data.begins(step):
        return Practice(first.tasks, size=TINY, most=1)
    questions = 1
    while questions < MOST_QUESTIONS and rng.random() < data.history:
        questions += 1
    most = MOST_THINGS
    if first:
        later = step - first.steps
        most = min(most, 1 + later * (MOST_THINGS - 1) // first.steps)
    return Practice(data.tasks, questions, some_size(rng, None), most)


def conversation(
    rng: random.Random, shared: Practice
) -> tuple[Chart | Scene, list[Message]]:
    """A picture, and questions about it in any order with their answers."""
    names, shares = tuple(shared.tasks), tuple(shared.tasks.values())
    task: PictureTask = TASKS[rng.choices(names, shares)[0]]
    family = [name for name in names if TASKS[name].family == task.family]
    picture = task.picture(rng, "train", shared.size, shared.most)
    messages: list[Message] = []
    for _ in range(shared.questions):
        example = task.about(picture, rng, "train")
        question = example.messages[0]
        if messages:  # the picture is there already
            question = user(text_of(question))
        messages += [question, assistant(example.reply)]
        task = TASKS[rng.choice(family)]
    return picture, messages


def _words(processor: Any, pictures: Sequence[Chart | Scene]) -> "torch.Tensor":
    """Ids of the words on each token of these pictures, [tokens, most]."""
    import torch
    from torch.nn.utils.rnn import pad_sequence

    images, tokenizer = processor.image_processor, processor.tokenizer
    side = images.patch_size * images.merge_size
    lying = [words for one in pictures for words in words_on(one, side)]
    # As after "It is a": with the space before it, a word is one token.
    ids = {word: tokenizer(f" {word}")["input_ids"][0] for word in set(chain(*lying))}
    bare = tokenizer.convert_tokens_to_ids(BARE)
    rows = [torch.tensor([ids[word] for word in words] or [bare]) for words in lying]
    return pad_sequence(rows, batch_first=True, padding_value=IGNORE)


@lru_cache(maxsize=1)
def _trained_tokenizer(
    data_json: str, seed: int, examples: int, vocab_size: int
) -> Any:
    from utils.paths import VISION_TEMPLATE
    from utils.tokenizer import train_tokenizer

    data = DataPart.model_validate_json(data_json)
    tokenizer = train_tokenizer(_texts(data, seed, examples), vocab_size)
    tokenizer.chat_template = VISION_TEMPLATE.read_text(encoding="utf-8")
    return tokenizer


def _texts(data: DataPart, seed: int, n: int) -> Iterator[str]:
    rng, shared = random.Random(f"texts/{seed}"), Practice(data.tasks)
    for _ in range(n):
        yield "\n".join(text_of(message) for message in conversation(rng, shared)[1])


def _processor(recipe: Recipe) -> PilProcessor:
    from transformers.models.qwen2_vl.image_processing_pil_qwen2_vl import (
        Qwen2VLImageProcessorPil,
    )

    part, shape = recipe.tokenizer, recipe.config["vision_config"]
    tokenizer = _trained_tokenizer(
        recipe.data.model_dump_json(), part.seed, part.examples, part.vocab_size
    )
    images = Qwen2VLImageProcessorPil(
        patch_size=shape["patch_size"],
        temporal_patch_size=shape["temporal_patch_size"],
        merge_size=shape["spatial_merge_size"],
        image_mean=[1.0] * 3,  # bare paper is zero, so it drowns nothing
        image_std=[0.5] * 3,
        size={"shortest_edge": SMALLEST, "longest_edge": LARGEST},
    )
    return PilProcessor(images, tokenizer, tokenizer.chat_template)
