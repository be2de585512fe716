"""What generating keeps for every sequence: a KV cache, or a state of constant size."""

from pathlib import Path
from typing import TYPE_CHECKING

from utils.memory.configs import read_config
from utils.memory.parameters import BYTES

if TYPE_CHECKING:
    from transformers import PretrainedConfig

# The recurrent state of Gated DeltaNet is kept in float32 (arXiv 2412.06464).
STATE_BYTES = 4


def kv_bytes_per_token(
    model: "PretrainedConfig | str | Path", dtype: str = "bfloat16"
) -> int:
    """Bytes that one more token adds to the KV cache of one sequence.

    layers x 2 (key and value) x KV heads x head_dim x bytes per number; layers with
    linear attention keep a state of constant size instead and do not count.
    """
    text = read_config(model).get_text_config()
    attention, _ = layer_counts(text)
    return attention * 2 * text.num_key_value_heads * head_dim(text) * BYTES[dtype]


def kv_cache_bytes(
    model: "PretrainedConfig | str | Path",
    length: int,
    batch: int = 1,
    dtype: str = "bfloat16",
) -> int:
    """Bytes of the KV cache of `batch` sequences of `length` tokens each."""
    return kv_bytes_per_token(model, dtype) * length * batch


def state_bytes(
    model: "PretrainedConfig | str | Path", batch: int = 1, dtype: str = "bfloat16"
) -> int:
    """Bytes of what linear-attention layers keep, whatever the length; 0 without any.

    Per layer and sequence a recurrent state of value heads x key dim x value dim, and
    the last inputs of a short convolution over queries, keys and values.
    """
    text = read_config(model).get_text_config()
    _, linear = layer_counts(text)
    if not linear:
        return 0
    keys = text.linear_num_key_heads * text.linear_key_head_dim
    values = text.linear_num_value_heads * text.linear_value_head_dim
    state = values * text.linear_key_head_dim * STATE_BYTES
    convolution = (2 * keys + values) * text.linear_conv_kernel_dim * BYTES[dtype]
    return linear * batch * (state + convolution)


def head_dim(text: "PretrainedConfig") -> int:
    """Numbers per attention head; older configs leave it to a division."""
    stated = getattr(text, "head_dim", None)
    return stated or text.hidden_size // text.num_attention_heads


def layer_counts(text: "PretrainedConfig") -> tuple[int, int]:
    """How many layers have (attention, linear attention)."""
    kinds = getattr(text, "layer_types", None) or []
    linear = sum(kind == "linear_attention" for kind in kinds)
    return text.num_hidden_layers - linear, linear
