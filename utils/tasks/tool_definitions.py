"""Calculators as tools, named and described in many ways, and tools for other things.

No two calculators need be alike, so a model has to read the definition to call one.
The format is the one that chat templates take (JSON Schema, as in OpenAI's API).
"""

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from utils.tasks.base import Split, words_of
from utils.tasks.noise import SYLLABLES, syllables

Definition = dict[str, Any]


@dataclass(frozen=True)
class Operation:
    """One of the four: its sign and the words that tools and questions use for it."""

    sign: str
    verb: str
    noun: str
    names: tuple[str, ...]


OPERATIONS = {
    "add": Operation("+", "add", "sum", ("add", "sum", "plus", "addition")),
    "subtract": Operation(
        "-",
        "subtract",
        "difference",
        ("subtract", "minus", "difference", "subtraction"),
    ),
    "multiply": Operation(
        "*", "multiply", "product", ("multiply", "times", "product", "multiplication")
    ),
    "divide": Operation(
        "/", "divide", "quotient", ("divide", "quotient", "division", "ratio")
    ),
}

# Whatever is listed for dev and test never comes up in training.
Parts = dict[Split, tuple]
CALCULATORS: Parts = {
    "train": (
        "calculator calc calculate compute evaluate eval_expression math solve "
        "arithmetic do_math calculation compute_value run_calculator basic_math"
    ).split(),
    "dev": ("math_engine", "work_out"),
    "test": ("expression_evaluator", "number_cruncher", "calculating_machine"),
}
EXPRESSIONS: Parts = {
    "train": ("expression", "expr", "formula", "input", "query", "text", "term", "e"),
    "dev": ("problem",),
    "test": ("calculation", "statement"),
}
CALCULATOR_TEXTS: Parts = {
    "train": (
        "Evaluate an arithmetic expression.",
        "Work out a calculation.",
        "Compute the value of an expression.",
        "A calculator for +, -, * and /.",
        "Calculates with numbers.",
        "Does arithmetic.",
    ),
    "dev": ("Solve a calculation.",),
    "test": ("Gives the result of an arithmetic expression.", "A simple calculator."),
}
CHOICE_TEXTS: Parts = {
    "train": (
        "Calculates with two numbers.",
        "Does arithmetic with two numbers.",
        "A calculator for two numbers.",
        "Applies an operation to two numbers.",
    ),
    "dev": ("Works on two numbers.",),
    "test": ("Combines two numbers by an operation.", "A calculator."),
}
AFFIXES: Parts = {
    "train": ("{}", "{}", "{}", "calc_{}", "math_{}", "get_{}", "{}_numbers", "{}_two"),
    "dev": ("{}_it",),
    "test": ("my_{}", "{}_values"),
}
PAIRS: Parts = {
    "train": tuple(
        pair.split()
        for pair in (
            "a b|x y|first second|left right|n1 n2|num1 num2|one other|m n|a1 a2|"
            "number other_number|start change"
        ).split("|")
    ),
    "dev": (("u", "v"),),
    "test": (("p", "q"), ("value1", "value2")),
}
PAIR_TEXTS: Parts = {
    "train": (
        "{Verb} two numbers.",
        "Returns the {noun} of two numbers.",
        "Computes the {noun} of {a} and {b}.",
        "The {noun} of {a} and {b}.",
        "Use this to {verb} two numbers.",
    ),
    "dev": ("Finds the {noun} of two numbers.",),
    "test": ("Gives the {noun} of two numbers.", "{Verb} {a} and {b}."),
}
CHOICES: Parts = {
    "train": ("operation", "op", "kind", "action", "what"),
    "dev": ("mode",),
    "test": ("operator", "method"),
}
ARGUMENT_TEXTS = ("The {}.", "The {} to use.", "Value of {}.", "{}")
OTHERS: Parts = {  # name, description, arguments
    "train": (
        ("get_weather", "The weather in a city.", ("city",)),
        ("search_web", "Search the web.", ("query",)),
        ("send_email", "Send an email.", ("to", "text")),
        ("set_alarm", "Set an alarm.", ("time",)),
        ("get_time", "The time in a city.", ("city",)),
        ("play_music", "Play a song.", ("song",)),
        ("open_door", "Open a door.", ("room",)),
        ("book_table", "Book a table at a restaurant.", ("place", "time")),
        ("lookup_word", "Look up a word.", ("word",)),
        ("roll_dice", "Roll some dice.", ("sides",)),
        ("get_stock", "The price of a stock.", ("name",)),
        ("add_note", "Write down a note.", ("text",)),
    ),
    "dev": (("get_route", "The way from one place to another.", ("start", "end")),),
    "test": (
        ("read_news", "The news on a topic.", ("topic",)),
        ("find_recipe", "Find a recipe.", ("dish",)),
    ),
}


@dataclass(frozen=True)
class Calculator:
    """A tool that can do `operations`; `call` makes arguments for one with a and b."""

    definition: Definition
    operations: tuple[str, ...]
    call: Callable[[str, int, int], dict[str, Any]]

    @property
    def name(self) -> str:
        return self.definition["function"]["name"]


def calculator(rng: random.Random, split: Split, operation: str) -> Calculator:
    """A calculator that can do `operation`, of one of three sorts."""
    sort = rng.choice((_of_expressions, _of_choices, pair_tool, pair_tool))
    return sort(rng, split, operation)


def pair_tool(rng: random.Random, split: Split, operation: str) -> Calculator:
    """A tool for one operation on two numbers."""
    words = OPERATIONS[operation]
    first, second = _pair(rng, split)
    name = part(rng, split, AFFIXES).format(rng.choice(words.names))
    if rng.random() < 0.25:
        name = _made_up_name(rng)
    text = part(rng, split, PAIR_TEXTS).format(
        Verb=words.verb.capitalize(),
        verb=words.verb,
        noun=words.noun,
        a=first,
        b=second,
    )
    definition = _definition(rng, name, text, {first: "number", second: "number"})
    return Calculator(definition, (operation,), lambda _, a, b: {first: a, second: b})


def other_tool(rng: random.Random, split: Split) -> Definition:
    """A tool that cannot calculate."""
    name, text, arguments = part(rng, split, OTHERS)
    return _definition(rng, name, text, dict.fromkeys(arguments, "string"))


def part(rng: random.Random, split: Split, parts: Parts) -> Any:
    """One of the parts, as `words_of` has it."""
    return rng.choice(parts[words_of(rng, split)])


def _of_expressions(rng: random.Random, split: Split, _: str) -> Calculator:
    argument = part(rng, split, EXPRESSIONS)
    name = _calculator_name(rng, split)
    text = part(rng, split, CALCULATOR_TEXTS)
    return Calculator(
        _definition(rng, name, text, {argument: "string"}),
        tuple(OPERATIONS),
        lambda operation, a, b: {argument: f"{a} {OPERATIONS[operation].sign} {b}"},
    )


def _of_choices(rng: random.Random, split: Split, operation: str) -> Calculator:
    """A calculator that is told which operation to do, by a word or a sign."""
    which = part(rng, split, CHOICES)
    first, second = _pair(rng, split)
    attribute = rng.choice(("sign", "verb", "noun"))
    values = {name: getattr(words, attribute) for name, words in OPERATIONS.items()}
    definition = _definition(
        rng,
        _calculator_name(rng, split),
        part(rng, split, CHOICE_TEXTS),
        {which: "string", first: "number", second: "number"},
    )
    properties = definition["function"]["parameters"]["properties"]
    properties[which]["enum"] = list(values.values())
    return Calculator(
        definition,
        tuple(OPERATIONS),
        lambda operation, a, b: {which: values[operation], first: a, second: b},
    )


def _calculator_name(rng: random.Random, split: Split) -> str:
    if rng.random() < 0.25:
        return _made_up_name(rng)
    return part(rng, split, CALCULATORS)


def _pair(rng: random.Random, split: Split) -> tuple[str, str]:
    if rng.random() < 0.2:
        return tuple(f"{rng.choice(SYLLABLES)}{i}" for i in (1, 2))
    return tuple(part(rng, split, PAIRS))


def _made_up_name(rng: random.Random) -> str:
    parts = [syllables(rng, 2) for _ in range(rng.randint(1, 2))]
    return "_".join(parts)


def _definition(
    rng: random.Random, name: str, text: str, arguments: dict[str, str]
) -> Definition:
    """As people write them: arguments described or not, numbers whole or not."""
    properties: dict[str, dict[str, Any]] = {
        key: {"type": kind} for key, kind in arguments.items()
    }
    if rng.random() < 0.4:
        form = rng.choice(ARGUMENT_TEXTS)
        for key, value in properties.items():
            value["description"] = form.format(key.replace("_", " "))
    if rng.random() < 0.3:
        for value in properties.values():
            value["type"] = value["type"].replace("number", "integer")
    return {
        "type": "function",
        "function": {
            "name": name,
            "description": text,
            "parameters": {
                "type": "object",
                "properties": properties,
                "required": list(arguments),
            },
        },
    }
