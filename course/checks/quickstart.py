"""Checks of lesson 02: reading ids, cutting replies, sampling, batches and grading."""

import torch

from course.checks import exercise, expect


class _TinyTokenizer:
    """A stand-in vocabulary, so that a written-down id cannot pass by luck."""

    words = ("user", "assistant", "system", "\n", "hi", " the", "user", "<|im_end|>")

    def convert_tokens_to_ids(self, name: str) -> int:
        return {"<|im_start|>": 40, "<|im_end|>": 7}[name]

    def decode(self, ids) -> str:
        ids = [ids] if isinstance(ids, int) else list(ids)
        return "".join("<|im_start|>" if i == 40 else self.words[i] for i in ids)


@exercise(
    "read_roles",
    stars=2,
    minutes=8,
    hints=[
        "tokenizer.convert_tokens_to_ids('<|im_start|>') gives the id to look for.",
        "Collect the positions i where ids[i] is that id; a role starts at i + 1.",
        "tokenizer.decode(ids[i + 1 :]).split('\\n')[0] is the text of one line.",
    ],
)
def check_read_roles(answer) -> str:
    # system / user (whose text says "user") / an assistant about to speak
    ids = [40, 2, 3, 4, 7, 3, 40, 0, 3, 4, 5, 6, 7, 3, 40, 1, 3]
    roles = answer(_TinyTokenizer(), ids)
    expect(
        isinstance(roles, list),
        f"the result is a {type(roles).__name__}: return a list of texts.",
    )
    expect(
        roles,
        "no role was found in another tokenizer's ids: did you write down a number for "
        "<|im_start|> instead of asking the tokenizer?",
    )
    expect(
        len(roles) == 3,
        f"{len(roles)} roles were found and there are three: a message may contain the "
        "word user, so look for the control token, not for the word.",
    )
    expect(
        all(role == role.strip() for role in roles),
        f"the first role came out as {roles[0]!r}: stop before the line end.",
    )
    expect(
        roles == ["system", "user", "assistant"],
        f"the roles came out as {roles}: keep them in the order of the conversation.",
    )
    return "the roles were read with a tokenizer that your code had never met."


@exercise(
    "new_tokens",
    stars=1,
    minutes=4,
    hints=[
        "The prompt's length is the second number of inputs['input_ids'].shape.",
        "output[0] is the first row; a slice from the prompt's length on is the rest.",
    ],
)
def check_new_tokens(answer) -> str:
    inputs = {"input_ids": torch.tensor([[11, 12, 13, 14], [0, 0, 15, 16]])}
    output = torch.tensor([[11, 12, 13, 14, 21, 22], [0, 0, 15, 16, 31, 32]])
    new = answer(output, inputs)
    got = new.tolist() if isinstance(new, torch.Tensor) else list(new)
    expect(got != output[0].tolist(), "the prompt is still there: cut it off.")
    expect(
        got != [[21, 22], [31, 32]],
        "you returned every row: take only the first, output[0].",
    )
    expect(
        got != [13, 14, 21, 22],
        "part of the prompt is left: shape[0] is the number of rows, the prompt's "
        "length is shape[1].",
    )
    expect(got == [21, 22], f"for this output the new ids are [21, 22], not {got}.")
    return "only what the model wrote is left."


@exercise(
    "converse",
    stars=1,
    minutes=6,
    hints=[
        "Build messages = [*history, {'role': 'user', 'content': question}] first.",
        "answer(messages) gives the reply's text; it becomes an 'assistant' message.",
        "Return [*messages, the assistant's message].",
    ],
)
def check_converse(answer) -> str:
    history = [
        {"role": "user", "content": "What is 12 + 7?"},
        {"role": "assistant", "content": "The sum is 19."},
    ]
    before = [dict(message) for message in history]
    asked: list[list[dict]] = []

    def model(messages):
        asked.append([dict(message) for message in messages])
        return "The sum is 49."

    result = answer(history, "Add 30 to that.", model)
    expect(asked, "answer was never called: the reply must come from the model.")
    expect(
        len(asked[0]) != 1,
        "the model was given the question alone: send the history with it, or it "
        "cannot know what 'that' means.",
    )
    expect(
        asked[0][-1] == {"role": "user", "content": "Add 30 to that."},
        "the last message the model saw was not the question: add it before you ask.",
    )
    expect(
        history == before,
        "the caller's history changed: return a new list instead of appending to it.",
    )
    expect(
        len(result) == 4,
        f"the new conversation has {len(result)} messages and should have four: keep "
        "the reply too, or the model forgets what it said.",
    )
    expect(
        result[-1] == {"role": "assistant", "content": "The sum is 49."},
        f"the last message is {result[-1]}: its role must be 'assistant' and its "
        "content the reply.",
    )
    return "the model sees the whole conversation, and your history is kept."


@exercise(
    "top_p",
    stars=3,
    minutes=15,
    hints=[
        "probabilities.sort(descending=True) gives the ranked values and their places.",
        "cumsum(0) minus the value itself is what all better tokens hold together.",
        "Keep a token while that is below p; put values back with kept[order] = ...",
        "Divide by the sum at the end.",
    ],
)
def check_top_p(answer) -> str:
    given = torch.tensor([0.1, 0.5, 0.05, 0.3, 0.05])
    kept = answer(given.clone(), 0.7)
    expect(
        isinstance(kept, torch.Tensor) and kept.shape == given.shape,
        "the result has another shape: tokens outside the set become zero, they do "
        "not disappear.",
    )
    expect(
        kept[1] > 0,
        "the best token was dropped: p is a total, not a threshold for each token.",
    )
    expect(
        kept[3] > 0,
        "the token that crosses p is missing: 0.5 alone is below 0.7, so the next "
        "one belongs to the set.",
    )
    expect(
        torch.count_nonzero(kept) == 2,
        f"{torch.count_nonzero(kept)} tokens are left; two are enough to reach 0.7.",
    )
    expect(
        torch.isclose(kept.sum(), torch.tensor(1.0)),
        f"the kept ones add up to {kept.sum():.2f}: divide by their sum.",
    )
    expect(
        torch.allclose(kept, torch.tensor([0, 0.625, 0, 0.375, 0])),
        f"the shares came out as {[round(x, 3) for x in kept.tolist()]}: tokens keep "
        "their places and their proportions.",
    )
    return "two of five tokens are left, in their places, and add up to one."


@exercise(
    "pad_left",
    stars=2,
    minutes=8,
    hints=[
        "longest = max(len(row) for row in rows) is the width of the table.",
        "[pad] * (longest - len(row)) + row puts the pads in front.",
        "Build the mask from lengths in the same way, zeros first.",
    ],
)
def check_pad_left(answer) -> str:
    rows = [[5, 6, 7], [0, 8], [9]]  # 0 is the pad's id, and one row really has it
    ids, mask = answer([list(row) for row in rows], 0)
    ids, mask = [list(row) for row in ids], [list(row) for row in mask]
    expect(
        {len(row) for row in ids} == {3},
        "the rows differ in length: fill each up to the longest.",
    )
    expect(
        ids[2] != [9, 0, 0],
        "the pads are on the right: the model would go on from a pad.",
    )
    expect(ids == [[5, 6, 7], [0, 0, 8], [0, 0, 9]], f"the ids came out as {ids}.")
    expect(
        any(0 in row for row in mask),
        "the mask is all ones: the model would read the pads as text.",
    )
    expect(
        mask[0] != [0, 0, 0],
        "the mask is upside down: one means real, zero means pad.",
    )
    expect(
        mask[1] != [0, 0, 1],
        "a real token lost its one because its id equals the pad's: build the mask "
        "from lengths, not by comparing ids.",
    )
    expect(mask == [[1, 1, 1], [0, 1, 1], [0, 0, 1]], f"the mask came out as {mask}.")
    return "short rows end where their text ends, and pads are masked."


@exercise(
    "is_right",
    stars=2,
    minutes=6,
    hints=[
        r"re.findall(r'\d+', reply) lists all whole numbers of a text, in order.",
        "Compare int(numbers[-1]) with total, after making sure that the list has one.",
    ],
)
def check_is_right(answer) -> str:
    expect(answer("The sum is 149.", 149) is True, "'The sum is 149.' answers 149.")
    expect(
        answer("The sum is 1490.", 149) is False,
        "1490 passed for 149: compare whole numbers, not pieces of text.",
    )
    expect(
        answer("12 + 137 = 149", 149) is True,
        "'12 + 137 = 149' was refused: look at the last number, not at the first.",
    )
    expect(
        answer("12 + 137 = 150", 137) is False,
        "'12 + 137 = 150' passed for 137: only the last number is the answer.",
    )
    expect(
        answer("I am a pocket model.", 5) is False,
        "a reply without a number must be False, not an error or something else.",
    )
    return "the last whole number decides, and nothing else."
