"""Cuts a hole into code and asks for what was there: fill in the middle (FIM).

The format is Qwen2.5-Coder's (arXiv 2409.12186, section 3.2.1): prefix, suffix, middle.
"""

import random
import re
from dataclasses import dataclass

PREFIX, SUFFIX, MIDDLE = "<|fim_prefix|>", "<|fim_suffix|>", "<|fim_middle|>"
# A space belongs to what follows it, as in the tokenizer. Editors that ask for a middle
# cut there too, or heal the prompt: a token cut in two was never seen in training.
LEXEME = re.compile(r" ?\w+| ?[^\w\s]")


@dataclass(frozen=True)
class Hole:
    """A text in three parts, of which the model writes the middle one."""

    before: str
    middle: str
    after: str


def cut(rng: random.Random, text: str) -> Hole:
    """A hole of whole lines, or of words and signs within one line."""
    start, stop = (_lines if rng.random() < 0.5 else _lexemes)(rng, text)
    return Hole(text[:start], text[start:stop], text[stop:])


def prompt(before: str, after: str) -> str:
    """What the model reads to write the middle."""
    return f"{PREFIX}{before}{SUFFIX}{after}{MIDDLE}"


def filled(asked: str, middle: str) -> str:
    """The whole text, from such a prompt and the middle that was written."""
    before, rest = asked.removeprefix(PREFIX).split(SUFFIX)
    return before + middle + rest.removesuffix(MIDDLE)


def _lines(rng: random.Random, text: str) -> tuple[int, int]:
    """Start and stop of one to three lines; half of the time the indent is kept."""
    lines = text.splitlines(keepends=True)
    first = rng.randrange(len(lines))
    last = min(len(lines), first + rng.choice((1, 1, 2, 3)))
    start = len("".join(lines[:first]))
    stop = len("".join(lines[:last]))
    if rng.random() < 0.5:
        indent = len(lines[first]) - len(lines[first].lstrip())
        return start + indent, stop - 1
    return start, stop


def _lexemes(rng: random.Random, text: str) -> tuple[int, int]:
    """Start and stop of some lexemes of one line, often all up to its end."""
    lines = text.splitlines(keepends=True)
    number = rng.randrange(len(lines))
    offset = len("".join(lines[:number]))
    indent = len(lines[number]) - len(lines[number].lstrip())
    spans = [m.span() for m in LEXEME.finditer(lines[number], indent)]
    first = rng.randrange(len(spans))
    to_the_end = rng.random() < 0.4
    last = len(spans) - 1 if to_the_end else rng.randrange(first, len(spans))
    return offset + spans[first][0], offset + spans[last][1]
