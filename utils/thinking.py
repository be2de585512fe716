"""A limit on how long a model may think, in two ways; lesson 08 compares them.

`generate` has no such argument. Either a logits processor closes the thought while
the model writes, or the thought is generated first and the answer in a second pass.
"""

from collections import Counter
from collections.abc import Iterable
from typing import Any

import torch
from transformers import LogitsProcessor, PreTrainedModel, PreTrainedTokenizerBase

from utils import chat as chats
from utils.chat import Reply
from utils.encoding import Messages, encode, thought_tags

# Qwen3 Technical Report (arXiv 2505.09388), section 4.3.
QWEN_EARLY_STOP = (
    "Considering the limited time by the user, I have to give the solution based on "
    "the thinking directly now."
)


def early_stop_text(model: PreTrainedModel) -> str:
    """The sentence that tells this model to answer now.

    Qwen's own, unless the model's config names another: a pocket model has never read
    that sentence, so its config says "".
    """
    return getattr(model.config, "early_stop_text", QWEN_EARLY_STOP)


def closing_ids(tokenizer: PreTrainedTokenizerBase, stop_text: str = "") -> list[int]:
    """The tokens that end a thought: a sentence if there is one, then `</think>`."""
    text = f"\n\n{stop_text}\n" if stop_text else "\n"
    return [
        *tokenizer(text, add_special_tokens=False)["input_ids"],
        thought_tags(tokenizer)[1],
    ]


class ThinkingBudget(LogitsProcessor):
    """Lets each row think for at most `budget` tokens, then writes the closing.

    `prompt_length` is the (padded) length of the prompt. Rows that closed their thought
    in time, or never opened one, are left alone.
    """

    def __init__(
        self,
        tokenizer: PreTrainedTokenizerBase,
        budget: int,
        prompt_length: int,
        stop_text: str = "",
    ) -> None:
        if budget < 0:
            raise ValueError(f"The budget is {budget} tokens: give zero or more.")
        self.budget = budget
        self.prompt_length = prompt_length
        self.opening, self.closing = thought_tags(tokenizer)
        self.ends = {tokenizer.eos_token_id, tokenizer.pad_token_id}
        self.forced = closing_ids(tokenizer, stop_text)

    def __call__(
        self, input_ids: torch.LongTensor, scores: torch.FloatTensor
    ) -> torch.FloatTensor:
        """Scores [batch, vocabulary] in which a row over budget has one choice left."""
        for row, ids in enumerate(input_ids):
            token = self._next(ids.tolist())
            if token is not None:
                scores[row] = -torch.inf
                scores[row, token] = 0.0
        return scores

    def _next(self, ids: list[int]) -> int | None:
        """The token that this row must write now, or None."""
        prompt, written = ids[: self.prompt_length], ids[self.prompt_length :]
        # A row may also end inside its thought; it is padded while the others write.
        if self.closing in written or not self.ends.isdisjoint(written):
            return None
        if self.opening in written:
            used = len(written) - written.index(self.opening) - 1
        elif self.opening in prompt[-4:] and self.closing not in prompt[-4:]:
            used = len(written)
        else:
            return None
        # Over budget every token is forced, so the overrun says which one is next.
        return None if used < self.budget else self.forced[used - self.budget]


def chat_with_budget(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    conversations: list[str | Messages],
    budget: int,
    *,
    tools: list[list | None] | None = None,
    **generate: Any,
) -> list[Reply]:
    """Replies whose thoughts stop after `budget` tokens, all generated together.

    `tools` has an entry per conversation.
    """
    offered = tools or [None] * len(conversations)
    rows = [
        encode(tokenizer, conversation, tools=own)
        for conversation, own in zip(conversations, offered, strict=True)
    ]
    length = max(map(len, rows))
    processor = ThinkingBudget(tokenizer, budget, length, early_stop_text(model))
    return chats.chat_batch(
        model,
        tokenizer,
        conversations,
        tools=tools,
        logits_processor=[processor],
        **generate,
    )


def two_pass(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    messages: str | Messages,
    budget: int,
    *,
    tools: list | None = None,
    max_new_tokens: int = 512,
    **generate: Any,
) -> Reply:
    """The same limit with two calls: think for `budget` tokens, then answer.

    For servers that take no logits processor. The prompt is read twice.
    """
    prompt = encode(tokenizer, messages, tools=tools)
    opening, closing = thought_tags(tokenizer)
    head = 0 if opening in prompt[-4:] else 1  # the model writes <think> itself
    first = _continue(model, tokenizer, prompt, budget + head, generate)
    thinks = not head or opening in first
    if not thinks or closing in first or _ended(tokenizer, first):
        rest = _continue(model, tokenizer, prompt + first, max_new_tokens, generate)
        return chats.to_reply(tokenizer, first + rest, in_thought=not head)
    first += closing_ids(tokenizer, early_stop_text(model))
    rest = _continue(model, tokenizer, prompt + first, max_new_tokens, generate)
    return chats.to_reply(tokenizer, first + rest, in_thought=not head)


def majority(answers: Iterable[str | None]) -> str | None:
    """The most frequent answer; the first seen wins a tie, None counts as no vote."""
    votes = Counter(answer for answer in answers if answer is not None)
    return votes.most_common(1)[0][0] if votes else None


def _ended(tokenizer: PreTrainedTokenizerBase, ids: list[int]) -> bool:
    return ids[-1:] in ([tokenizer.eos_token_id], [tokenizer.pad_token_id])


def _continue(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    ids: list[int],
    max_new_tokens: int,
    generate: dict[str, Any],
) -> list[int]:
    """The new ids after `ids`, nothing if they already ended."""
    if _ended(tokenizer, ids) or max_new_tokens == 0:
        return []
    inputs = torch.tensor([ids], device=model.device)
    output = model.generate(
        input_ids=inputs,
        attention_mask=torch.ones_like(inputs),
        max_new_tokens=max_new_tokens,
        pad_token_id=tokenizer.pad_token_id,
        **generate,
    )
    return output[0, len(ids) :].tolist()
