"""Let a base model go on with a text, or fill in its middle; lesson 05 explains both.

No chat template: the text is what the model reads. Control tokens in it count, so do
not put text of others here that may hold some.
"""

from collections.abc import Sequence
from typing import Any

import torch
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from utils.cache import with_room
from utils.chat import Reply
from utils.encoding import check_room, pad_left


def complete(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    text: str,
    *,
    max_new_tokens: int = 256,
    **generate: Any,
) -> Reply:
    """What the model writes after `text`; `generate` goes to `model.generate`."""
    [reply] = complete_batch(
        model, tokenizer, [text], max_new_tokens=max_new_tokens, **generate
    )
    return reply


def complete_batch(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    texts: Sequence[str],
    *,
    max_new_tokens: int = 256,
    **generate: Any,
) -> list[Reply]:
    """One reply per text, all generated together, spaces at both ends kept.

    With `num_return_sequences=k` there are k in a row for each text. Raises ValueError
    when a text leaves no room to answer.
    """
    if not texts:
        return []
    rows = tokenizer(list(texts), add_special_tokens=False)["input_ids"]
    inputs = pad_left(tokenizer, rows).to(model.device)
    length = inputs["input_ids"].shape[1]
    check_room(model, length, "The text is", "shorten it")
    arguments = with_room(model, {"pad_token_id": tokenizer.pad_token_id} | generate)
    with torch.inference_mode():
        output = model.generate(**inputs, max_new_tokens=max_new_tokens, **arguments)
    return [to_reply(tokenizer, ids) for ids in output[:, length:].tolist()]


def to_reply(tokenizer: PreTrainedTokenizerBase, ids: list[int]) -> Reply:
    """Read generated ids up to the first end token, and strip nothing from the text."""
    ends = {tokenizer.eos_token_id, tokenizer.pad_token_id}
    stop = next((i for i, token in enumerate(ids) if token in ends), None)
    return Reply(
        thinking=None,
        text=tokenizer.decode(ids[:stop], clean_up_tokenization_spaces=False),
        tokens=len(ids) if stop is None else stop + 1,
        finished=stop is not None,
    )
