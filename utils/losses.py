"""The losses that pocket models are trained with; lesson 12 opens the first one up."""

import torch
import torch.nn.functional as F  # noqa: N812 - PyTorch's own habit
from transformers import BatchEncoding, PreTrainedModel

IGNORE = -100  # the label of a token that is read but not learned
# Rows are filled up to a multiple of this. Each new shape costs a CPU's matrix library
# a newly compiled kernel, which it keeps: odd shapes took a fifth of the time and
# gigabytes of memory.
ROUND_ROWS = 512


def reply_loss(model: PreTrainedModel, batch: BatchEncoding) -> torch.Tensor:
    """Mean cross-entropy of the labeled tokens of a decoder with a head.

    The output layer runs only where there is a label: the vocabulary is the widest
    matrix of a tiny model, and half of the positions belong to the prompt.
    """
    inputs = {name: tensor for name, tensor in batch.items() if name != "labels"}
    hidden = model.model(**inputs, use_cache=False).last_hidden_state
    labels = batch["labels"][:, 1:]
    wanted = labels != IGNORE
    hidden, labels = hidden[:, :-1][wanted], labels[wanted]
    fill = -len(labels) % ROUND_ROWS
    logits = model.lm_head(F.pad(hidden, (0, 0, 0, fill)))
    labels = F.pad(labels, (0, fill), value=IGNORE)
    return F.cross_entropy(logits.float(), labels, ignore_index=IGNORE)
