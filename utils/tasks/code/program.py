"""Draws a small Python function: its head with a docstring, its body and its tests."""

import random
import re
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from string import Template
from typing import Any

from utils.tasks.base import Split
from utils.tasks.code import names
from utils.tasks.code.family import Family, families
from utils.tasks.code.oracle import Oracle
from utils.tasks.code.oracles import arithmetic, lists, sequences, strings, tables
from utils.tasks.code.values import KINDS
from utils.tasks.noise import made_up_word

ORACLES: dict[str, Oracle] = {
    **lists.ORACLES,
    **sequences.ORACLES,
    **strings.ORACLES,
    **arithmetic.ORACLES,
    **tables.ORACLES,
}
DRAWN_CASES = 6  # beside the oracle's edges
LONGEST_EXAMPLE = 70  # characters of a call and its value shown in a docstring
# A noun before a name, as in "the list $a", has to go where a noun takes its place.
NOUN = re.compile(r"(the )?(list|text|string|dict|dictionary|mapping) \$a\b")
WORD = re.compile(r"[A-Za-z_]\w*")
REMARKS = (
    "Used by the {}.",
    "Part of the {} module.",
    "See also {}.",
    "Helper for {}.",
    "Needed in {}.",
    "Written for the {} project.",
)
MENTIONS = ("{}", "{}", "{}", "{}", "{}", "`{}`")


@dataclass(frozen=True)
class Program:
    """A function in parts; `head + body` is its text, `tests` are assert statements.

    `head` ends with the docstring's line, if there is one; `calls` are calls of the
    function with what they must give, as source text.
    """

    family: str
    name: str
    head: str
    body: str
    calls: tuple[tuple[str, str], ...]

    @property
    def tests(self) -> str:
        return "".join(f"assert {call} == {value}\n" for call, value in self.calls)


def program(
    rng: random.Random, split: Split, family: Family | None = None, doc: bool = True
) -> Program:
    """A function whose names, constant and wording all belong to the split.

    Without `doc` there is no docstring, and the name says what the function does.
    """
    family = family or rng.choice(tuple(families().values()))
    body = rng.choice(family.bodies)
    k = family.constant(rng, split)
    taken = set(WORD.findall(body))
    holes: dict[str, Any] = {"k": k}
    for hole, kind in zip("abc", family.parameters, strict=False):
        holes[hole] = names.parameter(rng, KINDS[kind].names, taken, split)
        taken.add(holes[hole])
    holes["f"] = names.function(rng, family.names, taken, split, telling=not doc)
    calls = _calls(rng, family, holes["f"], k)
    head = _signature(rng, family, holes)
    if doc:
        head = _documented(rng, head, _sentence(rng, family, holes, split), calls)
    return Program(
        family=family.name,
        name=holes["f"],
        head=head,
        body=textwrap.indent(Template(body).substitute(holes), "    "),
        calls=calls,
    )


def _calls(
    rng: random.Random, family: Family, name: str, k: Any
) -> tuple[tuple[str, str], ...]:
    """Calls with their right values: the edges first, then drawn arguments."""
    oracle = ORACLES[family.name]
    draw = oracle.arguments or _by_kinds(family)
    rows = [*oracle.edges, *(draw(rng, k) for _ in range(DRAWN_CASES))]
    extra = (k,) if family.constants else ()
    return tuple(
        (f"{name}({', '.join(map(repr, row))})", repr(oracle.solve(*row, *extra)))
        for row in rows
    )


def _by_kinds(family: Family) -> Callable[[random.Random, Any], tuple]:
    def draw(rng: random.Random, k: Any) -> tuple:
        return tuple(KINDS[kind].draw(rng, k) for kind in family.parameters)

    return draw


def _signature(rng: random.Random, family: Family, holes: dict[str, Any]) -> str:
    parameters = [holes[hole] for hole in "abc" if hole in holes]
    returns = ""
    if rng.random() < 0.5:
        hints = [KINDS[kind].hint for kind in family.parameters]
        parameters = [f"{p}: {h}" for p, h in zip(parameters, hints, strict=True)]
        may_be_none = family.constants and holes["k"] is None
        returns = f" -> {family.returns}{' | None' if may_be_none else ''}"
    return f"def {holes['f']}({', '.join(parameters)}){returns}:\n"


def _sentence(
    rng: random.Random, family: Family, holes: dict[str, Any], split: Split
) -> str:
    """The wording with its names filled in and the small liberties that people take."""
    mention = rng.choice(MENTIONS)
    said = {
        hole: mention.format(value) if hole in "abc" else value
        for hole, value in holes.items()
    }
    wording = family.wording(rng, split)
    called = KINDS[family.parameters[0]].called
    if called and len(family.parameters) == 1 and rng.random() < 0.15:
        wording = NOUN.sub("$a", wording)
        said["a"] = rng.choice(called)
    if rng.random() < 0.15:
        wording = wording[0].lower() + wording[1:]
    sentence = Template(wording).substitute(said)
    if rng.random() < 0.8:
        sentence += "."
    if rng.random() < 0.12:
        named = f"{made_up_word(rng)} {rng.choice(names.PARTS)}"
        sentence = f"{sentence.rstrip('.')}. {rng.choice(REMARKS).format(named)}"
    return sentence


def _documented(rng: random.Random, signature: str, sentence: str, calls: tuple) -> str:
    """The signature with the sentence in one of the usual layouts."""
    quotes = "'''" if rng.random() < 0.05 else '"""'
    call, value = min(calls[-DRAWN_CASES:], key=lambda pair: len("".join(pair)))
    layout = rng.random()
    if layout < 0.60:
        doc = f"{quotes}{sentence}{quotes}"
    elif layout < 0.72:
        doc = f"{quotes}{sentence}\n{quotes}"
    elif layout < 0.82:
        doc = f"{quotes}\n{sentence}\n{quotes}"
    elif layout < 0.92 and len(call + value) < LONGEST_EXAMPLE:
        doc = f"{quotes}{sentence}\n\n>>> {call}\n{value}\n{quotes}"
    elif layout < 0.96:
        doc = f"# {sentence}"
    else:
        return f"# {sentence}\n{signature}"
    return signature + textwrap.indent(doc, "    ") + "\n"
