"""What moves the weights: AdamW, or Muon for the layers' matrices beside it.

AdamW is what the Qwen reports name; `utils.muon` says what Muon does. After 250 steps
of pocket-coder the loss on unseen replies was 0.85 with it, 1.04 without (2026-11-25);
benchmarks/optimizers.py compares the two.
"""

from collections.abc import Iterable

import torch
from torch import nn
from torch.optim import AdamW, Optimizer

from utils.muon import Muon
from utils.recipe import TrainPart


def optimizers(
    model: nn.Module, plan: TrainPart, precision: torch.dtype = torch.float32
) -> list[Optimizer]:
    """The optimizers of a plan, rates still zero; every weight is in one of them.

    Each group holds its highest rate as `peak`. Decay is for matrices only: it would
    pull a norm's scale away from one. `precision` is for the products inside Muon.
    """
    inner = _inner_matrices(model) if plan.matrix_rate else []
    kernels = _kernels(model) if plan.kernel_rate else []
    apart = [*inner, *kernels]
    others = [p for p in model.parameters() if not _among(p, apart)]
    rate, decay = plan.learning_rate, plan.weight_decay
    groups = [
        _group([p for p in others if p.dim() >= 2], rate, decay),
        _group([p for p in others if p.dim() < 2], rate, 0.0),
    ]
    made: list[Optimizer] = [AdamW(groups, lr=0.0, betas=plan.betas, fused=True)]
    for matrices, peak in ((inner, plan.matrix_rate), (kernels, plan.kernel_rate)):
        if matrices:
            moved = _group(matrices, peak, decay)
            made.append(Muon([moved], lr=0.0, precision=precision))
    return made


def set_rates(made: Iterable[Optimizer], share: float) -> None:
    """Give every group this share of its highest rate."""
    for optimizer in made:
        for group in optimizer.param_groups:
            group["lr"] = group["peak"] * share


def state_tensors(made: Iterable[Optimizer]) -> dict[str, torch.Tensor]:
    """All state of the optimizers, by names that `load_state` understands."""
    return {
        f"optimizer.{number}.{index}.{name}": tensor
        for number, optimizer in enumerate(made)
        for index, state in optimizer.state_dict()["state"].items()
        for name, tensor in state.items()
    }


def load_state(made: list[Optimizer], tensors: dict[str, torch.Tensor]) -> None:
    """Put saved state back."""
    states: list[dict] = [{} for _ in made]
    for key, value in tensors.items():
        _, number, index, name = key.split(".", 3)
        states[int(number)].setdefault(int(index), {})[name] = value
    for optimizer, state in zip(made, states, strict=True):
        groups = optimizer.state_dict()["param_groups"]
        optimizer.load_state_dict({"state": state, "param_groups": groups})


def _group(params: list[torch.Tensor], peak: float, decay: float) -> dict:
    return {"params": params, "peak": peak, "weight_decay": decay}


def _kernels(model: nn.Module) -> list[nn.Parameter]:
    """Weights of convolutions."""
    kinds = nn.Conv1d | nn.Conv2d | nn.Conv3d
    return [m.weight for m in model.modules() if isinstance(m, kinds)]


def _inner_matrices(model: nn.Module) -> list[nn.Parameter]:
    """Weights of linear layers, but of the output layer: that is a table of words."""
    output = model.get_output_embeddings()
    linear = [
        m for m in model.modules() if isinstance(m, nn.Linear) and m is not output
    ]
    return [module.weight for module in linear]


def _among(parameter: nn.Parameter, others: list[nn.Parameter]) -> bool:
    return any(parameter is other for other in others)
