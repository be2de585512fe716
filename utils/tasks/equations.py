"""Solves f'(x) = 0 as one would on paper, every line small enough to be done at once.

A quadratic's derivative is a line; a cubic's a quadratic, solved by its discriminant; a
quartic's a cubic, of which one root must be a small whole number, found by trying.
"""

import math

from utils.tasks.polynomials import Polynomial, content, divided, write

LARGEST_ROOT = 4


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
    steps = [f"{_signed(b)}^2 - 4*{a}*{_signed(c)}", f"{square} - 4*{_signed(a * c)}"]
    difference = f"{square} {'-' if rest >= 0 else '+'} {abs(rest)}"
    if value < 0:
        return [_chain("D", *steps, difference), "D < 0: no real solution"], []
    lines = [_chain("D", *steps, *addition(square, -rest))]
    if value == 0:
        root = _fraction(-b, 2 * a)
        return [*lines, _chain("x", f"{-b}/{2 * a}", root)], [root]
    outside, inside = square_part(value)
    if inside == 1:
        lines.append(_chain("sqrt(D)", f"sqrt({value})", str(outside)))
        roots = []
        for sign, s in (("-", -outside), ("+", outside)):
            roots.append(_fraction(-b + s, 2 * a))
            start = f"({-b} {sign} {outside})/{2 * a}"
            lines.append(_chain("x", start, f"{-b + s}/{2 * a}", roots[-1]))
        return lines, roots
    root = _times_root(outside, inside)
    factors = [f"sqrt({outside**2}*{inside})"] if outside > 1 else []
    lines.append(_chain("sqrt(D)", f"sqrt({value})", *factors, root))
    surd = _surd(-b, outside, inside, 2 * a)
    return [*lines, _chain("x", f"({-b} ± {root})/{2 * a}", surd)], [surd]


def _cubic(equation: Polynomial) -> tuple[list[str], list[str]]:
    """Splits off one whole root, then goes on with the quadratic."""
    if equation[-1] == 0:
        root, factor, lines, first = 0, equation[:-1], [], "x"
    else:
        root, factor, lines = _whole_root(equation)
        first = f"({write((1, -root))})"
    lines += [f"{first}*({write(factor)}) = 0", f"{write(factor)} = 0"]
    more, others = _quadratic(*factor)
    found = [str(root), *(other for other in others if other != str(root))]
    return lines + more, found


def _whole_root(equation: Polynomial) -> tuple[int, Polynomial, list[str]]:
    """A root, the polynomial divided by (x - root), and the tries that led there."""
    lines = ["Coefficients: " + ", ".join(map(str, equation))]
    for size in range(1, LARGEST_ROOT + 1):
        for root in (size, -size):
            carried, line = horner(equation, root)
            lines.append(line)
            if carried[-1] == 0:
                return root, tuple(carried[:-1]), lines
    raise ValueError(f"{write(equation)} has no whole root up to {LARGEST_ROOT}.")


def horner(polynomial: Polynomial, x: int) -> tuple[list[int], str]:
    """Horner's scheme: the quotient by (x - `x`) and the value there; and its line."""
    carried, parts = [polynomial[0]], [str(polynomial[0])]
    for coefficient in polynomial[1:]:
        steps = addition(coefficient, x * carried[-1])
        carried.append(coefficient + x * carried[-1])
        parts.append(" = ".join(steps))
    return carried, f"Try x = {x}: " + ", ".join(parts)


def addition(left: int, right: int) -> list[str]:
    """`left` + `right` with the right side added place by place, as in one's head.

    361 - 148, 261 - 48, 221 - 8, 213: nothing has to be carried unseen.
    """
    sign, rest, total = ("-" if right < 0 else "+"), abs(right), left + right
    texts = [f"{left} {sign} {rest}"]
    while left and rest >= 10:
        place = 10 ** (len(str(rest)) - 1)
        left += int(f"{sign}{rest // place * place}")
        rest %= place
        texts += [f"{left} {sign} {rest}"] if rest else []
    return [*texts, str(total)]


def square_part(number: int) -> tuple[int, int]:
    """(s, r) with number = s² · r, and r without a square factor; number > 0."""
    outside = next(s for s in range(math.isqrt(number), 0, -1) if number % (s * s) == 0)
    return outside, number // outside**2


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


def _chain(*steps: str) -> str:
    """`a = b = c`, each step that only repeats the one before it left out."""
    kept = [one for i, one in enumerate(steps) if i == 0 or one != steps[i - 1]]
    return " = ".join(kept)
