"""Families of functions that make a new list out of lists."""

import heapq
import itertools
import random
from typing import Any

from utils.tasks.code.oracle import Oracle
from utils.tasks.code.values import long, numbers, ordered


def _two_ordered(rng: random.Random, k: Any) -> tuple:
    return ordered(rng), ordered(rng)


def _overlapping(rng: random.Random, k: Any) -> tuple:
    data = numbers(rng)
    return data, [x for x in data if rng.random() < 0.5] + numbers(rng)


def _same_length(rng: random.Random, k: Any) -> tuple:
    data = numbers(rng)
    return data, [rng.randint(-9, 20) for _ in data]


def _nonempty(rng: random.Random, k: Any) -> tuple:
    return ([*long(rng, k), 8],)


def _chunks(xs: list, k: int) -> list:
    return [xs[i : i + k] for i in range(0, len(xs), k)]


def _averages(xs: list, k: int) -> list:
    return [sum(xs[i : i + k]) / k for i in range(len(xs) - k + 1)]


ORACLES = {
    "unique": Oracle(lambda xs: list(dict.fromkeys(xs)), edges=(([],), ([3, 1, 3],))),
    "flatten": Oracle(
        lambda rows: list(itertools.chain.from_iterable(rows)),
        edges=(([],), ([[], [1, 2], [3]],)),
    ),
    "running_total": Oracle(
        lambda xs: list(itertools.accumulate(xs)), edges=(([],), ([1, 2, 3],))
    ),
    "reverse_list": Oracle(lambda xs: list(reversed(xs)), edges=(([],), ([1, 2, 3],))),
    "filter_even": Oracle(
        lambda xs: [x for x in xs if not x & 1], edges=(([],), ([1, 2, 3, 4],))
    ),
    "filter_odd": Oracle(
        lambda xs: [x for x in xs if x & 1], edges=(([],), ([1, 2, 3, 4],))
    ),
    "filter_greater": Oracle(lambda xs, k: [x for x in xs if x > k], edges=(([],),)),
    "squares": Oracle(lambda xs: [x**2 for x in xs], edges=(([],), ([1, 2, 3],))),
    "scale": Oracle(lambda xs, k: [k * x for x in xs], edges=(([],), ([1, 2],))),
    "add_constant": Oracle(lambda xs, k: [k + x for x in xs], edges=(([],), ([1, 2],))),
    "moving_average": Oracle(_averages, edges=(([],),)),
    "chunks": Oracle(_chunks, edges=(([],),)),
    "first_items": Oracle(
        lambda xs, k: [x for i, x in enumerate(xs) if i < k],
        edges=(([],), (list(range(100)),)),
    ),
    "last_items": Oracle(
        lambda xs, k: [x for i, x in enumerate(xs) if i >= len(xs) - k],
        edges=(([],), (list(range(100)),)),
    ),
    "rotate": Oracle(
        lambda xs, k: [*xs[k:], *xs[:k]], edges=(([],), (list(range(60)),))
    ),
    "merge_sorted": Oracle(
        lambda xs, ys: list(heapq.merge(xs, ys)),
        edges=(([], []), ([1], []), ([], [2]), ([1, 3], [2, 3])),
        arguments=_two_ordered,
    ),
    "common": Oracle(
        lambda xs, ys: list(filter(set(ys).__contains__, xs)),
        edges=(([], [1]), ([1, 2, 3], [3, 1])),
        arguments=_overlapping,
    ),
    "difference": Oracle(
        lambda xs, ys: [x for x in xs if ys.count(x) == 0],
        edges=(([], [1]), ([1, 2, 3], [3, 1])),
        arguments=_overlapping,
    ),
    "differences": Oracle(
        lambda xs: [b - a for a, b in itertools.pairwise(xs)],
        edges=(([],), ([4],), ([1, 5, 2],)),
    ),
    "add_lists": Oracle(
        lambda xs, ys: list(map(sum, zip(xs, ys, strict=False))),
        edges=(([], []), ([1, 2], [5, 7])),
        arguments=_same_length,
    ),
}
