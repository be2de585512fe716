"""Muon: moves a layer's matrices by steps of even size in every direction.

Jordan (2024), https://kellerjordan.github.io/posts/muon; rates are scaled as by Liu et
al. (2025, arXiv 2502.16982). `torch.optim.Muon` always rounds to bfloat16 inside, which
takes sixty times as long on a processor without such instructions; here it is a choice.
"""

from collections.abc import Callable, Iterable

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

COEFFICIENTS = (3.4445, -4.7750, 2.0315)  # of Jordan's polynomial
ITERATIONS = 5


class Muon(Optimizer):
    """Muon for matrices [out, in] and for kernels [out, in, ...], taken as matrices.

    What a kernel sees is much alike: a patch is 1,536 numbers, most of them paper. A
    step of even size in every direction also learns what is small, such as letters.
    """

    def __init__(
        self,
        params: Iterable,
        lr: float = 1e-3,
        weight_decay: float = 0.0,
        momentum: float = 0.95,
        precision: torch.dtype = torch.float32,
    ) -> None:
        """`precision` is of the products inside; what is kept keeps its own."""
        self.precision = precision
        settings = {"lr": lr, "weight_decay": weight_decay, "momentum": momentum}
        super().__init__(params, settings)

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> None:
        """Move every matrix that has a gradient; those of one shape go together."""
        if closure is not None:
            raise ValueError("Muon takes no closure: call backward() before step().")
        for group in self.param_groups:
            alike: dict[torch.Size, list[nn.Parameter]] = {}
            for parameter in group["params"]:
                if parameter.grad is not None:
                    shape = parameter.flatten(1).shape
                    alike.setdefault(shape, []).append(parameter)
            for shape, parameters in alike.items():
                self._move(group, shape, parameters)

    def _move(
        self, group: dict, shape: torch.Size, parameters: list[nn.Parameter]
    ) -> None:
        """Move parameters that are matrices of one shape."""
        moves = [self._momentum(p, group["momentum"]) for p in parameters]
        # So that a rate means the same step size as with AdamW (Liu et al.).
        rate = group["lr"] * 0.2 * max(shape) ** 0.5
        even = evened(torch.stack(moves), self.precision)
        for parameter, move in zip(parameters, even, strict=True):
            parameter.mul_(1 - group["lr"] * group["weight_decay"])
            parameter.add_(move.view_as(parameter), alpha=-rate)

    def _momentum(self, parameter: nn.Parameter, share: float) -> Tensor:
        """Nesterov's momentum of a parameter, [out, in]; updates its state."""
        state = self.state[parameter]
        if not state:
            state["momentum_buffer"] = torch.zeros_like(parameter)
        buffer = state["momentum_buffer"]
        buffer.lerp_(parameter.grad, 1 - share)
        return parameter.grad.lerp(buffer, share).flatten(1)


def evened(matrices: Tensor, precision: torch.dtype = torch.float32) -> Tensor:
    """Matrices [n, rows, columns] with all singular values near one.

    Five rounds of Newton and Schulz with Jordan's polynomial, computed in `precision`,
    which leave them between about 0.7 and 1.2.
    """
    a, b, c = COEFFICIENTS
    tall = matrices.shape[1] > matrices.shape[2]
    wide = matrices.mT if tall else matrices
    wide = wide / wide.norm(dim=(1, 2), keepdim=True).clamp(min=1e-7)
    wide = wide.to(precision)
    for _ in range(ITERATIONS):
        gram = wide @ wide.mT
        wide = a * wide + (b * gram + c * gram @ gram) @ wide
    return (wide.mT if tall else wide).to(matrices.dtype)
