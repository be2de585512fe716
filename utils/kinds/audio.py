"""Audio models: Qwen2-Audio's architecture, answering questions about sounds."""

import random
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from transformers import (
    AutoModelForMultimodalLM,
    BatchEncoding,
    PreTrainedModel,
    Qwen2AudioProcessor,
)

from utils import evaluate as evaluation
from utils.audio import chat, chat_batch, load_processor
from utils.chat import Reply
from utils.evaluate import Result
from utils.losses import reply_loss as loss
from utils.mixture import ROUND_LENGTH, reply_labels
from utils.recipe import Bar, DataPart, Recipe
from utils.tasks import TASKS
from utils.tasks.base import Example, Message, assistant, text_of, user
from utils.tasks.sounds import listen
from utils.tasks.synthesis import LONGEST, RATE, Sound, synthesize

__all__ = ["batch", "evaluate", "load", "loss", "prepare", "reply"]

PER_POSITION = 2  # frames of the spectrogram for each position of the audio tower


def prepare(recipe: Recipe) -> tuple[Qwen2AudioProcessor, PreTrainedModel]:
    """A processor around a tokenizer of the tasks' texts, and an untrained model."""
    import torch
    import transformers

    from utils.initialize import by_fan_in, with_sinusoids

    processor = _processor(recipe)
    tokenizer = processor.tokenizer
    parts = dict(recipe.config)
    parts["text_config"] = parts["text_config"] | {
        "vocab_size": len(tokenizer),
        "bos_token_id": None,
        "eos_token_id": tokenizer.eos_token_id,
        "pad_token_id": tokenizer.pad_token_id,
    }
    parts["audio_token_index"] = processor.audio_token_id
    config = getattr(transformers, recipe.architecture).config_class(**parts)
    torch.manual_seed(recipe.train.seed)
    # On short rows plain attention trains faster than the fused kernels of a CPU.
    model = AutoModelForMultimodalLM.from_config(config, attn_implementation="eager")
    by_fan_in(model)
    with_sinusoids(model.model.audio_tower.embed_positions)
    return processor, model


def load(folder: Path) -> tuple[Any, PreTrainedModel]:
    """Processor (padding on the left) and model in float32."""
    import torch

    model = AutoModelForMultimodalLM.from_pretrained(folder, dtype=torch.float32)
    return load_processor(folder), model.eval()


def batch(recipe: Recipe, processor: Any, step: int) -> BatchEncoding:
    """Conversations about a sound each; the labels are all of their replies.

    The first question is a question alone: a causal model does not see the next ones.
    """
    rng = random.Random(f"sounds/{recipe.data.seed}/{step}")
    # One number of questions for all rows: few pads, and few shapes.
    questions = 1
    while questions < len(recipe.data.tasks) and rng.random() < recipe.data.history:
        questions += 1
    rows, waves = [], []
    for _ in range(recipe.train.batch_size):
        sound, messages = conversation(rng, recipe.data, questions)
        waves.append(synthesize(sound))
        question = text_of(messages[0])
        rows.append([listen(waves[-1], question), *messages[1:]])
    inputs = processor(
        text=processor.apply_chat_template(rows),
        audio=waves,
        return_tensors="pt",
        text_kwargs={
            "padding": True,
            "padding_side": "right",
            "pad_to_multiple_of": ROUND_LENGTH,
        },
        audio_kwargs={"sampling_rate": RATE},
    )
    made = BatchEncoding(dict(inputs))
    del made["attention_mask"]  # nothing looks ahead at the padding on the right
    made["labels"] = reply_labels(processor.tokenizer, made["input_ids"])
    return made


def evaluate(model: PreTrainedModel, processor: Any, bar: Bar, seed: int) -> Result:
    """The bar's task, one question for each sound."""
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


def conversation(
    rng: random.Random, data: DataPart, questions: int
) -> tuple[Sound, list[Message]]:
    """A sound, and that many different questions about it with their answers.

    Which comes first is drawn by the tasks' shares. The sound is not in the messages.
    """
    names = list(data.tasks)
    first = rng.choices(names, tuple(data.tasks.values()))[0]
    names.remove(first)
    sound = TASKS[first].sound(rng, "train")
    messages: list[Message] = []
    for name in (first, *rng.sample(names, questions - 1)):
        question, _, said = TASKS[name].asked(sound, rng, "train")
        messages += [user(question), assistant(said)]
    return sound, messages


@lru_cache(maxsize=1)
def _trained_tokenizer(
    data_json: str, seed: int, examples: int, vocab_size: int
) -> Any:
    from utils.paths import AUDIO_TEMPLATE
    from utils.tokenizer import AUDIO_TOKENS, train_tokenizer

    data = DataPart.model_validate_json(data_json)
    texts = _texts(data, seed, examples)
    tokenizer = train_tokenizer(texts, vocab_size, AUDIO_TOKENS)
    tokenizer.chat_template = AUDIO_TEMPLATE.read_text(encoding="utf-8")
    return tokenizer


def _texts(data: DataPart, seed: int, n: int) -> Iterator[str]:
    """What the template makes of a question and its answer, without control tokens."""
    rng = random.Random(f"texts/{seed}")
    for _ in range(n):
        _, (asked, said) = conversation(rng, data, 1)
        yield "system\nYou are a helpful assistant.\nuser\nAudio 1: "
        yield f"{asked['content']}\nassistant\n{said['content']}"


def _processor(recipe: Recipe) -> Qwen2AudioProcessor:
    from transformers import WhisperFeatureExtractor

    part, shape = recipe.tokenizer, recipe.config["audio_config"]
    tokenizer = _trained_tokenizer(
        recipe.data.model_dump_json(), part.seed, part.examples, part.vocab_size
    )
    frames = shape["max_source_positions"] * PER_POSITION
    listener = WhisperFeatureExtractor(
        feature_size=shape["num_mel_bins"],
        sampling_rate=RATE,
        hop_length=LONGEST * RATE // 1000 // frames,
        chunk_length=LONGEST // 1000,
        return_attention_mask=True,
    )
    return Qwen2AudioProcessor(listener, tokenizer, tokenizer.chat_template)
