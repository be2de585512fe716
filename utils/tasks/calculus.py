r"""Derivatives and critical points of polynomials, with every step written out.

Lesson 05 (coder and math) asks for both. A final line holds the answer in \boxed{}, as
Qwen2.5-Math puts it; `utils.tasks.steps` checks the lines before it.
"""

import random
import re
from dataclasses import replace

from utils.tasks import algebra
from utils.tasks.base import Example, Message, Split, Task, system, user
from utils.tasks.calculus_wordings import ask_critical, ask_derivative
from utils.tasks.equations import solve
from utils.tasks.polynomials import (
    Function,
    Polynomial,
    derivative,
    random_function,
    split_of_polynomial,
    terms,
    write,
    write_terms,
)
from utils.tasks.solvable import critical_polynomial
from utils.tasks.steps import wrong_steps

SYSTEM_PROMPTS = (
    # What Qwen2.5-Math's model page recommends.
    r"Please reason step by step, and put your final answer within \boxed{}.",
    "You are Qwen, created by Alibaba Cloud. You are a helpful assistant.",
    "You are a helpful assistant.",
    "You are a careful math teacher.",
)
WITH_SYSTEM_PROMPT = 0.25


class Derivative:
    """Differentiate a polynomial of degree one to four."""

    name = "derivative"

    def sample(self, rng: random.Random, split: Split) -> Example:
        """Any polynomial of the split; its steps are the thought."""
        polynomial = _of_split(rng, split, any_polynomial)
        function = random_function(rng, polynomial)
        question = ask_derivative(rng, function, split)
        return derivative_example(question, function, _rules(rng))

    def grade(self, example: Example, reply: str) -> bool:
        """Right when the reply's answer equals the derivative, by sympy."""
        import sympy

        try:
            found = algebra.expression(_answer_in(reply))
        except ValueError:
            return False
        return sympy.expand(found - algebra.expression(example.answer)) == 0


class CriticalPoints:
    """Find every real x where the derivative of a polynomial is zero."""

    name = "critical_points"

    def sample(self, rng: random.Random, split: Split) -> Example:
        """A polynomial whose derivative can be solved by hand; see `equations`."""
        polynomial = _of_split(rng, split, critical_polynomial)
        function = random_function(rng, polynomial)
        question = ask_critical(rng, function, split)
        return critical_example(question, function, _rules(rng))

    def grade(self, example: Example, reply: str) -> bool:
        """Right when the reply's answer holds all the points and no other."""
        try:
            found = algebra.solutions(_answer_in(reply))
        except ValueError:
            return False
        return found == algebra.solutions(example.answer)


class WrittenOut:
    """Another task with its steps as part of the reply, where every line must hold."""

    def __init__(self, task: Task) -> None:
        self.task = task
        self.name = f"{task.name}-steps"

    def sample(self, rng: random.Random, split: Split) -> Example:
        example = self.task.sample(rng, split)
        reply = f"{example.thought}\n{example.reply}"
        return replace(example, task=self.name, reply=reply)

    def grade(self, example: Example, reply: str) -> bool:
        """Right when the answer is, and each line before it, from the question on."""
        wanted = asked_function(example)
        return self.task.grade(example, reply) and not wrong_steps(reply, wanted)


def derivative_example(
    question: str, function: Function, before: list[Message] | None = None
) -> Example:
    """A derivative example from a question you word yourself."""
    answer = write(derivative(function.polynomial))
    return Example(
        task="derivative",
        messages=[*(before or []), user(question)],
        answer=answer,
        thought="\n".join(derivative_steps(function)),
        reply=f"Derivative: \\boxed{{{answer}}}",
    )


def critical_example(
    question: str, function: Function, before: list[Message] | None = None
) -> Example:
    """A critical-points example from a question you word yourself."""
    lines, points = solve(derivative(function.polynomial))
    answer = ", ".join(f"x = {point}" for point in points) or "none"
    return Example(
        task="critical_points",
        messages=[*(before or []), user(question)],
        answer=answer,
        thought="\n".join([*derivative_steps(function), *lines]),
        reply=f"Critical points: \\boxed{{{answer}}}",
    )


def derivative_steps(function: Function) -> list[str]:
    """The function as it was asked, the rule for each term, their sum, put in order."""
    rules, slope = [], []
    asked = list(function.order) or terms(function.polynomial)
    for coefficient, power in asked:
        term = write_terms([(coefficient, power)])
        derived = [(coefficient * power, power - 1)] if power else []
        rules.append(f"d/dx({term}) = {write_terms(derived)}")
        slope += derived
    sums = [write_terms(slope), write(derivative(function.polynomial))]
    return [
        f"{function.head} = {write_terms(asked)}",
        *rules,
        *(f"{function.prime} = {one}" for one in dict.fromkeys(sums)),
    ]


def asked_function(example: Example) -> str:
    """The polynomial that an example asks about, from its own first step."""
    return example.thought.split("\n", 1)[0].split(" = ", 1)[1]


def any_polynomial(rng: random.Random) -> Polynomial:
    """Degree one to four, mostly small coefficients, none above 99; some are zero."""
    degree = rng.choices((1, 2, 3, 4), (1, 3, 5, 5))[0]
    largest = rng.choices((5, 12, 30, 99), (2, 4, 2, 2))[0]
    rest = [_coefficient(rng, largest, zero=0.2) for _ in range(degree)]
    return (_coefficient(rng, largest), *rest)


def _coefficient(rng: random.Random, largest: int, zero: float = 0.0) -> int:
    if rng.random() < zero:
        return 0
    return rng.randint(1, largest) * rng.choice((1, -1))


def _of_split(rng: random.Random, split: Split, sample) -> Polynomial:
    while split_of_polynomial(polynomial := sample(rng)) != split:
        pass
    return polynomial


def _rules(rng: random.Random) -> list[Message]:
    if rng.random() >= WITH_SYSTEM_PROMPT:
        return []
    return [system(rng.choice(SYSTEM_PROMPTS))]


def _answer_in(reply: str) -> str:
    """The boxed text, or what the last line says after its ":", "is" or "are"."""
    box = algebra.boxed(reply)
    lines = reply.strip().splitlines() or [""]
    text = box if box is not None else re.split(r":| is | are ", lines[-1])[-1]
    text = algebra.plain(text)
    return re.sub(r"^\s*(\w'\(x\)|\w\(x\)|y'|dy/dx)\s*=", "", text).strip(" .")
