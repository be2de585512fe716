"""Sums of two to eight numbers below one hundred, alone or continued in a chat.

Written down step by step a sum is easy; in one go it is not. That gap is what lesson
08 (thinking) measures.
"""

import random
import re

from utils.tasks.base import Example, Message, Split, assistant, split_of, system, user
from utils.tasks.wordings import ask

SMALLEST, LARGEST = 1, 99
ONE_DIGIT = 0.1  # share of one-digit numbers that a model of sums from zero gets extra
# Share of the various sums that have a number twice: a model that copies by what stood
# before loses its place there ("7 + 72 + 72" became 223).
REPEATED = 0.2
STYLES = {
    "sentence": "The sum is {total}.",
    "number": "{total}",
    "equation": "{equation} = {total}",
}
SYSTEM_PROMPTS = {
    "sentence": (
        "You are a helpful assistant.",
        "You are a pocket model.",
        "You are Qwen, a small and friendly model.",
        "Be polite.",
        "Help the user.",
    ),
    "number": (
        "Answer with the number only.",
        "Reply with the number only.",
        "Give only the number.",
        "Only the number, please.",
        "Answer with just the number, no words.",
        "You are a calculator. Answer with the number only.",
    ),
    "equation": (
        "Answer with the whole equation.",
        "Show the whole equation.",
        "Reply with the full equation.",
        "Write the answer as an equation.",
    ),
}
FOLLOW_UPS = (
    "Add {} to that.",
    "Now add {}.",
    "And plus {}?",
    "Plus {}?",
    "Add {} more.",
    "And {} more?",
    "Now add {} to it.",
    "What if I add {}?",
)


# Two numbers are the sums that can be learned without thinking, given enough of them.
COUNTS, WEIGHTS = range(2, 9), (4, 1, 1, 1, 1, 1, 2)


class Sums:
    """Add `count` numbers: fixed, or two to eight when it is None.

    `smallest` is one, or zero: then zeros and other one-digit numbers are frequent,
    which are rare among numbers below one hundred. In training, `various` sums are
    asked for in more ways, and more often have a number twice.
    """

    def __init__(
        self,
        count: int | None = None,
        smallest: int = SMALLEST,
        *,
        various: bool = False,
    ) -> None:
        self.count = count
        self.smallest = smallest
        self.various = various
        name = _name("sums" if count is None else f"sums-{count}", smallest)
        self.name = f"{name}-various" if various else name

    def sample(self, rng: random.Random, split: Split) -> Example:
        """A question for a sum; in one of five a system prompt sets the style."""
        count = self.count or rng.choices(COUNTS, WEIGHTS)[0]
        various = self.various and split == "train"
        twice = REPEATED if various else 0
        numbers = _numbers(rng, count, split, self.smallest, twice)
        style = rng.choices(tuple(STYLES), weights=(80, 12, 8))[0]
        text = ask(rng, numbers, split, various=various)
        return make(text, numbers, _rules(rng, style), style)

    def grade(self, example: Example, reply: str) -> bool:
        """Right when the last whole number of the reply is the sum."""
        return last_number(reply) == example.answer


class FollowUps:
    """Continue a sum: "Now add 30." needs the number from the turn before."""

    def __init__(self, smallest: int = SMALLEST) -> None:
        self.smallest = smallest
        self.name = _name("followups", smallest)

    def sample(self, rng: random.Random, split: Split) -> Example:
        numbers = _numbers(rng, rng.randint(2, 6), split, self.smallest)
        style = rng.choices(tuple(STYLES), weights=(80, 12, 8))[0]
        history = [
            *_rules(rng, style),
            user(ask(rng, numbers, split)),
            assistant(_reply(numbers, style)),
        ]
        total = sum(numbers)
        for _ in range(rng.randint(0, 1)):
            more = _number(rng, self.smallest)
            history += [_follow(rng, more), assistant(_reply([total, more], style))]
            total += more
        more = _number(rng, self.smallest)
        return _example([*history, _follow(rng, more)], [total, more], style, self.name)

    def grade(self, example: Example, reply: str) -> bool:
        return last_number(reply) == example.answer


def make(
    question: str,
    numbers: list[int],
    before: list[Message] | None = None,
    style: str = "sentence",
) -> Example:
    """A sums example from a question you word yourself."""
    return _example([*(before or []), user(question)], numbers, style, "sums")


def running_sums(numbers: list[int]) -> str:
    """The thought that solves a sum: one addition per line."""
    lines, total = [], numbers[0]
    for number in numbers[1:]:
        lines.append(f"{total} + {number} = {total + number}")
        total += number
    return "\n".join(lines)


def last_number(text: str) -> str | None:
    """The last whole number in a text, or None."""
    found = re.findall(r"\d+", text)
    return found[-1] if found else None


def _example(
    messages: list[Message], numbers: list[int], style: str, task: str
) -> Example:
    return Example(
        task=task,
        messages=messages,
        answer=str(sum(numbers)),
        thought=running_sums(numbers),
        reply=_reply(numbers, style),
    )


def _reply(numbers: list[int], style: str) -> str:
    equation = " + ".join(map(str, numbers))
    return STYLES[style].format(total=sum(numbers), equation=equation)


def _rules(rng: random.Random, style: str) -> list[Message]:
    if style == "sentence" and rng.random() < 0.8:
        return []
    return [system(rng.choice(SYSTEM_PROMPTS[style]))]


def _follow(rng: random.Random, number: int) -> Message:
    text = rng.choice(FOLLOW_UPS).format(number)
    return user(text.lower() if rng.random() < 0.15 else text)


def _numbers(
    rng: random.Random, count: int, split: Split, smallest: int, twice: float = 0
) -> list[int]:
    """Numbers whose sorted list belongs to the split, in any order.

    `twice` is the share of lists in which one number stands for another, too.
    """
    while True:
        numbers = [_number(rng, smallest) for _ in range(count)]
        if twice and rng.random() < twice:
            numbers[rng.randrange(count)] = rng.choice(numbers)
        if split_of("sum " + " ".join(map(str, sorted(numbers)))) == split:
            return numbers


def _number(rng: random.Random, smallest: int) -> int:
    few = smallest == 0 and rng.random() < ONE_DIGIT
    return rng.randint(smallest, 9 if few else LARGEST)


def _name(name: str, smallest: int) -> str:
    return f"{name}-zero" if smallest == 0 else name
