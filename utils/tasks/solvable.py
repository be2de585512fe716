"""Which polynomials the course asks critical points of: those solved by hand.

Sampled evenly over what is hard about them: discriminants for cubics, whole roots for
quartics. Otherwise a few common numbers would be learned by heart and the rest never.
"""

import math
import random
from collections.abc import Hashable
from functools import cache
from itertools import combinations_with_replacement, product

from utils.tasks.equations import LARGEST_ROOT
from utils.tasks.polynomials import Polynomial, content, derivative, divided

LARGEST_CONSTANT = 30
LARGEST_PART = 400  # of b² and of 4ac, in lowest terms
LARGEST_COEFFICIENT = 99
# Surds are the most common case and the hardest. A double root at zero would be met in
# one quartic of thirty, and its line x^2 - x = 0 went wrong then.
SHARES = {
    "surd": 2,
    "rational": 1,
    "none": 1,
    "whole roots": 3,
    "no x term": 2,
    "double zero": 0.7,
}
Alike = dict[Hashable, list[Polynomial]]  # by what is hard about them


def critical_polynomial(rng: random.Random) -> Polynomial:
    """A polynomial of degree one to four whose critical points can be written down."""
    degree = rng.choices((1, 2, 3, 4), (3, 17, 50, 30))[0]
    constant = rng.randint(-LARGEST_CONSTANT, LARGEST_CONSTANT)
    if degree == 1:
        return (_nonzero(rng, 20), constant)
    if degree == 2:
        return (_nonzero(rng, 12), rng.randint(-30, 30), constant)
    kinds = _cubics() if degree == 3 else _quartics()
    kind = rng.choices(tuple(kinds), [SHARES[kind] for kind in kinds])[0]
    alike = kinds[kind]
    return (*rng.choice(alike[rng.choice(tuple(alike))]), constant)


def _nonzero(rng: random.Random, largest: int) -> int:
    return rng.randint(1, largest) * rng.choice((1, -1))


@cache
def _cubics() -> dict[str, Alike]:
    """Cubics without their constant, by the kind of the slope's roots and by its D."""
    kinds: dict[str, Alike] = {"surd": {}, "rational": {}, "none": {}}
    for a, b, c in product((-3, -2, -1, 1, 2, 3), range(-18, 19), range(-60, 61)):
        kind, found = _kind(derivative((a, b, c, 0)))
        small = abs(b) <= 12 and abs(c) <= 24
        if kind and (small or kind == "rational"):
            kinds[kind].setdefault(found, []).append((a, b, c))
    return kinds


@cache
def _quartics() -> dict[str, Alike]:
    """Quartics without their constant whose derivative has a small whole root."""
    whole: Alike = {}
    roots = combinations_with_replacement(range(-LARGEST_ROOT, LARGEST_ROOT + 1), 3)
    for three, a in product(roots, (-3, -2, -1, 1, 2, 3)):
        r, s, t = three
        thirds = -4 * a * (r + s + t)
        rest = (2 * a * (r * s + s * t + t * r), -4 * a * r * s * t)
        if thirds % 3 == 0 and max(map(abs, rest)) <= LARGEST_COEFFICIENT:
            whole.setdefault(three, []).append((a, thirds // 3, *rest))
    without_x: Alike = {}
    for a, b, c in product((-2, -1, 1, 2), range(-6, 7), range(-10, 11)):
        kind, found = _kind((4 * a, 3 * b, 2 * c))
        if kind:
            without_x.setdefault(found, []).append((a, b, c, 0))
    flat: Alike = {}  # a*x^4 + b*x^3, of which x^2 can be taken out
    for a, b in product((-3, -2, -1, 1, 2, 3), range(-24, 25)):
        kind, found = _kind((4 * a, 3 * b, 0))
        if b and kind:
            flat.setdefault(found, []).append((a, b, 0, 0))
    return {"whole roots": whole, "no x term": without_x, "double zero": flat}


def _kind(quadratic: Polynomial) -> tuple[str, int]:
    """What its roots are, and D; "" when the discriminant has large parts."""
    a, b, c = divided(quadratic, content(quadratic))
    square, rest = b * b, 4 * a * c
    value = square - rest
    if max(square, abs(rest)) > LARGEST_PART:
        return "", value
    if value < 0:
        return "none", value
    return "rational" if math.isqrt(value) ** 2 == value else "surd", value
