"""The many ways to ask for a sum; `sums` asks in one of them.

Wordings are put together from parts, so there are thousands. `HELD_OUT` openings are
never used in training: evaluation asks with them too.
"""

import random

from utils.tasks.base import Split
from utils.tasks.noise import filler
from utils.tasks.parts import Places, put_together

OPENINGS = (
    "What is {}?",
    "What's {}?",
    "What is the sum of {}?",
    "What is the total of {}?",
    "What does {} make?",
    "What do you get for {}?",
    "What is the result of {}?",
    "How much is {}?",
    "How much do {} make?",
    "How much is the sum of {}?",
    "Add {}.",
    "Add up {}.",
    "Add {} together.",
    "Add the numbers {}.",
    "Add these numbers: {}.",
    "Sum {}.",
    "Sum up {}.",
    "Sum these: {}.",
    "Give me the sum of {}.",
    "Give me {}.",
    "Give the total of {}.",
    "Calculate {}.",
    "Calculate: {}",
    "Calculate the sum of {}.",
    "Calculate the total of {}.",
    "Compute {}.",
    "Compute the sum of {}.",
    "Find the sum of {}.",
    "Find {}.",
    "Work out {}.",
    "Evaluate {}.",
    "Solve {}.",
    "Total {}.",
    "Tell me {}.",
    "Tell me what {} is.",
    "Tell me the sum of {}.",
    "Tell me how much {} is.",
    "Can you add {}?",
    "Can you add up {} for me?",
    "Can you tell me {}?",
    "Can you compute {}?",
    "Could you sum {}?",
    "Could you work out {}?",
    "Would you add {} for me?",
    "Will you add {}?",
    "I need the sum of {}.",
    "I need to add {}.",
    "I want to know {}.",
    "I would like the total of {}.",
    "Let us add {}.",
    "Let's add {}.",
    "Help me add {}.",
    "Do you know what {} is?",
    "Sum: {}",
    "The sum of {}?",
    "The sum of {} is?",
    "{} = ?",
    "{}=?",
    "{} =",
    "{}?",
    "{}",
    "{} is?",
    "{} equals?",
    "{} makes?",
    "{} is how much?",
)
HELD_OUT = (
    "Please add the following: {}.",
    "What would {} be?",
    "What is the answer to {}?",
    "Figure out {}.",
    "How much would {} be?",
    "Could you tell me the total of {}?",
    "Show me the sum of {}.",
    "My numbers are {}. Add them.",
)
HELD_OUT_STARTS = tuple(text.split("{}")[0].lower() for text in HELD_OUT)
TOGETHER = 0.6  # share of the various questions that are put together from these parts
PARTS: Places = {
    "form": (
        "{please}{add} {these} {{}}{for}.",
        "{please}{add} {these} {{}}{for}.",
        "{please}{find} the {sum} of {these} {{}}{for}.",
        "{please}{find} the {sum} of {{}}{for}.",
        "{ask} the {sum} of {these} {{}}?",
        "{ask} the {sum} of {{}}?",
        "{ask} the {sum}: {{}}?",
        "{Sum} of {these} {{}}.",
        "{{}}: {short}.",
        "{here} {{}}. {Short}.",
        "If I {add} {these} {{}}, {what}?",
        "When you {add} {{}}, {what}?",
        "{which} {{}}?",
    ),
    "please": (
        *(("",) * 4),
        *"Please |Please |please |Kindly |Now |First |Can you |Could you ".split("|"),
        *"Would you |Try to |I ask you to |You have to |Be so kind and ".split("|"),
        "I need you to ",
    ),
    "add": (
        "add|add|add up|sum|sum up|total|add together|put together|count together"
    ).split("|"),
    "find": (
        "calculate|compute|work out|find|determine|give me|tell me|get|get me|write|"
        "write down|say|report|return|name"
    ).split("|"),
    "sum": "sum|sum|total|result|whole|sum total|answer".split("|"),
    "ask": (
        "What is|What's|What was|Which is|How large is|How big is|How high is|"
        "Can you say what is|Do you know|May I know|I wonder, what is"
    ).split("|"),
    "these": (
        "these:|these numbers:|this:|those:|the numbers|the numbers:|the values|"
        "the following numbers:|all numbers here:|the list:|the next numbers:|"
        "what comes now:|all of these:|each of these:|everything here:|them all:"
    ).split("|"),
    "for": ("", "", "", "", " for me", " in your head", " step by step", " again"),
    "short": (
        "add them up|add these|sum them|sum them up|what is the sum|what is the total|"
        "the sum, please|the total|add all of them|please add|give me the sum"
    ).split("|"),
    "here": (
        "Here are|Here are some numbers:|These are my values:|I have|I got|We have|"
        "There are|Look at|Take|My list:|Numbers:"
    ).split("|"),
    "what": (
        "what do I get|what is it|what comes out|how much is it|what is the sum|"
        "what will the total be|what have I got|which number is it"
    ).split("|"),
    "which": (
        "What number is|Which number do you get from|What comes out of|"
        "What do we have with|How many are|How much is it with|What makes"
    ).split("|"),
}
JOINERS = (" + ", " + ", " + ", "+", " plus ", ", ", ",", " and ", " ", "\n")
PREFIXES = ("Please, ", "Hi! ", "Hello, ", "Hey, ", "Quick: ", "OK, ", "So, ")
FRAMED = 0.3  # share of training questions whose words say nothing
ENDS = ("?", ".", "", ":", "!", " =", " = ?")
SUFFIXES = (" Thanks!", " Thank you.", " Please.", " please", " now", " quickly")


def ask(
    rng: random.Random, numbers: list[int], split: Split, *, various: bool = False
) -> str:
    """One wording that asks for the sum of `numbers`; `various` ones are training's.

    Half of the wordings asked outside training are held out from it.
    """
    if split == "train" and rng.random() < FRAMED:
        return _framed(rng, numbers)
    if various and rng.random() < TOGETHER:
        return _vary(rng, opening(rng).format(_listed(rng, numbers)))
    held_out = split != "train" and rng.random() < 0.5
    known = rng.choice(HELD_OUT if held_out else OPENINGS)
    return _vary(rng, known.format(_listed(rng, numbers)))


def opening(rng: random.Random) -> str:
    """A wording put together, with a place for the numbers; never one held out."""
    while (text := put_together(rng, PARTS)).lower().startswith(HELD_OUT_STARTS):
        pass
    return text


def _framed(rng: random.Random, numbers: list[int]) -> str:
    """The numbers among filler: whatever the words, a plain list wants its sum."""
    before = " ".join(filler(rng, most=6))
    after = " ".join(filler(rng, most=3))
    if rng.random() < 0.7:
        before = before[:1].upper() + before[1:]
    if rng.random() < 0.15:
        before += ":"
    text = f"{before} {_listed(rng, numbers)} {after}".strip()
    return text + rng.choice(ENDS)


def _listed(rng: random.Random, numbers: list[int]) -> str:
    texts = [str(number) for number in numbers]
    joiner = rng.choice(JOINERS)
    if joiner in (", ", " ") and rng.random() < 0.7:
        last = rng.choice((" and ", ", and ", " and "))
        return ", ".join(texts[:-1]) + last + texts[-1]
    return joiner.join(texts)


def _vary(rng: random.Random, text: str) -> str:
    """Small changes that people make: a greeting, no capital, no mark at the end."""
    if rng.random() < 0.12:
        text = rng.choice(PREFIXES) + text[0].lower() + text[1:]
    if rng.random() < 0.10:
        text = text + rng.choice(SUFFIXES)
    if rng.random() < 0.15:
        text = text.lower()
    if rng.random() < 0.15:
        text = text.rstrip(".?")
    return text
