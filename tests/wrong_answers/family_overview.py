"""Typical wrong answers to lesson 01, each with a part of the feedback it must get."""

from course.facts import figure


def _total(name):
    return figure("parameters.total").value[name]


def _rest(name):
    return figure("parameters.non_embedding").value[name]


WRONG = {
    "warm_up": [
        ("210", "between quotes"),
        ([48, 67, 95], "still a list"),
        (3, "how many numbers"),
        (115, "not all three numbers"),
    ],
    "active_share": [
        (lambda total, active: total / active, "did you divide the whole by the part"),
        (lambda total, active: 100 * active / total, "asks for a fraction"),
        (lambda total, active: 1 - active / total, "the share that rests"),
        (lambda total, active: active // total, "does // drop"),
        (lambda total, active: active / 30_532_122_624, "right for one model only"),
    ],
    "embedding_share": [
        (lambda name: _rest(name) / _total(name), "share of everything else"),
        (lambda name: _total(name) - _rest(name), "divide it by the total"),
        (lambda name: _total(name) / _rest(name) - 1, "compares embeddings"),
        (lambda name: 1 - 440467456 / 596049920, "did you use `name`"),
    ],
    "largest_fitting": [
        (
            lambda gb, counts: max(
                (n for n in counts if counts[n] <= gb * 1e9), key=counts.get
            ),
            "did you count one byte",
        ),
        (
            lambda gb, counts: next(n for n in counts if 2 * counts[n] <= gb * 1e9),
            "did you take the first",
        ),
        (
            lambda gb, counts: max(
                (n for n in counts if 2 * counts[n] < gb * 1e9), key=counts.get
            ),
            "< for <=",
        ),
        (
            lambda gb, counts: max(
                (n for n in counts if 2 * counts[n] <= gb * 1e9), key=counts.get
            ),
            'return "none"',
        ),
    ],
}
