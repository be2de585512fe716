"""The small tokenizer follows Qwen's rules: splits, control tokens and their order."""

import pytest
from tiny_chat import tiny_recipe, tiny_tokenizer
from transformers.models.qwen2.tokenization_qwen2 import PRETOKENIZE_REGEX

from utils import mixture
from utils.tokenizer import CONTROL_TOKENS, MARKER_TOKENS, SPLIT, train_tokenizer

pytestmark = pytest.mark.unit

TEXTS = (
    "What is 12 + 7?",
    "  two  spaces \n\n and lines\r\n",
    "naïve café, 你好世界, مرحبا, 🙂🙃",
    "don't I'LL we've",
    "<b>tags</b> | bars",
    "\x00\t\x7f",
)


@pytest.fixture(scope="module")
def tokenizer():
    return tiny_tokenizer()


def test_the_vocabulary_has_the_wanted_size(tokenizer):
    assert len(tokenizer) == 768
    assert sorted(tokenizer.get_vocab().values()) == list(range(768))


def test_control_tokens_come_last_in_qwen_s_order(tokenizer):
    ids = tokenizer.convert_tokens_to_ids([*CONTROL_TOKENS, *MARKER_TOKENS])
    assert ids == list(range(768 - 26, 768))
    assert CONTROL_TOKENS[0] == "<|endoftext|>"
    assert MARKER_TOKENS[-2:] == ["<think>", "</think>"]  # 151667, 151668 in Qwen3


@pytest.mark.parametrize("token", [*CONTROL_TOKENS, *MARKER_TOKENS])
def test_a_control_token_is_one_id_wherever_it_stands(tokenizer, token):
    [number] = tokenizer(token)["input_ids"]
    assert tokenizer(f"a{token}b")["input_ids"].count(number) == 1


def test_markers_survive_where_control_tokens_are_skipped(tokenizer):
    ids = tokenizer("<think>a</think>b<|im_end|>")["input_ids"]
    text = tokenizer.decode(ids, skip_special_tokens=True)
    assert text == "<think>a</think>b"


def test_ends_and_pads_differ(tokenizer):
    assert tokenizer.eos_token == "<|im_end|>"
    assert tokenizer.pad_token == "<|endoftext|>"


@pytest.mark.parametrize("text", TEXTS)
def test_any_text_comes_back(tokenizer, text):
    ids = tokenizer(text)["input_ids"]
    assert tokenizer.decode(ids, clean_up_tokenization_spaces=False) == text


def test_words_are_split_by_qwen_s_pattern():
    assert SPLIT == PRETOKENIZE_REGEX


def test_digits_stand_alone(tokenizer):
    tokens = tokenizer.tokenize("What is 12 + 789?")
    assert [t for t in tokens if any(c.isdigit() for c in t)] == list("12789")


def test_the_same_texts_give_the_same_tokenizer():
    texts = [
        f"number {i} and word {chr(97 + i % 26) * (i % 7 + 2)}" for i in range(900)
    ]
    one, other = train_tokenizer(texts, 320), train_tokenizer(texts, 320)
    assert one.get_vocab() == other.get_vocab()
    assert one.backend_tokenizer.to_str() == other.backend_tokenizer.to_str()


def test_too_few_texts_are_refused():
    with pytest.raises(ValueError, match="give more varied texts"):
        train_tokenizer(["Hi"], 2048)


def test_it_is_the_same_after_saving(tokenizer, tmp_path):
    from transformers import AutoTokenizer

    tokenizer.save_pretrained(tmp_path)
    again = AutoTokenizer.from_pretrained(tmp_path)
    for text in (*TEXTS, "<|im_start|>user\nHi<|im_end|>\n<think>\n\n</think>"):
        assert again(text)["input_ids"] == tokenizer(text)["input_ids"]
    assert again.chat_template == tokenizer.chat_template
    assert (again.eos_token, again.pad_token) == ("<|im_end|>", "<|endoftext|>")


def test_roles_are_one_token_each_where_the_corpus_names_them():
    data = tiny_recipe().data.model_copy(
        update={"tasks": {"sums": 0.7, "tools": 0.2, "followups": 0.1}}
    )
    roles = ("user", "assistant", "system", "tool")
    split, whole = (
        train_tokenizer(mixture.texts(data, 1, 1000, roles=named), 1024)
        for named in (False, True)
    )
    assert [whole.tokenize(role) for role in roles] == [[role] for role in roles]
    assert split.tokenize("assistant") != ["assistant"]
