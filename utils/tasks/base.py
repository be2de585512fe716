"""What a task is: something that can be sampled, asked and graded, whoever answers.

The same tasks train the pocket models and measure every model. Lesson 02 uses the
first; `utils.evaluate` runs them.
"""

import random
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

Message = dict[str, Any]  # role and content: a text, or parts with pictures
Split = Literal["train", "dev", "test"]


@dataclass(frozen=True)
class Example:
    """One conversation that waits for a reply, and a reply that would be right.

    `tools` are the definitions that the conversation offers, for the chat template.
    `evidence` is the part of a passage that answers the question.
    """

    task: str
    messages: list[Message]
    answer: str
    thought: str
    reply: str
    tools: list[dict] | None = None
    evidence: str = ""


class Task(Protocol):
    """A small verifiable skill."""

    name: str

    def sample(self, rng: random.Random, split: Split) -> Example:
        """Draw one example; the three splits never share a problem."""
        ...

    def grade(self, example: Example, reply: str) -> bool:
        """Say whether a reply (without its thought) is right."""
        ...


def split_of(key: str) -> Split:
    """The split a problem belongs to, for good: 1 in 20 test, 1 in 20 dev.

    It depends on the problem itself, not on a seed, so no choice of seeds can let
    a training example reach an evaluation.
    """
    bucket = zlib.crc32(key.encode()) % 20
    return {0: "test", 1: "dev"}.get(bucket, "train")


def draw(task: Task, n: int, seed: int, split: Split = "test") -> list[Example]:
    """`n` examples of a task, the same for the same seed."""
    rng = random.Random(f"{task.name}/{split}/{seed}")
    return [task.sample(rng, split) for _ in range(n)]


def words_of(rng: random.Random, split: Split) -> Split:
    """Whose words a problem is put in: outside training, half of them are held out."""
    return split if rng.random() < 0.5 else "train"


def one_of(
    rng: random.Random, split: Split, parts: Mapping[str, Sequence], few: bool = False
) -> Any:
    """One of the parts, as `words_of` has it; those of `more` train, unless few do."""
    whose = words_of(rng, split)
    more = () if few or whose != "train" else parts.get("more", ())
    return rng.choice((*parts[whose], *more))


def user(text: str) -> Message:
    """A message from the person."""
    return {"role": "user", "content": text}


def assistant(text: str) -> Message:
    """A message from the model."""
    return {"role": "assistant", "content": text}


def system(text: str) -> Message:
    """A message that sets the rules of the conversation."""
    return {"role": "system", "content": text}


def text_of(message: Message) -> str:
    """A message's text, without its pictures and sounds."""
    content = message["content"]
    if isinstance(content, str):
        return content
    return "".join(part.get("text", "") for part in content)
