"""The vision template renders byte for byte what Qwen3-VL's own does."""

from pathlib import Path

import pytest
import trl
from transformers.utils.chat_template_utils import render_jinja_template

from utils.paths import VISION_TEMPLATE
from utils.tasks.base import assistant, system, user

pytestmark = pytest.mark.unit

QWEN3_VL = Path(trl.__file__).parent / "chat_templates" / "qwen3_vl.jinja"

IMAGE = {"type": "image", "image": "a.png"}
VIDEO = {"type": "video", "video": "a.mp4"}
TEXT = {"type": "text", "text": "Which bar?"}
CALL = {"type": "function", "function": {"name": "add", "arguments": {"a": [1]}}}
TOOL = {"type": "function", "function": {"name": "add", "parameters": {}}}
CONVERSATIONS = {
    "text": [user("Hi")],
    "picture and text": [{"role": "user", "content": [IMAGE, TEXT]}],
    "text, picture, text": [{"role": "user", "content": [TEXT, IMAGE, TEXT]}],
    "two pictures": [{"role": "user", "content": [IMAGE, IMAGE, TEXT]}],
    "picture by address": [
        {"role": "user", "content": [{"type": "image_url", "image_url": "a"}]}
    ],
    "video": [{"role": "user", "content": [VIDEO, IMAGE, TEXT]}],
    "system": [system("Be brief."), {"role": "user", "content": [IMAGE]}],
    "system in parts": [{"role": "system", "content": [TEXT]}, user("Hi")],
    "system alone": [system("Be brief.")],
    "turns": [
        {"role": "user", "content": [IMAGE, TEXT]},
        assistant("Bar C."),
        user("And the shortest?"),
    ],
    "answer in parts": [user("Hi"), {"role": "assistant", "content": [TEXT, TEXT]}],
    "thought stays": [user("Hi"), assistant("<think>\na\n</think>\n\nb"), user("c")],
    "call": [user("1 + 1"), {"role": "assistant", "content": "", "tool_calls": [CALL]}],
    "calls with text": [
        user("1 + 1"),
        assistant("Both.") | {"tool_calls": [CALL, CALL["function"]]},
        {"role": "tool", "content": "2"},
        {"role": "tool", "content": [IMAGE, TEXT]},
        assistant("2"),
    ],
}
SETTINGS = {
    "plain": {},
    "training": {"add_generation_prompt": False},
    "numbered": {"add_vision_id": True},
    "tools": {"tools": [TOOL, TOOL]},
}


@pytest.mark.parametrize("settings", SETTINGS)
@pytest.mark.parametrize("name", CONVERSATIONS)
def test_our_template_renders_what_qwen3_vl_s_does(name, settings):
    given = {"add_generation_prompt": True} | SETTINGS[settings]

    def rendered(path: Path) -> str:
        source = path.read_text(encoding="utf-8")
        texts, _ = render_jinja_template(
            conversations=[CONVERSATIONS[name]], chat_template=source, **given
        )
        return texts[0]

    assert rendered(VISION_TEMPLATE) == rendered(QWEN3_VL)
