"""Algebra is read from text safely, and a worked solution is checked line by line."""

import pytest
import sympy

from utils.tasks import algebra
from utils.tasks.steps import real_roots, steps_hold, wrong_steps

pytestmark = pytest.mark.unit

X = sympy.Symbol("x")
SURD = sympy.sqrt(19)
POLYNOMIAL = "x^3 + 2x^2 - 5x + 3"
SOLVED = r"""f(x) = x^3 + 2x^2 - 5x + 3
d/dx(x^3) = 3x^2
d/dx(2x^2) = 4x
d/dx(-5x) = -5
d/dx(3) = 0
f'(x) = 3x^2 + 4x - 5
3x^2 + 4x - 5 = 0
D = 4^2 - 4*3*(-5) = 16 - 4*(-15) = 16 + 60 = 76
sqrt(D) = sqrt(76) = sqrt(4*19) = 2*sqrt(19)
x = (-4 ± 2*sqrt(19))/6 = (-2 ± sqrt(19))/3
Critical points: \boxed{x = (-2 ± sqrt(19))/3}"""
FACTORED = r"""f(x) = x^4 + 4x^3 - 12x^2 - 32x
d/dx(x^4) = 4x^3
d/dx(4x^3) = 12x^2
d/dx(-12x^2) = -24x
d/dx(-32x) = -32
f'(x) = 4x^3 + 12x^2 - 24x - 32
4x^3 + 12x^2 - 24x - 32 = 0
Divide by 4: x^3 + 3x^2 - 6x - 8 = 0
Coefficients: 1, 3, -6, -8
Try x = 1: 1, 3 + 1 = 4, -6 + 4 = -2, -8 - 2 = -10
Try x = -1: 1, 3 - 1 = 2, -6 - 2 = -8, -8 + 8 = 0
(x + 1)*(x^2 + 2x - 8) = 0
x^2 + 2x - 8 = 0
D = 2^2 - 4*1*(-8) = 4 - 4*(-8) = 4 + 32 = 34 + 2 = 36
sqrt(D) = sqrt(36) = 6
x = (-2 - 6)/2 = -8/2 = -4
x = (-2 + 6)/2 = 4/2 = 2
Critical points: \boxed{x = -1, x = -4, x = 2}"""


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("3x^2 + 4x - 5", 3 * X**2 + 4 * X - 5),
        ("3*x**2+4*x-5", 3 * X**2 + 4 * X - 5),
        ("3x² + 4x − 5", 3 * X**2 + 4 * X - 5),  # noqa: RUF001
        ("3x^{2} + 4x - 5", 3 * X**2 + 4 * X - 5),
        ("-x^2", -(X**2)),
        ("2(x - 1)(x + 3)", 2 * (X - 1) * (X + 3)),
        ("4*-5 - (-2)", sympy.Integer(-18)),
        ("(3 - 7)/6", sympy.Rational(-2, 3)),
        (r"\frac{4}{6}", sympy.Rational(2, 3)),
        (r"\dfrac{-2 + \sqrt{19}}{3}", (-2 + SURD) / 3),
        ("2√19", 2 * SURD),
        ("2sqrt(76)", 4 * SURD),
        (r"4 \cdot 5", sympy.Integer(20)),
    ],
)
def test_an_expression_is_read_as_it_is_meant(text, meant):
    assert sympy.expand(algebra.expression(text) - meant) == 0


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x +",
        "(x",
        "x)",
        "y + 1",
        "1/0",
        "9^99",
        "9^9^9",
        "(((((9^12)^12)^12)^12)^12)^12",
        "(((((x + 1)^12)^12)^12)^12)^12",
        "2^x",
        "1234567890",
        "((((((((((((((((((((((1))))))))))))))))))))))",
        "x + " * 60 + "x",
        "__import__('os')",
        "x.diff()",
        "3 ± 1",
        "D",
    ],
)
def test_what_is_not_algebra_is_refused_and_never_run(text):
    with pytest.raises(ValueError, match=r"."):
        algebra.expression(text)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("x = (-2 ± sqrt(19))/3", {(-2 + SURD) / 3, (-2 - SURD) / 3}),
        (r"x = \frac{-2 \pm \sqrt{19}}{3}", {(-2 + SURD) / 3, (-2 - SURD) / 3}),
        ("x = 1, x = -3/2", {1, sympy.Rational(-3, 2)}),
        ("1 and 2", {1, 2}),
        ("x_1 = 1; x_2 = 2", {1, 2}),
        ("none", set()),
        ("No real critical points.", set()),
    ],
)
def test_solutions_are_a_set_of_exact_numbers(text, meant):
    assert algebra.solutions(text) == {sympy.expand(one) for one in meant}


@pytest.mark.parametrize("text", ["x", "", "x = y", "1, x + 2", "several"])
def test_what_is_not_a_list_of_numbers_is_refused(text):
    with pytest.raises(ValueError, match=r"."):
        algebra.solutions(text)


def test_the_last_box_counts():
    assert algebra.boxed(r"\boxed{1} and \boxed{\frac{1}{2}}.") == r"\frac{1}{2}"
    assert algebra.boxed("no box") is None
    assert algebra.boxed(r"\boxed{1") is None


def test_right_solutions_hold():
    assert wrong_steps(SOLVED, POLYNOMIAL) == []
    assert steps_hold(FACTORED, "x^4 + 4x^3 - 12x^2 - 32x")


@pytest.mark.parametrize(
    ("before", "after", "line"),
    [
        ("2x^2 - 5x + 3\n", "3x^2 - 5x + 3\n", 1),  # not what was asked
        ("d/dx(2x^2) = 4x", "d/dx(2x^2) = 2x", 3),
        ("d/dx(3) = 0", "d/dx(3) = 3", 5),
        ("d/dx(-5x) = -5\n", "", 5),  # a term without its rule
        ("f'(x) = 3x^2 + 4x - 5", "f'(x) = 3x^2 + 4x + 5", 6),
        ("3x^2 + 4x - 5 = 0", "3x^2 + 4x + 5 = 0", 7),
        ("16 + 60 = 76", "16 + 60 = 86", 8),
        ("4^2 - 4*3*(-5)", "4^2 - 4*3*5", 8),
        ("= 2*sqrt(19)\n", "= 4*sqrt(19)\n", 9),
        ("x = (-4 ±", "x = (4 ±", 10),
        ("boxed{x = (-2 ±", "boxed{x = (2 ±", 11),
        ("Critical points:", "So we see that it is", 11),
    ],
)
def test_the_line_that_fails_is_named(before, after, line):
    assert before in SOLVED
    wrong = wrong_steps(SOLVED.replace(before, after, 1), POLYNOMIAL)
    assert wrong[0].startswith(f"line {line}: "), wrong
    assert not steps_hold(SOLVED.replace(before, after, 1), POLYNOMIAL)


@pytest.mark.parametrize(
    ("before", "after", "line"),
    [
        ("Divide by 4: x^3", "Divide by 2: x^3", 8),
        ("Coefficients: 1, 3, -6, -8", "Coefficients: 1, 3, 6, -8", 9),
        ("Try x = 1: 1, 3 + 1 = 4", "Try x = 1: 1, 3 + 1 = 5", 10),
        ("Try x = 1: 1", "Try x = 1: 2", 10),
        ("4, -6 + 4 = -2", "4, -6 + 5 = -1", 10),
        (", -8 - 2 = -10", "", 10),
        (", -8 - 2 = -10", ", -8 - 2", 10),
        ("Try x = -1:", "Try x = 2:", 11),
        ("(x + 1)*(x^2 + 2x - 8)", "(x + 1)*(x^2 + 2x + 8)", 12),
        ("\nx^2 + 2x - 8 = 0", "\nx^2 + 3x - 8 = 0", 13),
        ("D = 2^2 - 4*1*(-8) = 4 - 4*(-8) = 4 + 32 = 34 + 2 = 36", "D = 36 = 6", 14),
        ("x = (-2 - 6)/2 = -8/2 = -4", "x = (-2 - 6)/2 = -8/2 = 4", 16),
        ("x = -4, x = 2}", "x = -4}", 18),  # a point left out
        ("x = -4, x = 2}", "x = -4, x = 2, x = 3}", 18),
    ],
)
def test_the_line_that_fails_is_named_in_a_factored_one(before, after, line):
    assert before in FACTORED
    text = FACTORED.replace(before, after, 1)
    wrong = wrong_steps(text, "x^4 + 4x^3 - 12x^2 - 32x")
    assert wrong[0].startswith(f"line {line}: "), wrong


@pytest.mark.parametrize("keep", [slice(-1, None), slice(0, -1), slice(0, 1)])
def test_steps_left_out_are_missed(keep):
    lines = SOLVED.split("\n")[keep]
    assert not steps_hold("\n".join(lines), POLYNOMIAL)
    assert not steps_hold("", POLYNOMIAL)


def test_an_equation_left_out_is_missed():
    short = "\n".join([*SOLVED.split("\n")[:6], SOLVED.split("\n")[-1]])
    assert "lacks the equation" in wrong_steps(short, POLYNOMIAL)[0]


def test_real_roots_are_exact_and_real():
    assert real_roots(X**2 + 1) == frozenset()
    assert real_roots(sympy.Integer(5)) == frozenset()
    assert real_roots(3 * X**2 + 4 * X - 5) == algebra.solutions("(-2 ± sqrt(19))/3")
