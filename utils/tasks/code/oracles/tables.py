"""Families of functions about dictionaries."""

import collections
import itertools
import random
from typing import Any

from utils.tasks.code.oracle import Oracle
from utils.tasks.code.values import numbers, table, words


def _two_tables(rng: random.Random, k: Any) -> tuple:
    one = table(rng)
    other = table(rng) | {key: 7 for key in one if rng.random() < 0.4}
    return one, other


def _keys_and_values(rng: random.Random, k: Any) -> tuple:
    keys = list(dict.fromkeys(words(rng)))
    return keys, [rng.randint(0, 90) for _ in keys]


def _lookup(rng: random.Random, k: Any) -> tuple:
    data = table(rng)
    return data, rng.choice([*data, "nobody"])


def _grouped(ws: list[str], key: Any) -> dict:
    ranked = sorted(ws, key=key)  # stable, so words keep their order in each group
    return {k: list(group) for k, group in itertools.groupby(ranked, key)}


ORACLES = {
    "word_counts": Oracle(
        lambda ws: dict(collections.Counter(ws)), edges=(([],), (["a", "b", "a"],))
    ),
    "group_by_letter": Oracle(
        lambda ws: _grouped(ws, lambda w: w[0]), edges=(([],), (["ab", "c", "ad"],))
    ),
    "group_by_length": Oracle(
        lambda ws: _grouped(ws, len), edges=(([],), (["ab", "c", "de"],))
    ),
    "invert": Oracle(
        lambda d: dict(zip(d.values(), d.keys(), strict=True)),
        edges=(({},), ({"a": 1},)),
    ),
    "merge_tables": Oracle(
        lambda d, e: d | e,
        edges=(({}, {"a": 1}), ({"a": 1}, {"a": 2})),
        arguments=_two_tables,
    ),
    "filter_table": Oracle(
        lambda d, k: dict(pair for pair in d.items() if pair[1] > k), edges=(({},),)
    ),
    "key_of_max": Oracle(
        lambda d, k: max(d.items(), key=lambda p: p[1])[0] if d else k,
        edges=(({},), ({"a": 1, "b": 4},)),
    ),
    "sum_of_values": Oracle(
        lambda d: sum(d[key] for key in d), edges=(({},), ({"a": 1, "b": 4},))
    ),
    "sorted_keys": Oracle(
        lambda d: sorted(d.keys()), edges=(({},), ({"b": 1, "a": 4},))
    ),
    "keys_by_value": Oracle(
        lambda d: [key for _, key in sorted((v, key) for key, v in d.items())],
        edges=(({},), ({"b": 1, "a": 4, "c": 0},)),
    ),
    "zip_to_table": Oracle(
        lambda keys, values: {k: values[i] for i, k in enumerate(keys)},
        edges=(([], []), (["a", "b"], [1, 2])),
        arguments=_keys_and_values,
    ),
    "lookup": Oracle(
        lambda d, key, k: dict(d).setdefault(key, k),
        edges=(({}, "x"), ({"a": 1}, "a")),
        arguments=_lookup,
    ),
    "positions": Oracle(
        lambda xs: {x: len(xs) - 1 - xs[::-1].index(x) for x in xs},
        edges=(([],), ([4, 5, 4],)),
        arguments=lambda rng, k: (numbers(rng),),
    ),
}
