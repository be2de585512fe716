"""pocket-math on the worked example and in wordings that it never saw."""

import random
from functools import cache
from pathlib import Path

import pytest

from utils.tasks import TASKS
from utils.tasks.base import draw
from utils.tasks.calculus import critical_example, derivative_example
from utils.tasks.polynomials import WORKED_EXAMPLE, Function, random_notation, write
from utils.tasks.steps import wrong_steps

pytestmark = pytest.mark.models

SEED = 27182  # used nowhere else
WORDINGS = Path(__file__).with_name("data") / "calculus_wordings.txt"
MAKE = {"derivative": derivative_example, "critical_points": critical_example}


@cache
def model_and_tokenizer():
    from utils import models

    return models.load("math")


def replies_to(conversations: list, **options) -> list:
    from utils.chat import chat_batch

    model, tokenizer = model_and_tokenizer()
    return chat_batch(model, tokenizer, conversations, **options)


@pytest.mark.parametrize("thinking", [True, False])
@pytest.mark.parametrize("typed", ["x³ + 2x² − 5x + 3", "x^3+2x^2-5x+3"])  # noqa: RUF001
def test_it_solves_the_worked_example_with_every_step(typed, thinking):
    questions = {
        f"What is the derivative of f(x) = {typed}?": "3x^2 + 4x - 5",
        f"Find the critical points of f(x) = {typed}.": "x = (-2 ± sqrt(19))/3",
    }
    answers = replies_to(list(questions), thinking=thinking)
    for reply, answer in zip(answers, questions.values(), strict=True):
        assert wrong_steps(reply.text, write(WORKED_EXAMPLE)) == []
        assert reply.text.endswith(f"\\boxed{{{answer}}}")


def asked_by_hand(task: str, copies: int) -> list:
    """Each wording of the file for a task, with polynomials of the test split."""
    lines = WORDINGS.read_text(encoding="utf-8").splitlines()
    openings = [line.split(": ", 1)[1] for line in lines if line.startswith(f"{task}:")]
    assert len(set(openings)) >= 20
    rng = random.Random(SEED)
    drawn = iter(draw(TASKS[task], copies * len(openings), SEED))
    examples = []
    for opening in openings * copies:
        polynomial = polynomial_of(next(drawn))
        function = Function(polynomial, notation=random_notation(rng))
        question = opening.format(f"f(x) = {function.bare}")
        examples.append(MAKE[task](question, function))
    return examples


def polynomial_of(example) -> tuple[int, ...]:
    """The coefficients of the polynomial that an example asks about."""
    import sympy

    from utils.tasks import algebra
    from utils.tasks.calculus import asked_function

    asked = algebra.expression(asked_function(example))
    return tuple(map(int, sympy.Poly(asked, sympy.Symbol("x")).all_coeffs()))


@pytest.mark.parametrize("task", MAKE)
def test_wordings_of_the_tests_are_understood(task, tell):
    from utils.evaluate import grade

    examples = asked_by_hand(task, copies=8)
    result = grade(replies_to, TASKS[task], examples, SEED)
    tell(f"pocket-math wordings of the tests, {task}: {result}")
    assert result.accuracy >= 0.90, result.mistakes
