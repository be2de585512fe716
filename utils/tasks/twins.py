"""Passages that say two things, each with a twin that says them the other way round.

"The dog is two years old. The cat is called Muffin." against "The dog is called
Muffin. The cat is two years old.": the same details, bound differently. One vector
holds what a passage is about better than what goes with what; a reranker, which reads
it together with the question, can look. Lesson 07 shows both.
"""

import random
from dataclasses import replace

from utils.tasks.base import Example, Split
from utils.tasks.town import Fact, Passages, passage, random_fact


class TwinPassages(Passages):
    """Find the passage that answers a question, and not its twin.

    `plain` ones have one word for each thing and one way to ask, for a beginner.
    """

    def __init__(self, plain: bool = False) -> None:
        super().__init__(plain=plain)
        self.name = "twin_passages" + "-plain" * plain

    def pool(self, rng: random.Random, split: Split, size: int) -> list[Example]:
        """`size` questions, each answered by one passage only; twins lie together."""
        examples: list[Example] = []
        used: set[Fact] = set()
        while len(examples) < size:
            pair = two_facts(rng, split)
            twin = _exchanged(*pair)
            if not used & {*pair, *twin}:
                used |= {*pair, *twin}
                examples += [self._paired(rng, both, split) for both in (pair, twin)]
        return examples[:size]

    def _paired(
        self, rng: random.Random, facts: tuple[Fact, Fact], split: Split
    ) -> Example:
        """A question for either fact, and a passage with both in any order."""
        asked, beside = rng.sample(facts, 2)
        order = rng.sample((asked, beside), 2)
        parts = [passage(rng, fact, self.plain) for fact in order]
        evidence = parts[order.index(asked)]
        return self.example(rng, asked, split, " ".join(parts), evidence)


def two_facts(rng: random.Random, split: Split) -> tuple[Fact, Fact]:
    """Two facts of one domain that share neither thing nor side nor relation."""
    one = random_fact(rng, split)
    while True:
        other = random_fact(rng, split)
        if other.domain == one.domain and not (
            other.thing == one.thing
            or other.side == one.side
            or other.relation == one.relation
        ):
            return one, other


def _exchanged(one: Fact, other: Fact) -> tuple[Fact, Fact]:
    return replace(one, relation=other.relation), replace(other, relation=one.relation)
