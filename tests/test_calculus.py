"""Derivatives and critical points: sampled fairly, solved rightly, graded strictly."""

import random
import re

import pytest
import sympy

from utils.tasks import TASKS, draw
from utils.tasks import calculus_wordings as wordings
from utils.tasks.calculus import asked_function, critical_example, derivative_example
from utils.tasks.equations import addition, horner, solve, square_part
from utils.tasks.polynomials import (
    WORKED_EXAMPLE,
    Function,
    Notation,
    derivative,
    random_function,
    split_of_polynomial,
    terms,
    write,
    write_terms,
)
from utils.tasks.solvable import critical_polynomial

pytestmark = pytest.mark.unit

X = sympy.Symbol("x")
SPLITS = ("train", "dev", "test")
NAMES = ("derivative", "critical_points")
each_task = pytest.mark.parametrize("name", NAMES)
each_split = pytest.mark.parametrize("split", SPLITS)
WORKED = Function(WORKED_EXAMPLE)


def read(text: str) -> sympy.Expr:
    """The course's own notation by sympy's reader, apart from `utils.tasks.algebra`."""
    text = re.sub(r"(\d)([x(s])", r"\1*\2", text.replace("^", "**"))
    return sympy.sympify(text, locals={"x": X})


def as_sympy(polynomial) -> sympy.Expr:
    return sympy.Poly(polynomial, X).as_expr()


def real(solutions: set) -> set:
    return {sympy.nsimplify(sympy.expand(one)) for one in solutions}


def points(answer: str) -> set:
    if answer == "none":
        return set()
    parts = answer.replace("x = ", "").split(", ")
    return real({read(part.replace("±", s)) for part in parts for s in "+-"})


@each_split
def test_derivatives_are_those_of_sympy(split):
    for example in draw(TASKS["derivative"], 150, 21, split):
        function = read(asked_function(example))
        assert sympy.expand(read(example.answer) - sympy.diff(function, X)) == 0
        rules = re.findall(r"d/dx\((.+)\) = (.+)", example.thought)
        assert sum(read(term) for term, _ in rules) == function
        for term, rule in rules:
            assert sympy.diff(read(term), X) == read(rule)


@each_split
def test_critical_points_are_those_of_sympy(split):
    for example in draw(TASKS["critical_points"], 150, 21, split):
        slope = sympy.diff(read(asked_function(example)), X)
        roots = sympy.Poly(slope, X).real_roots() if slope.has(X) else []
        assert points(example.answer) == real(set(roots)), example.thought


@each_task
@each_split
def test_every_line_of_the_steps_holds(name, split):
    task = TASKS[f"{name}-steps"]
    for example in draw(task, 100, 22, split):
        assert task.grade(example, example.reply), example.reply


@each_task
def test_a_polynomial_is_in_one_split_whatever_its_constant(name):
    seen = {}
    for split in SPLITS:
        functions = map(asked_function, draw(TASKS[name], 1500, 1, split))
        seen[split] = {re.sub(r" [-+] \d+$", "", one) for one in functions}
    assert not seen["train"] & seen["test"]
    assert not seen["train"] & seen["dev"]
    assert not seen["dev"] & seen["test"]


def test_the_worked_example_is_never_trained_on():
    for constant in range(-30, 31):
        assert split_of_polynomial((*WORKED_EXAMPLE[:-1], constant)) == "test"


def test_the_worked_example_is_solved_as_it_should_be():
    example = critical_example("Where?", WORKED)
    assert example.answer == "x = (-2 ± sqrt(19))/3"
    assert "f'(x) = 3x^2 + 4x - 5" in example.thought
    assert derivative_example("What?", WORKED).answer == "3x^2 + 4x - 5"


@each_task
def test_every_degree_is_asked(name):
    degrees = set()
    for example in draw(TASKS[name], 200, 3, "train"):
        degrees.add(sympy.degree(read(asked_function(example)), X))
    assert degrees == {1, 2, 3, 4}


def test_every_kind_of_critical_point_is_asked():
    answers = [example.answer for example in draw(TASKS["critical_points"], 300, 4)]
    kinds = {
        "surds": lambda a: "sqrt" in a,
        "fractions": lambda a: re.search(r"\d/\d", a) and "sqrt" not in a,
        "whole": lambda a: re.fullmatch(r"x = -?\d+, x = -?\d+", a),
        "none": lambda a: a == "none",
        "three": lambda a: a.count("x") == 3,
    }
    for kind, belongs in kinds.items():
        assert sum(bool(belongs(answer)) for answer in answers) >= 10, kind


WRONG = (
    r"Derivative: \boxed{3x^2 + 4x}",
    r"\boxed{3x^2 + 4x + 5}",
    r"\boxed{x^3 + 2x^2 - 5x + 3}",
    r"\boxed{6x + 4}",
    r"\boxed{}",
    "3x^2 + 4x - 5 is what I do not think: it is x",
    "I do not know.",
    "",
)
RIGHT = (
    r"Derivative: \boxed{3x^2 + 4x - 5}",
    r"So \boxed{f'(x) = 3x^{2} + 4x - 5}.",
    r"\boxed{4*x - 5 + 3*x**2}",
    "The derivative is 3x^2 + 4x - 5.",
    "f'(x) = 3x² + 4x − 5",  # noqa: RUF001
    r"$$f'(x) = 3x^2 + 4x - 5$$",
)


def test_a_derivative_is_right_in_any_notation_and_order():
    example, task = derivative_example("What?", WORKED), TASKS["derivative"]
    assert [reply for reply in RIGHT if not task.grade(example, reply)] == []
    assert [reply for reply in WRONG if task.grade(example, reply)] == []


@pytest.mark.parametrize(
    ("reply", "right"),
    [
        (r"\boxed{x = (-2 ± sqrt(19))/3}", True),
        (r"\boxed{\frac{-2 \pm \sqrt{19}}{3}}", True),
        (r"\boxed{x = \frac{-2 - \sqrt{19}}{3}, \frac{-2 + \sqrt{19}}{3}}", True),
        (r"\boxed{(-4 ± sqrt(76))/6}", True),
        (r"\boxed{x = (-2 + sqrt(19))/3}", False),
        (r"\boxed{x = (2 ± sqrt(19))/3}", False),
        (r"\boxed{x = (-2 ± sqrt(19))/3, x = 0}", False),
        (r"\boxed{x = 0.7863}", False),
        (r"\boxed{none}", False),
        ("I do not know.", False),
    ],
)
def test_critical_points_must_be_all_and_exact(reply, right):
    example = critical_example("Where?", WORKED)
    assert TASKS["critical_points"].grade(example, reply) == right


@each_task
def test_a_right_answer_after_a_wrong_step_is_not_enough(name):
    task = TASKS[f"{name}-steps"]
    for example in draw(task, 30, 5):
        first, rest = example.reply.split("\n", 1)
        broken = f"{first} + x^5\n{rest}"
        assert TASKS[name].grade(example, broken)
        assert not task.grade(example, broken)
        assert not task.grade(example, example.reply.split("\n")[-1])


def test_a_cubic_without_a_small_root_is_refused():
    with pytest.raises(ValueError, match="no whole root"):
        solve((1, 0, 0, 7))


def test_an_addition_goes_place_by_place_to_the_sum():
    assert addition(361, -148) == ["361 - 148", "261 - 48", "221 - 8", "213"]
    assert addition(5, 0) == ["5 + 0", "5"]
    rng = random.Random(7)
    for _ in range(500):
        left, right = rng.randint(-400, 400), rng.randint(-400, 400)
        steps = addition(left, right)
        assert {sympy.sympify(step) for step in steps} == {left + right}
        assert len(steps) <= 1 + len(str(abs(right)))


def test_horners_scheme_divides_as_sympy_does():
    rng = random.Random(8)
    for _ in range(200):
        cubic = tuple(
            rng.randint(1, 9) if i == 0 else rng.randint(-30, 30) for i in range(4)
        )
        at = rng.choice((-4, -3, -2, -1, 1, 2, 3, 4))
        carried, line = horner(cubic, at)
        quotient, rest = sympy.div(as_sympy(cubic), X - at, X)
        assert as_sympy(tuple(carried[:-1])) == sympy.expand(quotient)
        assert carried[-1] == rest
        assert line.startswith(f"Try x = {at}: ")


def test_the_square_part_is_the_largest():
    for number in range(1, 900):
        outside, inside = square_part(number)
        assert outside**2 * inside == number
        assert all(inside % (s * s) for s in range(2, 31))


def test_critical_polynomials_can_always_be_solved():
    rng = random.Random(6)
    for _ in range(300):
        polynomial = critical_polynomial(rng)
        assert 2 <= len(polynomial) <= 5
        solve(derivative(polynomial))


@pytest.mark.parametrize(
    ("notation", "text"),
    [
        (Notation(), "-x^4 + 12x^2 - x + 3"),
        (Notation(power="**{}", times="*"), "-x**4 + 12*x**2 - x + 3"),
        (Notation(power="²", space=""), "-x⁴+12x²-x+3"),
        (Notation(power="^{{{}}}"), "-x^{4} + 12x^{2} - x + 3"),
    ],
)
def test_a_polynomial_is_written_in_each_notation(notation, text):
    assert write((-1, 0, 12, -1, 3), notation) == text


def test_nothing_is_zero():
    assert write((0,)) == "0"
    assert derivative((7,)) == (0,)
    assert write_terms([(3, 0), (-1, 2)]) == "3 - x^2"


@pytest.mark.parametrize("subject", ["DERIVATIVE", "CRITICAL"])
def test_held_out_wordings_are_for_evaluation_only(subject):
    known = getattr(wordings, subject)
    held_out = getattr(wordings, f"{subject}_HELD_OUT")
    assert not set(known) & set(held_out)
    ask = {"DERIVATIVE": wordings.ask_derivative, "CRITICAL": wordings.ask_critical}

    def share(split: str) -> float:
        rng, found = random.Random(8), 0
        for _ in range(1500):
            function = random_function(rng, (1, 2, 3))
            text = ask[subject](rng, function, split).lower()
            found += any(max(o.lower().split("{"), key=len) in text for o in held_out)
        return found / 1500

    assert share("train") < 0.02  # filler may say "step by step" by chance
    assert share("test") > 0.3


def test_the_question_holds_every_term():
    rng = random.Random(9)
    for _ in range(200):
        function = random_function(rng, (3, 0, -1, 12))
        assert sorted(function.order) == sorted(terms(function.polynomial))
        assert function.bare in wordings.ask_derivative(rng, function, "train")
