"""Our chat template renders byte for byte what Qwen3's own does (trl carries it)."""

import random
from functools import cache
from pathlib import Path

import pytest
import trl
from transformers.utils.chat_template_utils import render_jinja_template

from utils.paths import CHAT_TEMPLATE

pytestmark = pytest.mark.unit

QWEN3 = Path(trl.__file__).parent / "chat_templates" / "qwen3.jinja"
GENERATED = 300

WEATHER = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": 'Wetter für eine Stadt, 天气 & "l\'été" <b>',
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string", "enum": ["Köln", "北京"]}},
            "required": ["city"],
        },
    },
}
ADD = {
    "type": "function",
    "function": {"name": "add", "parameters": {"type": "object", "properties": {}}},
}
RESULT = "<tool_response>\n{'total': 89}\n</tool_response>"


def said(role: str, content: str | None, **more) -> dict:
    return {"role": role, "content": content, **more}


def called(name: str, arguments, *, wrapped: bool = True) -> dict:
    call = {"name": name, "arguments": arguments}
    return {"type": "function", "function": call} if wrapped else call


SYSTEM = said("system", "Answer with the number only.")
ASK = said("user", "What is 12 + 7?")
ANSWER = said("assistant", "The sum is 19.")
INLINE = said("assistant", "<think>\n12 + 7 = 19\n</think>\n\nThe sum is 19.")
APART = said("assistant", "The sum is 19.", reasoning_content="12 + 7 = 19")
MORE = said("user", "Now add 70.")
CALL = said("assistant", "", tool_calls=[called("add", {"numbers": [19, 70]})])
TOOL = said("tool", '{"total": 89}')

CONVERSATIONS = {
    "one question": [ASK],
    "system and question": [SYSTEM, ASK],
    "empty system": [said("system", ""), ASK],
    "system alone": [SYSTEM],
    "two turns": [ASK, ANSWER, MORE],
    "system and two turns": [SYSTEM, ASK, ANSWER, MORE],
    "ends with an answer": [ASK, ANSWER],
    "system in the middle": [ASK, ANSWER, SYSTEM, MORE],
    "system twice": [SYSTEM, SYSTEM, ASK],
    "two questions in a row": [ASK, MORE],
    "two answers in a row": [ASK, ANSWER, ANSWER],
    "starts with an answer": [ANSWER, ASK],
    "nobody asked": [ANSWER],
    "inline thought in history": [ASK, INLINE, MORE],
    "inline thought in the last turn": [ASK, INLINE],
    "inline thought in both": [ASK, INLINE, MORE, INLINE],
    "thought apart in history": [ASK, APART, MORE],
    "thought apart in the last turn": [ASK, APART],
    "thought apart in both": [ASK, APART, MORE, APART],
    "thoughts before and after a tool": [ASK, APART, TOOL, APART],
    "answer without thought, then one with": [ASK, ANSWER, APART],
    "thought kept before a later answer": [ASK, APART, ANSWER],
    "thought twice, apart and inline": [ASK, INLINE | {"reasoning_content": "19"}],
    "empty thought apart": [ASK, ANSWER | {"reasoning_content": ""}],
    "empty thought apart over inline": [ASK, INLINE | {"reasoning_content": ""}],
    "thought with line ends around": [ASK, APART | {"reasoning_content": "\n\na\n"}],
    "answer with line ends before": [ASK, said("assistant", "\n\nThe sum is 19.")],
    "closing tag only": [ASK, said("assistant", "12 + 7\n</think>\n\n19")],
    "opening tag only": [ASK, said("assistant", "<think>\n12 + 7")],
    "two closing tags": [ASK, said("assistant", "<think>a</think>b</think>\nc")],
    "two thoughts": [ASK, said("assistant", "<think>a</think>b<think>c</think>d")],
    "tags in a question": [said("user", "<think>\nno\n</think>\n\nyes"), INLINE],
    "empty question": [said("user", ""), ANSWER],
    "empty answer": [ASK, said("assistant", ""), MORE],
    "empty last answer": [ASK, said("assistant", "")],
    "no content": [ASK, said("assistant", None), MORE],
    "no content anywhere": [said("user", None), said("assistant", None)],
    "content in parts": [said("user", [{"type": "text", "text": "Hi"}]), ANSWER],
    "call, result, answer": [ASK, CALL, TOOL, ANSWER],
    "call waits": [ASK, CALL],
    "call without content": [ASK, CALL | {"content": None}, TOOL],
    "call with content": [ASK, CALL | {"content": "Let me see."}, TOOL, APART],
    "call with thought": [ASK, CALL | {"reasoning_content": "A tool."}, TOOL, APART],
    "call with inline thought": [ASK, INLINE | {"tool_calls": CALL["tool_calls"]}],
    "call after thought alone": [
        ASK,
        CALL | {"content": "<think>\nA tool.\n</think>\n\n"},
        TOOL,
    ],
    "arguments as a string": [
        ASK,
        said("assistant", "", tool_calls=[called("add", '{"numbers": [1,2]}')]),
        TOOL,
    ],
    "arguments in unicode": [
        ASK,
        said("assistant", "", tool_calls=[called("get_weather", {"city": "北京 & é"})]),
        TOOL,
    ],
    "call without function": [
        ASK,
        said("assistant", "", tool_calls=[called("add", {}, wrapped=False)]),
    ],
    "two calls": [
        ASK,
        said("assistant", "", tool_calls=[called("add", {}), called("b", {"x": None})]),
    ],
    "two calls with content": [
        ASK,
        said("assistant", "Both.", tool_calls=[called("add", "{}"), called("b", {})]),
        TOOL,
        TOOL,
    ],
    "no calls in the list": [ASK, ANSWER | {"tool_calls": []}, MORE],
    "three results in a row": [ASK, CALL, TOOL, TOOL, TOOL, ANSWER],
    "results in two turns": [ASK, CALL, TOOL, CALL, TOOL, APART, MORE],
    "result first": [TOOL, ANSWER],
    "result without content": [ASK, CALL, said("tool", None), ANSWER],
    "result from a user": [ASK, APART, said("user", RESULT), APART],
    "result from a user, text after": [ASK, APART, said("user", RESULT + " ok"), APART],
    "only results from a user": [said("user", RESULT), APART],
    "control tokens in a question": [said("user", "<|im_end|>\n<|im_start|>system")],
}
SETTINGS = {
    "plain": {},
    "no thinking": {"enable_thinking": False},
    "thinking": {"enable_thinking": True},
    "training": {"add_generation_prompt": False},
    "tools": {"tools": [WEATHER, ADD]},
    "tools, no thinking": {"tools": [ADD], "enable_thinking": False},
    "no tools in the list": {"tools": []},
}


@cache
def source(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def rendered(template: Path, messages: list[dict], **settings) -> str:
    """The text that transformers makes with a template."""
    given = {"add_generation_prompt": True} | settings
    texts, _ = render_jinja_template(
        [messages], chat_template=source(template), **given
    )
    return texts[0]


@pytest.mark.parametrize("settings", SETTINGS.values(), ids=SETTINGS)
@pytest.mark.parametrize("messages", CONVERSATIONS.values(), ids=CONVERSATIONS)
def test_renders_what_qwen3_renders(messages, settings):
    ours = rendered(CHAT_TEMPLATE, messages, **settings)
    assert ours == rendered(QWEN3, messages, **settings)


@pytest.mark.parametrize("seed", range(GENERATED))
def test_renders_what_qwen3_renders_for_any_conversation(seed):
    rng = random.Random(seed)
    messages = [_message(rng) for _ in range(rng.randint(1, 9))]
    if rng.random() < 0.4:
        messages.insert(0, said("system", _text(rng)))
    elif messages[0]["role"] == "system" and messages[0]["content"] is None:
        messages[0]["content"] = ""  # Qwen3's own fails on a first system of None
    settings = dict(rng.choice(list(SETTINGS.values())))
    ours = rendered(CHAT_TEMPLATE, messages, **settings)
    assert ours == rendered(QWEN3, messages, **settings)


def test_the_template_is_our_own_text():
    assert source(CHAT_TEMPLATE) != source(QWEN3)


def _text(rng: random.Random) -> str:
    pieces = (
        "What is 12 + 7?",
        "你好",
        "\n",
        "\n\n",
        " ",
        "<think>",
        "</think>",
        "<think>\n12 + 7 = 19\n</think>\n\n",
        "<tool_response>",
        "</tool_response>",
        "<|im_end|>",
        "{'a': 1}",
        "é & <b>",
    )
    return "".join(rng.choices(pieces, k=rng.choice((0, 1, 1, 2, 3, 5))))


def _message(rng: random.Random) -> dict:
    role = rng.choices(("user", "assistant", "tool", "system"), (4, 6, 3, 1))[0]
    content = None if rng.random() < 0.1 else _text(rng)
    if role == "user" and rng.random() < 0.25:
        content = RESULT
    message = said(role, content)
    if role != "assistant":
        return message
    if rng.random() < 0.4:
        message["reasoning_content"] = rng.choice((None, "", _text(rng)))
    if rng.random() < 0.4:
        message["tool_calls"] = [_call(rng) for _ in range(rng.randint(0, 3))]
    return message


def _call(rng: random.Random) -> dict:
    arguments = rng.choice(({}, {"city": _text(rng)}, {"n": [1, 2.5, None]}, '{"a":1}'))
    return called(rng.choice(("add", "天气")), arguments, wrapped=rng.random() < 0.7)
