"""How this machine trains a model fastest: in which precision, with which attention.

bfloat16 halves what is moved and can double the speed of a matrix product, or be sixty
times slower where it is emulated. On a CPU the gradient of attention in one kernel (the
"fused" one) takes several times as long in bfloat16 as in plain steps: both are tried.
`benchmarks/arithmetic.py` shows what each way costs.
"""

import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import torch
from torch.nn.attention import SDPBackend, sdpa_kernel
from transformers import BatchEncoding, PreTrainedModel

from utils import kinds
from utils.kinds import Kind
from utils.recipe import Recipe


@dataclass(frozen=True)
class Arithmetic:
    """Precision of products (weights and sums: fp32); attention fused or in steps."""

    precision: torch.dtype
    fused: bool = True

    def loss(self, model, kind: Kind, batch: BatchEncoding) -> torch.Tensor:
        """The loss of `model` on `batch`, computed this way."""
        lower = self.precision == torch.bfloat16
        with ExitStack() as stack:
            if not self.fused:
                stack.enter_context(sdpa_kernel(SDPBackend.MATH))
            device = model.device.type
            stack.enter_context(torch.autocast(device, torch.bfloat16, enabled=lower))
            return kind.loss(model, batch)


FULL = Arithmetic(torch.float32)
HALF = Arithmetic(torch.bfloat16)
HALF_PLAIN = Arithmetic(torch.bfloat16, fused=False)


def choose(
    model: PreTrainedModel, processor: Any, recipe: Recipe, device: torch.device
) -> Arithmetic:
    """The recipe's precision; "auto" times what can be fastest here and takes it."""
    fixed = {"bf16": HALF, "fp32": FULL}
    if recipe.train.precision in fixed:
        return fixed[recipe.train.precision]
    if is_emulated(torch.bfloat16, device):
        return FULL
    kind = kinds.of(recipe)
    batch = kind.batch(recipe, processor, 0).to(device)
    return min(
        (FULL, HALF, HALF_PLAIN), key=lambda way: _seconds(model, kind, batch, way)
    )


def is_emulated(dtype: torch.dtype, device: torch.device) -> bool:
    """Whether a product of matrices takes over three times as long as in fp32.

    A processor without instructions for bf16 can be sixty times slower, so that timing
    whole batches would take minutes.
    """

    def seconds(dtype: torch.dtype) -> float:
        matrix = torch.ones(256, 256, dtype=dtype, device=device)
        return _fastest(lambda: (matrix @ matrix)[0, 0].item())

    return seconds(dtype) > 3 * seconds(torch.float32)


def _seconds(model, kind: Kind, batch: BatchEncoding, way: Arithmetic) -> float:
    """Of the fastest forward and backward pass; leaves no gradient behind."""

    def both_ways() -> None:
        loss = way.loss(model, kind, batch)
        loss.backward()
        loss.item()

    fastest = _fastest(both_ways)
    model.zero_grad(set_to_none=True)
    return fastest


def _fastest(call: Callable[[], object]) -> float:
    """Seconds that the fastest of three calls takes."""
    times = []
    for _ in range(3):
        clock = time.perf_counter()
        call()
        times.append(time.perf_counter() - clock)
    return min(times)
