"""Find passages by meaning: embed, search, rerank, as Qwen3-Embedding and -Reranker do.

Lesson 07 does each step with plain `transformers` first. Prompts and pooling are those
of the Qwen3-Embedding repository's README, so the real checkpoints work unchanged.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import takewhile

import torch
from torch.nn.utils.rnn import pad_sequence
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from utils.encoding import pad_left

INSTRUCTION = (
    "Given a web search query, retrieve relevant passages that answer the query"
)
END = "<|endoftext|>"  # the position that an embedding is read from
JUDGE = (
    "Judge whether the Document meets the requirements based on the Query and the "
    'Instruct provided. Note that the answer can only be "yes" or "no".'
)
OPENING = f"<|im_start|>system\n{JUDGE}<|im_end|>\n<|im_start|>user\n"
CLOSING = "<|im_end|>\n<|im_start|>assistant\n<think>\n\n</think>\n\n"
VERDICTS = ("no", "yes")
NEARNESS = 50.0  # on dev pools of 600 (seed 777), good for twins and for all others


def as_query(question: str, instruction: str = INSTRUCTION) -> str:
    """The question as it is embedded; passages are embedded as they are."""
    return f"Instruct: {instruction}\nQuery:{question}"


@torch.inference_mode()
def embed(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    texts: Sequence[str],
    *,
    batch_size: int = 64,
) -> torch.Tensor:
    """Vectors of length one, [texts, hidden], in float32 on the CPU.

    The vector is the last hidden state of `<|endoftext|>`, put behind each text. Raises
    ValueError for a text that is longer than the model reads.
    """
    rows = [text_ids(tokenizer, text) for text in texts]
    vectors = torch.empty(len(rows), model.config.hidden_size)
    for chosen in _batches(model, rows, batch_size):
        batch = pad_left(tokenizer, [rows[i] for i in chosen]).to(model.device)
        hidden = model(**batch, use_cache=False).last_hidden_state  # [batch, seq, h]
        pooled = hidden[:, -1].float()  # padded on the left: the end token is last
        vectors[chosen] = torch.nn.functional.normalize(pooled, dim=-1).cpu()
    return vectors


def search(
    queries: torch.Tensor, passages: torch.Tensor, k: int
) -> tuple[torch.Tensor, torch.Tensor]:
    """The `k` nearest passages of each query: (indices, cosines), both [queries, k].

    Both are vectors of `embed`, of which the dot product is the cosine.
    """
    cosines, indices = (queries @ passages.T).topk(min(k, len(passages)))
    return indices, cosines


@torch.inference_mode()
def rerank(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    pairs: Sequence[tuple[str, str]],
    *,
    instruction: str = INSTRUCTION,
    batch_size: int = 64,
) -> torch.Tensor:
    """How likely each (question, passage) is answered by "yes": [pairs], from 0 to 1.

    The model reads question and passage together, and its next token is "yes" or "no".
    What all prompts begin with, the instruction, is read once in a batch. Raises
    ValueError for a pair that is longer than the model reads.
    """
    rows = [pair_ids(tokenizer, *pair, instruction) for pair in pairs]
    begun = rows[0][: min(alike(rows), min(map(len, rows)) - 1)] if rows else []
    verdicts = tokenizer.convert_tokens_to_ids(list(VERDICTS))
    scores = torch.empty(len(rows))
    for chosen in _batches(model, rows, batch_size):
        ends = [rows[i][len(begun) :] for i in chosen]
        logits = _logits_after(model, begun, ends)[:, verdicts]
        scores[chosen] = logits.float().softmax(-1)[:, 1].cpu()
    return scores


def _logits_after(
    model: PreTrainedModel, begun: list[int], ends: list[list[int]]
) -> torch.Tensor:
    """What follows each prompt, [prompts, vocabulary]: `begun` and then one of `ends`.

    Padded on the right, where no token of a prompt ever looks.
    """
    ids = pad_sequence([torch.tensor(end) for end in ends], batch_first=True)
    shared = torch.tensor([begun], device=model.device)
    hidden = states_after(model, shared, ids.to(model.device))
    last = [len(end) - 1 for end in ends]
    return model.lm_head(hidden[torch.arange(len(ends)), last])


def fuse(
    verdicts: torch.Tensor, cosines: torch.Tensor, nearness: float = NEARNESS
) -> torch.Tensor:
    """One score of what reranker and embedding say: log-odds of "yes" plus nearness.

    `verdicts` are of `rerank`, `cosines` of `search`, of one shape. The embedding knows
    what a passage is about, the reranker what belongs to what; each misses what the
    other sees.
    """
    return torch.logit(verdicts, eps=1e-7) + nearness * cosines


def text_ids(tokenizer: PreTrainedTokenizerBase, text: str) -> list[int]:
    """Ids of a text to embed, its end token included."""
    return [*_plain(tokenizer, text), tokenizer.convert_tokens_to_ids(END)]


def pair_ids(
    tokenizer: PreTrainedTokenizerBase,
    question: str,
    passage: str,
    instruction: str = INSTRUCTION,
) -> list[int]:
    """Ids of the prompt that asks a reranker for its verdict."""
    before, after = _frame(tokenizer)
    text = user_turn(question, passage, instruction)
    return [*before, *_plain(tokenizer, text), *after]


def user_turn(question: str, passage: str, instruction: str = INSTRUCTION) -> str:
    """What a reranker's user turn says."""
    return f"<Instruct>: {instruction}\n<Query>: {question}\n<Document>: {passage}"


@lru_cache(maxsize=2)
def _frame(tokenizer: PreTrainedTokenizerBase) -> tuple[list[int], list[int]]:
    """Ids before and after the user's turn, control tokens included."""
    before, after = tokenizer([OPENING, CLOSING], add_special_tokens=False)["input_ids"]
    return before, after


def _plain(tokenizer: PreTrainedTokenizerBase, text: str) -> list[int]:
    """Ids without control tokens: a passage cannot end its turn with <|im_end|>."""
    return tokenizer(text, add_special_tokens=False, split_special_tokens=True)[
        "input_ids"
    ]


def states_after(
    model: PreTrainedModel, shared: torch.Tensor, input_ids: torch.Tensor
) -> torch.Tensor:
    """Last hidden states of rows [n, seq] that go on from `shared` [1, length].

    It is read once, and its keys and values are lent to every row.
    """
    past = model.model(shared, use_cache=True).past_key_values
    past.batch_repeat_interleave(len(input_ids))
    return model.model(input_ids, past_key_values=past).last_hidden_state


def alike(rows: list[list[int]]) -> int:
    """How many ids all rows begin with."""
    columns = zip(*rows, strict=False)  # as many as the shortest row has
    return sum(1 for _ in takewhile(lambda ids: len({*ids}) == 1, columns))


def _batches(
    model: PreTrainedModel, rows: list[list[int]], size: int
) -> Iterator[list[int]]:
    """Yield places of rows of like length, `size` at a time."""
    longest = max(map(len, rows), default=0)
    limit = model.config.max_position_embeddings
    if longest > limit:
        raise ValueError(
            f"A text is {longest} tokens long and the model reads at most {limit}: "
            "split it into shorter passages."
        )
    order = sorted(range(len(rows)), key=lambda i: len(rows[i]))
    for start in range(0, len(order), size):
        yield order[start : start + size]
