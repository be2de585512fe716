"""Checks of the lesson "The Qwen family, and how this course works"."""

import math
from types import SimpleNamespace

from course.checks import exercise, expect
from course.facts import figure
from utils import memory, records
from utils.advisor import Advice, Need, advise
from utils.published import licenses

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
    "smallest_enough",
    stars=2,
    minutes=7,
    hints=[
        "one.accuracy[task].interval is a pair; its first number is the low end.",
        "A model is enough if all(... for task in tasks) holds.",
        "Of those that are enough take min(..., key=lambda one: one.parameters).",
    ],
)
def check_smallest_enough(answer) -> str:
    given = [
        _record("large", 9, reading=(99, 100), sums=(98, 100)),
        _record("tiny", 1, reading=(60, 100), sums=(99, 100)),
        _record("lucky", 2, reading=(19, 20), sums=(20, 20)),
        _record("small", 3, reading=(99, 100), sums=(97, 100)),
    ]
    found = answer(given, ["reading", "sums"], 0.9)
    expect(
        not isinstance(found, records.Record),
        "you return the whole record: return its name.",
    )
    expect(
        found != "tiny",
        "tiny cannot read: every one of the tasks has to hold, not one of them.",
    )
    expect(
        found != "lucky",
        "lucky was asked twenty problems: compare the low end of the interval.",
    )
    expect(
        found != "large",
        "large is enough, and so is small, with a third of the parameters.",
    )
    expect(found == "small", f"of the four you return {found!r}.")
    expect(
        answer(given, ["sums"], 0.9) == "tiny",
        "for sums alone tiny is enough: does your answer read `tasks`?",
    )
    expect(
        answer(given, ["sums"], 0.999) == "none",
        "not one of them reaches 99.9 %: return the text 'none' then.",
    )
    return "the smallest model that is surely good enough, which is seldom the largest."


@exercise(
    "embedding_parameters",
    stars=2,
    minutes=6,
    hints=[
        "The table has config.vocab_size rows of config.hidden_size numbers.",
        "A head of its own is a second table of that size.",
        "There is a second one only where config.tie_word_embeddings is False.",
    ],
)
def check_embedding_parameters(answer) -> str:
    sizes = {"vocab_size": 100, "hidden_size": 8}
    tied = answer(SimpleNamespace(**sizes, tie_word_embeddings=True))
    own = answer(SimpleNamespace(**sizes, tie_word_embeddings=False))
    expect(
        108 not in (tied, own),
        "rows and columns were added: a table has rows times columns numbers.",
    )
    expect(
        (tied, own) != (1600, 800),
        "it is upside down: tied means that one table serves twice.",
    )
    expect(
        tied != 1600, "with tied embeddings the table is stored once: you counted 2."
    )
    expect(
        own != 800,
        "without tying, the head is a second table: you counted only the first.",
    )
    expect(
        (tied, own) == (800, 1600),
        f"100 rows of 8 give {tied} tied and {own} untied: multiply rows by columns.",
    )
    real = {name: _share(answer, name) for name in ("Qwen3-0.6B", "Qwen3-32B")}
    shown = " and ".join(f"{share:.0%} of {name}" for name, share in real.items())
    return f"{shown} are embedding and head."


@exercise(
    "kv_per_token",
    stars=2,
    minutes=8,
    hints=[
        "One vector has config.head_dim numbers.",
        "A layer keeps one key and one value for each of its num_key_value_heads.",
        "2 x layers x KV heads x head_dim x bytes of one number.",
    ],
)
def check_kv_per_token(answer) -> str:
    config = SimpleNamespace(
        num_hidden_layers=3,
        num_attention_heads=8,
        num_key_value_heads=2,
        head_dim=5,
        hidden_size=64,
    )
    found = answer(config, 4)
    expect(
        found != 960,
        "960 counts every attention head: only num_key_value_heads have a cache.",
    )
    expect(found != 120, "120 is half: did you forget that there are keys and values?")
    expect(found != 60, "60 counts numbers, not bytes: multiply by bytes_each.")
    expect(found != 240 // 3, "80 is one layer: every layer keeps its own.")
    expect(
        found != 2 * 3 * 64 * 4,
        "hidden_size is the width of the whole stream: a cached vector has head_dim.",
    )
    expect(found == 240, f"for 3 layers of 2 KV heads of 5 you return {found}.")
    real = memory.read_config("Qwen/Qwen3-8B")
    found, right = answer(real, 2), memory.kv_bytes_per_token(real)
    expect(
        found == right,
        f"for Qwen3-8B you return {found}: did you write a number of the example?",
    )
    return f"Qwen3-8B keeps {found / 1024:.0f} KiB of every token."


@exercise(
    "usable",
    stars=2,
    minutes=7,
    hints=[
        "licenses()[row.license].commercial is 'yes', 'limited' or 'no'.",
        "Skip rows whose license is None first: licenses() has no entry for them.",
        "[row.name for row in ... if ...] keeps the order.",
    ],
)
def check_usable(answer) -> str:
    given = {
        "free-b": "apache-2.0",
        "asks-above-a-size": "qwen",
        "free-a": "apache-2.0",
        "research": "qwen-research",
        "nobody-knows": None,
    }
    rows = [SimpleNamespace(name=name, license=given[name]) for name in given]
    known = [row for row in rows if row.license]
    expect(
        "asks-above-a-size" not in answer(known),
        "a 'limited' license passed: above some size such a business has to ask.",
    )
    expect(
        "research" not in answer(known),
        "a license that says 'no' passed: is the comparison turned around?",
    )
    found = answer(rows)
    expect(
        "nobody-knows" not in found,
        "a checkpoint without a license passed: what is not allowed is forbidden.",
    )
    expect(
        not any(isinstance(one, SimpleNamespace) for one in found),
        "you return whole rows: return their names.",
    )
    expect(found != ["free-a", "free-b"], "the names are sorted: keep the rows' order.")
    expect(list(found) == ["free-b", "free-a"], f"of the five you return {found}.")
    terms = {one.commercial for one in licenses().values()}
    return f"two of five, though {len(terms)} kinds of terms were in the list."


@exercise(
    "problems_apart",
    stars=1,
    minutes=4,
    hints=[
        "The difference in percent is abs(one - other).",
        "So many hundredths of all problems lie between the two.",
    ],
)
def check_problems_apart(answer) -> str:
    few, swapped = answer(50, 40, 30), answer(40, 50, 30)
    expect(
        not _near(few, 300),
        "300 of 30 problems cannot be: a percent is a hundredth.",
    )
    expect(not _near(few, 10), "10 is the difference in percent: how many of the 30?")
    expect(
        not (_near(few, 3) and _near(swapped, -3)),
        "for the smaller score first you return -3: leave the sign away, with abs.",
    )
    expect(_near(few, 3) and _near(swapped, 3), f"10 percent of 30 is 3, not {few}.")
    scores = figure("qwen3.aime24.thinking").value
    count = figure("aime").value["problems"]
    between = answer(scores["8B"], scores["4B"], count)
    expect(
        between not in (0, 1),
        f"you return {between} for scores that are close: do not round.",
    )
    return f"{between:.2f} of {count} problems, for twice as many parameters."


@exercise(
    "clinic",
    stars=2,
    minutes=8,
    hints=[
        "They show a photograph and ask about it: which of the tasks takes images?",
        "Selling is commercial use. Both languages go into one tuple.",
        'Need(task="images", hardware="gpu24", languages=(...), license=..., speed=20)',
    ],
)
def check_clinic(answer) -> str:
    expect(
        not isinstance(answer, Advice),
        "this is already the advice: give the Need itself to the check.",
    )
    expect(
        isinstance(answer, Need),
        f"this is a {type(answer).__name__}: write need = Need(...).",
    )
    expect(answer.task == "images", f"{answer.task!r} takes no photographs.")
    expect(
        answer.hardware == "gpu24", f"they own 24 GB, which is not {answer.hardware}."
    )
    expect(
        set(answer.languages) == {"Hindi", "English"},
        f"the forms are in Hindi or English, and you ask for {answer.languages}.",
    )
    expect(answer.license != "any", "they sell the service: 'any' ignores the license.")
    expect(
        answer.license == "commercial",
        "'unrestricted' asks for more than they need: a sale is commercial use.",
    )
    expect(
        answer.speed == 20, f"they wait for 20 tokens per second, not {answer.speed}."
    )
    advice = advise(answer)
    first = advice.shortlist[0].fit
    return (
        f"{len(advice.excluded)} checkpoints are left out, and {first.label} leads. "
        f"Qwen3.8-27B is as large and newer: {advice.why_not('Qwen/Qwen3.8-27B')}."
    )


def _record(name: str, parameters: int, **right: tuple[int, int]) -> records.Record:
    shares = {task: records.Recorded(*pair, seed=1) for task, pair in right.items()}
    return records.Record(name, parameters, shares)


def _near(found: object, right: float) -> bool:
    return isinstance(found, int | float) and math.isclose(found, right, rel_tol=CLOSE)


def _share(answer, name: str) -> float:
    """What a learner's count makes of a real config, as a share of all parameters."""
    config = memory.read_config(f"Qwen/{name}")
    found, total = answer(config), memory.count_parameters(f"Qwen/{name}").total
    right = total - memory.count_parameters(f"Qwen/{name}").without_embedding
    expect(
        found == right,
        f"for {name} you return {found:,}: did you write a number of the example?",
    )
    return found / total
