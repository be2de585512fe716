"""Typical wrong answers to lesson 05, and what each is told."""

import math
import re
from collections import Counter

from utils.tasks import algebra

PREFIX, SUFFIX, MIDDLE = "<|fim_prefix|>", "<|fim_suffix|>", "<|fim_middle|>"


def _middle_in_the_middle(text, cursor):
    return f"{PREFIX}{text[:cursor]}{MIDDLE}{SUFFIX}{text[cursor:]}"


def _swapped(text, cursor):
    return f"{PREFIX}{text[cursor:]}{SUFFIX}{text[:cursor]}{MIDDLE}"


def _stripped(text, cursor):
    return f"{PREFIX}{text[:cursor].strip()}{SUFFIX}{text[cursor:].strip()}{MIDDLE}"


def _without_prefix(text, cursor):
    return f"{text[:cursor]}{SUFFIX}{text[cursor:]}{MIDDLE}"


def _repository(name, files, current, others=None, opening="<|repo_name|>", end="\n"):
    others = [path for path in files if path != current] if others is None else others
    rest = "".join(f"<|file_sep|>{p}{end}{files[p]}" for p in [*others, current])
    return f"{opening}{name}\n{rest}"


def _in_given_order(name, files, current):
    rest = "".join(f"<|file_sep|>{path}\n{text}" for path, text in files.items())
    return f"<|repo_name|>{name}\n{rest}"


def _current_twice(name, files, current):
    return _repository(name, files, current, others=list(files))


def _path_beside_the_code(name, files, current):
    return _repository(name, files, current, end=" ")


def _without_name(name, files, current):
    return _repository(name, files, current, opening="")


def _stripped_end(name, files, current):
    return _repository(name, files, current).rstrip()


_ODD, _EVEN, _FAR = ([3, 9, 1], 3), ([4, 1], 2.5), ([1, 50, 2], 2)
_REPEATED, _EMPTY = ([1, 1, 1, 5, 9], 1), ([], None)


def _put_back(n, right, k):
    return 1 - (1 - right / n) ** k


def _factorials(n, right, k):
    wrong = n - right
    ways = math.factorial(wrong) / math.factorial(wrong - k)
    return 1 - ways * math.factorial(n - k) / math.factorial(n)


def _all_wrong(n, right, k):
    return math.comb(n - right, k) / math.comb(n, k)


def _derivative(function):
    import sympy

    return algebra.expression(function).diff(sympy.Symbol("x"))


def _by_text(function, claim):
    return str(_derivative(function)).replace("**", "^").replace("*", "") in (
        claim,
        " + ".join(reversed(claim.split(" + "))),
    )


def _by_one_point(function, claim):
    import sympy

    try:
        difference = _derivative(function) - algebra.expression(claim)
    except ValueError:
        return False
    return difference.subs(sympy.Symbol("x"), 1) == 0


def _not_differentiated(function, claim):
    import sympy

    return sympy.expand(algebra.expression(function) - algebra.expression(claim)) == 0


def _not_multiplied_out(function, claim):
    return _derivative(function) == algebra.expression(claim)


def _unreadable_raises(function, claim):
    import sympy

    return sympy.expand(_derivative(function) - algebra.expression(claim)) == 0


def _with_eval(function, claim):
    import sympy

    starred = re.sub(r"(\d|x)(?=[x(])", r"\1*", claim)
    try:
        return sympy.expand(_derivative(function) - sympy.sympify(starred)) == 0
    except Exception:
        return False


def _values(answers, read):
    found = []
    for answer in answers:
        try:
            found.append((read(answer), answer))
        except (ValueError, TypeError):
            continue
    return found


def _by_wording(answers, read):
    return Counter(a for a in answers if a is not None).most_common(1)[0][0]


def _returns_the_value(answers, read):
    return Counter(value for value, _ in _values(answers, read)).most_common(1)[0][0]


def _none_breaks(answers, read):
    votes = Counter(read(answer) for answer in answers)
    return next(a for a in answers if read(a) == votes.most_common(1)[0][0])


def _unreadable_votes(answers, read):
    groups = {}
    for answer in answers:
        if answer is None:
            continue
        try:
            value = read(answer)
        except ValueError:
            value = "unreadable"
        groups.setdefault(value, []).append(answer)
    return max(groups.values(), key=len)[0] if groups else "no answer"


def _last_group(answers, read):
    groups = {}
    for value, answer in _values(answers, read):
        groups.setdefault(value, []).append(answer)
    ranked = sorted(groups.values(), key=len)
    return ranked[-1][0] if ranked else "no answer"


def _silence_is_empty(answers, read):
    groups = {}
    for value, answer in _values(answers, read):
        groups.setdefault(value, []).append(answer)
    return max(groups.values(), key=len)[0] if groups else ""


WRONG = {
    "fim_prompt": [
        (_middle_in_the_middle, "does not end with <|fim_middle|>"),
        (_swapped, "what is before the cursor follows the first tag"),
        (_stripped, "spaces or line ends were lost"),
        (_without_prefix, "<|fim_prefix|> stands 0 times"),
    ],
    "repository_prompt": [
        (_in_given_order, "the last file is notes.md"),
        (_current_twice, "the current file stands there twice"),
        (_path_beside_the_code, "does not stand on a line of its own"),
        (_without_name, "does not open with <|repo_name|>"),
        (_stripped_end, "do not strip it"),
    ],
    "median_cases": [
        ([([3, 1, 2], 2), ([1, 2, 3], 2)], "one that returns the average"),
        ([([1, 2, 30], 2), _EMPTY], "one that never sorts"),
        ([_FAR, _REPEATED, _EMPTY], "the upper of two middles"),
        ([_ODD, _EVEN, _FAR, _EMPTY], "one that drops repeated numbers"),
        ([_ODD, _EVEN, _FAR, _REPEATED], "one that returns 0 for an empty list"),
        ([_ODD, ([4, 1], 4), _EMPTY], "throws good programs away"),
        ([[3, 9, 1]], "is not a case"),
    ],
    "pass_at": [
        (_put_back, "drew the k samples with putting back"),
        (lambda n, right, k: right / n, "k is not used"),
        (_all_wrong, "the chance that all k are wrong"),
        (lambda n, right, k: min(1, k * right / n), "k times the chance of one"),
        (_factorials, "your code stopped with ValueError"),
    ],
    "step_holds": [
        (_by_text, "compare what the texts mean"),
        (_by_one_point, "not single values"),
        (_not_differentiated, "differentiate before you compare"),
        (_not_multiplied_out, "multiply out with sympy.expand"),
        (_unreadable_raises, "your code stopped with ValueError"),
        (_with_eval, "code that stood in the reply was run"),
    ],
    "vote_by_value": [
        (_by_wording, "count values, not wordings"),
        (_returns_the_value, "return the text that was given"),
        (_none_breaks, "your code stopped with"),
        (_unreadable_votes, "an answer that cannot be read won"),
        (_last_group, "the first seen wins"),
        (_silence_is_empty, "must be 'no answer'"),
    ],
}
