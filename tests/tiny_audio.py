"""A recipe and a random audio model so small that a test can wait for them."""

from functools import cache
from typing import Any

from transformers import PreTrainedModel, Qwen2AudioProcessor

from utils.kinds.audio import prepare
from utils.recipe import Recipe

TEXT = {
    "hidden_size": 32,
    "intermediate_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 1,
    "num_key_value_heads": 1,
    "max_position_embeddings": 512,
}
AUDIO = {
    "num_mel_bins": 32,
    "max_source_positions": 100,
    "d_model": 32,
    "encoder_layers": 1,
    "encoder_attention_heads": 1,
    "encoder_ffn_dim": 64,
}


def tiny_recipe(**train: Any) -> Recipe:
    """A recipe for seconds of training; `train` changes that part of it."""
    plan = {
        "seed": 1,
        "steps": 20,
        "batch_size": 4,
        "learning_rate": 0.005,
        "warmup_steps": 3,
        "precision": "fp32",
    }
    return Recipe(
        name="tiny-audio",
        kind="audio",
        summary="For tests.",
        architecture="Qwen2AudioForConditionalGeneration",
        config={"text_config": TEXT, "audio_config": AUDIO},
        tokenizer={"vocab_size": 640, "examples": 1500, "seed": 1},
        data={
            "seed": 1,
            "tasks": {"sounds-count": 1, "sounds-pitch": 1, "sounds-times": 1},
            "history": 0.6,
        },
        train=plan | train,
        bars=[],
        shown=[],
        can=[],
        cannot=[],
    )


@cache
def tiny_processor() -> Qwen2AudioProcessor:
    """The recipe's processor, made once for all tests; leave it as it is."""
    return prepare(tiny_recipe())[0]


def tiny_model() -> PreTrainedModel:
    """A new untrained model of the recipe, always with the same weights."""
    return prepare(tiny_recipe())[1].eval()
