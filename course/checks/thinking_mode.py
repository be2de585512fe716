"""Checks of lesson 08: parsing thoughts, budgets, prices, votes and histories."""

from course.checks import exercise, expect

OPENING, CLOSING = 31, 32


class _TwoTags:
    """A vocabulary whose tags have other ids than any published one."""

    def convert_tokens_to_ids(self, names):
        ids = {"<think>": OPENING, "</think>": CLOSING}
        return ids[names] if isinstance(names, str) else [ids[name] for name in names]


@exercise(
    "split_thought",
    stars=2,
    minutes=10,
    hints=[
        "Ask for both ids: tokenizer.convert_tokens_to_ids(['<think>', '</think>']).",
        "First case: the opening tag is not in ids at all.",
        "Then cut at ids.index(closing), if it is there; else all the rest is thought.",
    ],
)
def check_split_thought(answer) -> str:
    tokenizer = _TwoTags()
    whole = answer(tokenizer, [OPENING, 5, 6, CLOSING, 7, 8])
    expect(
        isinstance(whole, tuple) and len(whole) == 2,
        "the result is not a pair: return thought, answer.",
    )
    thought, reply = map(list, whole)
    expect(
        thought != [] or reply != [OPENING, 5, 6, CLOSING, 7, 8],
        "no tag was found in another tokenizer's ids: did you write down numbers?",
    )
    expect(
        OPENING not in thought and CLOSING not in thought + reply,
        f"a tag is left in {thought} or {reply}: leave both tags out.",
    )
    expect((thought, reply) == ([5, 6], [7, 8]), f"got {thought} and {reply}.")
    thought, reply = map(list, answer(tokenizer, [7, 8]))
    expect(
        (thought, reply) == ([], [7, 8]),
        f"with thinking off, ids [7, 8] gave {thought} and {reply}: all is answer.",
    )
    thought, reply = map(list, answer(tokenizer, [OPENING, 5, 6]))
    expect(
        reply == [],
        "an unfinished thought was returned as the answer: without a closing tag "
        "there is no answer yet.",
    )
    expect(thought == [5, 6], f"the unfinished thought came out as {thought}.")
    empty = tuple(map(list, answer(tokenizer, [OPENING, CLOSING, 9])))
    expect(empty == ([], [9]), f"an empty thought gave {empty}.")
    return "four shapes of reply, and no number of a tag in sight."


@exercise(
    "next_forced",
    stars=2,
    minutes=10,
    hints=[
        "Leave early: return -1 if opening is not in written, or closing is.",
        "written.index(opening) is where the thought starts; count what comes after.",
        "Force the closing tag once that count has reached the budget.",
    ],
)
def check_next_forced(answer) -> str:
    expect(
        answer([7, 8, 9, 9, 9], 2, OPENING, CLOSING) == -1,
        "a reply without a thought was cut: leave rows alone that never opened one.",
    )
    expect(
        answer([OPENING, 5, CLOSING, 7, 8, 9], 2, OPENING, CLOSING) == -1,
        "a closed thought was closed again: the answer is not part of the budget.",
    )
    expect(
        answer([OPENING, 5], 2, OPENING, CLOSING) == -1,
        "the thought was closed a token too early: count only what follows the opening "
        "tag.",
    )
    expect(
        answer([OPENING, 5, 6], 2, OPENING, CLOSING) == CLOSING,
        "with the budget used up nothing was forced: close when the count reaches it.",
    )
    expect(
        answer([OPENING, 5, 6, 5, 6], 2, OPENING, CLOSING) == CLOSING,
        "past the budget nothing was forced: test for at least, not for equal.",
    )
    expect(
        answer([OPENING], 0, OPENING, CLOSING) == CLOSING,
        "a budget of zero must close at once.",
    )
    return "rows over budget are closed, all others are left alone."


@exercise(
    "cost_per_right",
    stars=1,
    minutes=4,
    hints=[
        "True counts as one: sum(right) is the number of right answers.",
        "Divide the sum of all tokens by it, unless it is zero.",
    ],
)
def check_cost_per_right(answer) -> str:
    cost = answer([10, 30, 20], [True, False, True])
    expect(
        cost != 15,
        "the wrong reply's tokens are missing: you pay for wrong replies too.",
    )
    expect(
        cost != 20,
        "you divided by the number of replies: divide by the number of right ones.",
    )
    expect(cost == 30, f"60 tokens for two right answers cost 30 each, not {cost}.")
    expect(
        answer([10, 10], [False, False]) == float("inf"),
        "no right answer must cost infinitely much, not zero.",
    )
    return "wrong replies are paid for as well."


@exercise(
    "majority",
    stars=2,
    minutes=6,
    hints=[
        "Drop the None values before you count.",
        "collections.Counter keeps the order of first appearance for ties.",
        "Counter(...).most_common(1)[0][0] is the winner, if there is any vote.",
    ],
)
def check_majority(answer) -> str:
    expect(
        answer(["19", "21", "21", "19", "21"]) == "21",
        "'21' has three votes of five and did not win.",
    )
    expect(
        answer([None, None, None, "7", "8", "8"]) == "8",
        "None won the vote: a reply without an answer is no vote.",
    )
    expect(
        answer(["100", "100", "99", "99"]) == "100",
        "of two equally frequent answers the later one won: the first seen wins.",
    )
    expect(
        answer([None, None]) == "no answer",
        "without any vote the result must be 'no answer'.",
    )
    return "votes are counted, silence is not."


@exercise(
    "strip_thoughts",
    stars=2,
    minutes=8,
    hints=[
        "message['content'].split('</think>')[-1] is what follows the last tag.",
        ".lstrip('\\n') removes the line ends after it.",
        "{**message, 'content': ...} makes a changed copy; touch assistant turns only.",
    ],
)
def check_strip_thoughts(answer) -> str:
    messages = [
        {"role": "user", "content": "What does </think> mean?"},
        {"role": "assistant", "content": "<think>\n1 + 1 = 2\n</think>\n\nTwo.\n"},
        {"role": "assistant", "content": "No thought here."},
    ]
    before = [dict(message) for message in messages]
    after = answer(messages)
    expect(messages == before, "the caller's messages changed: build new ones.")
    expect(len(after) == 3, f"{len(after)} messages came back of three.")
    expect(
        after[0] == before[0],
        "the user's message was changed: it may speak about </think>.",
    )
    text = after[1]["content"]
    expect("1 + 1" not in text, "the thought is still there.")
    expect("think>" not in text, f"a piece of a tag is left: {text!r}.")
    expect(not text.startswith("\n"), "the answer starts with the line ends after it.")
    expect(
        text == "Two.\n",
        f"the answer came out as {text!r}: change nothing but what stands before it.",
    )
    expect(after[2] == before[2], "an answer without a thought must stay as it is.")
    return "thoughts are gone, and everything else is as it was."
