"""The losses that pocket models are trained with; lesson 12 opens the first one up."""

from collections.abc import Mapping, Sequence
from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812 - PyTorch's own habit
from transformers import BatchEncoding, PreTrainedModel

from utils.retrieval import states_after

IGNORE = -100  # the label of a token that is read but not learned
# Rows are filled up to a multiple of this. Each new shape costs a CPU's matrix library
# a newly compiled kernel, which it keeps: odd shapes took a fifth of the time and
# gigabytes of memory.
ROUND_ROWS = 512
TEMPERATURE = 0.05  # of the contrastive loss: how much the nearest wrong passages count


def reply_loss(model: PreTrainedModel, batch: Mapping[str, Any]) -> torch.Tensor:
    """Mean cross-entropy of the labeled tokens of a decoder with a head.

    A batch may say in `weights` what each label counts in the mean.

    The output layer runs only where there is a label: the vocabulary is the widest
    matrix of a tiny model, and half of the positions belong to the prompt. A mixture
    of experts pays `balance_loss` on top, times its config's `router_aux_loss_coef`.
    """
    answers = ("labels", "weights")
    inputs = {name: tensor for name, tensor in batch.items() if name not in answers}
    routed = bool(getattr(model.config, "num_experts", 0))
    if routed:
        inputs["output_router_logits"] = True
    output = model.model(**inputs, use_cache=False)
    hidden, weights = output.last_hidden_state, batch.get("weights")
    loss = _labeled_loss(model, hidden, batch["labels"], weights)
    if not routed:
        return loss
    read = batch["input_ids"] != model.config.pad_token_id
    balance = balance_loss(output.router_logits, read, model.config.num_experts_per_tok)
    return loss + model.config.router_aux_loss_coef * balance


def seen_loss(
    model: PreTrainedModel, features: torch.Tensor, words: torch.Tensor
) -> torch.Tensor:
    """Mean cross-entropy of the words for each of a picture's tokens.

    `features` [tokens, hidden] is what a vision tower made of them, `words` [tokens,
    most] the ids of what lies there, filled up with IGNORE; all words of a token count
    the same. The language model's own output layer reads them, so a token that shows a
    star comes to lie near the word, and a question about a star can find it.
    """
    scores = model.lm_head(features).float().log_softmax(-1)
    known = words != IGNORE
    each = scores.gather(1, words.clamp(min=0)).masked_fill(~known, 0.0)
    return -(each.sum(1) / known.sum(1)).mean()


def balance_loss(
    router_logits: Sequence[torch.Tensor], read: torch.Tensor, top_k: int
) -> torch.Tensor:
    """How unevenly experts are used: `top_k` at best, the number of experts at worst.

    `router_logits` has [batch * seq, experts] for each layer, `read` [batch, seq] is
    False where a token is padding. Per layer: experts x sum of (share of tokens sent to
    an expert x its mean probability), Switch Transformer (arXiv 2101.03961, equations 4
    to 6), taken over the whole batch as in Qwen3's global-batch loss (arXiv 2505.09388,
    section 2): a batch holds all tasks, so an expert may keep to one of them. Over all
    layers at once, as `transformers` adds it, one layer could make up for another.
    """
    from transformers.models.qwen3_moe.modeling_qwen3_moe import (
        load_balancing_loss_func,
    )

    layers = [
        load_balancing_loss_func((logits,), logits.shape[-1], top_k, read)
        for logits in router_logits
    ]
    return torch.stack(layers).mean()


def contrastive_loss(model: PreTrainedModel, batch: BatchEncoding) -> torch.Tensor:
    """InfoNCE with in-batch negatives (van den Oord et al., 2018, arXiv 1807.03748).

    The batch has n queries, then their n passages; `last` is where each is pooled.
    Every query must pick its passage among the n, and every passage its query.
    """
    hidden = model(batch["input_ids"], use_cache=False).last_hidden_state
    rows = torch.arange(len(hidden), device=hidden.device)
    vectors = F.normalize(hidden[rows, batch["last"]].float(), dim=-1)  # [2n, hidden]
    queries, passages = vectors.chunk(2)
    scores = queries @ passages.T / TEMPERATURE  # [n, n]
    own = torch.arange(len(scores), device=scores.device)
    return (F.cross_entropy(scores, own) + F.cross_entropy(scores.T, own)) / 2


def verdict_loss(model: PreTrainedModel, batch: BatchEncoding) -> torch.Tensor:
    """What a reranker learns from: verdicts, each pair's order, and glosses.

    All prompts begin with the same instruction, `shared` [1, length]: it is read once
    and its keys and values are lent to every row, which halves the work. `input_ids`
    [n, seq] go on from there, the right and the wrong passage of a question in turn.
    Prompts end at `last` [n], `verdicts` [n] are the tokens to say then, and `so_far`
    [n, seq] those after each token of a passage. `gloss_ids` and `gloss_labels` are
    apart, as in `reply_loss`.
    """
    rows = torch.arange(len(batch["input_ids"]), device=batch["input_ids"].device)
    hidden = states_after(model, batch["shared"], batch["input_ids"])
    logits = model.lm_head(hidden[rows, batch["last"]]).float()
    yes, no = batch["verdicts"][:2]
    margins = logits[:, yes] - logits[:, no]
    glosses = {"input_ids": batch["gloss_ids"], "labels": batch["gloss_labels"]}
    return (
        F.cross_entropy(logits, batch["verdicts"])
        - F.logsigmoid(margins[0::2] - margins[1::2]).mean()
        + _running_loss(model, hidden, batch)
        + reply_loss(model, glosses)
    )


def _running_loss(
    model: PreTrainedModel, hidden: torch.Tensor, batch: BatchEncoding
) -> torch.Tensor:
    """Cross-entropy of "yes" against "no" after each token of a passage.

    One verdict a passage is little to learn from; most of them turn at one word, and
    this one says which. ELECTRA (arXiv 2003.10555) learns from every token so.
    """
    said = batch["so_far"] != IGNORE
    both, wanted = batch["so_far"][said].unique(return_inverse=True)
    scores = F.linear(hidden[said], model.lm_head.weight[both])
    return F.cross_entropy(scores.float(), wanted)


def _labeled_loss(
    model: PreTrainedModel,
    hidden: torch.Tensor,
    labels: torch.Tensor,
    weights: torch.Tensor | None = None,
) -> torch.Tensor:
    labels = labels[:, 1:]
    wanted = labels != IGNORE
    hidden, labels = hidden[:, :-1][wanted], labels[wanted]
    fill = -len(labels) % ROUND_ROWS
    logits = model.lm_head(F.pad(hidden, (0, 0, 0, fill)))
    labels = F.pad(labels, (0, fill), value=IGNORE)
    if weights is None:
        return F.cross_entropy(logits.float(), labels, ignore_index=IGNORE)
    each = F.cross_entropy(
        logits.float(), labels, ignore_index=IGNORE, reduction="none"
    )
    weights = F.pad(weights[:, 1:][wanted], (0, fill))
    return (each * weights).sum() / weights.sum()
