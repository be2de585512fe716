"""The words that tools are put together from, and those of questions to them.

Whatever is listed for dev and test never comes up in training. `more` is for training,
too, but not among the few words of a recipe's first steps.
"""

from dataclasses import dataclass


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

Parts = dict[str, tuple]  # by split, and `more`
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
    "more": (
        "Calculates.",
        "For calculations of any kind.",
        "Works with + - * /.",
        "Takes a formula and returns its value.",
        "Finds out what an expression comes to.",
        "Sums, differences, products, quotients.",
        "Use this for math.",
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
    "more": (
        "Does one of four operations.",
        "Takes two numbers and what to do with them.",
        "Basic math on two numbers.",
        "For two numbers.",
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
    "more": (
        "{Verb} a number and another one.",
        "Can {verb}.",
        "The {noun}.",
        "Tells the {noun} of two numbers.",
        "Makes the {noun} of {a} and {b}.",
        "For the {noun} of numbers.",
        "Takes {a} and {b}, returns their {noun}.",
        "To {verb}.",
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
QUESTIONS = {
    "add": {
        "train": "What is {a} + {b}?|What is {a} plus {b}?|Add {a} and {b}.|{a} + {b}"
        "|{a} + {b} = ?|Calculate {a} + {b}.|What is the sum of {a} and {b}?"
        "|How much is {a} plus {b}?|Add {a} to {b}.|Compute {a} plus {b}."
        "|Use a tool to add {a} and {b}.",
        "dev": "Find the sum of {a} and {b}.",
        "test": "Work out {a} + {b}.|Please tell me {a} plus {b}.",
    },
    "subtract": {
        "train": "What is {a} - {b}?|What is {a} minus {b}?|Subtract {b} from {a}."
        "|{a} - {b}|{a} - {b} = ?|Calculate {a} - {b}.|How much is {a} minus {b}?"
        "|What is the difference of {a} and {b}?|Take {b} away from {a}."
        "|Compute {a} minus {b}.|Use a tool to subtract {b} from {a}.",
        "dev": "Find {a} minus {b}.",
        "test": "Work out {a} - {b}.|Please tell me {a} minus {b}.",
    },
    "multiply": {
        "train": "What is {a} * {b}?|What is {a} times {b}?|Multiply {a} by {b}."
        "|Multiply {a} and {b}.|{a} * {b}|{a} x {b}|{a} * {b} = ?|{a} times {b}?"
        "|Calculate {a} * {b}.|How much is {a} times {b}?"
        "|What is the product of {a} and {b}?|What is {a} multiplied by {b}?"
        "|Compute {a} times {b}.|Use a tool to multiply {a} by {b}.",
        "dev": "Find the product of {a} and {b}.",
        "test": "Work out {a} * {b}.|Please tell me {a} times {b}.|What is {a} x {b}?",
    },
    "divide": {
        "train": "What is {a} / {b}?|What is {a} divided by {b}?|Divide {a} by {b}."
        "|{a} / {b}|{a} / {b} = ?|Calculate {a} / {b}.|How much is {a} divided by {b}?"
        "|What is the quotient of {a} and {b}?|Compute {a} divided by {b}."
        "|Use a tool to divide {a} by {b}.",
        "dev": "Find {a} divided by {b}.",
        "test": "Work out {a} / {b}.|Please tell me {a} divided by {b}.",
    },
}
RESPONSES = {
    "train": (
        "{}",
        "{}",
        '{{"result": {}}}',
        '{{"value": {}}}',
        '{{"answer": {}}}',
        "result: {}",
        "{} (exact)",
        '{{"ok": true, "result": {}}}',
    ),
    "more": (
        '{{"error": null, "value": {}}}',
        '{{"type": "float", "out": {}}}',
        '{{"state": "ready", "total": {}}}',
        '{{"exact": true, "res": {}}}',
        '{{"message": "all good", "solution": {}}}',
        "[{}]",
        "value = {}",
        "The answer is {}.",
        "It is {}",
        "-> {}",
        "Done: {}",
    ),
    "dev": ('{{"data": {}}}',),
    "test": ('{{"output": {}}}', "= {}", '{{"status": "done", "number": {}}}'),
}
# Most tools for other things are put together from these, unless words are few.
DEEDS = (
    "show open close send write play start stop order list check move copy save print "
    "paint clean watch rent call share translate describe review fix"
).split()
OBJECTS = (
    "song door room ticket letter photo map train hotel meal light window game word "
    "book file page story movie flight car plant shop street friend message picture"
).split()
# Half of the names that are made up of words have words as programs use them.
TERMS = (
    "base begin body bottom bound box cell char class code column content count "
    "current data date delta dividend divisor element entry event factor field file "
    "flag format from group head height high id index info input integer item job key "
    "kind label large left length level limit line list low main max mid min model "
    "multiplier name new next node note num object offset old option order output "
    "page param parent point pos position power price quantity question quota rate "
    "real request result right root row sample scale side size source state step "
    "string subject tail target task temp third title to top total type unit user val "
    "value variable width word"
).split()
OTHER_TEXTS: Parts = {
    split: tuple(text for _, text, _ in tools) for split, tools in OTHERS.items()
}
MADE_UP = 0.5  # share of names that are made up, where words are not few
