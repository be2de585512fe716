"""Say in three words what a question asks for, or what a passage tells.

"The schoolmaster's hound is called Muffin." is "dog | teacher | name". A reranker is
never asked for it: it practices glosses to learn which words mean the same and which
detail belongs to which thing. A bare yes or no teaches that far too slowly.
"""

import random

from utils.tasks.base import Example, Split, user
from utils.tasks.town import gloss, passage, question, random_fact
from utils.tasks.twins import two_facts

QUESTIONS, ONE_FACT = 0.35, 0.15  # shares; the others are passages with two facts


class Glosses:
    """Gloss a question, a passage, or a passage about two things, line by line."""

    name = "glosses"

    def sample(self, rng: random.Random, split: Split) -> Example:
        """A text of the split; the reply has a line for each fact, in its order."""
        kind = rng.random()
        if kind < QUESTIONS:
            facts = [random_fact(rng, split)]
            text = question(rng, facts[0], split)
        else:
            one = kind < QUESTIONS + ONE_FACT
            facts = [random_fact(rng, split)] if one else [*two_facts(rng, split)]
            text = " ".join(passage(rng, fact) for fact in facts)
        lines = "\n".join(map(gloss, facts))
        return Example(self.name, [user(text)], lines, thought=lines, reply=lines)

    def grade(self, example: Example, reply: str) -> bool:
        """Right when every line is."""
        return reply.strip() == example.answer
