"""Say in three words what a question asks for, or what a passage tells.

"The schoolmaster's hound is called Muffin." is "dog | teacher | name". A reranker is
never asked for it: it practices glosses to learn which words mean the same and which
detail belongs to which thing. A bare yes or no teaches that far too slowly.
"""

import random
from dataclasses import replace

from utils.tasks.base import Example, Split, user
from utils.tasks.town import Fact, gloss, passage, question, random_fact, subject
from utils.tasks.twins import two_facts

# Shares of what is glossed; the others are passages with two facts, line by line.
QUESTIONS, ONE_FACT, ASKED = 0.25, 0.1, 0.45


class Glosses:
    """Gloss a question, a passage, or a passage about two things.

    Of two facts, it writes each in its order, or the one about a thing that is asked
    for: "The hound of the schoolmaster? ..." is what a verdict on twins turns on.
    """

    def __init__(self, plain: bool = False) -> None:
        self.plain = plain
        self.name = "glosses" + "-plain" * plain

    def sample(self, rng: random.Random, split: Split) -> Example:
        """A text of the split; the reply has a line for each fact told of."""
        kind = rng.random()
        if kind < QUESTIONS:
            facts = [random_fact(rng, split)]
            text = question(rng, facts[0], split, self.plain)
        elif kind < QUESTIONS + ONE_FACT:
            facts = [random_fact(rng, split)]
            text = passage(rng, facts[0], self.plain)
        else:
            facts = [*two_facts(rng, split)]
            text = " ".join(passage(rng, fact, self.plain) for fact in facts)
            if kind < QUESTIONS + ONE_FACT + ASKED:
                rng.shuffle(facts)  # the first one is asked for, wherever it stands
                text = f"{self._asking(rng, *facts, split)} {text}"
                facts = facts[:1]
        lines = "\n".join(map(gloss, facts))
        return Example(self.name, [user(text)], lines, thought=lines, reply=lines)

    def grade(self, example: Example, reply: str) -> bool:
        """Right when every line is."""
        return reply.strip() == example.answer

    def _asking(
        self, rng: random.Random, asked: Fact, beside: Fact, split: Split
    ) -> str:
        """Asks for a thing, or for something about it, told here of it or not."""
        if rng.random() < 0.5:
            return f"{subject(rng, asked, self.plain)}?"
        relation = rng.choice((asked, beside)).relation
        return question(rng, replace(asked, relation=relation), split, self.plain)
