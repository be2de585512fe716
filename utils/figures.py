"""Figures of a finished model that are no share of right replies, by the recipe's word.

`course train` writes them on the card; the tests measure again, with other seeds.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812 - PyTorch's own habit
from transformers import PreTrainedModel

from utils import memory, router
from utils.kinds import base
from utils.kinds.chat import decoder, load
from utils.losses import IGNORE
from utils.mixture import pad_right, padded, prompt_and_target
from utils.paths import MODELS
from utils.recipe import Recipe
from utils.router import Routing
from utils.tasks import TASKS, draw

PAGES = 300  # held-out pages
BATCH = 50  # of them at once
DRAFTED = 30  # conversations of each task that are drafted
CONVERSATIONS = 60  # of each task, for the router

Measure = Callable[[PreTrainedModel, Any, Recipe, int], float]


@dataclass(frozen=True)
class Figure:
    """How a figure is called on the card, and the function that measures it.

    It gets the model, its processor, the recipe and a seed.
    """

    label: str
    measure: Measure


def measure(
    model: PreTrainedModel, processor: Any, recipe: Recipe, seed: int
) -> dict[str, float]:
    """Every figure that the recipe names."""
    return {
        name: FIGURES[name].measure(model, processor, recipe, seed)
        for name in recipe.figures
    }


def missed(recipe: Recipe, measured: dict[str, float]) -> list[str]:
    """What lies outside the recipe's limits, in words."""
    return [
        f"{name} is {measured[name]:.4g}, not between {limits.at_least} and "
        f"{limits.at_most}"
        for name, limits in recipe.figures.items()
        if not limits.at_least <= measured[name] <= limits.at_most
    ]


def perplexity(model, tokenizer, recipe: Recipe, seed: int) -> float:
    """exp of the mean loss per token of held-out pages."""
    losses, _ = _next_tokens(model, tokenizer, recipe, seed)
    return losses.mean().exp().item()


def next_token(model, tokenizer, recipe: Recipe, seed: int) -> float:
    """Share of the tokens of held-out pages that were the likeliest."""
    _, right = _next_tokens(model, tokenizer, recipe, seed)
    return right.float().mean().item()


def drafted(model, tokenizer, recipe: Recipe, seed: int) -> float:
    """Share of reply tokens on which the model's first choice is pocket-chat's, too.

    That is how often greedy speculative decoding accepts a draft (arXiv 2211.17192).
    Raises ValueError unless both have the same tokens.
    """
    its_tokenizer, target = load(MODELS / "pocket-chat")
    if its_tokenizer.get_vocab() != tokenizer.get_vocab():
        raise ValueError(
            "pocket-chat has other tokens than its draft model: train both by the same "
            "`data` and `tokenizer`."
        )
    examples = [e for name in recipe.tasks for e in draw(TASKS[name], DRAFTED, seed)]
    pairs = [prompt_and_target(tokenizer, e, "thinking") for e in examples]
    rows = [tokenizer([p, p + t])["input_ids"] for p, t in pairs]
    agreed: list[torch.Tensor] = []
    for start in range(0, len(rows), BATCH):
        part = rows[start : start + BATCH]
        made = padded([(whole, len(p)) for p, whole in part], tokenizer.pad_token_id)
        reply = made.labels[:, 1:] != IGNORE
        mine, its = (_first_choices(m, made.input_ids) for m in (model, target))
        agreed.append((mine == its)[reply])
    return torch.cat(agreed).float().mean().item()


def information(model, tokenizer, recipe: Recipe, seed: int) -> float:
    """Mutual information of task and expert in nats, the mean of all layers."""
    return _routing(model, tokenizer, recipe, seed).information().mean().item()


def information_shuffled(model, tokenizer, recipe: Recipe, seed: int) -> float:
    """The same when conversations are dealt out to tasks at random."""
    return _routing(model, tokenizer, recipe, seed).shuffled(seed).mean().item()


def information_untrained(model, tokenizer, recipe: Recipe, seed: int) -> float:
    """The same before training: tasks differ in words, and any router sees words."""
    fresh = decoder(recipe, tokenizer).eval()
    return information(fresh, tokenizer, recipe, seed)


def least_load(model, tokenizer, recipe: Recipe, seed: int) -> float:
    """Share of all tokens that the least used expert of any layer gets."""
    load = _routing(model, tokenizer, recipe, seed).load()
    return load.mean(0).min().item()


def active(model, tokenizer, recipe: Recipe, seed: int) -> float:
    """Millions of parameters that one token meets."""
    return memory.count_parameters(model.config).active / 1e6


def state(model, tokenizer, recipe: Recipe, seed: int) -> float:
    """KiB that linear attention keeps for one sequence of any length, in float32."""
    return memory.state_bytes(model.config, dtype="float32") / 1024


def cache_per_token(model, tokenizer, recipe: Recipe, seed: int) -> float:
    """KiB that a token adds to the KV cache of one sequence, in float32."""
    return memory.kv_bytes_per_token(model.config, "float32") / 1024


FIGURES = {
    "perplexity": Figure("perplexity of held-out pages", perplexity),
    "next_token": Figure("share of their tokens that it ranks first", next_token),
    "drafted": Figure("share of pocket-chat's tokens that it drafts", drafted),
    "router_information": Figure("task and expert share, nats", information),
    "router_information_shuffled": Figure(
        "the same with shuffled tasks, nats", information_shuffled
    ),
    "router_information_untrained": Figure(
        "the same before training, nats", information_untrained
    ),
    "router_least_load": Figure("share of the least used expert", least_load),
    "active_parameters": Figure("parameters that a token meets, millions", active),
    "state": Figure("state of one sequence of any length, KiB", state),
    "cache_per_token": Figure("KV cache of one more token, KiB", cache_per_token),
}


@torch.inference_mode()
def _first_choices(model: PreTrainedModel, ids: torch.Tensor) -> torch.Tensor:
    """The likeliest token after each but the last, [batch, seq - 1]."""
    return model(ids, use_cache=False).logits[:, :-1].argmax(-1)


@torch.inference_mode()
def _next_tokens(
    model, tokenizer, recipe: Recipe, seed: int
) -> tuple[torch.Tensor, torch.Tensor]:
    """Loss of each token of held-out pages, and whether it was the likeliest."""
    pages = sorted(base.held_out(recipe, tokenizer, PAGES, seed), key=len)
    losses, right = [], []
    for start in range(0, len(pages), BATCH):
        rows = pages[start : start + BATCH]
        ids = pad_right(rows, tokenizer.pad_token_id)
        logits = model(ids, use_cache=False).logits[:, :-1]
        lengths = torch.tensor([len(row) for row in rows])
        read = torch.arange(1, ids.shape[1]) < lengths[:, None]  # [batch, seq - 1]
        logits, wanted = logits[read], ids[:, 1:][read]
        losses.append(F.cross_entropy(logits, wanted, reduction="none"))
        right.append(logits.argmax(-1) == wanted)
    return torch.cat(losses), torch.cat(right)


def _routing(model, tokenizer, recipe: Recipe, seed: int) -> Routing:
    return router.route(model, tokenizer, recipe.tasks, CONVERSATIONS, seed)
