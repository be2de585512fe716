"""Polynomials with whole coefficients: written in several notations, and derived.

Plain integers, no sympy: sampling a training batch must be fast, and the tests can then
use sympy as an independent check.
"""

import math
import random
from dataclasses import dataclass

from utils.tasks.base import Split, split_of

Polynomial = tuple[int, ...]  # coefficients, the highest power first; (3, 4, -5)
SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
# The example everybody shows: training never sees it, whatever its constant.
WORKED_EXAMPLE: Polynomial = (1, 2, -5, 3)
NAMES = ("f(x)", "g(x)", "h(x)", "p(x)", "q(x)", "u(x)", "y")
NAME_WEIGHTS = (8, 2, 2, 1, 1, 1, 2)


@dataclass(frozen=True)
class Notation:
    """How a polynomial is typed: `power` holds the exponent, `minus` the sign."""

    power: str = "^{}"
    times: str = ""
    minus: str = "-"
    space: str = " "


PLAIN = Notation()


def random_notation(rng: random.Random) -> Notation:
    """x^2, x², x**2 or x^{2}, tight or with spaces, as people type them."""
    power = rng.choices(("^{}", "²", "**{}", "^{{{}}}"), (40, 30, 20, 10))[0]
    starred = 0.7 if power == "**{}" else 0.06
    return Notation(
        power=power,
        times="*" if rng.random() < starred else "",
        minus="−" if rng.random() < (0.4 if power == "²" else 0.08) else "-",  # noqa: RUF001
        space="" if rng.random() < 0.3 else " ",
    )


@dataclass(frozen=True)
class Function:
    """A polynomial, its name, and how a question types it.

    An unnamed one is called f(x) in the steps. `order` has the terms as typed.
    """

    polynomial: Polynomial
    head: str = "f(x)"
    named: bool = True
    notation: Notation = PLAIN
    order: tuple[tuple[int, int], ...] = ()

    @property
    def prime(self) -> str:
        """The derivative's name: f'(x), or y' for y."""
        return f"{self.head[0]}'{self.head[1:]}"

    @property
    def bare(self) -> str:
        """The polynomial as the question types it."""
        parts = list(self.order) or terms(self.polynomial)
        return write_terms(parts, self.notation)


def random_function(rng: random.Random, polynomial: Polynomial) -> Function:
    """A name and a notation; one in six has its terms out of order."""
    named = rng.random() < 0.7
    order = terms(polynomial)
    if rng.random() < 0.17:
        rng.shuffle(order)
    return Function(
        polynomial,
        head=rng.choices(NAMES, NAME_WEIGHTS)[0] if named else "f(x)",
        named=named,
        notation=random_notation(rng),
        order=tuple(order),
    )


def write(polynomial: Polynomial, notation: Notation = PLAIN) -> str:
    """The polynomial as text, highest power first, without its zero terms."""
    return write_terms(terms(polynomial), notation)


def write_terms(parts: list[tuple[int, int]], notation: Notation = PLAIN) -> str:
    """(coefficient, power) pairs as text, in the order given."""
    space, texts = notation.space, []
    for i, (coefficient, power) in enumerate(parts):
        sign = notation.minus if coefficient < 0 else "+"
        if i:
            texts.append(f"{space}{sign}{space}")
        elif coefficient < 0:
            texts.append(sign)
        texts.append(_unsigned(abs(coefficient), power, notation))
    return "".join(texts) or "0"


def terms(polynomial: Polynomial) -> list[tuple[int, int]]:
    """(coefficient, power) of every term that is not zero."""
    degree = len(polynomial) - 1
    return [(c, degree - i) for i, c in enumerate(polynomial) if c]


def derivative(polynomial: Polynomial) -> Polynomial:
    """By the power rule; the derivative of a constant is (0,)."""
    degree = len(polynomial) - 1
    return tuple(c * (degree - i) for i, c in enumerate(polynomial[:-1])) or (0,)


def content(polynomial: Polynomial) -> int:
    """What all coefficients can be divided by, with the sign of the first."""
    common = math.gcd(*polynomial)
    return -common if polynomial[0] < 0 else common


def divided(polynomial: Polynomial, by: int) -> Polynomial:
    """Every coefficient divided by `by`, which divides them all."""
    return tuple(coefficient // by for coefficient in polynomial)


def split_of_polynomial(polynomial: Polynomial) -> Split:
    """Where a polynomial belongs; those that differ in the constant go together."""
    if polynomial[:-1] == WORKED_EXAMPLE[:-1]:
        return "test"
    return split_of("polynomial " + " ".join(map(str, polynomial[:-1])))


def _unsigned(coefficient: int, power: int, notation: Notation) -> str:
    if power == 0:
        return str(coefficient)
    factor = "" if coefficient == 1 else f"{coefficient}{notation.times}"
    if power == 1:
        return f"{factor}x"
    if notation.power == "²":
        return f"{factor}x{str(power).translate(SUPERSCRIPTS)}"
    return f"{factor}x{notation.power.format(power)}"
