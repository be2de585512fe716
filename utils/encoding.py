"""From a conversation to token ids, so that no text can pass for a control token.

Lesson 02 does it by hand first, and shows what happens without this care.
"""

import re
from collections.abc import Sequence
from typing import Any

import torch
from transformers import BatchEncoding, PreTrainedModel, PreTrainedTokenizerBase

Messages = Sequence[dict[str, Any]]
UNTRUSTED = ("user", "tool")


def render(
    tokenizer: PreTrainedTokenizerBase,
    messages: str | Messages,
    *,
    thinking: bool = True,
    tools: list | None = None,
) -> str:
    """The text that the model will read, ready for it to answer."""
    return tokenizer.apply_chat_template(
        _conversation(messages),
        tools=tools,
        tokenize=False,
        add_generation_prompt=True,
        enable_thinking=thinking,
    )


def encode(
    tokenizer: PreTrainedTokenizerBase,
    messages: str | Messages,
    *,
    thinking: bool = True,
    tools: list | None = None,
) -> list[int]:
    """Token ids of the rendered conversation.

    Control tokens that a user or a tool typed are spelled out as ordinary text, so
    `<|im_end|>` in a message cannot end the message.
    """
    marked, stand_ins = _mark_control_tokens(tokenizer, _conversation(messages))
    text = render(tokenizer, marked, thinking=thinking, tools=tools)
    if not stand_ins:
        return _ids(tokenizer, text)
    ids: list[int] = []
    for part in re.split(f"([{''.join(stand_ins)}])", text):
        # Cut in two, the text no longer matches the control token it spells.
        cut = 1 if part in stand_ins else 0
        part = stand_ins.get(part, part)
        ids += _ids(tokenizer, part[:cut]) + _ids(tokenizer, part[cut:])
    return ids


def pad_left(
    tokenizer: PreTrainedTokenizerBase, rows: list[list[int]]
) -> BatchEncoding:
    """`input_ids` and `attention_mask`, both [batch, longest row]."""
    longest = max(map(len, rows))
    pads = [[tokenizer.pad_token_id] * (longest - len(row)) for row in rows]
    ids = torch.tensor([pad + row for pad, row in zip(pads, rows, strict=True)])
    mask = torch.tensor(
        [[0] * len(pad) + [1] * len(row) for pad, row in zip(pads, rows, strict=True)]
    )
    return BatchEncoding({"input_ids": ids, "attention_mask": mask})


def check_room(model: PreTrainedModel, length: int, read: str, remedy: str) -> None:
    """Raise ValueError unless a prompt of `length` tokens leaves room for a reply.

    `read` names the prompt with its verb ("The text is"), `remedy` what to do.
    """
    limit = model.config.get_text_config().max_position_embeddings
    if length >= limit:
        raise ValueError(
            f"{read} {length} tokens long and the model reads at most {limit}: "
            f"{remedy}."
        )


def thought_tags(tokenizer: PreTrainedTokenizerBase) -> tuple[int, int]:
    """Ids of `<think>` and `</think>` in this tokenizer."""
    return tuple(tokenizer.convert_tokens_to_ids(["<think>", "</think>"]))


def opens_thought(tokenizer: PreTrainedTokenizerBase, ids: list[int]) -> bool:
    """Whether a prompt ends inside a thought, as Thinking models' templates do."""
    opening, closing = thought_tags(tokenizer)
    tail = ids[-4:]
    return opening in tail and closing not in tail


def _conversation(messages: str | Messages) -> list[dict[str, Any]]:
    if isinstance(messages, str):
        return [{"role": "user", "content": messages}]
    if not messages:
        raise ValueError("The conversation is empty: give at least one message.")
    return [dict(message) for message in messages]


def _mark_control_tokens(
    tokenizer: PreTrainedTokenizerBase, messages: list[dict]
) -> tuple[list[dict], dict[str, str]]:
    """Put a private character for each control token in text that is not ours."""
    stand_ins: dict[str, str] = {}
    for message in messages:
        text = message.get("content")
        if message["role"] not in UNTRUSTED or not isinstance(text, str):
            continue
        for number, token in enumerate(tokenizer.added_tokens_encoder):
            if token in text:
                mark = chr(0xF0000 + number)
                stand_ins[mark] = token
                text = text.replace(token, mark)
        message["content"] = text
    return messages, stand_ins


def _ids(tokenizer: PreTrainedTokenizerBase, text: str) -> list[int]:
    return tokenizer(text, add_special_tokens=False)["input_ids"] if text else []
