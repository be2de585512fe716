r"""Checks a worked solution line by line with sympy, and says which line fails.

Knows the lines of `utils.tasks.calculus`: the function, one rule per term, f'(x), then
the equation f'(x) = 0 and what follows from it, down to the boxed answer.
"""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from utils.tasks import algebra

if TYPE_CHECKING:
    import sympy

NAME = r"(\w\(x\)|y)"
PRIME = r"(\w'\(x\)|y')"


def wrong_steps(reply: str, polynomial: str) -> list[str]:
    """What is wrong in the lines of a reply about `polynomial`; empty when all hold.

    Each entry names the line, quotes it and says why, such as
    "line 3: d/dx(2x^2) = 5x: the derivative is 4*x".
    """
    check = _Check(algebra.expression(polynomial))
    wrong = []
    for number, line in enumerate(reply.strip().splitlines(), start=1):
        try:
            why = check.line(line.strip())
        except ValueError as error:
            why = str(error)
        if why:
            wrong.append(f"line {number}: {line.strip()}: {why}")
    return wrong + check.missing()


def steps_hold(reply: str, polynomial: str) -> bool:
    """Whether every line of the reply is right and follows from those before it."""
    return not wrong_steps(reply, polynomial)


class _Check:
    """What is known so far: the function, the equation to solve and its D."""

    def __init__(self, function: "sympy.Expr") -> None:
        import sympy

        self.x = sympy.Symbol("x")
        self.function = function
        self.derivative = sympy.diff(function, self.x)
        self.ruled = sympy.Integer(0)  # the sum of the terms that got a rule
        self.equation: sympy.Expr | None = None
        self.known: dict[str, int] = {}
        self.seen: set[str] = set()
        self.rules: dict[str, Callable[..., str]] = {
            rf"{NAME} = (?P<right>.+)": self._function,
            r"d/dx\((?P<term>.+)\) = (?P<right>.+)": self._rule,
            rf"{PRIME} = (?P<right>.+)": self._derivative,
            r"(?P<left>.+) = 0 has no solution": self._impossible,
            r"Divide by (?P<by>-?\d+): (?P<left>.+) = 0": self._divide,
            r"Coefficients: (?P<listed>.+)": self._coefficients,
            r"Try x = (?P<at>-?\d+): (?P<scheme>.+)": self._try,
            r"x = (?P<chain>.+)": self._solution,
            r"(?P<left>[^=]*x[^=]*) = 0": self._equation,
            r"(?P<left>\d+x) = (?P<right>[^=]+)": self._isolated,
            r"D = (?P<chain>.+)": self._discriminant,
            r"sqrt\(D\) = (?P<chain>.+)": self._square_root,
            r"D < 0: no real solution": self._no_solution,
            r"Derivative: \\boxed\{(?P<right>.+)\}": self._boxed_derivative,
            r"Critical points: \\boxed\{(?P<right>.+)\}": self._boxed_points,
        }

    def line(self, text: str) -> str:
        """Why a line does not hold; "" when it does."""
        for pattern, rule in self.rules.items():
            if found := re.fullmatch(pattern, text):
                self.seen.add(rule.__name__)
                return rule(**found.groupdict())
        return "this is not a step that can be checked"

    def missing(self) -> list[str]:
        """What the reply must not leave out."""
        wanted = {"_function": "the function", "_derivative": "the derivative"}
        if "_boxed_points" in self.seen:
            wanted["_equation" if self.derivative.has(self.x) else "_impossible"] = (
                "the equation for the critical points"
            )
        elif "_boxed_derivative" not in self.seen:
            wanted[""] = "a boxed answer"
        lacking = [what for name, what in wanted.items() if name not in self.seen]
        return [f"the reply lacks {what}" for what in lacking]

    def _function(self, right: str) -> str:
        same = _equal(algebra.expression(right), self.function)
        return "" if same else f"the question asks about {self.function}"

    def _rule(self, term: str, right: str) -> str:
        read = algebra.expression(term)
        self.ruled += read
        wanted = read.diff(self.x)
        right_one = _equal(algebra.expression(right), wanted)
        return "" if right_one else f"the derivative is {wanted}"

    def _derivative(self, right: str) -> str:
        if not _equal(self.ruled, self.function):
            return "the terms above are not those of the function"
        same = _equal(algebra.expression(right), self.derivative)
        return "" if same else f"the derivative is {self.derivative}"

    def _impossible(self, left: str) -> str:
        value = algebra.expression(left)
        holds = value != 0 and _equal(value, self.derivative)
        return "" if holds else f"the equation is {self.derivative} = 0"

    def _equation(self, left: str) -> str:
        """The derivative itself, or a factor of what was to be solved."""
        import sympy

        found = sympy.expand(algebra.expression(left))
        before = self.derivative if self.equation is None else self.equation
        factor = sympy.rem(before, found, self.x) == 0 if found.has(self.x) else False
        if self.equation is None:
            factor = _equal(found, before)
        self.equation = found
        return "" if factor else f"this does not follow from {before} = 0"

    def _divide(self, by: str, left: str) -> str:
        found, before = algebra.expression(left), self.equation
        self.equation = found.expand()
        holds = before is not None and by != "0" and _equal(found * int(by), before)
        return "" if holds else f"this is not {before} divided by {by}"

    def _coefficients(self, listed: str) -> str:
        wanted = self._all_coefficients()
        found = [algebra.expression(one) for one in listed.split(", ")]
        return "" if found == wanted else f"they are {', '.join(map(str, wanted))}"

    def _try(self, at: str, scheme: str) -> str:
        """Horner's scheme: a value is a coefficient plus x times the value before."""
        coefficients = self._all_coefficients()
        (first, *rest) = scheme.split(", ")
        if len(rest) + 1 != len(coefficients):
            return f"{self.equation} has {len(coefficients)} coefficients"
        if first != str(value := coefficients[0]):
            return f"{first} should be {value}"
        for coefficient, column in zip(coefficients[1:], rest, strict=True):
            product, value = value * int(at), coefficient + value * int(at)
            start, *sums = column.split(" = ")
            wanted = f"{coefficient} {'-' if product < 0 else '+'} {abs(product)}"
            if start != wanted or not sums:
                return f"{column} should be {wanted} = {value}"
            if why := _differing(list(map(algebra.expression, sums)), value):
                return why
        return ""

    def _all_coefficients(self) -> list:
        import sympy

        if self.equation is None:
            return []
        return sympy.Poly(self.equation, self.x).all_coeffs()

    def _isolated(self, left: str, right: str) -> str:
        difference = algebra.expression(left) - algebra.expression(right)
        same = self.equation is not None and _equal(difference, self.equation)
        return "" if same else f"this does not follow from {self.equation} = 0"

    def _discriminant(self, chain: str) -> str:
        import sympy

        values = [algebra.expression(part) for part in chain.split(" = ")]
        wanted = sympy.discriminant(self.equation or self.x, self.x)
        if values[-1].is_Integer:
            self.known["D"] = int(values[-1])
        return _differing(values, wanted)

    def _square_root(self, chain: str) -> str:
        wanted = algebra.expression("sqrt(D)", **self.known)
        return _differing(list(map(algebra.expression, chain.split(" = "))), wanted)

    def _no_solution(self) -> str:
        return "" if self.known.get("D", 0) < 0 else "D is not negative"

    def _solution(self, chain: str) -> str:
        first, *others = [algebra.expressions(part) for part in chain.split(" = ")]
        if any(other != first for other in others):
            return "the two sides of = differ"
        values = [self.derivative.subs(self.x, root).expand() for root in first]
        return "" if all(value == 0 for value in values) else "f'(x) is not 0 there"

    def _boxed_derivative(self, right: str) -> str:
        return self._derivative(right)

    def _boxed_points(self, right: str) -> str:
        wanted = real_roots(self.derivative)
        same = algebra.solutions(right) == wanted
        return "" if same else f"the points are {', '.join(map(str, wanted)) or 'none'}"


def real_roots(polynomial: "sympy.Expr") -> "frozenset[sympy.Expr]":
    """The real roots of a polynomial in x, exact; empty for a constant."""
    import sympy

    x = sympy.Symbol("x")
    if not polynomial.has(x):
        return frozenset()
    return frozenset(sympy.expand(r) for r in sympy.real_roots(polynomial, x))


def _equal(one: "sympy.Expr", other: "sympy.Expr") -> bool:
    return (one - other).expand() == 0


def _differing(values: list, wanted: "sympy.Expr") -> str:
    wrong = [value for value in values if not _equal(value, wanted)]
    return f"{wrong[0]} is not {wanted}" if wrong else ""
