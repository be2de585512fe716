"""Thinking budgets: where the thought is cut, whom it spares, and in two passes."""

import pytest
from tiny_chat import Script, chatty_model, tiny_tokenizer

from utils import thinking
from utils.chat import chat_batch, encode
from utils.encoding import pad_left
from utils.thinking import QWEN_EARLY_STOP, ThinkingBudget, majority

pytestmark = pytest.mark.unit

QUESTION = "What is 12 + 7?"
THOUGHT = "12 + 7 = 19 and 12 + 7 = 19 and 12 + 7 = 19"
TOOL = {"type": "function", "function": {"name": "add", "parameters": {}}}
WHOLE = f"<think>\n{THOUGHT}\n</think>\n\nThe sum is 19.<|im_end|>"


@pytest.fixture(scope="module")
def tokenizer():
    return tiny_tokenizer()


@pytest.fixture(scope="module")
def model():
    model = chatty_model()
    model.config.early_stop_text = ""
    return model


def written(model, tokenizer, rows: list[str], budget: int, stop="", limit=60):
    """The new ids of each row, where row `i` would write `rows[i]` if it may."""
    prompts = [encode(tokenizer, QUESTION + " Add." * i) for i in range(len(rows))]
    inputs = pad_left(tokenizer, prompts)
    length = inputs["input_ids"].shape[1]
    steps = [Script(length, *rows), ThinkingBudget(tokenizer, budget, length, stop)]
    output = model.generate(
        **inputs,
        logits_processor=steps,
        max_new_tokens=limit,
        do_sample=False,
        pad_token_id=tokenizer.pad_token_id,
    )
    return output[:, length:].tolist()


def thought_length(tokenizer, ids: list[int]) -> int:
    opening, closing = thinking.thought_tags(tokenizer)
    return ids.index(closing) - ids.index(opening) - 1


@pytest.mark.parametrize("budget", [0, 1, 5, 9])
def test_the_thought_is_closed_at_exactly_the_budget(model, tokenizer, budget):
    [ids] = written(model, tokenizer, [WHOLE], budget)
    closing = thinking.closing_ids(tokenizer)
    assert thought_length(tokenizer, ids) == budget + len(closing) - 1
    start = 1 + budget
    assert ids[start : start + len(closing)] == closing


def test_a_thought_within_the_budget_is_left_alone(model, tokenizer):
    whole = tokenizer(WHOLE)["input_ids"]
    [ids] = written(model, tokenizer, [WHOLE], 100)
    assert ids[: len(whole)] == whole


def test_every_row_has_its_own_count(model, tokenizer):
    late = f"So: {WHOLE}"
    short = "<think>\n</think>\n\n19.<|im_end|>"
    first, second, third = written(model, tokenizer, [WHOLE, late, short], 6)
    extra = len(thinking.closing_ids(tokenizer)) - 1
    assert thought_length(tokenizer, first) == 6 + extra
    assert thought_length(tokenizer, second) == 6 + extra
    wanted = tokenizer(short)["input_ids"]
    assert third[: len(wanted)] == wanted


def test_a_row_that_never_thinks_is_left_alone(model, tokenizer):
    plain = "The sum is 19, the sum is 19, the sum is 19.<|im_end|>"
    wanted = tokenizer(plain)["input_ids"]
    _, ids = written(model, tokenizer, [WHOLE, plain], 2)
    assert ids[: len(wanted)] == wanted


def test_a_row_that_ends_inside_its_thought_lets_the_others_go_on(model, tokenizer):
    cut = "<think>\n12<|im_end|>"
    first, second = written(model, tokenizer, [cut, WHOLE], 12)
    assert first[: len(tokenizer(cut)["input_ids"])] == tokenizer(cut)["input_ids"]
    assert set(first[len(tokenizer(cut)["input_ids"]) :]) == {tokenizer.pad_token_id}
    assert thought_length(tokenizer, second) == 13


def test_a_thought_that_the_prompt_opened_counts_from_there(tokenizer):
    import torch

    prompt = tokenizer("Hi<think>\n")["input_ids"]
    budget = ThinkingBudget(tokenizer, 3, len(prompt))
    token = tokenizer("1")["input_ids"][0]
    for used in range(5):
        ids = torch.tensor([prompt + [token] * used])
        scores = budget(ids, torch.zeros(1, len(tokenizer)))
        assert scores.isinf().any().item() == (used >= 3)


def test_the_stop_sentence_is_written_before_the_closing(model, tokenizer):
    [ids] = written(model, tokenizer, [WHOLE], 4, QWEN_EARLY_STOP, limit=200)
    opening, closing = thinking.thought_tags(tokenizer)
    thought = tokenizer.decode(ids[ids.index(opening) + 1 : ids.index(closing)])
    assert thought.endswith(f"\n\n{QWEN_EARLY_STOP}\n")


def test_a_negative_budget_is_refused(tokenizer):
    with pytest.raises(ValueError, match="give zero or more"):
        ThinkingBudget(tokenizer, -1, 10)


def test_the_model_says_which_sentence_it_knows(model):
    assert thinking.early_stop_text(model) == ""
    del model.config.early_stop_text
    assert thinking.early_stop_text(model) == QWEN_EARLY_STOP
    model.config.early_stop_text = ""


STARTS = {
    "thinks": "<think>\n",
    "whole": WHOLE,
    "never": "The sum",
    "ends": "<|im_end|>",
}


@pytest.mark.parametrize("start", STARTS.values(), ids=STARTS)
@pytest.mark.parametrize("budget", [0, 1, 2, 7, 20, 40])
def test_two_passes_reply_what_the_processor_replies(model, tokenizer, budget, start):
    prompt = encode(tokenizer, QUESTION)
    length = len(prompt)
    script = Script(length, start)
    both = [script, ThinkingBudget(tokenizer, budget, length)]
    [once] = chat_batch(
        model,
        tokenizer,
        [QUESTION],
        max_new_tokens=70,
        do_sample=False,
        logits_processor=both,
    )
    twice = thinking.two_pass(
        model,
        tokenizer,
        QUESTION,
        budget,
        max_new_tokens=70,
        do_sample=False,
        logits_processor=[script],
    )
    assert twice.thinking == once.thinking
    assert twice.text.startswith(once.text)
    assert not once.finished or twice == once


def test_a_batch_with_a_budget_equals_its_rows(model, tokenizer):
    questions = [QUESTION, "Add 12, 7 and 30.", "Hello!"]
    settings = {"max_new_tokens": 20, "do_sample": False}
    together = thinking.chat_with_budget(model, tokenizer, questions, 4, **settings)
    alone = [
        thinking.chat_with_budget(model, tokenizer, [q], 4, **settings)[0]
        for q in questions
    ]
    assert together == alone


def test_each_conversation_with_a_budget_has_its_own_tools(model, tokenizer):
    settings = {"max_new_tokens": 20, "do_sample": False}
    offered = [[TOOL], None]
    together = thinking.chat_with_budget(
        model, tokenizer, [QUESTION] * 2, 4, tools=offered, **settings
    )
    alone = [
        thinking.chat_with_budget(
            model, tokenizer, [QUESTION], 4, tools=[tools], **settings
        )[0]
        for tools in offered
    ]
    assert together == alone
    assert together[0] != together[1]


def test_a_thought_beside_tools_is_cut_at_the_budget(model, tokenizer, monkeypatch):
    generate = model.generate

    def scripted(**arguments):
        script = Script(arguments["input_ids"].shape[1], WHOLE, WHOLE)
        arguments["logits_processor"].insert(0, script)
        return generate(**arguments)

    monkeypatch.setattr(model, "generate", scripted)
    replies = thinking.chat_with_budget(
        model, tokenizer, [QUESTION] * 2, 4, tools=[[TOOL], None], max_new_tokens=20
    )
    cut = tokenizer.decode(tokenizer(f"\n{THOUGHT}")["input_ids"][:4]).strip()
    assert [reply.thinking for reply in replies] == [cut, cut]


def test_two_passes_offer_their_tools(model, tokenizer):
    settings = {"max_new_tokens": 20, "do_sample": False}
    passes = thinking.two_pass(model, tokenizer, QUESTION, 4, tools=[TOOL], **settings)
    [once] = thinking.chat_with_budget(
        model, tokenizer, [QUESTION], 4, tools=[[TOOL]], **settings
    )
    assert passes.text.startswith(once.text)
    bare = thinking.two_pass(model, tokenizer, QUESTION, 4, **settings)
    assert not bare.text.startswith(once.text)


@pytest.mark.parametrize(
    ("answers", "winner"),
    [
        (["19", "20", "19"], "19"),
        (["20", "19"], "20"),
        ([None, None, "19"], "19"),
        ([None], None),
        ([], None),
    ],
)
def test_majority(answers, winner):
    assert majority(answers) == winner
