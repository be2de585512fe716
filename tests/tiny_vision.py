"""A recipe and a random vision model so small that a test can wait for them."""

from functools import cache
from typing import Any

from transformers import PreTrainedModel

from utils.kinds.vision import prepare
from utils.recipe import Recipe
from utils.vision import PilProcessor

TEXT = {
    "hidden_size": 32,
    "intermediate_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 1,
    "num_key_value_heads": 1,
    "head_dim": 32,
    "max_position_embeddings": 512,
    "rope_parameters": {
        "rope_type": "default",
        "rope_theta": 10000.0,
        "mrope_section": [6, 5, 5],
        "mrope_interleaved": True,
    },
    "tie_word_embeddings": True,
}
VISION = {
    "hidden_size": 32,
    "intermediate_size": 64,
    "depth": 2,
    "num_heads": 1,
    "patch_size": 16,
    "temporal_patch_size": 2,
    "spatial_merge_size": 2,
    "out_hidden_size": 32,
    "num_position_embeddings": 64,
    "deepstack_visual_indexes": [0],
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
        name="tiny-vl",
        kind="vision",
        summary="For tests.",
        architecture="Qwen3VLForConditionalGeneration",
        config={
            "tie_word_embeddings": True,
            "text_config": TEXT,
            "vision_config": VISION,
        },
        tokenizer={"vocab_size": 768, "examples": 1500, "seed": 1},
        data={"seed": 1, "tasks": {"charts-tallest": 1, "shapes-count": 1}}
        | {"history": 0.6},
        train=plan | train,
        bars=[],
        shown=[],
        can=[],
        cannot=[],
    )


@cache
def tiny_processor() -> PilProcessor:
    """The recipe's processor, made once for all tests; leave it as it is."""
    return prepare(tiny_recipe())[0]


def tiny_model() -> PreTrainedModel:
    """A new untrained model of the recipe, always with the same weights."""
    return prepare(tiny_recipe())[1].eval()
