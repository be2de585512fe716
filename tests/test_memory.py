"""Predicted memory against published counts and against what torch really holds."""

import subprocess
import sys
from pathlib import Path

import pytest
from tiny_model import save_tiny_model

from course.facts import figure
from utils import memory, models
from utils.errors import UnknownModelError
from utils.paths import CONFIGS

pytestmark = pytest.mark.unit

# Total, active for one text token, outside embedding and head; counted from the
# published config.json of these repositories.
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
    assert got.total == got.weights + got.kv_cache + got.overhead
    assert "(+0%)" in got.against(got.total)


@pytest.mark.parametrize("read", [6144, 30_720])
def test_published_memory_is_weights_and_cache(read):
    """What the Qwen documentation measured with transformers on a GPU."""
    for name, mebibytes in figure(
        f"memory.qwen3.transformers.input_{read}"
    ).value.items():
        needs = memory.predict(f"Qwen/{name}", read + 2048, device="cuda")
        counted = needs.weights + needs.kv_cache
        assert counted == pytest.approx(mebibytes * 2**20, rel=0.02), name


def test_a_published_name_is_as_good_as_its_config():
    by_name = memory.predict("Qwen/Qwen3-8B", 4096)
    assert by_name == memory.predict(CONFIGS / "Qwen3-8B.json", 4096)
    described = memory.count_parameters("Qwen/Qwen2.5-VL-7B-Instruct")
    assert described.total == 8_292_166_656
    assert described.parts["vision"] == 676_550_144, "what the text part leaves"


def test_a_checkpoint_without_published_sizes_is_refused():
    with pytest.raises(UnknownModelError, match="not published in full"):
        memory.predict("Qwen/Qwen3-ASR-1.7B", 4096)


def test_overhead_follows_what_is_read_at_once():
    config = CONFIGS / "Qwen3-0.6B.json"
    whole = memory.predict(config, 8192).overhead
    little = memory.predict(config, 8192, prompt=64).overhead
    assert little < whole / 5
    assert memory.predict(config, 64, batch=8).overhead > whole / 20


@pytest.fixture(scope="module")
def hybrid():
    """A random model with three linear-attention layers and one of attention."""
    import torch
    from transformers import AutoConfig, AutoModelForCausalLM

    torch.manual_seed(0)
    config = AutoConfig.for_model(
        "qwen3_5_text",
        hidden_size=64,
        intermediate_size=128,
        num_hidden_layers=4,
        num_attention_heads=2,
        num_key_value_heads=1,
        head_dim=32,
        linear_num_key_heads=2,
        linear_num_value_heads=4,
        linear_key_head_dim=16,
        linear_value_head_dim=16,
        vocab_size=128,
    )
    return AutoModelForCausalLM.from_config(config, dtype=torch.bfloat16)


@pytest.mark.parametrize("new", [3, 9])
def test_the_state_of_a_hybrid_model_does_not_grow(hybrid, new):
    import torch
    from transformers import DynamicCache

    prompt = torch.ones(2, 5, dtype=torch.long)
    cache = DynamicCache(config=hybrid.config)
    hybrid.generate(
        prompt,
        attention_mask=torch.ones_like(prompt),
        past_key_values=cache,
        max_new_tokens=new,
        min_new_tokens=new,
        do_sample=False,
        pad_token_id=0,
    )
    length = 5 + new - 1
    state = memory.state_bytes(hybrid.config, batch=2)
    predicted = memory.kv_cache_bytes(hybrid.config, length, batch=2) + state
    assert memory.cache_bytes(cache) == predicted
    assert state > 0
    assert memory.state_bytes(CONFIGS / "Qwen3-8B.json") == 0


def test_peak_sees_memory_that_is_freed_again():
    """In a process of its own: here, what earlier tests left might be freed within."""
    code = """
import torch
from utils import memory
with memory.measure_peak() as peak:
    block = torch.ones(100 * 2**20 // 4)
    block.sum()
    del block
print(peak.growth, peak.seconds)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    growth, seconds = map(float, done.stdout.split())
    assert growth * 1.05 >= 100 * 2**20
    assert growth < 400 * 2**20
    assert seconds > 0


def test_gpu_peak_is_what_the_allocator_gave():
    import torch

    if not torch.cuda.is_available():
        pytest.skip("no GPU on this machine")
    with memory.measure_peak("cuda") as peak:
        block = torch.ones(2**20, device="cuda")
        del block
    assert peak.growth == 4 * 2**20
