"""Small Python functions to write from a docstring or to fill in, judged by a run.

The prompts are raw text, as a base model of Qwen2.5-Coder reads it; see lesson 05.
"""

import random
from collections.abc import Sequence

from utils.tasks.base import Example, Split, user
from utils.tasks.code import holes
from utils.tasks.code.program import Program, program

TIMEOUT = 5.0  # seconds for one function and its tests


class _Judged:
    """Grades by running; `source` makes a program of a prompt and a reply."""

    def source(self, prompt: str, reply: str) -> str:
        raise NotImplementedError

    def grade(self, example: Example, reply: str) -> bool:
        """Right when the function passes its tests in the sandbox."""
        return self.grade_batch([example], [reply])[0]

    def grade_batch(
        self, examples: Sequence[Example], replies: Sequence[str]
    ) -> list[bool]:
        """Grade many replies at once."""
        rows = zip(examples, replies, strict=True)
        sources = (self.source(e.messages[-1]["content"], reply) for e, reply in rows)
        tested = zip(sources, examples, strict=True)
        return passes([f"{source}\n{example.answer}" for source, example in tested])


class Complete(_Judged):
    """Write a function's body, given its signature and docstring."""

    name = "code"

    def sample(self, rng: random.Random, split: Split) -> Example:
        """A head to go on from; in one of twelve another function stands before it."""
        # A bare name says what to do only if it was seen before, so only in training.
        drawn = program(rng, split, doc=split != "train" or rng.random() > 0.08)
        prompt, body = drawn.head, drawn.body
        if rng.random() < 0.08:
            other = program(rng, split)
            prompt = f"{other.head}{other.body}\n\n{prompt}"
        if rng.random() < 0.12:  # typed up to the quotes, with no new line yet
            prompt, body = prompt.rstrip("\n"), "\n" + body
        return _example(self.name, prompt, body, drawn)

    def source(self, prompt: str, reply: str) -> str:
        return prompt + first_block(reply)


class Fill(_Judged):
    """Write what is missing in the middle of a function, in Qwen's FIM format."""

    name = "code-fim"

    def sample(self, rng: random.Random, split: Split) -> Example:
        """A function with a hole in its body; sometimes a call follows it."""
        drawn = program(rng, split, doc=split != "train" or rng.random() > 0.12)
        hole = holes.cut(rng, drawn.body)
        after = hole.after
        if rng.random() < 0.15:
            after += f"\n\nprint({rng.choice(drawn.calls)[0]})\n"
        prompt = holes.prompt(drawn.head + hole.before, after)
        return _example(self.name, prompt, hole.middle, drawn)

    def source(self, prompt: str, reply: str) -> str:
        return holes.filled(prompt, reply)


def first_block(reply: str) -> str:
    """A completion up to its first line that is no longer indented.

    A model that goes on with the next function is not asked for that (HumanEval,
    arXiv 2107.03374, section 2.1, stops there too).
    """
    lines = reply.split("\n")
    # The first line may go on with the line that the prompt ends in.
    end = next(
        (i for i, line in enumerate(lines) if i and line and not line[0].isspace()),
        len(lines),
    )
    return "\n".join(lines[:end])


def passes(sources: Sequence[str]) -> list[bool]:
    """Whether each program reaches its end in the sandbox."""
    from utils import sandbox

    outcomes = sandbox.run_many(sources, timeout=TIMEOUT)
    return [outcome.ok for outcome in outcomes]


def _example(task: str, prompt: str, reply: str, drawn: Program) -> Example:
    return Example(
        task=task,
        messages=[user(prompt)],
        answer=drawn.tests,
        thought="",
        reply=reply,
    )
