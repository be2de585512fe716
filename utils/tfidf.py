"""Search by the words that two texts share: the baseline that embeddings must beat.

Lesson 07 puts it beside them. Term frequency times inverse document frequency, with
scikit-learn's smoothing and L2 norm (Salton and Buckley, 1988, give the family).
"""

import re
from collections import Counter
from collections.abc import Sequence

import numpy as np


def similarities(queries: Sequence[str], passages: Sequence[str]) -> np.ndarray:
    """Cosines of the TF-IDF vectors, [queries, passages]; 0 where no word is shared.

    Words are counted in the passages only: a search engine has read nothing else.
    """
    bags = [_bag(text) for text in passages]
    found = Counter(word for bag in bags for word in bag)
    columns = {word: column for column, word in enumerate(sorted(found))}
    frequency = np.array([found[word] for word in columns])
    idf = np.log((1 + len(passages)) / (1 + frequency)) + 1
    rows = _vectors(bags, columns, idf)
    return _vectors([_bag(text) for text in queries], columns, idf) @ rows.T


def _bag(text: str) -> Counter[str]:
    return Counter(re.findall(r"\w+", text.lower()))


def _vectors(
    bags: list[Counter[str]], columns: dict[str, int], idf: np.ndarray
) -> np.ndarray:
    counts = np.zeros((len(bags), len(columns)))
    for row, bag in enumerate(bags):
        for word, count in bag.items():
            if word in columns:
                counts[row, columns[word]] = count
    weighted = counts * idf
    length = np.linalg.norm(weighted, axis=1, keepdims=True)
    return weighted / np.maximum(length, 1e-12)
