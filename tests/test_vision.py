"""Pictures: the processor's inputs, training batches, loading, replies."""

import random
from pathlib import Path

import pytest
import torch
from PIL import Image
from tiny_vision import tiny_model, tiny_processor, tiny_recipe
from transformers.utils import is_torchvision_available

from utils import models, profiles, vision
from utils.kinds import vision as kind
from utils.losses import IGNORE, reply_loss
from utils.tasks import TASKS, draw
from utils.tasks.base import assistant, user
from utils.tasks.pictures import look
from utils.train import train

pytestmark = pytest.mark.unit

PAD = "<|image_pad|>"


def picture(width: int, height: int, seed: int = 1) -> Image.Image:
    """Noise, so that any change of a pixel shows."""
    pixels = random.Random(seed).randbytes(width * height * 3)
    return Image.frombytes("RGB", (width, height), pixels)


def asked(width: int, height: int, text: str = "What is this?") -> list[dict]:
    return [look(picture(width, height), text)]


def same(one, other) -> bool:
    return set(one) == set(other) and all(torch.equal(one[k], other[k]) for k in one)


# --- the processor ----------------------------------------------------------------


@pytest.mark.parametrize("size", [(128, 128), (192, 160), (200, 90), (40, 300)])
def test_inputs_are_the_parts_put_together_by_hand(size):
    """The template's one image token, repeated for every 2 x 2 patches of the grid."""
    processor = tiny_processor()
    image = picture(*size)
    inputs = vision.encode(processor, [[look(image, "Which bar?")]])
    parts = processor.image_processor(image, return_tensors="pt")
    count = int(parts["image_grid_thw"].prod()) // 4
    prompt = (
        f"<|im_start|>user\n<|vision_start|>{PAD * count}<|vision_end|>Which bar?"
        "<|im_end|>\n<|im_start|>assistant\n"
    )
    ids = processor.tokenizer(prompt, return_tensors="pt")["input_ids"]
    assert torch.equal(inputs["input_ids"], ids)
    assert torch.equal(inputs["pixel_values"], parts["pixel_values"])
    assert torch.equal(inputs["image_grid_thw"], parts["image_grid_thw"])
    pad = processor.tokenizer.convert_tokens_to_ids(PAD)
    assert torch.equal(inputs["mm_token_type_ids"], (ids == pad).long())


def test_resolution_is_dynamic():
    """More pixels are more tokens, in the picture's own proportions."""
    inputs = vision.encode(tiny_processor(), [asked(128, 128), asked(192, 160)])
    assert inputs["image_grid_thw"].tolist() == [[1, 8, 8], [1, 10, 12]]
    assert inputs["mm_token_type_ids"].sum(1).tolist() == [16, 30]
    assert inputs["pixel_values"].shape == (64 + 120, 3 * 2 * 16 * 16)
    assert inputs["attention_mask"][0, 0] == 0, "the short row is padded on the left"


def test_a_large_picture_is_made_smaller():
    inputs = vision.encode(tiny_processor(), [asked(3000, 1500)])
    _, height, width = inputs["image_grid_thw"][0].tolist()
    assert height * width * 256 <= kind.LARGEST
    assert width / height == pytest.approx(2, abs=0.15)


def test_the_processor_is_the_same_after_saving(tmp_path):
    processor = tiny_processor()
    processor.save_pretrained(tmp_path)
    again = vision.load_processor(tmp_path)
    questions = [asked(128, 160, "Which bar?"), asked(192, 128)]
    ours, theirs = (vision.encode(p, questions).data for p in (processor, again))
    pixels = [inputs.pop("pixel_values") for inputs in (ours, theirs)]
    assert same(ours, theirs)
    torch.testing.assert_close(*pixels, atol=1e-5, rtol=0)
    assert again.chat_template == processor.chat_template


@pytest.mark.skipif(not is_torchvision_available(), reason="no torchvision here")
def test_where_torchvision_is_the_combined_processor_is_used(tmp_path):
    """Its inputs are those above; a resampled picture differs by less than a level."""
    from transformers import Qwen3VLProcessor

    processor = tiny_processor()
    processor.save_pretrained(tmp_path)
    combined = vision.load_processor(tmp_path)
    assert type(combined) is Qwen3VLProcessor
    questions = [asked(150, 100)]
    ours, theirs = (vision.encode(p, questions).data for p in (processor, combined))
    pixels = [inputs.pop("pixel_values") for inputs in (ours, theirs)]
    assert same(ours, theirs)
    assert (pixels[0] - pixels[1]).abs().mean() < 1 / 127.5


def test_control_tokens_in_a_question_are_text():
    processor = tiny_processor()
    typed = f"<|im_end|>{PAD}<|vision_start|>"
    inputs = vision.encode(processor, [asked(128, 128, typed)])
    [ids] = inputs["input_ids"].tolist()
    tokenizer = processor.tokenizer
    for token, count in (("<|im_end|>", 1), (PAD, 16), ("<|vision_start|>", 1)):
        assert ids.count(tokenizer.convert_tokens_to_ids(token)) == count
    assert typed in tokenizer.decode(ids)


# --- training ---------------------------------------------------------------------


def test_a_batch_depends_on_seed_and_step_alone():
    recipe, processor = tiny_recipe(), tiny_processor()
    first, other = (kind.batch(recipe, processor, step) for step in (3, 4))
    assert same(kind.batch(recipe, processor, 3).data, first.data)
    assert not same(first.data, other.data)


def test_labels_are_the_replies_and_their_end_tokens():
    tokenizer = tiny_processor().tokenizer
    lengths = set()
    for step in range(8):
        batch = kind.batch(tiny_recipe(), tiny_processor(), step)
        for ids, labels in zip(batch["input_ids"], batch["labels"], strict=True):
            learned = labels != IGNORE
            assert torch.equal(ids[learned], labels[learned])
            prompts = tokenizer.decode(ids[~learned])
            replies = tokenizer.decode(ids[learned]).split("<|im_end|>")[:-1]
            assert prompts.count("<|im_start|>assistant\n") == len(replies)
            assert prompts.count("<|vision_start|>") == 1
            for reply in replies:
                assert reply.startswith(("Bar ", "I count ")), reply
            lengths.add(len(replies))
    assert len(lengths) > 1, "questions alone and several about one picture"


def test_pictures_as_drawn_need_no_resampling():
    """What training leaves out would change nothing."""
    images = tiny_processor().image_processor
    for name in ("charts-value", "shapes-count"):
        drawn = [e.messages[0]["content"][0]["image"] for e in draw(TASKS[name], 30, 1)]
        whole = images(drawn, return_tensors="pt")
        assert same(
            whole.data, images(drawn, return_tensors="pt", **kind.AS_DRAWN).data
        )


def test_patches_by_matrix_are_patches_by_convolution():
    embed = tiny_model().model.visual.patch_embed
    patches = torch.randn(7, 3 * 2 * 16 * 16)
    torch.testing.assert_close(
        embed(patches), type(embed).forward(embed, patches), atol=1e-4, rtol=1e-4
    )


def test_padding_on_the_right_changes_no_loss():
    """Training leaves the attention mask out."""
    recipe, processor, model = tiny_recipe(), tiny_processor(), tiny_model()
    batch = kind.batch(recipe, processor, 1)
    assert (batch["input_ids"] == processor.tokenizer.pad_token_id).any()
    masked = dict(batch) | {
        "attention_mask": (
            batch["input_ids"] != processor.tokenizer.pad_token_id
        ).long()
    }
    replies = {key: value for key, value in batch.items() if key != "words"}
    del masked["words"]
    torch.testing.assert_close(model(**masked).loss, reply_loss(model, replies))


def test_the_loss_falls_and_the_model_loads_again(tmp_path):
    from course.train import export

    processor, model = kind.prepare(tiny_recipe())
    losses = [s.loss for s in train(model, processor, tiny_recipe(), tmp_path / "run")]
    assert sum(losses[-4:]) < 0.75 * sum(losses[:4])
    export(model, processor, tmp_path / "model")
    again, loaded = kind.load(tmp_path / "model")
    example = draw(TASKS["charts-tallest"], 1, 1)[0]
    inputs = vision.encode(again, [example.messages])
    with torch.no_grad():
        ours, theirs = model.float().eval()(**inputs), loaded(**inputs)
    # Trained with plain attention, loaded with the fused one: equal but for rounding.
    torch.testing.assert_close(ours.logits, theirs.logits, atol=1e-2, rtol=1e-2)


# --- loading ----------------------------------------------------------------------


@pytest.fixture
def stand_in(tmp_path, monkeypatch) -> Path:
    """The tiny model's folder, under the name of the laptop profile's vision model."""
    from course.train import export

    folder = tmp_path / profiles.checkpoint("vision", "laptop").name
    export(tiny_model(), tiny_processor(), folder)
    monkeypatch.setenv("QWEN_MODELS_DIR", str(tmp_path))
    yield folder
    models.unload()


def test_the_vision_role_gives_model_and_processor(stand_in):
    model, processor = models.load("vision", "laptop", dtype=torch.float32)
    assert type(model).__name__ == "Qwen3VLForConditionalGeneration"
    assert model.dtype == torch.float32
    inputs = processor.apply_chat_template(
        asked(128, 128),
        tokenize=True,
        return_dict=True,
        return_tensors="pt",
        add_generation_prompt=True,
    )
    output = model.generate(**inputs, max_new_tokens=3)
    assert output.shape[1] > inputs["input_ids"].shape[1]
    reply = vision.chat(model, processor, asked(128, 128), max_new_tokens=3)
    assert reply.tokens <= 3


# --- replies ----------------------------------------------------------------------


def test_a_batch_answers_as_each_alone():
    model, processor = tiny_model(), tiny_processor()
    with torch.no_grad():  # else a random model writes one token over and over
        for parameter in model.parameters():
            if parameter.dim() >= 2:
                parameter.mul_(3)
    questions = [asked(128, 128, "Hi"), asked(192, 160, "Which bar is the tallest?")]
    options = {"max_new_tokens": 8, "do_sample": False}
    together = vision.chat_batch(model, processor, questions, **options)
    alone = [vision.chat(model, processor, one, **options) for one in questions]
    assert together == alone
    assert together[0].text != together[1].text


def test_too_much_to_read_is_refused():
    many = [look(picture(500, 500), "Hi"), assistant("Hi")] * 2
    with pytest.raises(ValueError, match="make the pictures smaller"):
        vision.chat(tiny_model(), tiny_processor(), [*many, user("Hi")])
