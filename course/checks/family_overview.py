"""Checks of the lesson "The Qwen family, and how this course works"."""

import math

from course.checks import exercise, expect
from course.facts import figure

CLOSE = 1e-6


@exercise(
    "warm_up",
    stars=1,
    minutes=2,
    hints=[
        "Python has a built-in function that adds up a list.",
        "It has three letters: sum. Put the list between its parentheses.",
    ],
)
def check_warm_up(answer) -> str:
    expect(
        not isinstance(answer, str),
        f"total is the text {answer!r}: is the sum between quotes? Take them away.",
    )
    expect(
        not isinstance(answer, list | tuple),
        "total is still a list: the list has to be added up.",
    )
    expect(answer != 3, "total is 3: that is how many numbers there are.")
    expect(answer == 210, f"total is {answer}: not all three numbers are in it once.")
    return "48 + 67 + 95 is 210. That is how a right answer looks."


@exercise(
    "active_share",
    stars=1,
    minutes=3,
    hints=[
        "A fraction is a part divided by the whole.",
        "The part is `active`, the whole is `total`.",
    ],
)
def check_active_share(answer) -> str:
    name = "Qwen3-30B-A3B"
    total = figure("parameters.total").value[name]
    active = figure("parameters.active").value[name]
    share, right = answer(total, active), active / total
    expect(
        not _near(share, total / active),
        f"{share:.1f} is more than one: did you divide the whole by the part?",
    )
    expect(
        not _near(share, 100 * right),
        f"{share:.1f} is the percentage: the exercise asks for a fraction.",
    )
    expect(
        not _near(share, (total - active) / total),
        f"{share:.2f} is the share that rests: which part works?",
    )
    expect(share != 0, "the share is 0: does // drop what is after the point?")
    expect(_near(share, right), f"the share is {share}: divide active by total.")
    expect(
        _near(answer(10, 5), 0.5),
        "right for one model only: did you write a number where `total` belongs?",
    )
    return f"{share:.0%} of {name} works on each token: less than an eighth."


@exercise(
    "embedding_share",
    stars=2,
    minutes=5,
    hints=[
        'figure("parameters.non_embedding").value[name] counts all but embeddings.',
        "Embeddings are what remains: total minus the rest.",
        "Divide that difference by the total.",
    ],
)
def check_embedding_share(answer) -> str:
    name = "Qwen3-0.6B"
    total = figure("parameters.total").value[name]
    rest = figure("parameters.non_embedding").value[name]
    share, right = answer(name), (total - rest) / total
    expect(
        not _near(share, rest / total),
        f"{share:.2f} is the share of everything else: subtract it from the whole.",
    )
    expect(
        not _near(share, total - rest),
        "that is the number of embedding parameters: divide it by the total.",
    )
    expect(
        not _near(share, (total - rest) / rest),
        f"{share:.2f} compares embeddings with the rest: divide by the total.",
    )
    expect(_near(share, right), f"the share is {share}: total minus rest, over?")
    other = answer("Qwen3-235B-A22B")
    expect(other < 0.1, "the same for every model: did you use `name`?")
    return f"{right:.0%} of {name} are embeddings, and {other:.1%} of Qwen3-235B-A22B."


@exercise(
    "largest_fitting",
    stars=3,
    minutes=8,
    hints=[
        "How many bytes does a model with `counts[name]` parameters take?",
        "Keep the names for which two bytes per parameter fit into gigabytes * 1e9.",
        'Of those, max(..., key=counts.get, default="none") is the largest.',
    ],
)
def check_largest_fitting(answer) -> str:
    counts = {"small": 1_000_000_000, "large": 4_000_000_000, "middle": 2_000_000_000}
    found = answer(5, counts)
    expect(
        found != "large",
        "in 5 GB you fit 4 billion parameters: did you count one byte for each?",
    )
    expect(
        found != "small",
        "you found a model that fits, but a larger one fits too: did you take the "
        "first, or the smallest?",
    )
    expect(
        found == "middle",
        f"for 5 GB you return {found!r}: return a name from the table.",
    )
    expect(
        answer(8, counts) == "large",
        "a model of exactly 8 GB fits into 8 GB: did you write < for <=?",
    )
    expect(
        _or_error(answer, 1, counts) == "none",
        'nothing fits into 1 GB: return "none" then.',
    )
    real = answer(24, figure("parameters.total").value)
    return f"Into 24 GB, {real} is the largest of our table that fits."


def _near(found: object, right: float) -> bool:
    return isinstance(found, int | float) and math.isclose(found, right, rel_tol=CLOSE)


def _or_error(answer, *arguments) -> object:
    """The answer's result; an error where nothing fits counts as no name."""
    try:
        return answer(*arguments)
    except Exception:
        return None
