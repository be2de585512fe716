"""The audio template renders byte for byte what Qwen2-Audio's own does."""

import pytest
from tiny_audio import tiny_processor
from transformers.utils.chat_template_utils import render_jinja_template

from utils.paths import AUDIO_TEMPLATE
from utils.tasks.base import assistant, system, user

pytestmark = pytest.mark.unit

SOUND = {"type": "audio", "audio": "a.wav"}
TEXT = {"type": "text", "text": "How many beeps?"}
CONVERSATIONS = {
    "text": [user("Hi")],
    "sound and text": [{"role": "user", "content": [SOUND, TEXT]}],
    "text, sound, text": [{"role": "user", "content": [TEXT, SOUND, TEXT]}],
    "two sounds": [{"role": "user", "content": [SOUND, SOUND, TEXT]}],
    "sound by address": [
        {"role": "user", "content": [{"type": "audio", "audio_url": "a"}, TEXT]}
    ],
    "sound alone": [{"role": "user", "content": [{"type": "audio"}]}],
    "system": [system("Be brief."), {"role": "user", "content": [SOUND]}],
    "system alone": [system("Be brief.")],
    "turns": [
        {"role": "user", "content": [SOUND, TEXT]},
        assistant("I hear 3 beeps."),
        user("And the pitch?"),
    ],
    "a sound in each turn": [
        {"role": "user", "content": [SOUND, TEXT]},
        {"role": "assistant", "content": [TEXT]},
        {"role": "user", "content": [SOUND, TEXT]},
    ],
}


def rendered(name: str, template: str, **settings: bool) -> str:
    [text], _ = render_jinja_template(
        [CONVERSATIONS[name]], chat_template=template, **settings
    )
    return text


@pytest.mark.parametrize("prompt", [True, False])
@pytest.mark.parametrize("name", CONVERSATIONS)
def test_our_template_renders_what_qwen2_audio_s_does(name, prompt):
    ours = AUDIO_TEMPLATE.read_text(encoding="utf-8")
    theirs = tiny_processor().default_chat_template
    assert rendered(name, ours, add_generation_prompt=prompt) == rendered(
        name, theirs, add_generation_prompt=prompt
    )


def test_sounds_are_numbered_and_a_system_message_is_there():
    ours = AUDIO_TEMPLATE.read_text(encoding="utf-8")
    assert rendered("two sounds", ours, add_generation_prompt=True) == (
        "<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n"
        "<|im_start|>user\n"
        "Audio 1: <|audio_bos|><|AUDIO|><|audio_eos|>\n"
        "Audio 2: <|audio_bos|><|AUDIO|><|audio_eos|>\n"
        "How many beeps?<|im_end|>\n"
        "<|im_start|>assistant\n"
    )
