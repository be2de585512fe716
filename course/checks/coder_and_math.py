"""Checks of lesson 05: prompts for a coder, tests, pass@k, steps and votes."""

import os

from course.checks import exercise, expect
from utils.tasks import algebra

# Harmless code that a careless reader of a reply would run.
_TRAP = "COURSE_LESSON_05_TRAP"
_ATTACK = f"__import__('os').environ.setdefault('{_TRAP}', 'sprung') and 0"


@exercise(
    "fim_prompt",
    stars=1,
    minutes=5,
    hints=[
        "text[:cursor] stands before the cursor, text[cursor:] after it.",
        "The tag of the middle comes last: the model goes on from the prompt's end.",
        'Join "<|fim_prefix|>", before, "<|fim_suffix|>", after, "<|fim_middle|>".',
    ],
)
def check_fim_prompt(answer) -> str:
    text, cursor = "def f(x):\n    y = \n    return y\n", 18
    before, after = text[:cursor], text[cursor:]
    prompt = answer(text, cursor)
    tags = ("<|fim_prefix|>", "<|fim_suffix|>", "<|fim_middle|>")
    for tag in tags:
        expect(prompt.count(tag) == 1, f"{tag} stands {prompt.count(tag)} times in it.")
    expect(
        prompt.endswith(tags[2]),
        "the prompt does not end with <|fim_middle|>: the model goes on from the end, "
        "so the part to write comes last, although it belongs in the middle.",
    )
    expect(
        before in prompt and after in prompt,
        "spaces or line ends were lost: a coder reads each of them, so keep the text "
        "as it is.",
    )
    expect(
        prompt == f"{tags[0]}{before}{tags[1]}{after}{tags[2]}",
        f"for the cursor at {cursor} the prompt came out as {prompt!r}: what is before "
        "the cursor follows the first tag, what is after it the second.",
    )
    return "before, after, and an open end for what belongs between them."


@exercise(
    "repository_prompt",
    stars=1,
    minutes=7,
    hints=[
        'Start with "<|repo_name|>", the name and a line end.',
        'Each file is "<|file_sep|>", its path, a line end, and its text.',
        "Go through all files but the current one, then add the current one.",
    ],
)
def check_repository_prompt(answer) -> str:
    files = {
        "app.py": "from tools import half\n\n\ndef quarter(x):\n",
        "tools.py": "def half(x):\n    return x / 2\n",
        "notes.md": "# Notes\n",
    }
    prompt = answer("demo", dict(files), "app.py")
    expect(
        isinstance(prompt, str) and prompt.startswith("<|repo_name|>demo\n"),
        "the prompt does not open with <|repo_name|>, the name and a line end.",
    )
    count = prompt.count("<|file_sep|>")
    expect(
        count != 4,
        "the current file stands there twice: leave it out where the others go.",
    )
    expect(
        count == 3, f"<|file_sep|> opens each of the three files, not {count} times."
    )
    for path in files:
        expect(
            f"<|file_sep|>{path}\n" in prompt,
            f"the path {path} does not stand on a line of its own after its tag.",
        )
    last = prompt.rpartition("<|file_sep|>")[2].partition("\n")[0]
    expect(
        last == "app.py",
        f"the last file is {last}: the model goes on from the end, so the current file "
        "comes last.",
    )
    expect(
        prompt.endswith("def quarter(x):\n"),
        "the current file does not end as it was given: do not strip it, and add "
        "nothing.",
    )
    order = ("tools.py", "notes.md", "app.py")
    parts = [f"<|file_sep|>{path}\n{files[path]}" for path in order]
    expect(
        prompt == "<|repo_name|>demo\n" + "".join(parts),
        f"the prompt came out as {prompt!r}: the other files keep their order, with "
        "nothing between one file's text and the next tag.",
    )
    return "the other files first, and the one to be written at the end."


def _median(numbers: list, ranked: list | None = None) -> float | None:
    ranked = sorted(numbers) if ranked is None else ranked
    half = len(ranked) // 2
    if not ranked:
        return None
    return ranked[half] if len(ranked) % 2 else (ranked[half - 1] + ranked[half]) / 2


# Wrong functions that must not survive: (function, what it does, the case to add).
_WRONG = (
    (
        lambda n: sum(n) / len(n) if n else None,
        "one that returns the average",
        "a list with one number far away",
    ),
    (lambda n: _median(n, n), "one that never sorts", "a list that is out of order"),
    (
        lambda n: sorted(n)[len(n) // 2] if n else None,
        "one that takes the upper of two middles",
        "a list with an even count",
    ),
    (
        lambda n: _median(list(set(n))),
        "one that drops repeated numbers",
        "a list where repeats move the middle",
    ),
    (
        lambda n: _median(n) or 0,
        "one that returns 0 for an empty list",
        "the empty list",
    ),
)


@exercise(
    "median_cases",
    stars=2,
    minutes=10,
    hints=[
        "Read the docstring part by part; each part deserves a case of its own.",
        "With an even count there is no single middle: [1, 2, 3, 9] has median 2.5.",
        "Five kinds of list: out of order, even count, a number far away, repeated "
        "numbers, empty. [1, 1, 1, 5, 9] tells repeats; for [] expect None.",
    ],
)
def check_median_cases(answer) -> str:
    expect(
        isinstance(answer, list) and answer,
        "the result is not a list with cases: write pairs of a list and its median.",
    )
    for case in answer:
        expect(
            isinstance(case, tuple) and len(case) == 2 and isinstance(case[0], list),
            f"{case!r} is not a case: write a pair, such as ([3, 9, 1], 3).",
        )
    for numbers, expected in answer:
        right = _median(numbers)
        expect(
            expected == right,
            f"the case {numbers} expects {expected}, and its median is {right}: a test "
            "that is wrong throws good programs away.",
        )
    for function, what, remedy in _WRONG:
        caught = any(function(list(n)) != expected for n, expected in answer)
        expect(caught, f"a wrong function passes all your cases, {what}: add {remedy}.")
    return f"{len(answer)} cases keep the right function and catch five wrong ones."


@exercise(
    "pass_at",
    stars=2,
    minutes=8,
    hints=[
        "Count the ways to choose k of the n samples: math.comb(n, k).",
        "All k are wrong in math.comb(n - right, k) of these ways.",
        "The chance that at least one is right is 1 minus the share of those ways.",
    ],
)
def check_pass_at(answer) -> str:
    chance = answer(10, 3, 5)
    expect(
        abs(chance - 0.3) > 1e-9,
        "for 3 right of 10 and k = 5 you gave the share of one try: k is not used.",
    )
    expect(
        abs(chance - 0.83193) > 1e-4,
        "you drew the k samples with putting back: 1 - (1 - p)^k lets one sample come "
        "twice, and is too low. Count sets of k different samples.",
    )
    expect(
        abs(chance - 1 / 12) > 1e-9,
        "that is the chance that all k are wrong: take it from 1.",
    )
    expect(
        abs(chance - 1.0) > 1e-9,
        "k tries were counted as k times the chance of one: that is certain long "
        "before it should be.",
    )
    expect(
        abs(chance - 11 / 12) < 1e-9,
        f"for 3 right of 10 and k = 5 the chance is 11/12, not {chance:.4f}.",
    )
    for n, right, k, wanted in ((20, 0, 5, 0), (20, 19, 2, 1), (20, 5, 1, 0.25)):
        chance = answer(n, right, k)
        expect(
            abs(chance - wanted) < 1e-9,
            f"for {right} right of {n} and k = {k} it is {wanted:g}, not {chance:g}.",
        )
    return "every set of k different samples was counted once."


@exercise(
    "step_holds",
    stars=2,
    minutes=10,
    hints=[
        "algebra.expression(text) reads either text; it raises ValueError for others.",
        "read.diff(sympy.Symbol('x')) is the derivative of what was read.",
        "Two expressions are equal when sympy.expand(one - other) == 0.",
    ],
)
def check_step_holds(answer) -> str:
    cubic = "x^3 + 2x^2 - 5x + 3"
    expect(
        answer(cubic, "3x^2 + 4x - 5"),
        f"3x^2 + 4x - 5 was refused for {cubic}: differentiate before you compare.",
    )
    expect(
        answer(cubic, "-5 + 4x + 3x^2") and answer("2x^2", "4*x"),
        "the same derivative in another order or notation was refused: compare what "
        "the texts mean, not how they are written.",
    )
    expect(
        answer(cubic, "x(3x + 4) - 5"),
        "x(3x + 4) - 5 was refused: multiply out with sympy.expand before comparing.",
    )
    for near in ("7x^2 - 5", "3x^2 + 4x - 6", "4x^3 + 2x^2 + x - 5"):
        expect(
            not answer(cubic, near),
            f"{near} passed for {cubic}: it agrees with the derivative at some "
            "points; compare expressions, not single values.",
        )
    os.environ.pop(_TRAP, None)
    passed = answer(cubic, _ATTACK)
    expect(
        os.environ.pop(_TRAP, None) is None,
        "code that stood in the reply was run: sympy reads text with eval, so read "
        "it with algebra.expression.",
    )
    expect(
        not passed and not answer(cubic, "3x^^2") and not answer(cubic, ""),
        "a text that is no expression passed as a derivative.",
    )
    return "the step is compared by what it means, whoever wrote it."


@exercise(
    "vote_by_value",
    stars=2,
    minutes=10,
    hints=[
        "Go through the answers; skip None, and where read raises ValueError.",
        "Keep a list for each value: groups.setdefault(value, []).append(answer).",
        "max(groups.values(), key=len)[0] is the first text of the largest group; "
        "max keeps the earlier of two equal groups.",
    ],
)
def check_vote_by_value(answer) -> str:
    read = algebra.solutions
    texts = ["x = 2", "x = 1, x = 3", "x = 2", "x = 3, x = 1", "x = 6/2, x = 1"]
    winner = answer(list(texts), read)
    expect(
        winner != "x = 2",
        "x = 2 won with two votes, though three answers name the points 1 and 3: "
        "count values, not wordings.",
    )
    expect(
        winner == "x = 1, x = 3",
        f"the winner came out as {winner!r}: return the text that was given, the first "
        "of its group.",
    )
    expect(
        answer([None, None, None, "x = 4"], read) == "x = 4",
        "None won or stopped the vote: a reply without an answer is no vote.",
    )
    expect(
        answer(["x = ?", "x = ?", "x = 4"], read) == "x = 4",
        "an answer that cannot be read won the vote: it is no vote.",
    )
    expect(
        answer(["x = 1", "x = 2", "x = 2", "1"], read) == "x = 1",
        "of two groups of equal size the later one won: the first seen wins.",
    )
    expect(
        answer([None, "x = ?"], read) == "no answer",
        "without any vote the result must be 'no answer'.",
    )
    return "answers that mean the same vote together."
