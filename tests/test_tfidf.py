"""TF-IDF by hand, and what it can and cannot find."""

import math

import numpy as np
import pytest

from utils.tfidf import similarities

pytestmark = pytest.mark.unit


def test_against_a_computation_by_hand():
    # "cat" is in both passages, "black" and "white" in one: idf 1 and ln(3/2) + 1.
    rare = math.log(3 / 2) + 1
    length = math.hypot(1, rare)
    got = similarities(["Black cat?", "cat"], ["black cat", "white cat"])
    wanted = [[1, 1 / length**2], [1 / length, 1 / length]]
    np.testing.assert_allclose(got, wanted)


def test_counts_weigh():
    got = similarities(["a"], ["a a b", "a b b"])[0]
    np.testing.assert_allclose(got, [2 / math.sqrt(5), 1 / math.sqrt(5)])


def test_word_order_case_and_marks_do_not_matter():
    got = similarities(["DOG bites, man!"], ["man bites dog", "the dog"])
    assert got[0, 0] == pytest.approx(1)


def test_another_word_for_the_same_thing_is_not_found():
    assert similarities(["hound"], ["a dog", "a cat"]).tolist() == [[0, 0]]
