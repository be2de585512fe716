"""A made-up town to search in: short passages, and questions in other words.

A passage and its question name the same thing and ask for the same fact, mostly with
different words for each. So word overlap finds little and meaning finds the passage:
lesson 07 measures how much.
"""

import random
import zlib
from dataclasses import dataclass
from functools import cache

import yaml

from utils.paths import ROOT
from utils.tasks.base import Example, Split, user
from utils.tasks.noise import filler

DATA = ROOT / "utils" / "tasks" / "data" / "town"
# Each domain's things, and whose or where they are; both are keys of words.yml.
DOMAINS = {
    "places": ("places", "spots"),
    "pets": ("pets", "owners"),
    "belongings": ("belongings", "owners"),
}
AT_PLACE = ("the {thing} {side}",)
OWNED = (
    "the {side}'s {thing}",
    "the {side}'s {thing}",
    "the {thing} of the {side}",
    "the {thing} owned by the {side}",
)
FRAMES = (
    "{}?",
    "{}?",
    "{}",
    "can you tell me {}?",
    "please tell me {}.",
    "I would like to know {}.",
    "do you know {}?",
    "quick question: {}?",
    "tell me: {}",
    "hello, {}?",
    "one more thing, {}?",
)
HELD_OUT_FRAMES = (
    "{}?",
    "could somebody say {}?",
    "I wonder {}.",
    "help me find out {}.",
    "my question is {}",
)
LEADS = ("Good to know: ", "Note: ", "People here say: ", "By the way: ")
TAILS = (" Ask around if you are not sure.", " That has been so for years.", " Really.")
NEAR = 10  # passages that differ in one or two details lie together in a near pool


@dataclass(frozen=True)
class Fact:
    """Something true in town: `thing` and `side` are rows of words.yml."""

    domain: str
    thing: int
    side: int
    relation: str


class Passages:
    """Find the passage that answers a question.

    With `near`, the other passages of a pool are near-duplicates: another thing at
    the same place, the same thing elsewhere, or another fact about it. `plain` ones
    have one word for each thing and one way to ask, for a beginner.
    """

    def __init__(self, near: bool = False, plain: bool = False) -> None:
        self.near, self.plain = near, plain
        self.name = ("near_passages" if near else "passages") + "-plain" * plain

    def sample(self, rng: random.Random, split: Split) -> Example:
        """A question; `answer` is its passage, `thought` what links the two."""
        return self.pool(rng, split, 1)[0]

    def pool(self, rng: random.Random, split: Split, size: int) -> list[Example]:
        """`size` questions, each answered by one passage of the pool only."""
        facts: dict[Fact, None] = {}  # a set that keeps its order
        while len(facts) < size:
            center = random_fact(rng, split)
            group = [center]
            if self.near:
                near = [fact for fact in neighbors(center) if split_of(fact) == split]
                group += rng.sample(near, min(NEAR - 1, len(near)))
            facts |= dict.fromkeys(group)
        examples = []
        for fact in [*facts][:size]:
            text = passage(rng, fact, self.plain)
            examples.append(self.example(rng, fact, split, text, evidence=text))
        return examples

    def grade(self, example: Example, reply: str) -> bool:
        """Right when the reply is the passage itself."""
        return reply.strip() == example.answer

    def example(
        self, rng: random.Random, fact: Fact, split: Split, text: str, evidence: str
    ) -> Example:
        """A question for a fact that `evidence` tells, a part of the passage."""
        return Example(
            task=self.name,
            messages=[user(question(rng, fact, split, self.plain))],
            answer=text,
            thought=gloss(fact),
            reply=text,
            evidence=evidence,
        )


def neighbors(fact: Fact) -> list[Fact]:
    """All facts that differ from this one in exactly one detail."""
    things, sides = (range(len(words()[key])) for key in DOMAINS[fact.domain])
    domain, thing, side, relation = fact.domain, fact.thing, fact.side, fact.relation
    return [
        *(Fact(domain, t, side, relation) for t in things if t != thing),
        *(Fact(domain, thing, s, relation) for s in sides if s != side),
        *(Fact(domain, thing, side, r) for r in relations(domain) if r != relation),
    ]


def split_of(fact: Fact) -> Split:
    """One thing of one place or owner in five is for tests, another for development.

    A twentieth, as in other tasks, would leave too few near-duplicates in a test.
    """
    bucket = zlib.crc32(f"{fact.domain} {fact.thing} {fact.side}".encode()) % 5
    return {0: "test", 1: "dev"}.get(bucket, "train")


@cache
def words() -> dict[str, list[list[str]]]:
    """The town's things by sort; each is a list of words that mean the same."""
    table = _read("words")
    return {sort: [row.split(", ") for row in rows] for sort, rows in table.items()}


@cache
def relations(domain: str) -> dict[str, dict[str, list]]:
    """By name: the `values` a fact can have, how it `says` and `asks`."""
    return _read(domain)


def _read(name: str) -> dict:
    return yaml.safe_load((DATA / f"{name}.yml").read_text(encoding="utf-8"))


def random_fact(rng: random.Random, split: Split) -> Fact:
    """Any fact of the split."""
    while True:
        domain = rng.choice(tuple(DOMAINS))
        thing, side = (rng.randrange(len(words()[key])) for key in DOMAINS[domain])
        fact = Fact(domain, thing, side, rng.choice(tuple(relations(domain))))
        if split_of(fact) == split:
            return fact


def gloss(fact: Fact) -> str:
    """A fact in three words: "dog | teacher | age"."""
    sorts = zip(DOMAINS[fact.domain], (fact.thing, fact.side), strict=True)
    return " | ".join([*(words()[sort][row][0] for sort, row in sorts), fact.relation])


def passage(rng: random.Random, fact: Fact, plain: bool = False) -> str:
    """The fact as somebody might put it down."""
    relation = relations(fact.domain)[fact.relation]
    text = _one(rng, relation["says"], plain).format(
        s=subject(rng, fact, plain), v=rng.choice(relation["values"])
    )
    text = text[0].upper() + text[1:]
    if rng.random() < 0.15:
        text = rng.choice(LEADS) + text
    return text + rng.choice(TAILS) if rng.random() < 0.15 else text


def question(rng: random.Random, fact: Fact, split: Split, plain: bool = False) -> str:
    """A question of the split: outside training, wordings that training never uses.

    A plain one is put in the same way everywhere.
    """
    train = split == "train"
    relation = relations(fact.domain)[fact.relation]
    if plain:
        text = relation["asks"][0].format(s=subject(rng, fact, plain))
        return f"{text[0].upper()}{text[1:]}?"
    ask = rng.choice(relation["asks" if train else "held_out"])
    text = ask.format(s=subject(rng, fact))
    if train and rng.random() < 0.1:
        shuffled = text.split()
        rng.shuffle(shuffled)
        text = " ".join(shuffled)
    text = rng.choice(FRAMES if train else HELD_OUT_FRAMES).format(text)
    if train and rng.random() < 0.15:
        text = " ".join([*filler(rng, most=4), text, *filler(rng, most=2)])
    text = text.lower() if rng.random() < 0.15 else text[0].upper() + text[1:]
    return text.rstrip(".?") if rng.random() < 0.15 else text


def subject(rng: random.Random, fact: Fact, plain: bool = False) -> str:
    """The thing in any of its words: "the woodworker's bike"."""
    things, sides = (words()[sort] for sort in DOMAINS[fact.domain])
    form = rng.choice(AT_PLACE if fact.domain == "places" else OWNED)
    return form.format(
        thing=_one(rng, things[fact.thing], plain),
        side=_one(rng, sides[fact.side], plain),
    )


def _one(rng: random.Random, ways: list[str], plain: bool) -> str:
    """One of several ways to say something: the first if it is to be plain."""
    return ways[0] if plain else rng.choice(ways)
