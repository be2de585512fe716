"""Where a model keeps its parameters, and how many bytes they take.

Counting needs no weights: the model is built on torch's meta device, where a tensor
has a shape and no storage, so a 235-billion-parameter model fits anywhere.
"""

from collections import Counter
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from utils import published
from utils.memory.configs import config_file, read_config

if TYPE_CHECKING:
    from transformers import PretrainedConfig

BYTES = {"float32": 4, "bfloat16": 2, "float16": 2, "int8": 1}
# nf4 with double quantization (QLoRA, arXiv 2305.14314, section 3): 4 bits per weight,
# an 8-bit scale for 64 weights and a 32-bit one for 256 of those scales.
NF4_BYTES = 0.5 + 1 / 64 + 4 / (64 * 256)
# What 4-bit loading leaves alone: bitsandbytes replaces nn.Linear layers except the
# head, and transformers keeps the experts of a layer in one three-dimensional tensor.
NOT_QUANTIZED = ("embedding", "lm_head", "norms", "experts", "router")

# First match wins; pieces of parameter names in transformers -> part of the model.
PARTS = (
    ("visual.", "vision"),
    ("audio_tower.", "audio"),
    ("multi_modal_projector.", "audio"),
    ("embed_tokens", "embedding"),
    ("lm_head", "lm_head"),
    ("norm", "norms"),
    ("mlp.experts.", "experts"),
    ("mlp.gate.", "router"),
    ("mlp.shared_expert_gate.", "router"),
    ("self_attn.", "attention"),
    ("linear_attn.", "attention"),
    ("mlp.", "mlp"),
)


_known: dict[str, "Parameters"] = {}  # by config, as JSON


@dataclass(frozen=True)
class Parameters:
    """How many parameters each part has; `active` are those that a text token meets."""

    parts: dict[str, int]
    active: int

    @property
    def total(self) -> int:
        """All parameters; a head tied to the embedding counts once."""
        return sum(self.parts.values())

    @property
    def without_embedding(self) -> int:
        """Parameters outside the embedding and the head, as model cards count them."""
        return (
            self.total - self.parts.get("embedding", 0) - self.parts.get("lm_head", 0)
        )


def count_parameters(model: "PretrainedConfig | str | Path") -> Parameters:
    """Count a model's parameters from its config, its folder, or its name.

    The class is the one that the config names in `architectures`. Of a checkpoint
    whose config is not here, the text part is counted, and what the published total
    leaves is the tower that sees or hears.
    """
    if isinstance(model, str | Path) and config_file(model) is None:
        return _count_described(str(model))
    return _count(read_config(model))


def weight_bytes(
    parameters: Parameters, dtype: str = "bfloat16", quantization: str = "none"
) -> int:
    """Bytes of the weights in `dtype`; with "nf4", of its linear layers in 4 bits."""
    if quantization == "none":
        return parameters.total * BYTES[dtype]
    kept = sum(parameters.parts.get(part, 0) for part in NOT_QUANTIZED)
    return round(kept * BYTES[dtype] + (parameters.total - kept) * NF4_BYTES)


@cache
def _count_described(repo: str) -> Parameters:
    """The text part by its published sizes, and a tower as large as the rest."""
    text = _count(read_config(repo))
    row = published.checkpoint(repo)
    tower = {"image": "vision", "audio": "audio"}.get(row.inputs[-1])
    if tower is None or row.total is None:
        return text
    return Parameters({**text.parts, tower: row.total - text.total}, text.active)


def _count(config: "PretrainedConfig") -> Parameters:
    """Counted once for each architecture: many checkpoints share one."""
    described = config.to_json_string()
    if described not in _known:
        _known[described] = _build_and_count(config)
    return _known[described]


def _build_and_count(config: "PretrainedConfig") -> Parameters:
    import torch
    import transformers

    architecture = getattr(transformers, (config.architectures or ["?"])[0], None)
    if architecture is None:
        raise ValueError(
            f"The config names the architecture {config.architectures}, which this "
            "version of transformers does not have: set `config.architectures`."
        )
    with torch.device("meta"):
        model = architecture(config)
    model.tie_weights()
    parts: Counter[str] = Counter()
    for name, parameter in model.named_parameters():  # shared ones come once
        parts[_part(name)] += parameter.numel()
    return Parameters(dict(parts), _active(parts, config.get_text_config()))


def _part(name: str) -> str:
    return next((part for piece, part in PARTS if piece in name), "other")


def _active(parts: Counter, text: "PretrainedConfig") -> int:
    """Parameters that one text token meets: no towers, and only the top-k experts."""
    met = sum(parts.values()) - parts["vision"] - parts["audio"]
    if not parts["experts"]:
        return met
    used = parts["experts"] * text.num_experts_per_tok // text.num_experts
    return met - parts["experts"] + used
