"""Solves f'(x) = 0 as one would on paper, and says which polynomials allow that.

A quadratic's derivative is a line; a cubic's a quadratic, solved by its discriminant; a
quartic's a cubic, of which one root must be a small whole number.
"""

import math
import random
from functools import cache
from itertools import combinations_with_replacement, product

from utils.tasks.polynomials import (
    Polynomial,
    content,
    derivative,
    divided,
    terms,
    write,
    write_terms,
)

LARGEST_CONSTANT = 30
LARGEST_PART = 400  # of b² and of 4ac, in lowest terms
LARGEST_ROOT = 5
LARGEST_COEFFICIENT = 99


def critical_polynomial(rng: random.Random) -> Polynomial:
    """A polynomial of degree one to four whose critical points can be written down."""
    degree = rng.choices((1, 2, 3, 4), (3, 17, 50, 30))[0]
    constant = rng.randint(-LARGEST_CONSTANT, LARGEST_CONSTANT)
    if degree == 1:
        return (_nonzero(rng, 20), constant)
    if degree == 2:
        return (_nonzero(rng, 12), rng.randint(-30, 30), constant)
    kinds = _cubics() if degree == 3 else _quartics()
    return (*rng.choice(kinds[rng.choice(tuple(kinds))]), constant)


def solve(equation: Polynomial) -> tuple[list[str], list[str]]:
    """The lines that solve `equation` = 0, and the real roots as they are written.

    Raises ValueError for a cubic without a whole root up to `LARGEST_ROOT`.
    """
    if len(equation) == 1:
        return [f"{write(equation)} = 0 has no solution"], []
    lines = [f"{write(equation)} = 0"]
    if (common := content(equation)) != 1:
        equation = divided(equation, common)
        lines.append(f"Divide by {common}: {write(equation)} = 0")
    if len(equation) == 2:
        more, roots = _line(*equation)
    elif len(equation) == 3:
        more, roots = _quadratic(*equation)
    else:
        more, roots = _cubic(equation)
    return lines + more, roots


def _line(a: int, b: int) -> tuple[list[str], list[str]]:
    if b == 0:  # x = 0 already stands there
        return [], ["0"]
    root = _fraction(-b, a)
    isolated = [] if a == 1 else [f"{write((a, 0))} = {-b}"]
    return [*isolated, f"x = {root}"], [root]


def _quadratic(a: int, b: int, c: int) -> tuple[list[str], list[str]]:
    """By the discriminant; a > 0."""
    square, rest = b * b, 4 * a * c
    value = square - rest
    sign = "-" if rest >= 0 else "+"
    lines = [
        f"D = {_signed(b)}^2 - 4*{a}*{_signed(c)} = {square} - {4 * a}*{_signed(c)} "
        f"= {square} {sign} {abs(rest)} = {value}"
    ]
    if value < 0:
        return [*lines, "D < 0: no real solution"], []
    if value == 0:
        root = _fraction(-b, 2 * a)
        return [*lines, _chain(f"x = {-b}/{2 * a}", root)], [root]
    outside, inside = square_part(value)
    if inside == 1:
        lines.append(f"sqrt(D) = {outside}")
        roots = [_fraction(-b + s, 2 * a) for s in (-outside, outside)]
        for s, root in zip("-+", roots, strict=True):
            top = -b - outside if s == "-" else -b + outside
            start = f"x = ({-b} {s} {outside})/{2 * a} = {top}/{2 * a}"
            lines.append(_chain(start, root))
        return lines, roots
    root = _times_root(outside, inside)
    lines.append(_chain(f"sqrt(D) = sqrt({value})", root))
    surd = _surd(-b, outside, inside, 2 * a)
    return [*lines, _chain(f"x = ({-b} ± {root})/{2 * a}", surd)], [surd]


def _cubic(equation: Polynomial) -> tuple[list[str], list[str]]:
    """Splits off one whole root, then goes on with the quadratic."""
    root = next((r for r in _candidates() if _value(equation, r) == 0), None)
    if root is None:
        raise ValueError(f"{write(equation)} has no whole root up to {LARGEST_ROOT}.")
    factor = _without_root(equation, root)
    first = "x" if root == 0 else f"({write((1, -root))})"
    lines = [f"{first}*({write(factor)}) = 0", f"{write(factor)} = 0"]
    if root:
        values = [(c * root**power, 0) for c, power in terms(equation)]
        lines.insert(0, f"At x = {root}: {write_terms(values)} = 0")
    more, others = _quadratic(*factor)
    found = [str(root), *(other for other in others if other != str(root))]
    return lines + more, found


def square_part(number: int) -> tuple[int, int]:
    """(s, r) with number = s² · r, and r without a square factor; number > 0."""
    outside = next(s for s in range(math.isqrt(number), 0, -1) if number % (s * s) == 0)
    return outside, number // outside**2


def _candidates() -> list[int]:
    """0, 1, -1, 2, -2 …: the order in which whole roots are tried."""
    return sorted(range(-LARGEST_ROOT, LARGEST_ROOT + 1), key=lambda r: (abs(r), -r))


def _value(polynomial: Polynomial, x: int) -> int:
    return sum(c * x**power for c, power in terms(polynomial))


def _without_root(polynomial: Polynomial, root: int) -> Polynomial:
    """The polynomial divided by (x - root), by Horner's scheme."""
    carried = [polynomial[0]]
    for coefficient in polynomial[1:-1]:
        carried.append(coefficient + root * carried[-1])
    return tuple(carried)


def _signed(number: int) -> str:
    return f"({number})" if number < 0 else str(number)


def _fraction(top: int, bottom: int) -> str:
    common = math.gcd(top, bottom)
    top, bottom = top // common, bottom // common
    return str(top) if bottom == 1 else f"{top}/{bottom}"


def _times_root(outside: int, inside: int) -> str:
    return f"sqrt({inside})" if outside == 1 else f"{outside}*sqrt({inside})"


def _surd(b: int, outside: int, inside: int, bottom: int) -> str:
    """(b ± outside·√inside) / bottom in lowest terms."""
    common = math.gcd(b, outside, bottom)
    b, outside, bottom = b // common, outside // common, bottom // common
    root = _times_root(outside, inside)
    top = f"{b} ± {root}" if b else f"±{root}"
    if bottom == 1:
        return top
    return f"({top})/{bottom}" if b else f"{top}/{bottom}"


def _chain(start: str, end: str) -> str:
    """`start = end`, unless `start` already ends so."""
    return start if start.endswith(f" = {end}") else f"{start} = {end}"


def _nonzero(rng: random.Random, largest: int) -> int:
    return rng.randint(1, largest) * rng.choice((1, -1))


@cache
def _cubics() -> dict[str, list[Polynomial]]:
    """Cubics without their constant, by what the roots of the derivative are."""
    kinds: dict[str, list[Polynomial]] = {"surd": [], "rational": [], "none": []}
    for a, b, c in product((-3, -2, -1, 1, 2, 3), range(-18, 19), range(-60, 61)):
        kind = _kind(derivative((a, b, c, 0)))
        small = abs(b) <= 9 and abs(c) <= 15
        if kind and (small or kind == "rational"):
            kinds[kind].append((a, b, c))
    # Surds stand twice: they are the most common case and the hardest.
    return kinds | {"surd again": kinds["surd"]}


@cache
def _quartics() -> dict[str, list[Polynomial]]:
    """Quartics without their constant whose derivative has a small whole root."""
    whole = []
    roots = combinations_with_replacement(range(-LARGEST_ROOT, LARGEST_ROOT + 1), 3)
    for (r, s, t), a in product(roots, (-3, -2, -1, 1, 2, 3)):
        thirds = -4 * a * (r + s + t)
        rest = (2 * a * (r * s + s * t + t * r), -4 * a * r * s * t)
        if thirds % 3 == 0 and max(map(abs, rest)) <= LARGEST_COEFFICIENT:
            whole.append((a, thirds // 3, *rest))
    without_x = [
        (a, b, c, 0)
        for a, b, c in product((-2, -1, 1, 2), range(-6, 7), range(-10, 11))
        if _kind((4 * a, 3 * b, 2 * c))
    ]
    return {"whole roots": whole, "no x term": without_x}


def _kind(quadratic: Polynomial) -> str:
    """What the roots of a quadratic are; "" when its discriminant has large parts."""
    a, b, c = divided(quadratic, content(quadratic))
    square, rest = b * b, 4 * a * c
    if max(square, abs(rest)) > LARGEST_PART:
        return ""
    if square < rest:
        return "none"
    return "rational" if math.isqrt(square - rest) ** 2 == square - rest else "surd"
