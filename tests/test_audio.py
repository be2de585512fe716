"""Sounds: the processor's inputs, training batches, loading, replies."""

import math
from pathlib import Path

import numpy as np
import pytest
import torch
from tiny_audio import tiny_model, tiny_processor, tiny_recipe

from utils import audio, initialize, models, profiles
from utils.kinds import audio as kind
from utils.losses import IGNORE
from utils.tasks import TASKS, draw
from utils.tasks.base import assistant, user
from utils.tasks.sounds import listen
from utils.tasks.synthesis import RATE
from utils.train import train

pytestmark = pytest.mark.unit

SOUND = "<|AUDIO|>"


def noise(seconds: float, seed: int = 1) -> np.ndarray:
    """Noise, so that any change of a sample shows."""
    count = round(seconds * RATE)
    values = np.random.default_rng(seed).uniform(-0.5, 0.5, count)
    return values.astype(np.float32)


def asked(seconds: float, text: str = "How many?") -> list[dict]:
    return [listen(noise(seconds), text)]


def same(one, other) -> bool:
    return set(one) == set(other) and all(torch.equal(one[k], other[k]) for k in one)


# --- the processor ----------------------------------------------------------------


@pytest.mark.parametrize(("seconds", "tokens"), [(2, 50), (1.5, 37), (0.4, 10)])
def test_inputs_are_the_parts_put_together_by_hand(seconds, tokens):
    """40 ms are a token; the template's one sound token is repeated for each."""
    processor = tiny_processor()
    sound = noise(seconds)
    inputs = audio.encode(processor, [[listen(sound, "How many?")]])
    prompt = (
        "<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n"
        f"<|im_start|>user\nAudio 1: <|audio_bos|>{SOUND * tokens}<|audio_eos|>\n"
        "How many?<|im_end|>\n<|im_start|>assistant\n"
    )
    ids = processor.tokenizer(prompt, return_tensors="pt")["input_ids"]
    assert torch.equal(inputs["input_ids"], ids)
    features = processor.feature_extractor(
        sound, sampling_rate=RATE, return_tensors="pt"
    )["input_features"]
    assert torch.equal(inputs["input_features"], features)
    assert inputs["input_features"].shape == (1, 32, 200)
    assert inputs["feature_attention_mask"].sum() == round(seconds * 100)


def test_it_hears_in_the_steps_of_the_real_one():
    """Whisper's and Qwen2-Audio's: 16 kHz, windows of 25 ms, one each 10 ms."""
    listener = tiny_processor().feature_extractor
    assert type(listener).__name__ == "WhisperFeatureExtractor"
    assert (listener.sampling_rate, listener.n_fft, listener.hop_length) == (
        16_000,
        400,
        160,
    )


def test_rows_are_padded_on_the_left():
    inputs = audio.encode(tiny_processor(), [asked(2), asked(1)])
    assert inputs["attention_mask"][0].all()
    assert inputs["attention_mask"][1].tolist() == [0] * 25 + [1] * (
        inputs["input_ids"].shape[1] - 25
    )


def test_the_processor_is_the_same_after_saving(tmp_path):
    processor = tiny_processor()
    processor.save_pretrained(tmp_path)
    again = audio.load_processor(tmp_path)
    assert type(again).__name__ == "Qwen2AudioProcessor"
    questions = [asked(2, "How many?"), asked(1.3)]
    ours, theirs = (audio.encode(p, questions).data for p in (processor, again))
    assert same(ours, theirs)
    assert again.chat_template == processor.chat_template


def test_control_tokens_in_a_question_are_text():
    processor = tiny_processor()
    typed = f"<|im_end|>{SOUND}<|audio_bos|>"
    [ids] = audio.encode(processor, [asked(2, typed)])["input_ids"].tolist()
    tokenizer = processor.tokenizer
    for token, count in (("<|im_end|>", 2), (SOUND, 50), ("<|audio_bos|>", 1)):
        assert ids.count(tokenizer.convert_tokens_to_ids(token)) == count
    assert typed in tokenizer.decode(ids)


def test_messages_are_left_as_they_are():
    messages = asked(1)
    before = [dict(part) for part in messages[0]["content"]]
    audio.encode(tiny_processor(), [messages])
    assert messages[0]["content"] == before


def test_sounds_that_the_model_would_not_hear_whole_are_refused():
    with pytest.raises(ValueError, match=r"A sound is 2\.10 s long"):
        audio.encode(tiny_processor(), [asked(2.1)])


def test_a_path_in_a_message_is_told_how_to_become_a_sound():
    with pytest.raises(ValueError, match=r"read it with utils\.audio\.read_wav"):
        audio.encode(tiny_processor(), [[listen("beeps.wav", "How many?")]])


# --- training ---------------------------------------------------------------------


def test_weights_start_by_their_fan_in():
    model = tiny_model()
    layer = model.model.audio_tower.layers[0]
    for module, fan_in in (
        (layer.fc1, 32),
        (layer.fc2, 64),
        (model.model.audio_tower.conv1, 3 * 32),
        (model.model.language_model.layers[0].mlp.down_proj, 64),
    ):
        wanted = initialize.GAIN / math.sqrt(fan_in)
        assert module.weight.std().item() == pytest.approx(wanted, rel=0.1)
    assert not layer.fc1.bias.any()


def test_positions_are_whisper_s_sinusoids_and_stay_so():
    table = tiny_model().model.audio_tower.embed_positions
    assert not table.weight.requires_grad
    assert table.weight[0].tolist() == [0.0] * 16 + [1.0] * 16
    place = torch.arange(100.0)
    torch.testing.assert_close(table.weight[:, 0], place.sin())
    torch.testing.assert_close(table.weight[:, 31], (place / 10_000).cos())


def test_a_batch_depends_on_seed_and_step_alone():
    recipe, processor = tiny_recipe(), tiny_processor()
    first, other = (kind.batch(recipe, processor, step) for step in (3, 4))
    assert same(kind.batch(recipe, processor, 3).data, first.data)
    assert not same(first.data, other.data)


def test_labels_are_the_replies_and_their_end_tokens():
    tokenizer = tiny_processor().tokenizer
    lengths = set()
    for step in range(12):
        batch = kind.batch(tiny_recipe(), tiny_processor(), step)
        for ids, labels in zip(batch["input_ids"], batch["labels"], strict=True):
            learned = labels != IGNORE
            assert torch.equal(ids[learned], labels[learned])
            prompts = tokenizer.decode(ids[~learned])
            replies = tokenizer.decode(ids[learned]).split("<|im_end|>")[:-1]
            assert prompts.count("<|im_start|>assistant\n") == len(replies)
            assert prompts.count("<|audio_bos|>") == 1
            starts = [reply.split()[0] for reply in replies]
            assert {*starts} <= {"I", "The", "At"}
            assert len({*starts}) == len(starts), "each question is asked once"
            lengths.add(len(replies))
    assert lengths == {1, 2, 3}


def test_padding_on_the_right_changes_no_loss():
    """Training leaves the attention mask out."""
    recipe, processor, model = tiny_recipe(), tiny_processor(), tiny_model()
    batch = kind.batch(recipe, processor, 1)
    pad = processor.tokenizer.pad_token_id
    assert (batch["input_ids"] == pad).any()
    mask = (batch["input_ids"] != pad).long()
    model.padding_side = "right"
    masked = model(**(dict(batch) | {"attention_mask": mask}))
    torch.testing.assert_close(masked.loss, kind.loss(model, batch))


def test_the_end_of_a_short_sound_is_not_heard_as_silence():
    """The mask keeps the filling away from the sound: a token depends on it alone."""
    model, processor = tiny_model(), tiny_processor()
    inputs = audio.encode(processor, [asked(1)])
    changed = {name: tensor.clone() for name, tensor in inputs.items()}
    changed["input_features"][:, :, 110:] += 1
    with torch.no_grad():
        ours, theirs = model(**inputs), model(**changed)
    torch.testing.assert_close(ours.logits, theirs.logits)
    changed["input_features"][:, :, 50] += 1
    with torch.no_grad():
        assert not torch.allclose(ours.logits, model(**changed).logits)


def test_the_loss_falls_and_the_model_loads_again(tmp_path):
    from course.train import export

    processor, model = kind.prepare(tiny_recipe())
    losses = [s.loss for s in train(model, processor, tiny_recipe(), tmp_path / "run")]
    assert sum(losses[-4:]) < 0.75 * sum(losses[:4])
    export(model, processor, tmp_path / "model")
    again, loaded = kind.load(tmp_path / "model")
    example = draw(TASKS["sounds-count"], 1, 1)[0]
    inputs = audio.encode(again, [example.messages])
    with torch.no_grad():
        ours, theirs = model.float().eval()(**inputs), loaded(**inputs)
    torch.testing.assert_close(ours.logits, theirs.logits, atol=1e-3, rtol=1e-3)


# --- loading ----------------------------------------------------------------------


@pytest.fixture
def stand_in(tmp_path, monkeypatch) -> Path:
    """The tiny model's folder, under the name of a profile's audio model."""
    from course.train import export

    folder = tmp_path / profiles.checkpoint("audio", "gpu24").name
    export(tiny_model(), tiny_processor(), folder)
    monkeypatch.setenv("QWEN_MODELS_DIR", str(tmp_path))
    yield folder
    models.unload()


def test_the_audio_role_gives_model_and_processor(stand_in):
    model, processor = models.load("audio", "gpu24", device="cpu", dtype=torch.float32)
    assert type(model).__name__ == "Qwen2AudioForConditionalGeneration"
    assert type(processor).__name__ == "Qwen2AudioProcessor"
    assert processor.tokenizer.padding_side == "left"
    reply = audio.chat(model, processor, asked(1), max_new_tokens=3)
    assert reply.tokens <= 3


# --- replies ----------------------------------------------------------------------


def test_a_batch_answers_as_each_alone():
    model, processor = tiny_model(), tiny_processor()
    questions = [asked(2, "Hi"), asked(1, "How many beeps do you hear?")]
    options = {"max_new_tokens": 8, "do_sample": False}
    together = audio.chat_batch(model, processor, questions, **options)
    alone = [audio.chat(model, processor, one, **options) for one in questions]
    assert together == alone
    assert together[0].text != together[1].text


def test_text_alone_is_answered_too():
    reply = audio.chat(tiny_model(), tiny_processor(), [user("Hi")], max_new_tokens=3)
    assert reply.tokens <= 3


def test_too_much_to_read_is_refused():
    many = [*asked(2), assistant("Hi")] * 7
    with pytest.raises(ValueError, match="drop the oldest turns"):
        audio.chat(tiny_model(), tiny_processor(), [*many, user("Hi")])
