"""Typical wrong answers to lesson 08, and what each is told."""

from collections import Counter


def _fixed_ids(tokenizer, ids):
    if 151668 not in ids:
        return [], ids
    cut = ids.index(151668)
    return ids[:cut], ids[cut + 1 :]


def _keeps_opening(tokenizer, ids):
    closing = tokenizer.convert_tokens_to_ids("</think>")
    cut = ids.index(closing) if closing in ids else 0
    return ids[:cut], ids[cut + 1 :]


def _unfinished_is_answer(tokenizer, ids):
    opening, closing = tokenizer.convert_tokens_to_ids(["<think>", "</think>"])
    if closing not in ids:
        return [], [token for token in ids if token != opening]
    cut = ids.index(closing)
    return ids[1:cut], ids[cut + 1 :]


def _expects_a_thought(tokenizer, ids):
    opening, closing = tokenizer.convert_tokens_to_ids(["<think>", "</think>"])
    start = ids.index(opening)
    cut = ids.index(closing)
    return ids[start + 1 : cut], ids[cut + 1 :]


def _cuts_everything(written, budget, opening, closing):
    return closing if len(written) > budget and closing not in written else -1


def _closes_again(written, budget, opening, closing):
    if opening not in written:
        return -1
    used = len(written) - written.index(opening) - 1
    return closing if used >= budget else -1


def _counts_the_tag(written, budget, opening, closing):
    if opening not in written or closing in written:
        return -1
    return closing if len(written) >= budget else -1


def _only_equal(written, budget, opening, closing):
    if opening not in written or closing in written:
        return -1
    used = len(written) - written.index(opening) - 1
    return closing if used == budget else -1


def _counts_none(answers):
    return Counter(answers).most_common(1)[0][0] or "no answer"


def _last_wins(answers):
    votes = Counter(answer for answer in reversed(answers) if answer is not None)
    return votes.most_common(1)[0][0] if votes else "no answer"


def _no_vote_crashes(answers):
    return Counter(a for a in answers if a is not None).most_common(1)[0][0]


def _strips_users_too(messages):
    return [
        {**m, "content": m["content"].split("</think>")[-1].lstrip("\n")}
        for m in messages
    ]


def _in_place(messages):
    for message in messages:
        if message["role"] == "assistant":
            message["content"] = message["content"].split("</think>")[-1].lstrip("\n")
    return messages


def _only_tags(messages):
    return [
        {**m, "content": m["content"].replace("<think>", "").replace("</think>", "")}
        if m["role"] == "assistant"
        else m
        for m in messages
    ]


def _leaves_line_ends(messages):
    return [
        {**m, "content": m["content"].split("</think>")[-1]}
        if m["role"] == "assistant"
        else m
        for m in messages
    ]


WRONG = {
    "split_thought": [
        (_fixed_ids, "did you write down numbers"),
        (_keeps_opening, "leave both tags out"),
        (_unfinished_is_answer, "an unfinished thought was returned as the answer"),
        (_expects_a_thought, "your code stopped with ValueError"),
    ],
    "next_forced": [
        (_cuts_everything, "leave rows alone that never opened one"),
        (_closes_again, "a closed thought was closed again"),
        (_counts_the_tag, "closed a token too early"),
        (_only_equal, "test for at least, not for equal"),
    ],
    "cost_per_right": [
        (
            lambda tokens, right: (
                sum(t for t, ok in zip(tokens, right, strict=True) if ok) / sum(right)
            ),
            "you pay for wrong replies too",
        ),
        (
            lambda tokens, right: sum(tokens) / len(right),
            "divide by the number of right ones",
        ),
        (
            lambda tokens, right: sum(tokens) / sum(right) if any(right) else 0,
            "infinitely much, not zero",
        ),
    ],
    "majority": [
        (_counts_none, "None won the vote"),
        (_last_wins, "the first seen wins"),
        (_no_vote_crashes, "your code stopped with IndexError"),
        (lambda answers: answers[0], "did not win"),
    ],
    "strip_thoughts": [
        (_strips_users_too, "the user's message was changed"),
        (_in_place, "the caller's messages changed"),
        (_only_tags, "the thought is still there"),
        (_leaves_line_ends, "starts with the line ends"),
    ],
}
