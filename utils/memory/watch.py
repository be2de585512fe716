"""What memory really holds, and how high it rises while a block of code runs."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import psutil

if TYPE_CHECKING:
    import torch
    from transformers import DynamicCache, PreTrainedModel


def model_bytes(model: "PreTrainedModel") -> int:
    """Bytes that a loaded model's weights really take, 4-bit scales included."""
    return sum(p.nbytes + _scale_bytes(p) for p in model.parameters())


def cache_bytes(cache: "DynamicCache") -> int:
    """Bytes that a cache really holds: keys and values, or states."""
    return sum(tensor.nbytes for layer in cache.layers for tensor in _tensors(layer))


@dataclass
class Peak:
    """Memory in bytes before and at the highest point inside `measure_peak`."""

    device: str
    before: int
    peak: int
    seconds: float = 0.0  # wall time inside the block

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
    watched = _gpu_peak(device) if device.startswith("cuda") else _ram_peak(interval)
    with watched as peak:
        start = time.perf_counter()
        try:
            yield peak
        finally:
            peak.seconds = time.perf_counter() - start


def used(device: str = "cpu") -> int:
    """Bytes in use now, counted as `measure_peak` does."""
    if device.startswith("cuda"):
        import torch

        return torch.cuda.memory_allocated(device)
    return psutil.Process().memory_info().rss


@contextmanager
def _ram_peak(interval: float) -> Iterator[Peak]:
    start = used()
    peak, done = Peak("cpu", start, start), threading.Event()

    def watch() -> None:
        while not done.wait(interval):
            peak.peak = max(peak.peak, used())

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield peak
    finally:
        done.set()
        watcher.join()
        peak.peak = max(peak.peak, used())


@contextmanager
def _gpu_peak(device: str) -> Iterator[Peak]:
    import torch

    torch.cuda.synchronize(device)
    torch.cuda.reset_peak_memory_stats(device)
    start = used(device)
    peak = Peak(device, start, start)
    try:
        yield peak
    finally:
        torch.cuda.synchronize(device)
        peak.peak = torch.cuda.max_memory_allocated(device)


def _tensors(layer: object) -> "list[torch.Tensor]":
    """The tensors of one layer of a cache, of either kind."""
    if hasattr(layer, "keys"):
        return [layer.keys, layer.values]
    return [*layer.conv_states.values(), *layer.recurrent_states.values()]


def _scale_bytes(parameter: "torch.nn.Parameter") -> int:
    """Bytes of the scales that bitsandbytes keeps beside a 4-bit weight."""
    state = getattr(parameter, "quant_state", None)
    if state is None:
        return 0
    nested = state.state2.absmax.nbytes if state.nested else 0
    return state.absmax.nbytes + nested
