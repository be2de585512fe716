"""What tools say of themselves, put together from parts.

Of a few descriptions a model learns by heart which mean a calculator. It then takes one
in other words for a tool that cannot help, or such a tool for a calculator. What a
calculator says is put together for training only; other tools stand beside one in every
split, and some there have texts that are held out.
"""

import random

from utils.tasks.parts import Places, put_together
from utils.tasks.tool_words import (
    CALCULATOR_TEXTS,
    CHOICE_TEXTS,
    OTHER_TEXTS,
    PAIR_TEXTS,
)

HELD_OUT = frozenset(
    text
    for table in (CALCULATOR_TEXTS, CHOICE_TEXTS, OTHER_TEXTS, PAIR_TEXTS)
    for split in ("dev", "test")
    for text in table[split]
)
DOES = (  # whatever follows
    "Evaluate|Evaluates|Compute|Computes|Calculate|Calculates|Solve|Solves|Work out|"
    "Works out|Handle|Handles|Process|Simplify|Determine|Determines|Do|Does|Find out|"
    "Returns the value of|Return the result of|Returns what comes of|Find the value of|"
    "Tells the value of|Shows the result of|Can compute|Can solve|Can do|To compute|"
    "To solve|Use this to solve|Use this to compute|Use it for|For|Helps with|Takes"
).split("|")
ENDS = ("", "", "", "", " exactly", " quickly", " for you", " as a number", " at once")
EXPRESSIONS: Places = {
    "form": (
        "{does} {the} {thing}{end}.",
        "{does} {the} {kind} {thing}{end}.",
        "{does} {the} {kind} {thing}{end}.",
        "{does} {kind} {things}{end}.",
        "{does} {things}{end}.",
        "A {sort} calculator{tail}.",
        "The {sort} calculator{tail}.",
        "Your {sort} calculator{tail}.",
        "{Things}{tail}.",
        "{Kind} {things}{tail}.",
        "Give it {the} {thing}, get the value.",
        "{the} {thing} in, a number out.",
    ),
    "does": DOES,
    "the": ("a", "a", "the", "any", "one", "your"),
    "kind": (
        "arithmetic|math|mathematical|numeric|short|given|basic|written|plain|long|whole"
    ).split("|"),
    "thing": (
        "expression|calculation|formula|term|equation|line of math|piece of arithmetic|"
        "math question|number task|computation"
    ).split("|"),
    "things": (
        "expressions|calculations|formulas|terms|arithmetic|math|math questions|"
        "numbers|computations|all four operations|+, -, * and /"
    ).split("|"),
    "sort": "pocket small fast basic general exact plain little full good math".split(),
    "tail": (
        "",
        "",
        " for numbers",
        " for all",
        " with four operations",
        " (+-*/)",
    ),
    "end": ENDS,
}
CHOICES: Places = {
    "form": (
        "{does} {numbers} with {choice}{end}.",
        "{does} {choice} on {numbers}{end}.",
        "{does} {choice} with {numbers}{end}.",
        "Takes {numbers} and {choice}{end}.",
        "{Choice} for {numbers}{end}.",
        "Calculates with {numbers}, by {choice}.",
        "Math with {numbers}{end}.",
        "A {sort} calculator that takes {numbers} and {choice}.",
        "A {sort} calculator for {numbers}.",
    ),
    "does": ("Do", "Does", "Apply", "Runs", "Perform", "Carry out", "Can do", "To do"),
    "numbers": (
        "two numbers|a pair of numbers|both numbers|two values|numbers|"
        "its two arguments|the given numbers"
    ).split("|"),
    "choice": (
        "one of four operations|the given operation|an operation of your choice|"
        "the operation you name|a sign|what to do|arithmetic|one operation"
    ).split("|"),
    "sort": EXPRESSIONS["sort"],
    "end": ENDS,
}
PAIRS: Places = {
    "form": (
        "{does} the {{noun}} of {what}{end}.",
        "{does} the {{noun}} of {what}{end}.",
        "{does} the {{noun}}{end}.",
        "The {{noun}} of {what}{end}.",
        "{to} {{verb}} {what}{end}.",
        "{to} {{verb}} {what}{end}.",
        "{{Verb}} {pair}{end}.",
        "{What} in, their {{noun}} out.",
        "Give it {what}, get the {{noun}}.",
    ),
    "does": (
        "Return|Returns|Compute|Computes|Calculates|Determines|Tells|Makes|Shows|Get|"
        "Works out|Answers with"
    ).split("|"),
    "what": (
        "two numbers|{{a}} and {{b}}|both numbers|its arguments|two values|numbers|"
        "a pair of numbers|the given numbers|two integers"
    ).split("|"),
    "pair": (
        "a number and another one|numbers|both numbers|two values|a pair of numbers|"
        "its two arguments|{{a}} and then {{b}}"
    ).split("|"),
    "to": ("To", "Can", "Use this to", "A tool to", "Helps to", "Call this to"),
    "end": ENDS,
}
OTHERS: Places = {
    "form": (
        "{deed} {the} {thing}{for}.",
        "{deed} {the} {thing}{for}.",
        "{deed} {the} {thing}{for}.",
        "Can {deed} {the} {thing}.",
        "Use this to {deed} {the} {thing}.",
        "The {part} of {the} {thing}.",
        "The {part} of {the} {thing}.",
        "{says} the {part} of {the} {thing}.",
        "The {part} from one {thing} to another.",
        "The {part} between one {thing} and the next.",
        "{part} of {the} {thing}{for}.",
        "Takes {the} {thing} and returns its {part}.",
        "What {part} {the} {thing} has.",
    ),
    "the": ("a", "a", "the", "any", "one", "your"),
    "part": (
        "price age color owner title history length weight name date status time size "
        "review summary distance bus shape number picture score rating total change"
    ).split(),
    "says": ("Tells", "Shows", "Returns", "Finds", "Gets", "Looks up"),
    "for": ("", "", "", "", " for you", " for two people", " by its number", " again"),
}


def calculator_text(rng: random.Random) -> str:
    """Of a tool that takes a whole expression."""
    return _unless_held_out(rng, EXPRESSIONS)


def choice_text(rng: random.Random) -> str:
    """Of a tool that is told the operation."""
    return _unless_held_out(rng, CHOICES)


def pair_text(rng: random.Random) -> str:
    """Of a tool for one operation; {verb}, {noun}, {a} and {b} are to be filled in."""
    return _unless_held_out(rng, PAIRS)


def other_text(rng: random.Random, deed: str, thing: str) -> str:
    """Of a tool that cannot calculate, but does something with a thing."""
    return _unless_held_out(rng, OTHERS | {"deed": (deed,), "thing": (thing,)})


def _unless_held_out(rng: random.Random, places: Places) -> str:
    while (text := put_together(rng, places)) in HELD_OUT:
        pass
    return text
