"""Raw text in, raw text out; and how text models are fed and measured."""

import pytest
import torch
from tiny_chat import chatty_model, tiny_recipe, tiny_tokenizer

from utils import kinds
from utils.chat import Reply
from utils.completion import complete, complete_batch, to_reply
from utils.kinds import text
from utils.losses import IGNORE
from utils.recipe import Bar
from utils.tasks import TASKS, draw

pytestmark = pytest.mark.unit

TEXTS = ["def f(x):\n", "def longer(numbers, other):\n    return 12\n", "7"]
GREEDY = {"do_sample": False, "max_new_tokens": 6}


def code_recipe():
    recipe = tiny_recipe()
    train = recipe.train.model_copy(update={"prompt_weight": 0.25})
    data = recipe.data.model_copy(
        update={"tasks": {"code": 0.5, "code-fim": 0.5}, "modes": {}, "history": 0}
    )
    part = recipe.tokenizer.model_copy(update={"vocab_size": 512, "examples": 60})
    update = {"kind": "text", "data": data, "tokenizer": part, "train": train}
    return recipe.model_copy(update=update)


@pytest.fixture(scope="module")
def prepared():
    return kinds.of(code_recipe()).prepare(code_recipe())


def test_a_batch_answers_as_each_text_alone():
    model, tokenizer = chatty_model(), tiny_tokenizer()
    together = complete_batch(model, tokenizer, TEXTS, **GREEDY)
    assert together == [complete(model, tokenizer, t, **GREEDY) for t in TEXTS]
    assert complete_batch(model, tokenizer, [], **GREEDY) == []


def test_several_samples_of_each_text():
    model, tokenizer = chatty_model(), tiny_tokenizer()
    torch.manual_seed(1)
    replies = complete_batch(
        model,
        tokenizer,
        TEXTS,
        do_sample=True,
        num_return_sequences=3,
        max_new_tokens=4,
    )
    assert len(replies) == 3 * len(TEXTS)


def test_a_text_that_leaves_no_room_is_refused():
    with pytest.raises(ValueError, match="reads at most 512"):
        complete(chatty_model(), tiny_tokenizer(), "a b c " * 400)


def test_a_reply_keeps_its_spaces_and_ends_at_an_end_token():
    tokenizer = tiny_tokenizer()
    written = "    return 12\n"
    ids = tokenizer(written + "<|endoftext|>", add_special_tokens=False)["input_ids"]
    reply = to_reply(tokenizer, ids + ids)
    assert (reply.text, reply.tokens, reply.finished) == (written, len(ids), True)
    assert reply.thinking is None
    cut = to_reply(tokenizer, ids[:-1])
    assert (cut.text, cut.finished) == (written, False)


def test_all_of_a_text_is_learned_and_no_pad(prepared):
    tokenizer, _ = prepared
    recipe = code_recipe()
    made = text.batch(recipe, tokenizer, 0)
    assert torch.equal(made.input_ids, text.batch(recipe, tokenizer, 0).input_ids)
    for ids, labels in zip(made.input_ids, made.labels, strict=True):
        learned = labels != IGNORE
        target = tokenizer.decode(labels[learned])
        assert torch.equal(ids[learned], labels[learned])
        assert target.endswith("<|endoftext|>")
        assert target.count("<|endoftext|>") == 1
        assert target.startswith(("def ", "<|fim_prefix|>"))
        assert set(ids[~learned].tolist()) <= {tokenizer.pad_token_id}


def test_a_prompt_s_tokens_count_as_far_as_the_recipe_weighs_them(prepared):
    tokenizer, _ = prepared
    made = text.batch(code_recipe(), tokenizer, 0)
    middle = tokenizer.convert_tokens_to_ids("<|fim_middle|>")
    seen = 0
    for ids, weights in zip(made.input_ids, made.weights, strict=True):
        assert set(weights.tolist()) == {0.25, 1.0}
        for at in (ids == middle).nonzero():
            assert (weights[: at + 1] == 0.25).all()
            assert (weights[at + 1 :] == 1.0).all()
            seen += 1
    assert seen, "a batch holds a text with a hole"
    quoted = tokenizer.decode(made.input_ids[0][made.weights[0] == 0.25])
    assert quoted.startswith(("def ", "#", "<|fim_prefix|>"))


def test_prompt_and_target_are_the_text_itself():
    tokenizer = tiny_tokenizer()
    for name in ("code", "code-fim"):
        for example in draw(TASKS[name], 10, 1, "train"):
            prompt, target = text.prompt_and_target(tokenizer, example, "direct")
            assert prompt == example.messages[-1]["content"]
            assert target == example.reply + "<|endoftext|>"


def test_control_tokens_are_never_learned_as_text(prepared):
    tokenizer, _ = prepared
    assert not any("<|" in part for part in text._texts(code_recipe()))
    ids = tokenizer("<|fim_prefix|>a<|fim_suffix|>b<|fim_middle|>")["input_ids"]
    assert len(ids) == 5


def test_a_text_model_is_measured_by_its_tasks(prepared, monkeypatch):
    tokenizer, model = prepared
    examples = draw(TASKS["code"], 50, 3)
    replies = {e.messages[-1]["content"]: e.reply for e in examples[:30]}

    def writes_thirty(model, tokenizer, texts, **settings):
        assert settings == {"do_sample": False}
        return [Reply(None, replies.get(text, ""), 1, True) for text in texts]

    monkeypatch.setattr(text, "complete_batch", writes_thirty)
    result = text.evaluate(model, tokenizer, Bar(task="code", n=50), seed=3)
    assert [g.example for g in result.graded] == examples
    assert [g.right for g in result.graded] == [True] * 30 + [False] * 20
    assert (result.n, result.seed) == (50, 3)
