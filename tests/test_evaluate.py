"""Accuracy with its interval, and examples that keep their replies."""

from itertools import combinations

import pytest
from tiny_chat import chatty_model, tiny_tokenizer

from utils.chat import Reply
from utils.evaluate import Graded, Result, evaluate, grade, pass_at_k, wilson
from utils.kinds import chat
from utils.recipe import Bar
from utils.tasks import TASKS, draw

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("right", "n", "low", "high"),
    [
        # Newcombe (1998), Statistics in Medicine 17, table I, method 3
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
        (8, 10, 0.4902, 0.9433),
    ],
)
def test_wilson_against_published_intervals(right, n, low, high):
    assert wilson(right, n) == pytest.approx((low, high), abs=6e-5)


def test_wilson_stays_between_zero_and_one():
    assert wilson(0, 7)[0] == 0.0
    assert wilson(7, 7)[1] == 1.0
    low, high = wilson(3, 10)
    assert (1 - high, 1 - low) == pytest.approx(wilson(7, 10))


def test_no_examples_are_refused():
    with pytest.raises(ValueError, match="ask for at least one"):
        wilson(0, 0)


@pytest.mark.parametrize(("n", "right"), [(5, 0), (5, 1), (6, 3), (4, 4)])
def test_pass_at_k_is_the_share_of_draws_with_a_right_one(n, right):
    samples = [True] * right + [False] * (n - right)
    for k in range(1, n + 1):
        draws = list(combinations(samples, k))
        assert pass_at_k(n, right, k) == pytest.approx(
            sum(map(any, draws)) / len(draws)
        )


@pytest.mark.parametrize(
    ("n", "right", "k"), [(5, 6, 1), (5, -1, 1), (5, 2, 0), (5, 2, 6)]
)
def test_pass_at_k_of_nonsense_is_refused(n, right, k):
    with pytest.raises(ValueError, match="makes no sense"):
        pass_at_k(n, right, k)


def test_a_task_that_grades_many_at_once_is_asked_once():
    class Batched:
        name = "batched"
        asked = 0

        def grade_batch(self, examples, replies):
            self.asked += 1
            return [reply == "yes" for reply in replies]

    task, examples = Batched(), draw(TASKS["sums"], 5, seed=1)
    said = iter(["yes", "no", "yes", "no", "no"])

    def answer(conversations):
        return [Reply(None, next(said), 1, True) for _ in conversations]

    result = grade(answer, task, examples, seed=1, batch_size=2)
    assert task.asked == 1
    assert result.right == 2
    assert all(g.right == (g.reply.text == "yes") for g in result.graded)


@pytest.mark.parametrize("batch_size", [1, 7, 64])
def test_every_example_gets_its_own_reply(batch_size):
    task = TASKS["sums"]
    examples = draw(task, 50, seed=3)
    sizes = []

    def answer(conversations):
        sizes.append(len(conversations))
        return [
            Reply(None, messages[-1]["content"], 1, True) for messages in conversations
        ]

    result = grade(answer, task, examples, seed=3, batch_size=batch_size)
    assert [item.example for item in result.graded] == examples
    for item in result.graded:
        assert item.reply.text == item.example.messages[-1]["content"]
        assert item.right == task.grade(item.example, item.reply.text)
    assert max(sizes) <= batch_size
    assert sum(sizes) == 50


def test_tools_go_with_the_conversation_that_offers_them():
    task = TASKS["tools"]
    examples = draw(task, 40, seed=3) + draw(TASKS["tools-none"], 5, seed=3)
    replies = {str((e.messages, e.tools)): e.reply for e in examples}
    assert {bool(example.tools) for example in examples} == {True, False}

    def answer(conversations, tools=None):
        tools = tools or [None] * len(conversations)
        pairs = zip(conversations, tools, strict=True)
        return [Reply(None, replies[str(pair)], 1, True) for pair in pairs]

    assert grade(answer, task, examples, seed=3, batch_size=7).accuracy == 1


def test_an_answerer_that_loses_replies_is_noticed():
    with pytest.raises(ValueError, match="zip"):
        grade(lambda _: [], TASKS["sums"], draw(TASKS["sums"], 3, seed=1), seed=1)


@pytest.mark.parametrize(("asked", "off"), [("1", True), ("0", False), (None, False)])
def test_a_notebook_s_bar_obeys_the_variable_too(monkeypatch, asked, off):
    """tqdm's bar for notebooks does not read TQDM_DISABLE, so `grade` must."""
    bars = []

    def notebook_bar(rows, **options):
        bars.append(options["disable"])
        return rows

    monkeypatch.setattr("utils.evaluate.tqdm", notebook_bar)
    monkeypatch.delenv("TQDM_DISABLE", raising=False)
    if asked is not None:
        monkeypatch.setenv("TQDM_DISABLE", asked)
    reply = [Reply(None, "", 1, True)]
    grade(lambda _: reply, TASKS["sums"], draw(TASKS["sums"], 1, seed=1), seed=1)
    assert bars == [off]


def test_numbers_of_a_result():
    example = draw(TASKS["sums"], 1, seed=1)[0]
    replies = [(Reply(None, "", tokens, True), tokens < 9) for tokens in range(10)]
    result = Result([Graded(example, *pair) for pair in replies], seed=5)
    assert (result.n, result.right, result.accuracy) == (10, 9, 0.9)
    assert result.tokens == 4.5
    assert result.interval == wilson(9, 10)
    text = "90.0% right (95 % interval 59.6% to 98.2%, n = 10, seed 5)"
    assert str(result) == text


def test_a_model_is_asked_the_same_problems_for_the_same_seed():
    model, tokenizer = chatty_model(), tiny_tokenizer()
    settings = {"max_new_tokens": 4, "do_sample": False}
    one, two = (
        evaluate(model, tokenizer, TASKS["sums-2"], 5, 9, **settings) for _ in range(2)
    )
    assert one == two
    assert [item.example for item in one.graded] == draw(TASKS["sums-2"], 5, 9)


def test_mistakes_are_the_wrong_replies_alone():
    examples = draw(TASKS["sums-2"], 2, seed=3)
    replies = [Reply(None, text, 1, True) for text in ("right", "wrong")]
    rows = zip(examples, replies, (True, False), strict=True)
    result = Result([Graded(*row) for row in rows], seed=3)
    assert result.mistakes == {examples[1].messages[0]["content"]: "wrong"}


def test_a_bar_gives_a_reply_room_for_its_reference_and_an_end_to_a_loop(monkeypatch):
    rooms = []

    def replies(model, tokenizer, conversations, *, max_new_tokens, **_):
        rooms.append(max_new_tokens)
        return [Reply("", "", 1, True)] * len(conversations)

    monkeypatch.setattr("utils.kinds.chat.chat_batch", replies)
    tokenizer = tiny_tokenizer()
    for thinking in (True, False):
        bar = Bar(task="sums-8", n=50, thinking=thinking)
        chat.evaluate(None, tokenizer, bar, 3)
    references = [
        (f"<think>\n{one.thought}\n</think>\n\n{one.reply}", one.reply)
        for one in draw(TASKS["sums-8"], 50, 3)
    ]
    for room, texts in zip(rooms, zip(*references, strict=True), strict=True):
        longest = 1 + max(len(ids) for ids in tokenizer(list(texts))["input_ids"])
        assert longest <= room <= 2 * longest + 16
