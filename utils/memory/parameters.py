"""What a model costs in memory, predicted from its config and measured; lesson 11.

Predictions need no weights: the model is built on torch's meta device, where a
tensor has a shape and no storage, so a 235-billion-parameter model fits anywhere.
"""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

if TYPE_CHECKING:
    import torch
    from transformers import DynamicCache, PretrainedConfig, PreTrainedModel

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


@dataclass(frozen=True)
class Prediction:
    """Bytes that generating needs: the weights, and the keys and values it keeps."""

    weights: int
    kv_cache: int

    @property
    def total(self) -> int:
        """Weights and cache together."""
        return self.weights + self.kv_cache

    def against(self, measured: int) -> str:
        """One sentence that sets the total beside a measured number of bytes."""
        error = (self.total - measured) / measured
        return (
            f"predicted {megabytes(self.total)}, measured {megabytes(measured)} "
            f"({error:+.0%})"
        )


def count_parameters(config: "PretrainedConfig | str | Path") -> Parameters:
    """Count a model's parameters from its config, or from the folder that holds one.

    The class is the one that the config names in `architectures`.
    """
    import torch
    import transformers

    config = _read(config)
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


def weight_bytes(
    parameters: Parameters, dtype: str = "bfloat16", quantization: str = "none"
) -> int:
    """Bytes of the weights in `dtype`; with "nf4", of its linear layers in 4 bits."""
    if quantization == "none":
        return parameters.total * BYTES[dtype]
    kept = sum(parameters.parts.get(part, 0) for part in NOT_QUANTIZED)
    return round(kept * BYTES[dtype] + (parameters.total - kept) * NF4_BYTES)


def kv_bytes_per_token(
    config: "PretrainedConfig | str | Path", dtype: str = "bfloat16"
) -> int:
    """Bytes that one more token adds to the KV cache of one sequence.

    layers x 2 (key and value) x KV heads x head_dim x bytes per number; layers with
    linear attention keep a state of constant size instead and do not count.
    """
    text = _read(config).get_text_config()
    head_dim = getattr(text, "head_dim", None)
    head_dim = head_dim or text.hidden_size // text.num_attention_heads
    kinds = getattr(text, "layer_types", None) or ["full_attention"]
    layers = (
        text.num_hidden_layers
        if len(kinds) != text.num_hidden_layers
        else sum(kind != "linear_attention" for kind in kinds)
    )
    return layers * 2 * text.num_key_value_heads * head_dim * BYTES[dtype]


def kv_cache_bytes(
    config: "PretrainedConfig | str | Path",
    length: int,
    batch: int = 1,
    dtype: str = "bfloat16",
) -> int:
    """Bytes of the KV cache of `batch` sequences of `length` tokens each."""
    return kv_bytes_per_token(config, dtype) * length * batch


def predict(
    config: "PretrainedConfig | str | Path",
    length: int,
    batch: int = 1,
    dtype: str = "bfloat16",
    quantization: str = "none",
) -> Prediction:
    """Memory for generating up to `length` tokens (prompt included) per sequence."""
    config = _read(config)
    weights = weight_bytes(count_parameters(config), dtype, quantization)
    return Prediction(weights, kv_cache_bytes(config, length, batch, dtype))


def model_bytes(model: "PreTrainedModel") -> int:
    """Bytes that a loaded model's weights really take, 4-bit scales included."""
    return sum(p.nbytes + _scale_bytes(p) for p in model.parameters())


def cache_bytes(cache: "DynamicCache") -> int:
    """Bytes of the keys and values that a cache really holds."""
    return sum(layer.keys.nbytes + layer.values.nbytes for layer in cache.layers)


@dataclass
class Peak:
    """Memory in bytes before and at the highest point inside `measure_peak`."""

    device: str
    before: int
    peak: int

    @property
    def growth(self) -> int:
        """How far the peak lies above the start."""
        return self.peak - self.before


@contextmanager
def measure_peak(device: str = "cpu", interval: float = 0.005) -> Iterator[Peak]:
    """Watch the memory of a block of code: this process's RAM, or the GPU's tensors.

    RAM is sampled every `interval` seconds from a thread, so a shorter peak can be
    missed; the GPU's allocator keeps its own maximum.
    """
    if device.startswith("cuda"):
        with _gpu_peak(device) as peak:
            yield peak
        return
    process = psutil.Process()
    start = process.memory_info().rss
    peak, done = Peak(device, start, start), threading.Event()

    def watch() -> None:
        while not done.is_set():
            peak.peak = max(peak.peak, process.memory_info().rss)
            time.sleep(interval)

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield peak
    finally:
        done.set()
        watcher.join()
        peak.peak = max(peak.peak, process.memory_info().rss)


@contextmanager
def _gpu_peak(device: str) -> Iterator[Peak]:
    import torch

    torch.cuda.synchronize(device)
    torch.cuda.reset_peak_memory_stats(device)
    start = torch.cuda.memory_allocated(device)
    peak = Peak(device, start, start)
    try:
        yield peak
    finally:
        torch.cuda.synchronize(device)
        peak.peak = torch.cuda.max_memory_allocated(device)


def megabytes(count: int) -> str:
    """Bytes as a person reads them: `1,192.1 MB`, a megabyte being 10**6 bytes."""
    return f"{count / 1e6:,.1f} MB"


def _scale_bytes(parameter: "torch.nn.Parameter") -> int:
    """Bytes of the scales that bitsandbytes keeps beside a 4-bit weight."""
    state = getattr(parameter, "quant_state", None)
    if state is None:
        return 0
    nested = state.state2.absmax.nbytes if state.nested else 0
    return state.absmax.nbytes + nested


def _read(config: "PretrainedConfig | str | Path") -> "PretrainedConfig":
    if not isinstance(config, str | Path):
        return config
    from transformers import AutoConfig

    return AutoConfig.from_pretrained(config, local_files_only=True)


def _part(name: str) -> str:
    return next((part for piece, part in PARTS if piece in name), "other")


def _active(parts: Counter, text: "PretrainedConfig") -> int:
    """Parameters that one text token meets: no towers, and only the top-k experts."""
    met = sum(parts.values()) - parts["vision"] - parts["audio"]
    if not parts["experts"]:
        return met
    used = parts["experts"] * text.num_experts_per_tok // text.num_experts
    return met - parts["experts"] + used
