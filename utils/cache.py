"""A key-value cache with room for the tokens to come; lesson 01 counts its bytes.

transformers joins old and new keys and values by `torch.cat`, which copies the whole
cache for every token: on a CPU that can be a third of the time that a batch of replies
takes (`benchmarks/cache.py`). Here a layer copies once in ROOM tokens. What it returns
is the same, number for number.
"""

from typing import Any

import torch
from transformers import DynamicCache, PreTrainedModel
from transformers.cache_utils import DynamicLayer

ROOM = 64  # tokens
# What a caller says about the cache; there we keep out.
_CHOICES = {"past_key_values", "cache_implementation", "use_cache", "assistant_model"}


def with_room(model: PreTrainedModel, generate: dict[str, Any]) -> dict[str, Any]:
    """Arguments of `model.generate` with a roomy cache, unless they choose one."""
    if _CHOICES & set(generate):
        return generate
    return generate | {"past_key_values": roomy_cache(model)}


def roomy_cache(model: PreTrainedModel) -> DynamicCache:
    """An empty cache; layers without plain attention are as transformers makes them."""
    cache = DynamicCache(config=model.config)
    cache.layers = [
        RoomyLayer() if type(layer) is DynamicLayer else layer for layer in cache.layers
    ]
    return cache


class RoomyLayer(DynamicLayer):
    """Keys and values [batch, num_key_value_heads, seq, head_dim], in larger buffers.

    `keys` and `values` are the filled beginnings of the buffers, so whatever reads,
    shortens or replaces them works as it does with transformers' own layer.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.buffers: dict[str, torch.Tensor] = {}

    def update(
        self, key_states: torch.Tensor, value_states: torch.Tensor, *_: Any, **__: Any
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Put new keys and values behind the old ones; returns all of them."""
        if not self.is_initialized:
            self.lazy_initialization(key_states, value_states)
        start = self.get_seq_length()
        self.keys = self._append("keys", key_states, start)
        self.values = self._append("values", value_states, start)
        return self.keys, self.values

    def _append(self, name: str, new: torch.Tensor, start: int) -> torch.Tensor:
        length = start + new.shape[-2]
        old, buffer = getattr(self, name), self.buffers.get(name)
        if buffer is None or length > buffer.shape[-2] or not _begins(old, buffer):
            buffer = new.new_empty((*new.shape[:-2], length + ROOM, new.shape[-1]))
            if start:
                buffer[..., :start, :] = old
            self.buffers[name] = buffer
        buffer[..., start:length, :] = new
        return buffer[..., :length, :]


def _begins(part: torch.Tensor, buffer: torch.Tensor) -> bool:
    """Whether `part` is, in place, the beginning of all rows of the buffer."""
    same_rows = part.shape[:-2] == buffer.shape[:-2]
    return same_rows and part.data_ptr() == buffer.data_ptr()
