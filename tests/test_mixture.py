"""Training batches: fixed by seed and step, loss on the reply's tokens only."""

import pytest
import torch
from tiny_chat import tiny_recipe, tiny_tokenizer

from utils import mixture
from utils.kinds import chat
from utils.losses import IGNORE
from utils.mixture import POOL, prompt_and_target
from utils.recipe import Beginning
from utils.tasks import TASKS, draw

pytestmark = pytest.mark.unit

DATA = tiny_recipe().data
SIZE = 4


@pytest.fixture(scope="module")
def tokenizer():
    return tiny_tokenizer()


def batch(tokenizer, step, data=DATA):
    return mixture.batch(data, tokenizer, step, SIZE)


def equal(one, other) -> bool:
    return torch.equal(one.input_ids, other.input_ids) and torch.equal(
        one.labels, other.labels
    )


def test_a_batch_depends_on_seed_and_step_alone(tokenizer):
    steps = [5, POOL + 1, 3 * POOL, 5, 2, POOL + 1]
    first = {step: batch(tokenizer, step) for step in steps}
    mixture._pool.cache_clear()
    for step in reversed(steps):
        assert equal(batch(tokenizer, step), first[step])
    other = DATA.model_copy(update={"seed": 2})
    assert not equal(batch(tokenizer, 5, other), first[5])
    assert not equal(batch(tokenizer, 6), first[5])


@pytest.mark.parametrize("step", [0, 7, POOL])
def test_labels_are_the_reply_and_its_end_token(tokenizer, step):
    made = batch(tokenizer, step)
    for ids, labels in zip(made.input_ids, made.labels, strict=True):
        learned = labels != IGNORE
        assert torch.equal(ids[learned], labels[learned])
        start = int(learned.nonzero()[0])
        stop = int(learned.nonzero()[-1]) + 1
        assert learned[start:stop].all(), "one reply, in one piece"
        prompt = tokenizer.decode(ids[:start])
        reply = tokenizer.decode(labels[start:stop])
        assert prompt.endswith(("<|im_start|>assistant\n", "<think>\n\n</think>\n\n"))
        assert reply.endswith("<|im_end|>")
        assert reply.count("<|im_end|>") == 1


def test_padding_is_on_the_right_and_never_learned(tokenizer):
    made = [batch(tokenizer, step) for step in range(POOL)]
    padded = 0
    for one in made:
        for ids, labels in zip(one.input_ids, one.labels, strict=True):
            end = int((labels != IGNORE).nonzero()[-1]) + 1
            assert (ids[end:] == tokenizer.pad_token_id).all()
            assert (ids[:end] != tokenizer.pad_token_id).all()
            padded += len(ids) - end
    whole = sum(one.input_ids.numel() for one in made)
    assert 0 < padded < 0.1 * whole, "rows of like length share a batch"


MODES = {
    "thinking": ("<|im_start|>assistant\n", "<think>\n{thought}\n</think>\n\n", ""),
    "direct": ("<|im_start|>assistant\n<think>\n\n</think>\n\n", "", ""),
    "no_think": ("<|im_start|>assistant\n", "<think>\n\n</think>\n\n", " /no_think"),
    "think": ("<|im_start|>assistant\n", "<think>\n{thought}\n</think>\n\n", " /think"),
    "plain": ("<|im_start|>assistant\n", "", ""),
}


@pytest.mark.parametrize("mode", MODES)
def test_every_way_to_ask(tokenizer, mode):
    opening, block, switch = MODES[mode]
    [example] = draw(TASKS["sums-3"], 1, 1, "train")
    prompt, target = prompt_and_target(tokenizer, example, mode)
    question = example.messages[-1]["content"]
    block = block.replace("{thought}", example.thought)
    assert f"{question}{switch}<|im_end|>" in prompt
    assert prompt.endswith(opening)
    assert target == f"{block}{example.reply}<|im_end|>"


def test_prompt_and_target_are_qwen_s_own_rendering(tokenizer):
    """Together they are the finished conversation as the template writes it."""
    for example in draw(TASKS["followups"], 20, 1, "train"):
        prompt, target = prompt_and_target(tokenizer, example, "thinking")
        reply = f"<think>\n{example.thought}\n</think>\n\n{example.reply}"
        messages = [*example.messages, {"role": "assistant", "content": reply}]
        whole = tokenizer.apply_chat_template(messages, tokenize=False)
        assert prompt + target + "\n" == whole


def test_history_comes_before_the_question_and_is_not_learned(tokenizer):
    always = DATA.model_copy(update={"history": 1.0})
    made = batch(tokenizer, 0, always)
    for ids, labels in zip(made.input_ids, made.labels, strict=True):
        prompt = tokenizer.decode(ids[labels == IGNORE])
        assert prompt.count("<|im_start|>assistant") >= 2


def test_texts_for_the_tokenizer_are_the_same_every_time():
    one, other = (list(mixture.texts(DATA, 1, 50)) for _ in range(2))
    assert one == other
    assert len(one) == 100


def test_texts_name_who_speaks_only_when_asked():
    plain = list(mixture.texts(DATA, 1, 50))
    named = list(mixture.texts(DATA, 1, 50, roles=True))
    roles = [text for text in named if text.endswith("user\nassistant")]
    assert len(roles) == 50
    assert [text for text in named if text not in roles] == plain


def test_a_chat_model_begins_with_some_tasks_alone(tokenizer):
    recipe = tiny_recipe()
    first = Beginning(steps=3, tasks={"repeat": 1.0})
    data = recipe.data.model_copy(update={"beginning": first})
    begun = recipe.model_copy(update={"data": data})
    alone = recipe.data.model_copy(update={"tasks": {"repeat": 1.0}})
    for step, practiced in ((0, alone), (2, alone), (3, recipe.data)):
        made = chat.batch(begun, tokenizer, step)
        expected = mixture.batch(practiced, tokenizer, step, recipe.train.batch_size)
        assert equal(made, expected)
