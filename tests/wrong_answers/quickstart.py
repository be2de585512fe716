"""Typical wrong answers to lesson 02, and what each is told."""

import re

import torch


def _fixed_id(tokenizer, ids):
    return [tokenizer.decode(ids[i + 1]) for i, t in enumerate(ids) if t == 151644]


def _looks_for_words(tokenizer, ids):
    words = [tokenizer.decode(i) for i in ids]
    return [word for word in words if word in ("system", "user", "assistant")]


def _keeps_line_end(tokenizer, ids):
    start = tokenizer.convert_tokens_to_ids("<|im_start|>")
    places = [i for i, t in enumerate(ids) if t == start]
    return [tokenizer.decode(ids[i + 1 : i + 3]) for i in places]


def _question_alone(history, question, answer):
    message = {"role": "user", "content": question}
    reply = {"role": "assistant", "content": answer([message])}
    return [*history, message, reply]


def _forgets_reply(history, question, answer):
    messages = [*history, {"role": "user", "content": question}]
    answer(messages)
    return messages


def _appends(history, question, answer):
    history.append({"role": "user", "content": question})
    history.append({"role": "assistant", "content": answer(history)})
    return history


def _other_role(history, question, answer):
    messages = [*history, {"role": "user", "content": question}]
    return [*messages, {"role": "model", "content": answer(messages)}]


def _threshold(probabilities, p):
    kept = torch.where(probabilities >= p, probabilities, 0.0)
    return kept


def _too_few(probabilities, p):
    ranked, order = probabilities.sort(descending=True)
    kept = torch.zeros_like(probabilities)
    kept[order] = torch.where(ranked.cumsum(0) <= p, ranked, 0.0)
    return kept / kept.sum()


def _not_divided(probabilities, p):
    ranked, order = probabilities.sort(descending=True)
    kept = torch.zeros_like(probabilities)
    kept[order] = torch.where(ranked.cumsum(0) - ranked < p, ranked, 0.0)
    return kept


def _shortened(probabilities, p):
    ranked, _ = probabilities.sort(descending=True)
    return ranked[ranked.cumsum(0) - ranked < p]


def _pads_right(rows, pad):
    longest = max(map(len, rows))
    ids = [row + [pad] * (longest - len(row)) for row in rows]
    return ids, [[1] * len(row) + [0] * (longest - len(row)) for row in rows]


def _left(rows, pad):
    longest = max(map(len, rows))
    return [[pad] * (longest - len(row)) + row for row in rows]


def _mask_of_ones(rows, pad):
    ids = _left(rows, pad)
    return ids, [[1] * len(row) for row in ids]


def _mask_upside_down(rows, pad):
    ids = _left(rows, pad)
    longest = len(ids[0])
    return ids, [[1] * (longest - len(row)) + [0] * len(row) for row in rows]


def _mask_by_id(rows, pad):
    ids = _left(rows, pad)
    return ids, [[int(token != pad) for token in row] for row in ids]


WRONG = {
    "read_roles": [
        (_fixed_id, "did you write down a number"),
        (_looks_for_words, "look for the control token, not for the word"),
        (_keeps_line_end, "stop before the line end"),
    ],
    "new_tokens": [
        (lambda output, inputs: output[0], "the prompt is still there"),
        (
            lambda output, inputs: output[:, inputs["input_ids"].shape[1] :],
            "you returned every row",
        ),
        (
            lambda output, inputs: output[0, inputs["input_ids"].shape[0] :],
            "shape[0] is the number of rows",
        ),
    ],
    "converse": [
        (_question_alone, "the model was given the question alone"),
        (_forgets_reply, "keep the reply too"),
        (_appends, "the caller's history changed"),
        (_other_role, "its role must be 'assistant'"),
    ],
    "top_p": [
        (_threshold, "p is a total, not a threshold"),
        (_too_few, "the token that crosses p is missing"),
        (_not_divided, "divide by their sum"),
        (_shortened, "they do not disappear"),
    ],
    "pad_left": [
        (_pads_right, "the pads are on the right"),
        (_mask_of_ones, "the mask is all ones"),
        (_mask_upside_down, "the mask is upside down"),
        (_mask_by_id, "build the mask from lengths"),
    ],
    "is_right": [
        (lambda reply, total: str(total) in reply, "1490 passed for 149"),
        (
            lambda reply, total: int((re.findall(r"\d+", reply) or [-1])[0]) == total,
            "look at the last number, not at the first",
        ),
        (
            lambda reply, total: int(re.findall(r"\d+", reply)[-1]) == total,
            "your code stopped with IndexError",
        ),
    ],
}
