"""Turns a recipe's tasks into training batches, the same ones for the same seed.

Batch `k` depends on the seed and `k` alone, so a killed run resumes exactly. Of a
conversation only the last assistant turn is learned; of raw text the prompt, too.
"""

import random
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import lru_cache

import torch
from transformers import BatchEncoding, PreTrainedTokenizerBase
from transformers.utils.chat_template_utils import render_jinja_template

from utils.losses import IGNORE
from utils.paths import CHAT_TEMPLATE
from utils.recipe import DataPart, Mode
from utils.tasks import TASKS
from utils.tasks.base import Example, assistant

Render = Callable[[PreTrainedTokenizerBase, Example, Mode], tuple[str, str]]
ROUND_LENGTH = 8  # a batch's length is a multiple of it; see utils.losses.ROUND_ROWS
POOL = 32  # batches drawn together, then sorted by length so that few pads are needed


def texts(
    data: DataPart, tokenizer_seed: int, n: int, *, roles: bool = False
) -> Iterator[str]:
    """Plain texts of `n` examples, to train a tokenizer on; with `roles`, who spoke."""
    for example in examples(data, tokenizer_seed, n):
        if roles:
            yield "\n".join([*(m["role"] for m in example.messages), "assistant"])
        if example.tools:
            yield tools_text(example.tools)
        yield "\n".join(m["content"] for m in example.messages)
        yield f"{example.thought}\n\n{example.reply}"


def examples(data: DataPart, seed: int, n: int) -> Iterator[Example]:
    """`n` training examples of the recipe's tasks."""
    rng = random.Random(f"texts/{seed}")
    for _ in range(n):
        yield _sample(rng, data)


def batch(
    data: DataPart,
    tokenizer: PreTrainedTokenizerBase,
    step: int,
    size: int,
    render: Render | None = None,
    prompt_weight: float = 0.0,
) -> BatchEncoding:
    """The conversations of training step `step`: `input_ids` and `labels`.

    `render` makes prompt and target of an example: ChatML if not given. With a
    `prompt_weight`, prompts are learned too, and `weights` says what each label counts.

    All are [batch, seq]; labels are -100 outside what is learned. Padding is on the
    right: a causal model never looks ahead at it.
    """
    render = render or prompt_and_target
    pool = _pool(data.model_dump_json(), tokenizer, step // POOL, size, render)
    return padded(pool[step % POOL], tokenizer.pad_token_id, prompt_weight)


def prompt_and_target(
    tokenizer: PreTrainedTokenizerBase, example: Example, mode: Mode
) -> tuple[str, str]:
    """The text given to the model and the text it must write.

    `direct` is thinking off by the template; `no_think` and `think` are off and on
    by a switch in the question, which the model must learn to obey. `plain` has no
    thought, not even an empty one: the way of models before Qwen3.
    """
    messages = [dict(message) for message in example.messages]
    if mode in ("no_think", "think"):
        asked = next(m for m in reversed(messages) if m["role"] == "user")
        asked["content"] += f" /{mode}"
    prompt = tokenizer.apply_chat_template(
        messages,
        tools=example.tools,
        tokenize=False,
        add_generation_prompt=True,
        enable_thinking=mode != "direct",
    )
    thought = "" if mode == "no_think" else example.thought
    block = "" if mode in ("direct", "plain") else f"<think>\n{thought}\n</think>\n\n"
    return prompt, f"{block}{example.reply}<|im_end|>"


def tools_text(tools: list[dict]) -> str:
    """What the chat template says of tools, without the control tokens around it."""
    [text], _ = render_jinja_template(
        [[{"role": "system", "content": ""}]],
        tools=tools,
        chat_template=CHAT_TEMPLATE.read_text(encoding="utf-8"),
    )
    return re.sub(r"<\|im_\w+\|>|</?tool_call>", "", text)


@lru_cache(maxsize=2)
def _pool(
    data_json: str,
    tokenizer: PreTrainedTokenizerBase,
    number: int,
    size: int,
    render: Render,
) -> list[list[tuple[list[int], int]]]:
    """`POOL` batches of (ids, where the reply starts), alike in length within each."""
    data = DataPart.model_validate_json(data_json)
    rng = random.Random(f"pool/{data.seed}/{number}")
    modes = data.modes or {"direct": 1.0}  # raw text has none, and asks for none
    pairs = [
        render(
            tokenizer,
            _sample(rng, data),
            rng.choices(tuple(modes), modes.values())[0],
        )
        for _ in range(POOL * size)
    ]
    prompts, targets = zip(*pairs, strict=True)
    prompt_ids = tokenizer(list(prompts), add_special_tokens=False)["input_ids"]
    target_ids = tokenizer(list(targets), add_special_tokens=False)["input_ids"]
    rows = [(p + t, len(p)) for p, t in zip(prompt_ids, target_ids, strict=True)]
    rows.sort(key=lambda row: len(row[0]))
    batches = [rows[i : i + size] for i in range(0, len(rows), size)]
    rng.shuffle(batches)
    return batches


def _sample(rng: random.Random, data: DataPart) -> Example:
    """One training example, sometimes with an unrelated turn before it."""
    example = _draw(rng, data)
    if rng.random() >= data.history:
        return example
    earlier = _draw(rng, data)
    if example.tools or earlier.tools:
        return example  # a call makes sense with its own definitions only
    rules = [m for m in example.messages if m["role"] == "system"]
    turns = [m for m in earlier.messages if m["role"] != "system"]
    rest = example.messages[len(rules) :]
    return replace(example, messages=[*rules, *turns, assistant(earlier.reply), *rest])


def _draw(rng: random.Random, data: DataPart) -> Example:
    name = rng.choices(tuple(data.tasks), data.tasks.values())[0]
    return TASKS[name].sample(rng, "train")


def padded(
    rows: list[tuple[list[int], int]], pad: int, prompt_weight: float = 0.0
) -> BatchEncoding:
    """`input_ids` and `labels` of rows (ids, where the reply starts); see `batch`."""
    input_ids = pad_right([ids for ids, _ in rows], pad)
    labels = torch.full_like(input_ids, IGNORE)
    weights = torch.ones(input_ids.shape)
    for i, (ids, start) in enumerate(rows):
        first = 0 if prompt_weight else start
        labels[i, first : len(ids)] = input_ids[i, first : len(ids)]
        weights[i, :start] = prompt_weight
    made = {"input_ids": input_ids, "labels": labels}
    return BatchEncoding(made | {"weights": weights} if prompt_weight else made)


def pad_right(rows: list[list[int]], pad: int) -> torch.Tensor:
    """[rows, seq], as long as the longest row needs, rounded up."""
    longest = max(map(len, rows))
    longest += -longest % ROUND_LENGTH
    return torch.tensor([row + [pad] * (longest - len(row)) for row in rows])


def reply_labels(
    tokenizer: PreTrainedTokenizerBase, input_ids: torch.Tensor
) -> torch.Tensor:
    """The ids [batch, seq] of every reply with its end token; IGNORE elsewhere."""
    opening = tokenizer("<|im_start|>assistant\n")["input_ids"]
    end = tokenizer.eos_token_id
    labels = torch.full_like(input_ids, IGNORE)
    for row, label in zip(input_ids, labels, strict=True):
        tokens, at = row.tolist(), 0
        while at <= len(tokens) - len(opening):
            if tokens[at : at + len(opening)] != opening:
                at += 1
                continue
            start = at + len(opening)
            at = tokens.index(end, start) + 1
            label[start:at] = row[start:at]
    return labels
