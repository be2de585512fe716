"""The memory that generating needs, predicted from a model's shape alone."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from utils import env
from utils.memory.cache import head_dim, kv_cache_bytes, layer_counts, state_bytes
from utils.memory.configs import read_config
from utils.memory.parameters import BYTES, count_parameters, weight_bytes

if TYPE_CHECKING:
    from transformers import PretrainedConfig

# On a CPU, glibc keeps freed blocks below 32 MiB in the process for their next use, and
# they do not fit together: results that come and go took 1.4 times their size, measured
# with models of 3 million parameters.
HEAP_BLOCK = 32 * 2**20
HEAP = 1.4


@dataclass(frozen=True)
class Prediction:
    """Bytes that generating needs at its peak; `overhead` is what comes and goes.

    `kv_cache` includes the states of linear-attention layers.
    """

    weights: int
    kv_cache: int
    overhead: int = 0

    @property
    def total(self) -> int:
        """All of it together."""
        return self.weights + self.kv_cache + self.overhead

    def against(self, measured: int) -> str:
        """One sentence that sets the total beside a measured number of bytes."""
        return compare(self.total, measured)


def predict(
    model: "PretrainedConfig | str | Path",
    length: int,
    batch: int = 1,
    dtype: str = "bfloat16",
    quantization: str = "none",
    *,
    prompt: int | None = None,
    device: str = "cpu",
) -> Prediction:
    """Memory for generating up to `length` tokens (prompt included) per sequence.

    `model` is a config, a folder, a pocket model or a published checkpoint. Of the
    length, `prompt` tokens are read at once; all of them if it is not given.
    """
    prompt = length if prompt is None else prompt
    state = state_bytes(model, batch, dtype)
    return Prediction(
        weights=weight_bytes(count_parameters(model), dtype, quantization),
        kv_cache=kv_cache_bytes(model, length, batch, dtype) + state,
        overhead=_overhead(read_config(model), prompt, length, batch, dtype, device),
    )


def readable(count: float) -> str:
    """Bytes as a person reads them: `15.3 GiB`, or `11.0 MiB` below one GiB."""
    if count >= env.GIB:
        return f"{count / env.GIB:,.1f} GiB"
    return f"{count / 2**20:,.1f} MiB"


def compare(predicted: float, measured: float) -> str:
    """`predicted 1.0 GiB, measured 1.1 GiB (-9%)`; the error is the prediction's."""
    error = (predicted - measured) / measured
    return (
        f"predicted {readable(predicted)}, measured {readable(measured)} ({error:+.0%})"
    )


def _overhead(
    config: "PretrainedConfig",
    prompt: int,
    length: int,
    batch: int,
    dtype: str,
    device: str,
) -> int:
    """Bytes at the peak beyond weights and the full cache.

    Reading the prompts, one layer's results are alive at a time, and the cache is not
    full yet. Writing, transformers' DynamicCache copies a layer's keys to append one
    token. Both have the next token's logits beside them, in `dtype` and in float32.
    """
    text = config.get_text_config()
    attention, _ = layer_counts(text)
    cache = kv_cache_bytes(config, length, batch, dtype)
    unused = cache - kv_cache_bytes(config, prompt, batch, dtype)
    results = batch * prompt * layer_bytes_per_token(text, dtype)
    block = batch * prompt * text.hidden_size * BYTES[dtype]
    if device == "cpu" and block < HEAP_BLOCK:
        results = round(HEAP * results)
    copied = cache // (2 * attention)
    logits = batch * text.vocab_size * (BYTES[dtype] + BYTES["float32"])
    return max(results - unused, copied) + logits


def layer_bytes_per_token(text: "PretrainedConfig", dtype: str) -> int:
    """What one layer keeps alive for a token of the prompt at its widest point.

    The residual stream, its normalized copy and three more of that width stand beside
    the widest of: gate, up and their product; attention, its keys and values repeated
    for every head; in a linear-attention layer about fourteen tensors like its values,
    in float32 (measured with transformers' own code, not with fused kernels).
    """
    stream = 5 * text.hidden_size
    if getattr(text, "num_experts", 0):
        expert = 2 * text.hidden_size + 3 * text.moe_intermediate_size
        inner = text.num_experts_per_tok * expert
    else:
        inner = 3 * text.intermediate_size
    attention = 4 * text.num_attention_heads * head_dim(text)
    widest = (stream + max(inner, attention)) * BYTES[dtype]
    _, linear = layer_counts(text)
    if not linear:
        return widest
    values = text.linear_num_value_heads * text.linear_value_head_dim
    return max(widest, stream * BYTES[dtype] + 14 * values * BYTES["float32"])
