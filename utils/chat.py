"""Talk to a chat model: render, generate, stream, answer many at once, parse thoughts.

Lesson 02 does each of these with plain `transformers` first; these are the same calls,
kept in one place. User text can never become a control token here.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from queue import Queue
from threading import Event, Thread
from typing import Any, Literal, NamedTuple

import torch
from transformers import (
    PreTrainedModel,
    PreTrainedTokenizerBase,
    StoppingCriteria,
    TextStreamer,
)

from utils.cache import with_room
from utils.encoding import (
    Messages,
    check_room,
    encode,
    opens_thought,
    pad_left,
    render,
    thought_tags,
)

__all__ = [
    "Piece",
    "Reply",
    "chat",
    "chat_batch",
    "encode",
    "render",
    "stream",
    "to_reply",
    "write_replies",
]


@dataclass(frozen=True)
class Reply:
    """What a model wrote.

    `thinking` is None when there was no thought, "" when it was left empty. `tokens`
    counts everything written, the end token too; `finished` says whether the model
    stopped by itself.
    """

    thinking: str | None
    text: str
    tokens: int
    finished: bool


class Piece(NamedTuple):
    """A piece of a streamed reply and the part it belongs to."""

    part: Literal["thinking", "answer"]
    text: str


def chat(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    messages: str | Messages,
    *,
    thinking: bool = True,
    tools: list | None = None,
    max_new_tokens: int = 512,
    **generate: Any,
) -> Reply:
    """One reply; `generate` goes to `model.generate` unchanged."""
    ids = encode(tokenizer, messages, thinking=thinking, tools=tools)
    _check_room(model, len(ids))
    inputs = torch.tensor([ids], device=model.device)
    output = model.generate(
        input_ids=inputs,
        attention_mask=torch.ones_like(inputs),
        max_new_tokens=max_new_tokens,
        **_with_padding(tokenizer, generate),
    )
    return to_reply(
        tokenizer,
        output[0, len(ids) :].tolist(),
        in_thought=opens_thought(tokenizer, ids),
    )


def chat_batch(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    conversations: Sequence[str | Messages],
    *,
    thinking: bool = True,
    tools: Sequence[list | None] | None = None,
    max_new_tokens: int = 512,
    **generate: Any,
) -> list[Reply]:
    """One reply per conversation, all generated together.

    `tools` has an entry per conversation. Rows are padded on the left: every row then
    goes on from its own last token.
    """
    if not conversations:
        return []
    rows = [
        encode(tokenizer, conversation, thinking=thinking, tools=offered)
        for conversation, offered in zip(
            conversations, tools or [None] * len(conversations), strict=True
        )
    ]
    inputs = pad_left(tokenizer, rows).to(model.device)
    _check_room(model, inputs["input_ids"].shape[1])
    arguments = with_room(model, _with_padding(tokenizer, generate))
    output = model.generate(**inputs, max_new_tokens=max_new_tokens, **arguments)
    new = output[:, inputs["input_ids"].shape[1] :].tolist()
    copies = len(new) // len(rows)  # num_return_sequences
    return [
        to_reply(tokenizer, ids, in_thought=opens_thought(tokenizer, rows[i // copies]))
        for i, ids in enumerate(new)
    ]


def write_replies(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    inputs: Mapping[str, torch.Tensor],
    *,
    what: str,
    remedy: str,
    max_new_tokens: int = 128,
    **generate: Any,
) -> list[Reply]:
    """One reply for each row of a processor's inputs, padded on the left.

    Raises ValueError when they leave no room to answer: "`what` … : `remedy`."
    """
    length = inputs["input_ids"].shape[1]
    check_room(model, length, what, remedy)
    arguments = with_room(model, generate)
    with torch.inference_mode():
        output = model.generate(**inputs, max_new_tokens=max_new_tokens, **arguments)
    return [to_reply(tokenizer, ids) for ids in output[:, length:].tolist()]


def stream(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    messages: str | Messages,
    *,
    thinking: bool = True,
    tools: list | None = None,
    max_new_tokens: int = 512,
    **generate: Any,
) -> Iterator[Piece]:
    """The reply piece by piece while it is written, the thought apart from the answer.

    Stop reading and the model stops writing.
    """
    ids = encode(tokenizer, messages, thinking=thinking, tools=tools)
    _check_room(model, len(ids))
    streamer = _PieceStreamer(tokenizer, in_thought=opens_thought(tokenizer, ids))
    inputs = torch.tensor([ids], device=model.device)
    arguments = _with_padding(tokenizer, generate) | {
        "input_ids": inputs,
        "attention_mask": torch.ones_like(inputs),
        "max_new_tokens": max_new_tokens,
        "streamer": streamer,
        "stopping_criteria": [_Stop(streamer.stopped)],
    }
    worker = Thread(target=streamer.run, args=(model.generate, arguments), daemon=True)
    worker.start()
    try:
        while (item := streamer.queue.get()) is not None:
            if isinstance(item, BaseException):
                raise item
            yield item
    finally:
        streamer.stopped.set()
        worker.join()


def to_reply(
    tokenizer: PreTrainedTokenizerBase, ids: list[int], *, in_thought: bool = False
) -> Reply:
    """Read generated ids. `in_thought` says that the prompt already opened a thought.

    Tags are found by name, never by number: ids differ between Qwen generations.
    """
    ends = {tokenizer.eos_token_id, tokenizer.pad_token_id}
    stop = next((i for i, token in enumerate(ids) if token in ends), None)
    body = ids if stop is None else ids[:stop]
    opening, closing = thought_tags(tokenizer)
    if opening in body:
        body, in_thought = body[body.index(opening) + 1 :], True
    thought = None
    if closing in body:
        cut = body.index(closing)
        thought, body = body[:cut], body[cut + 1 :]
    elif in_thought:
        thought, body = body, []
    return Reply(
        thinking=None if thought is None else tokenizer.decode(thought).strip(),
        text=tokenizer.decode(body, skip_special_tokens=True).strip(),
        tokens=len(ids) if stop is None else stop + 1,
        finished=stop is not None,
    )


class _PieceStreamer(TextStreamer):
    """Hands finished text over a queue, labeled with its part; None ends it."""

    def __init__(self, tokenizer: PreTrainedTokenizerBase, in_thought: bool) -> None:
        super().__init__(tokenizer, skip_prompt=True, skip_special_tokens=True)
        self.queue: Queue = Queue()
        self.stopped = Event()
        self.opening, self.closing = thought_tags(tokenizer)
        self.part = "thinking" if in_thought else "answer"

    def run(self, generate: Any, arguments: dict) -> None:
        """Generate, and pass an error on to the reader instead of dying unseen."""
        try:
            generate(**arguments)
        except BaseException as error:
            self.queue.put(error)
        self.queue.put(None)

    def put(self, value: torch.Tensor) -> None:
        token = value.flatten()[-1].item()
        prompt = self.next_tokens_are_prompt
        if prompt or token not in (self.opening, self.closing):
            return super().put(value)
        super().end()
        self.next_tokens_are_prompt = False
        self.part = "thinking" if token == self.opening else "answer"

    def on_finalized_text(self, text: str, stream_end: bool = False) -> None:
        if text:
            self.queue.put(Piece(self.part, text))


class _Stop(StoppingCriteria):
    def __init__(self, stopped: Event) -> None:
        self.stopped = stopped

    def __call__(self, input_ids, scores, **_) -> torch.Tensor:
        return torch.full((len(input_ids),), self.stopped.is_set())


def _check_room(model: PreTrainedModel, length: int) -> None:
    remedy = "shorten it or drop its oldest turns"
    check_room(model, length, "The conversation is", remedy)


def _with_padding(tokenizer: PreTrainedTokenizerBase, generate: dict) -> dict:
    return {"pad_token_id": tokenizer.pad_token_id} | generate
