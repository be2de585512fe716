"""The many ways to ask for a derivative or for critical points; `calculus` uses them.

Wordings are put together from parts. The `HELD_OUT` ones are never used in training:
evaluation asks with them too.
"""

import random

from utils.tasks.base import Split
from utils.tasks.noise import filler
from utils.tasks.polynomials import Function

# {} is the function, such as "f(x) = 3x^2"; {prime} is f'(x); {bare} is 3x^2.
DERIVATIVE = (
    "Differentiate {}.",
    "Differentiate {} with respect to x.",
    "Differentiate: {}",
    "What is the derivative of {}?",
    "What's the derivative of {}?",
    "Find the derivative of {}.",
    "Find {prime} for {}.",
    "Find {prime} if {}.",
    "Find {prime}: {}",
    "Calculate the derivative of {}.",
    "Compute the derivative of {}.",
    "Compute {prime} for {}.",
    "Determine the derivative of {}.",
    "Determine {prime} for {}.",
    "Give the derivative of {}.",
    "Give me the derivative of {}.",
    "Tell me the derivative of {}.",
    "Derive {}.",
    "Can you differentiate {}?",
    "Can you find the derivative of {}?",
    "I need the derivative of {}.",
    "Let {}. Find {prime}.",
    "Let {}. What is {prime}?",
    "Given {}, find {prime}.",
    "Given {}, what is the derivative?",
    "If {}, what is {prime}?",
    "{}. Find the derivative.",
    "{}. Differentiate it.",
    "{}, {prime} = ?",
    "What is {prime} when {}?",
    "What is the slope function of {}?",
    "What is the rate of change of {}?",
    "Use the power rule on {}.",
    "d/dx ({bare})",
    "d/dx ({bare}) = ?",
    "What is d/dx of {bare}?",
    "Find dy/dx for {}.",
    "({bare})' = ?",
    "Derivative of {}",
    "The derivative of {}?",
    "Please find the derivative of {}.",
    "Please differentiate {}.",
    "Get the derivative of {}.",
    "Obtain the derivative of {}.",
    "State the derivative of {}.",
    "Write the derivative of {}.",
    "Evaluate the derivative of {}.",
    "Could you give me the derivative of {}?",
    "We need the derivative of {}.",
    "I would like the derivative of {}.",
    "Try to find the derivative of {}.",
    "Solve for the derivative of {}.",
    "Help me find the derivative of {}.",
    "How do I differentiate {}?",
)
DERIVATIVE_HELD_OUT = (
    "Please work out the derivative of {}.",
    "Could you differentiate {} for me?",
    "Show me how to differentiate {}.",
    "What do we get when we differentiate {}?",
    "I want to know {prime}. We have {}.",
    "Take the derivative: {}",
    "My function is {}. Write down its derivative, step by step.",
)
CRITICAL = (
    "Find the critical points of {}.",
    "Find all critical points of {}.",
    "Find the critical point of {}.",
    "Find the critical numbers of {}.",
    "Find the stationary points of {}.",
    "Find the turning points of {}.",
    "Where are the critical points of {}?",
    "Where are the stationary points of {}?",
    "What are the critical points of {}?",
    "What are the stationary points of {}?",
    "What are the turning points of {}?",
    "Calculate the critical points of {}.",
    "Compute the critical points of {}.",
    "Determine the critical points of {}.",
    "Determine all stationary points of {}.",
    "Give the critical points of {}.",
    "Tell me the critical points of {}.",
    "Can you find the critical points of {}?",
    "I need the critical points of {}.",
    "Let {}. Find the critical points.",
    "Let {}. Where is {prime} = 0?",
    "Given {}, find the critical points.",
    "If {}, what are the critical points?",
    "{}. Find its critical points.",
    "{}. Where are its stationary points?",
    "Does {} have critical points?",
    "Solve {prime} = 0 for {}.",
    "Find x with {prime} = 0 for {}.",
    "For which x is {prime} = 0? {}",
    "Where is the derivative of {} zero?",
    "Where does the derivative of {} vanish?",
    "Set the derivative of {} to zero and solve.",
    "Find the zeros of the derivative of {}.",
    "Find the roots of the derivative of {}.",
    "Where is the slope of {} zero?",
    "Where is {} flat?",
    "Where does {} have a horizontal tangent?",
    "Find the derivative of {} and its critical points.",
    "Differentiate {} and find the critical points.",
    "Critical points of {}",
    "Please find the critical points of {}.",
    "Get the critical points of {}.",
    "Obtain the stationary points of {}.",
    "State the critical points of {}.",
    "Write the critical points of {}.",
    "Could you give me the critical points of {}?",
    "We need the critical points of {}.",
    "I would like the stationary points of {}.",
    "Try to find the critical points of {}.",
    "How do I find the critical points of {}?",
)
CRITICAL_HELD_OUT = (
    "Please work out the critical points of {}.",
    "Could you locate the stationary points of {} for me?",
    "Show me every x where {prime} = 0, with {}.",
    "Which x are critical points of {}?",
    "We have {}. List all of its critical points, step by step.",
    "At which x is the derivative of {} equal to zero?",
    "Help me with the critical points: {}",
)
KEYWORDS = {
    "derivative": ("derivative", "differentiate", "d/dx", "{prime}", "differentiated"),
    "critical": (
        "critical points",
        "critical point",
        "critical",
        "stationary points",
        "{prime} = 0",
        "derivative zero",
        "derivative = 0",
        "turning points",
    ),
}
FRAMED = 0.22  # share of training questions that are a keyword among filler
NOUNS = ("", "the polynomial ", "the function ", "the curve ")
PREFIXES = ("Please, ", "Hi! ", "Hello, ", "Hey, ", "Quick: ", "OK, ", "So, ")
SUFFIXES = (" Thanks!", " Please.", " Show the steps.", " Step by step.", " please")


def ask_derivative(rng: random.Random, function: Function, split: Split) -> str:
    """One wording that asks for the derivative.

    Half of the wordings asked outside training are held out from it.
    """
    return _ask(rng, function, split, "derivative", DERIVATIVE, DERIVATIVE_HELD_OUT)


def ask_critical(rng: random.Random, function: Function, split: Split) -> str:
    """One wording that asks for the critical points."""
    return _ask(rng, function, split, "critical", CRITICAL, CRITICAL_HELD_OUT)


def _ask(
    rng: random.Random,
    function: Function,
    split: Split,
    subject: str,
    openings: tuple[str, ...],
    held_out: tuple[str, ...],
) -> str:
    if split == "train" and rng.random() < FRAMED:
        return _framed(rng, function, rng.choice(KEYWORDS[subject]))
    chosen = held_out if split != "train" and rng.random() < 0.5 else openings
    # d/dx (3x^2) has no place for a name.
    fitting = [o for o in chosen if not (function.named and "{bare}" in o)]
    return _vary(rng, _filled(rng, function, rng.choice(fitting)))


def _filled(rng: random.Random, function: Function, opening: str) -> str:
    """The wording with the function in it."""
    bare, space = function.bare, function.notation.space
    whole = f"{function.head}{space}={space}{bare}" if function.named else bare
    if rng.random() < 0.2:
        whole = rng.choice(NOUNS) + whole
    return opening.format(whole, prime=function.prime, bare=bare)


def _framed(rng: random.Random, function: Function, keyword: str) -> str:
    """A keyword and the function among filler, in either order."""
    keyword = keyword.format(prime=function.prime)
    parts = [
        " ".join([*filler(rng, most=4), keyword, *filler(rng, most=3)]),
        _filled(rng, function, "{}"),
    ]
    if rng.random() < 0.6:
        parts[0] = parts[0][:1].upper() + parts[0][1:]
    if rng.random() < 0.35:
        parts.reverse()
    text = rng.choice((" ", " ", ": ", ", ", "\n")).join(parts)
    text += rng.choice(("", "", "?", ".", " ".join(["", *filler(rng, most=3)])))
    return text


def _vary(rng: random.Random, text: str) -> str:
    """Small changes that people make: a greeting, no capital, no mark at the end."""
    if rng.random() < 0.12:
        text = rng.choice(PREFIXES) + text[0].lower() + text[1:]
    if rng.random() < 0.12:
        text += rng.choice(SUFFIXES)
    if rng.random() < 0.15:
        text = text.lower()
    if rng.random() < 0.15:
        text = text.rstrip(".?")
    return text
