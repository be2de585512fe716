"""Families of functions that boil a list of numbers down to one answer."""

import math
import random
import statistics
from typing import Any

from utils.tasks.code.oracle import Oracle
from utils.tasks.code.values import numbers, ordered, whole


def _search(rng: random.Random, k: Any) -> tuple:
    """A sorted list and a target that is in it half of the time."""
    data = sorted(set(ordered(rng)))
    return data, rng.choice([*data, whole(rng)]) if rng.random() < 0.7 else whole(rng)


def _with_member(rng: random.Random, k: Any) -> tuple:
    data = [*numbers(rng), 4]
    return data, rng.choice([*data, 99])


def _pair(rng: random.Random, k: Any) -> tuple:
    """Distinct numbers and a target that at most one pair makes."""
    while True:
        data = rng.sample(range(1, 40), rng.randint(2, 6))
        sums = [a + b for i, a in enumerate(data) for b in data[i + 1 :]]
        target = rng.choice([*sums, 500])
        if sums.count(target) <= 1:
            return data, target


def _two_sum(data: list[int], target: int) -> list[int] | None:
    spots = range(len(data))
    pairs = [[i, j] for i in spots for j in spots if i < j]
    return next(([i, j] for i, j in pairs if data[i] + data[j] == target), None)


def _same_length(rng: random.Random, k: Any) -> tuple:
    data = numbers(rng)
    return data, [rng.randint(-9, 20) for _ in data]


def _maybe_sorted(rng: random.Random, k: Any) -> tuple:
    data = ordered(rng)
    if len(data) > 1 and rng.random() < 0.5:
        i = rng.randrange(len(data) - 1)
        data[i], data[i + 1] = data[i + 1], data[i]
    return (data,)


ORACLES = {
    "sum": Oracle(sum, edges=(([],),)),
    "product": Oracle(math.prod, edges=(([],), ([3, 4],))),
    "maximum": Oracle(lambda xs, k: max(xs, default=k), edges=(([],), ([-5, -7],))),
    "minimum": Oracle(lambda xs, k: min(xs, default=k), edges=(([],), ([5, 7],))),
    "average": Oracle(
        lambda xs, k: statistics.fmean(xs) if xs else k, edges=(([],), ([1, 2],))
    ),
    "median": Oracle(
        lambda xs, k: statistics.median(xs) if xs else k,
        edges=(([],), ([7],), ([4, 1],), ([3, 9, 1],)),
    ),
    "second_largest": Oracle(
        lambda xs, k: [k, k, *sorted(set(xs))][-2] if len(set(xs)) > 1 else k,
        edges=(([],), ([4, 4],), ([4, 4, 2],)),
    ),
    "count_greater": Oracle(
        lambda xs, k: len([x for x in xs if x > k]), edges=(([],),)
    ),
    "count_value": Oracle(
        lambda xs, x: xs.count(x), edges=(([], 3), ([3, 3], 3)), arguments=_with_member
    ),
    "index_of_max": Oracle(
        lambda xs, k: xs.index(max(xs)) if xs else k, edges=(([],), ([2, 9, 9],))
    ),
    "binary_search": Oracle(
        lambda xs, x, k: xs.index(x) if x in xs else k,
        edges=(([], 4), ([4], 4), ([1, 4, 9], 9), ([1, 4, 9], 1), ([1, 4, 9], 5)),
        arguments=_search,
    ),
    "two_sum": Oracle(_two_sum, edges=(([], 4), ([2, 7], 9)), arguments=_pair),
    "is_sorted": Oracle(
        lambda xs: xs == sorted(xs),
        edges=(([],), ([1, 1, 2],), ([2, 1],)),
        arguments=_maybe_sorted,
    ),
    "dot_product": Oracle(
        lambda xs, ys: sum(map(math.prod, zip(xs, ys, strict=False))),
        edges=(([], []), ([2, 3], [4, 5])),
        arguments=_same_length,
    ),
}
