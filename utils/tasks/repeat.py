"""Saying a text again, or as a JSON list: copying names that nobody has read before.

Tool calls and extraction rest on this skill, and have little of it to practice on: one
name in a long prompt. Here every token of the reply is copied.
"""

import json
import random

from utils.tasks.base import Example, Split, one_of, split_of, user
from utils.tasks.names import cased, identifier, word
from utils.tasks.noise import FILLER, made_up_word, syllables

MOST_OF_FEW = 6  # items in a text
MOST = 9
LISTED = 0.5  # share to be written as a JSON list
JOINERS = (" ", ", ", "; ")
WORDINGS = {
    "text": {
        "train": (
            "Repeat: {}|Repeat this: {}|Repeat after me: {}|Say this again: {}"
            '|Repeat "{}".|Please repeat: {}|Copy this: {}|Copy: {}|Write once more: {}'
            '|Say "{}".|Echo: {}|Echo this: {}|Give this back to me: {}'
            "|Repeat word for word: {}|Can you repeat this? {}|Say again: {}"
        ),
        "more": (
            "Say: {}|Say {}|Write: {}|Write this: {}|Type this: {}|Print: {}|Print {}"
            "|Output: {}|Once more: {}|Again: {}|Now you: {}|Tell me this again: {}"
            "|Would you repeat {}|Send this back: {}|Read this to me: {}"
            "|I want to hear this again: {}|Do not change this: {}|Answer with {}"
            "|Reply with: {}|Repeat what I say: {}|{} Repeat this.|{} Say that again."
        ),
        "dev": "Write this down again: {}",
        "test": "Could you repeat: {}|Say it back to me: {}",
    },
    "list": {
        "train": (
            "JSON list: {}|As a JSON list: {}|Write as a JSON list: {}"
            "|Make a JSON list of {}|Turn this into a JSON list: {}"
            "|Please write a JSON list: {}|List in JSON: {}|Give me a JSON list of {}"
            "|Put these in a JSON list: {}|I need a JSON list of {}"
        ),
        "more": (
            "JSON array: {}|These as a JSON array: {}|A JSON list, please: {}"
            "|Build a JSON list from {}|Collect in a JSON list: {}|List: {} (JSON)"
            "|Return a JSON list of {}|Create a JSON list: {}|Store as a JSON list: {}"
            "|Here are some words: {}. Make a JSON list.|{} As a JSON list."
            "|I have {}. I want a JSON list.|Print a JSON list with {}"
        ),
        "dev": "Format as a JSON list: {}",
        "test": "Convert to a JSON list: {}|Show these as a JSON list: {}",
    },
}
THOUGHTS = {"text": "I say it again.", "list": "I list them."}


class Repeat:
    """The given words back, in order and without a change.

    `few` has fewer wordings, and words of syllables, as in a recipe's first steps.
    """

    def __init__(self, *, few: bool = False) -> None:
        self.few = few
        self.name = "repeat-few" if few else "repeat"

    def sample(self, rng: random.Random, split: Split) -> Example:
        """Up to nine items; the items together decide the split."""
        items = _items(rng, split, self.few)
        kind = "list" if rng.random() < LISTED else "text"
        text = ", ".join(items) if kind == "list" else rng.choice(JOINERS).join(items)
        answer = json.dumps(items, ensure_ascii=False) if kind == "list" else text
        wordings = {whose: said.split("|") for whose, said in WORDINGS[kind].items()}
        question = user(one_of(rng, split, wordings, self.few).format(text))
        return Example(self.name, [question], answer, THOUGHTS[kind], answer)

    def grade(self, example: Example, reply: str) -> bool:
        """Right when nothing is missing, changed or added."""
        return reply.strip() == example.answer


def _items(rng: random.Random, split: Split, few: bool) -> list[str]:
    item, most = (_item_of_few, MOST_OF_FEW) if few else (_item, MOST)
    while True:
        items = [item(rng) for _ in range(rng.randint(1, most))]
        if split_of(f"repeat {items}") == split:
            return items


def _item(rng: random.Random) -> str:
    """A name, an identifier, a number, or a word; most are made of parts of words."""
    kind = rng.choice(("few", "identifier", "name", "word", "word"))
    if kind == "few":
        return _item_of_few(rng)
    if kind == "identifier":
        return identifier(rng)
    if kind == "name":
        return f"{word(rng).capitalize()} {word(rng).capitalize()}"
    return cased(rng, word(rng))


def _item_of_few(rng: random.Random) -> str:
    """A name, an identifier, a number, or a word that exists or not, of syllables."""
    kind = rng.choice(("name", "identifier", "number", "word", "word"))
    if kind == "name":
        return f"{_name(rng).capitalize()} {_name(rng).capitalize()}"
    if kind == "identifier":
        words = (_name(rng), rng.choice(FILLER))
        return "_".join(rng.sample(words, k=rng.randint(1, 2)))
    if kind == "number":
        return str(rng.randint(0, 10 ** rng.randint(1, 4) - 1))
    return rng.choice(FILLER) if rng.random() < 0.3 else made_up_word(rng)


def _name(rng: random.Random) -> str:
    return syllables(rng, rng.randint(2, 4))
