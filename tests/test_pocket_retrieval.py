"""What the pocket embedding and reranker are for: meaning before words, then detail."""

import math
import random
import re
from functools import cache

import pytest
import torch

from utils import models, pools, retrieval, tfidf
from utils.kinds.embedding import nearness
from utils.tasks import TASKS
from utils.tasks.base import Example
from utils.tasks.town import words

pytestmark = pytest.mark.models

SEED = 40961  # neither a card, a lesson nor another test measures with it
N = 500
TOP = 10

# Questions that no template makes, with the passage each of them wants.
TYPED = {
    "where can i get a loaf near the river & when do they open": (
        "The bakery by the river opens at eight."
    ),
    "Need the boss of the coffee place at the docks": (
        "The manager of the cafe at the harbor is Mei."
    ),
    "How many folks can the playhouse in the old town seat?": (
        "The theater in the historic quarter has room for ninety people."
    ),
    "which bus goes to the mayor's office library": (
        "Bus line 4 stops at the library opposite the town hall."
    ),
    "is the dentist by the lake closed on some day of the week": (
        "The tooth clinic on the shore of the pond stays shut all day on Friday."
    ),
    "what do I feed the sailor's bunny": "The rabbit of the seaman eats carrots.",
    "My cat-sitting list: where does the lawyer's kitten sleep?": (
        "At night you find the cat of the attorney under the stairs."
    ),
    "The judge's hound, does it know a trick?": (
        "The magistrate's dog has learned to roll over."
    ),
    "weight of that piano the physician has": (
        "The doctor's grand weighs eighty pounds."
    ),
    "Somebody borrowed the carpenter's bike. Who was it?": (
        "Greta has borrowed the two-wheeler of the joiner."
    ),
}


@cache
def measured_pools(name: str) -> list[list[Example]]:
    return pools.pools(TASKS[name], N, SEED)


@cache
def near(name: str) -> list[torch.Tensor]:
    """The embedding's cosines, [questions, passages] for each pool."""
    model, tokenizer = models.load("embedding", "pocket")
    return [nearness(model, tokenizer, *pools.sides(p)) for p in measured_pools(name)]


@cache
def reranked(name: str) -> list[list[int]]:
    """For each question the places of ten passages, the likeliest "yes" first."""
    model, tokenizer = models.load("reranker", "pocket")
    ranked = []
    for pool, cosines in zip(measured_pools(name), near(name), strict=True):
        questions, passages = pools.sides(pool)
        for question, places in zip(questions, found(cosines), strict=True):
            pairs = [(question, passages[place]) for place in places]
            scores = retrieval.rerank(model, tokenizer, pairs)
            order = scores.argsort(descending=True, stable=True)
            ranked.append([places[i] for i in order.tolist()])
    return ranked


def found(cosines: torch.Tensor) -> list[list[int]]:
    return cosines.topk(TOP).indices.tolist()


def ranks(ranked: list[list[int]]) -> list[int]:
    """Where each question's passage stands, from 1; one past the end if it is lost."""
    size = pools.SIZE
    return [
        row.index(i % size) + 1 if i % size in row else TOP + 1
        for i, row in enumerate(ranked)
    ]


def recall(places: list[int], k: int = 1) -> float:
    return sum(place <= k for place in places) / len(places)


def reciprocal(places: list[int]) -> float:
    """Mean reciprocal rank; a passage outside the ten counts nothing."""
    return sum(1 / place for place in places if place <= TOP) / len(places)


def share_a_word(example: Example) -> bool:
    """Whether question and passage use the same word for a thing, place or owner."""
    texts = [example.messages[0]["content"].lower(), example.answer.lower()]
    return any(
        all(re.search(rf"\b{re.escape(word)}\b", text) for text in texts)
        for rows in words().values()
        for row in rows
        for word in row
    )


def test_meaning_finds_what_shared_words_do_not(tell):
    right: dict[bool, list[tuple[bool, bool]]] = {True: [], False: []}
    for pool, cosines in zip(measured_pools("passages"), near("passages"), strict=True):
        by_words = tfidf.similarities(*pools.sides(pool)).argmax(1)
        for i, example in enumerate(pool):
            pair = (bool(cosines[i].argmax() == i), bool(by_words[i] == i))
            right[share_a_word(example)].append(pair)
    lines = {}
    for shared, pairs in right.items():
        assert len(pairs) >= 100
        lines[shared] = [
            sum(column) / len(pairs) for column in zip(*pairs, strict=True)
        ]
    for shared, (ours, words_only) in lines.items():
        which = "a shared word" if shared else "no shared word"
        n = len(right[shared])
        tell(
            f"pocket-embedding, question and passage have {which} (n = {n}): "
            f"{ours:.1%}, TF-IDF {words_only:.1%}"
        )
    assert lines[False][0] >= 0.85
    assert lines[False][1] <= 0.25
    assert lines[True][0] > lines[True][1] > lines[False][1]


def test_the_reranker_raises_what_the_embedding_finds(tell):
    first = ranks([row for cosines in near("twin_passages") for row in found(cosines)])
    second = ranks(reranked("twin_passages"))
    gained = sum(b == 1 < a for a, b in zip(first, second, strict=True))
    lost = sum(a == 1 < b for a, b in zip(first, second, strict=True))
    tell(
        f"pocket-reranker, twins (n = {N}, seed {SEED}): recall@1 {recall(first):.1%} "
        f"-> {recall(second):.1%} ({gained} gained, {lost} lost), MRR "
        f"{reciprocal(first):.3f} -> {reciprocal(second):.3f}, recall@{TOP} "
        f"{recall(first, TOP):.1%}"
    )
    assert recall(second) > recall(first)
    assert reciprocal(second) > reciprocal(first)
    assert chance_of(gained, lost) < 0.001


def chance_of(gained: int, lost: int) -> float:
    """Chance of as many gains if gains and losses were equally likely (sign test)."""
    total = gained + lost
    return sum(math.comb(total, k) for k in range(gained, total + 1)) / 2**total


def test_wordings_that_no_template_makes():
    model, tokenizer = models.load("embedding", "pocket")
    others = [e.answer for e in TASKS["passages"].pool(random.Random(SEED), "test", 90)]
    passages = [*TYPED.values(), *others]
    places = nearness(model, tokenizer, [*TYPED], passages).argmax(1).tolist()
    missed = {
        question: passages[place]
        for (question, wanted), place in zip(TYPED.items(), places, strict=True)
        if passages[place] != wanted
    }
    assert len(missed) <= 2, missed


def test_an_instruction_moves_the_query_and_not_the_answer():
    model, tokenizer = models.load("embedding", "pocket")
    passages = [*TYPED.values()]
    question = "What does the seaman's rabbit eat?"
    queries = [retrieval.as_query(question), f"Query:{question}"]
    vectors = retrieval.embed(model, tokenizer, [*queries, *passages])
    indices, cosines = retrieval.search(vectors[:2], vectors[2:], 3)
    assert (cosines.diff(dim=1) <= 0).all()
    assert passages[indices[0, 0]] == TYPED["what do I feed the sailor's bunny"]
