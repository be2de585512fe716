"""Where a mixture of experts sends the tokens of each task, and what that tells.

A router is never told the task. If its choices still depend on it, experts have
specialized: the mutual information of task and expert says how much (lesson 01).
"""

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from utils.mixture import pad_right, prompt_and_target
from utils.tasks import TASKS
from utils.tasks.base import Example, draw

BATCH = 32  # conversations read at once


@dataclass(frozen=True)
class Routing:
    """The experts that conversations went through, and the task of each conversation.

    `counts` [conversations, layers, experts]: tokens of a conversation that a layer
    sent to an expert. A token counts once for each of its top-k experts.
    """

    tasks: list[str]
    counts: torch.Tensor

    @property
    def names(self) -> list[str]:
        """The tasks, in the order of the rows of `load`."""
        return list(dict.fromkeys(self.tasks))

    def load(self) -> torch.Tensor:
        """Share of a task's tokens that each expert got, [tasks, layers, experts].

        Shares of one task and layer add up to one; even use is 1 / experts.
        """
        rows = torch.tensor([self.names.index(task) for task in self.tasks])
        empty = torch.zeros(len(self.names), *self.counts.shape[1:])
        total = empty.index_add(0, rows, self.counts.float())
        return total / total.sum(-1, keepdim=True)

    def information(self) -> torch.Tensor:
        """Mutual information of task and expert per layer, in nats, [layers].

        How much the expert of one token says about the task, every task as likely as
        the others: zero if the router does not care, at most the logarithm of the
        number of tasks (Cover and Thomas, Elements of Information Theory, section 2.3).
        """
        load = self.load()
        even = load.mean(0, keepdim=True)
        return torch.xlogy(load, load / even.clamp_min(1e-12)).sum(-1).mean(0)

    def shuffled(self, seed: int, times: int = 20) -> torch.Tensor:
        """The control: the mean `information` when tasks are dealt out at random.

        Finite counts always show some information; this is how much, [layers].
        """
        rng = random.Random(f"router/{seed}")
        deals = (rng.sample(self.tasks, len(self.tasks)) for _ in range(times))
        dealt = [replace(self, tasks=deal).information() for deal in deals]
        return torch.stack(dealt).mean(0)


def most_information(tasks: int) -> float:
    """What a router that gives every task its own experts would reach, in nats."""
    return math.log(tasks)


def route(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    tasks: Sequence[str],
    n: int,
    seed: int,
) -> Routing:
    """Read `n` test conversations of each task, right replies included, and count.

    Raises ValueError for a model without experts.
    """
    if not getattr(model.config, "num_experts", 0):
        raise ValueError(
            f"{type(model).__name__} has no experts to route to: load a mixture of "
            "experts, such as pocket-moe."
        )
    examples = [example for name in tasks for example in draw(TASKS[name], n, seed)]
    names = [name for name in tasks for _ in range(n)]
    starts = range(0, len(examples), BATCH)
    counts = [_count(model, tokenizer, examples[i : i + BATCH]) for i in starts]
    return Routing(names, torch.cat(counts))


@torch.inference_mode()
def _count(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    examples: Sequence[Example],
) -> torch.Tensor:
    """The `counts` of some conversations."""
    texts = ["".join(prompt_and_target(tokenizer, e, "thinking")) for e in examples]
    rows = tokenizer(texts, add_special_tokens=False)["input_ids"]
    ids = pad_right(rows, tokenizer.pad_token_id).to(model.device)
    output = model.model(ids, use_cache=False, output_router_logits=True)
    read = (ids != tokenizer.pad_token_id).cpu()  # [batch, seq]
    layers = [
        _chosen(logits, model.config.num_experts_per_tok).view(*ids.shape, -1)
        for logits in output.router_logits
    ]
    sent = torch.stack(layers, dim=2).cpu()  # [batch, seq, layers, experts]
    return (sent * read[..., None, None]).sum(1)


def _chosen(logits: torch.Tensor, top_k: int) -> torch.Tensor:
    """One at each token's top-k experts and zero elsewhere, [tokens, experts]."""
    return torch.zeros_like(logits).scatter(1, logits.topk(top_k, dim=-1).indices, 1.0)
