"""Predicted memory against published counts and against what torch really holds."""

from pathlib import Path

import pytest
from tiny_model import save_tiny_model

from utils import memory, models

pytestmark = pytest.mark.unit

CONFIGS = Path(__file__).with_name("data") / "configs"

# Total, active for one text token, outside embedding and head. The files in
# data/configs are the published config.json of these repositories.
PUBLISHED = {
    "Qwen3-0.6B": (596_049_920, 596_049_920, 440_467_456),
    "Qwen3-1.7B": (1_720_574_976, 1_720_574_976, 1_409_410_048),
    "Qwen3-8B": (8_190_735_360, 8_190_735_360, 6_946_075_648),
    "Qwen3-32B": (32_762_123_264, 32_762_123_264, 31_206_298_624),
    "Qwen3-30B-A3B": (30_532_122_624, 3_353_032_704, 29_909_792_768),
    "Qwen3-235B-A22B": (235_093_634_560, 22_190_763_520, 233_848_974_848),
    "Qwen3-VL-8B-Instruct": (8_767_123_696, 8_190_735_360, 7_522_463_984),
    "Qwen3.5-35B-A3B": (35_107_181_936, 3_454_988_928, 34_090_063_216),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return save_tiny_model(tmp_path_factory.mktemp("tiny"))


@pytest.mark.parametrize("name", PUBLISHED)
def test_counts_are_the_published_ones(name):
    counted = memory.count_parameters(CONFIGS / f"{name}.json")
    assert (
        counted.total,
        counted.active,
        counted.without_embedding,
    ) == PUBLISHED[name]
    assert "other" not in counted.parts


def test_parts_of_a_small_model():
    parts = memory.count_parameters(CONFIGS / "Qwen3-0.6B.json").parts
    assert parts["embedding"] == 151_936 * 1024
    assert parts["mlp"] == 28 * 3 * 1024 * 3072
    assert "lm_head" not in parts, "the head is tied to the embedding"


def test_an_unknown_architecture_is_named(tmp_path):
    text = (CONFIGS / "Qwen3-0.6B.json").read_text()
    changed = tmp_path / "config.json"
    changed.write_text(text.replace("Qwen3ForCausalLM", "Qwen9ForCausalLM"))
    with pytest.raises(ValueError, match="Qwen9ForCausalLM"):
        memory.count_parameters(changed)


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_weights_take_what_was_predicted(folder, dtype):
    import torch

    model, _ = models.load(str(folder), dtype=getattr(torch, dtype))
    predicted = memory.weight_bytes(memory.count_parameters(folder), dtype)
    assert predicted == memory.model_bytes(model)


def test_four_bits_leave_embedding_and_experts_alone():
    dense = memory.count_parameters(CONFIGS / "Qwen3-8B.json")
    plain = memory.weight_bytes(dense, "bfloat16")
    small = memory.weight_bytes(dense, "bfloat16", "nf4")
    kept = 2 * dense.parts["embedding"] + 2 * dense.parts["lm_head"]
    assert kept < small < plain / 2
    moe = memory.count_parameters(CONFIGS / "Qwen3-30B-A3B.json")
    assert memory.weight_bytes(moe, "bfloat16", "nf4") > 2 * moe.parts["experts"]


def test_four_bit_weights_take_what_was_predicted(folder):
    import torch
    from transformers import AutoModelForCausalLM, BitsAndBytesConfig

    four_bit = BitsAndBytesConfig(
        load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_use_double_quant=True
    )
    model = AutoModelForCausalLM.from_pretrained(
        folder, dtype=torch.float16, quantization_config=four_bit, device_map="cpu"
    )
    parameters = memory.count_parameters(folder)
    predicted = memory.weight_bytes(parameters, "float16", "nf4")
    assert memory.model_bytes(model) == pytest.approx(predicted, rel=0.01)


@pytest.mark.parametrize("batch", [1, 3])
def test_kv_cache_holds_what_was_predicted(folder, batch):
    import torch
    from transformers import DynamicCache

    model, tokenizer = models.load(str(folder))
    prompt = tokenizer(["What is 12 + 7?"] * batch, return_tensors="pt")
    cache = DynamicCache(config=model.config)
    out = model.generate(
        **prompt,
        past_key_values=cache,
        max_new_tokens=9,
        min_new_tokens=9,
        do_sample=False,
    )
    length = out.shape[1] - 1  # the last token's keys and values were never needed
    predicted = memory.kv_cache_bytes(model.config, length, batch, "float32")
    assert model.dtype == torch.float32
    assert memory.cache_bytes(cache) == predicted


@pytest.mark.parametrize(
    ("name", "per_token"),
    [
        ("Qwen3-0.6B", 28 * 2 * 8 * 128 * 2),
        ("Qwen3-32B", 64 * 2 * 8 * 128 * 2),
        ("Qwen3-VL-8B-Instruct", 36 * 2 * 8 * 128 * 2),
        ("Qwen3.5-35B-A3B", 10 * 2 * 2 * 256 * 2),  # 30 of 40 layers keep a state
    ],
)
def test_kv_bytes_per_token(name, per_token):
    assert memory.kv_bytes_per_token(CONFIGS / f"{name}.json") == per_token


def test_predict_adds_weights_and_cache():
    config = CONFIGS / "Qwen3-8B.json"
    got = memory.predict(config, length=32_768, batch=2)
    assert got.weights == 2 * PUBLISHED["Qwen3-8B"][0]
    assert got.kv_cache == 2 * 32_768 * memory.kv_bytes_per_token(config)
    assert "(+0%)" in got.against(got.total)


def test_peak_sees_memory_that_is_freed_again():
    import torch

    with memory.measure_peak() as peak:
        block = torch.ones(100 * 2**20 // 4)
        total = block.sum()
        del block
    assert total > 0
    assert peak.growth * 1.05 >= 100 * 2**20
    assert peak.growth < 400 * 2**20


def test_gpu_peak_is_what_the_allocator_gave():
    import torch

    if not torch.cuda.is_available():
        pytest.skip("no GPU on this machine")
    with memory.measure_peak("cuda") as peak:
        block = torch.ones(2**20, device="cuda")
        del block
    assert peak.growth == 4 * 2**20
