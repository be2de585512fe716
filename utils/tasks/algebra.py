"""Reads algebra out of a reply: a small, safe parser from text to sympy.

`sympy.sympify` runs what it is given through `eval`; a model's reply must not get
there. Reads 3x^2, 3*x**2, 3x², (-2 ± sqrt(19))/3 and the same in LaTeX.
"""

import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sympy

LONGEST, DEEPEST, MOST_DIGITS, HIGHEST_POWER = 200, 20, 9, 12
TOKEN = re.compile(r"\s*(\d+|[A-Za-z]+|[-+*/^()])")
SUPERSCRIPT = re.compile("[⁰¹²³⁴⁵⁶⁷⁸⁹]+")
PLAIN_DIGITS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
LATEX = (
    (re.compile(r"\\left|\\right|\\[,;! ]|\$|\\[()\[\]]"), ""),
    (re.compile(r"\\[dt]?frac\{([^{}]*)\}\{([^{}]*)\}"), r"((\1)/(\2))"),
    (re.compile(r"\\sqrt\{([^{}]*)\}"), r"sqrt(\1)"),
    (re.compile(r"\\pm"), "±"),
    (re.compile(r"\\cdot|\\times"), "*"),
    (re.compile(r"\^\{([^{}]*)\}"), r"^(\1)"),
)


def plain(text: str) -> str:
    """The text without LaTeX, superscripts and typographic signs, except for ±."""
    text = SUPERSCRIPT.sub(lambda found: "^" + found[0].translate(PLAIN_DIGITS), text)
    text = text.replace("−", "-").replace("·", "*").replace("**", "^")  # noqa: RUF001
    text = re.sub(r"√(\d+|x)", r"sqrt(\1)", text).replace("√", "sqrt")
    for _ in range(3):  # a fraction may hold a root, and a root a power
        for pattern, replacement in LATEX:
            text = pattern.sub(replacement, text)
    return text


def boxed(text: str) -> str | None:
    r"""What stands in the last \boxed{…} of a reply, or None."""
    start = text.rfind(r"\boxed{")
    if start < 0:
        return None
    depth, begin = 1, start + len(r"\boxed{")
    for i in range(begin, len(text)):
        depth += {"{": 1, "}": -1}.get(text[i], 0)
        if depth == 0:
            return text[begin:i]
    return None


def expression(text: str, **known: int) -> "sympy.Expr":
    """The expression in x that a text writes; raises ValueError when it writes none.

    `known` gives the values of other names, such as D.
    """
    if "±" in text:
        raise ValueError(f"{text!r} stands for two numbers, where one is meant.")
    return _Parser(plain(text), known).read()


def expressions(text: str, **known: int) -> "set[sympy.Expr]":
    """The one expression of a text, or the two when it holds a ±."""
    text = plain(text)
    return {expression(text.replace("±", sign), **known).expand() for sign in "+-"}


@lru_cache(maxsize=4096)
def solutions(text: str) -> "frozenset[sympy.Expr]":
    """The numbers in a list such as "x = 1, x = 3"; "none" is the empty set.

    Raises ValueError when something in it is not a number.
    """
    text = plain(text).strip(" .{}")
    if re.match(r"(there (are|is) )?no(ne)?\b", text.lower()):
        return frozenset()
    parts = re.split(r",|;|\bor\b|\band\b", re.sub(r"x(_\{?\d\}?)?\s*=", "", text))
    found = set().union(*(expressions(part) for part in parts if part.strip()))
    if not found or any(one.free_symbols for one in found):
        raise ValueError(f"{text!r} is not a list of numbers.")
    return frozenset(found)


class _Parser:
    """Recursive descent: sums of products of powers; 2x and 2(x - 1) are products."""

    def __init__(self, text: str, known: dict[str, int]) -> None:
        if len(text) > LONGEST or text.count("(") > DEEPEST:
            raise ValueError("The expression is too long to be read.")
        self.tokens = TOKEN.findall(text)
        if "".join(self.tokens) != re.sub(r"\s", "", text):
            raise ValueError(f"{text!r} has signs that are not algebra.")
        if any(len(token) > MOST_DIGITS for token in self.tokens):
            raise ValueError(f"{text!r} has a number or a name that is too long.")
        self.text, self.known, self.at = text, known, 0

    def read(self) -> "sympy.Expr":
        value = self._sum()
        if self.at < len(self.tokens):
            raise self._error()
        return value

    def _next(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def _take(self, *wanted: str) -> str:
        token = self._next()
        if not token or token not in wanted:
            return ""
        self.at += 1
        return token

    def _error(self) -> ValueError:
        return ValueError(f"{self.text!r} cannot be read as an expression.")

    def _sum(self) -> "sympy.Expr":
        value = self._product()
        while sign := self._take("+", "-"):
            other = self._product()
            value = value + other if sign == "+" else value - other
        return value

    def _product(self) -> "sympy.Expr":
        value = self._signed()
        while True:
            if sign := self._take("*", "/"):
                other = self._signed()
                if sign == "/" and other == 0:
                    raise ValueError(f"{self.text!r} divides by zero.")
                value = value * other if sign == "*" else value / other
            elif self._next() and self._next() not in "+-)^":
                value = value * self._power()
            else:
                return value

    def _signed(self) -> "sympy.Expr":
        sign = self._take("+", "-")
        value = self._signed() if sign else self._power()
        return -value if sign == "-" else value

    def _power(self) -> "sympy.Expr":
        import sympy

        base = self._atom()
        if not self._take("^"):
            return base
        exponent = self._atom()
        if not (exponent.is_Integer and 0 <= exponent <= HIGHEST_POWER):
            raise ValueError(f"{self.text!r} has a power that is not a small number.")
        # Powers of powers grow without end: (((9^9)^9)^9)^9.
        too_large = abs(base) > 10**9 if base.is_number else base.has(sympy.Pow)
        if too_large:
            raise ValueError(f"{self.text!r} has a power of what is large already.")
        return base**exponent

    def _atom(self) -> "sympy.Expr":
        import sympy

        token = self._next()
        self.at += 1
        if token.isdecimal():
            return sympy.Integer(token)
        if token == "x":
            return sympy.Symbol("x")
        if token in self.known:
            return sympy.Integer(self.known[token])
        if token in ("(", "sqrt"):
            if token == "sqrt" and not self._take("("):
                raise self._error()
            inside = self._sum()
            if not self._take(")"):
                raise self._error()
            return sympy.sqrt(inside) if token == "sqrt" else inside
        raise self._error()
