"""Loading by role, name and folder, and what is said when it cannot be done."""

import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hub_server import HubServer, in_own_process
from tiny_model import save_tiny_model

from utils import env, locate, models, paths, profiles
from utils.errors import (
    DamagedFileError,
    MemorySpaceError,
    ModelError,
    NotInstalledError,
    UnknownModelError,
)

pytestmark = pytest.mark.unit

REAL_NAME = "Qwen/Qwen3-0.6B"


@pytest.fixture(scope="module")
def tiny(tmp_path_factory) -> Path:
    return save_tiny_model(tmp_path_factory.mktemp("tiny"))


@pytest.fixture(autouse=True)
def _clean(monkeypatch):
    """Every test starts with nothing loaded and nothing set."""
    for name in ("QWEN_PROFILE", "QWEN_MODELS_DIR", "QWEN_SOURCE"):
        monkeypatch.delenv(name, raising=False)
    locate._verified_pocket.cache_clear()
    yield
    locate._verified_pocket.cache_clear()
    models.unload()


@pytest.fixture
def pocket(tiny, tmp_path, monkeypatch) -> Path:
    """A repository whose one pocket model is the tiny one; the model's folder."""
    folder = tmp_path / "models" / "pocket-chat"
    shutil.copytree(tiny, folder)
    files = [p for p in folder.iterdir() if p.is_file()]
    hashes = {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in files}
    (folder / "expected.json").write_text(json.dumps({"sha256": hashes}))
    monkeypatch.setattr(paths, "MODELS", folder.parent)
    return folder


def test_a_role_gives_a_model_ready_to_generate(pocket):
    import torch

    model, tokenizer = models.load("chat")
    assert not model.training
    assert model.dtype == torch.float32
    assert tokenizer.padding_side == "left"
    inputs = tokenizer(["12", "12 + 7 + 30"], padding=True, return_tensors="pt")
    assert inputs["attention_mask"][0, 0] == 0, "the short row is padded on the left"
    out = model.generate(**inputs, max_new_tokens=3, do_sample=False)
    assert out.shape[0] == 2


def test_the_second_load_is_the_same_object(pocket):
    first, again = models.load("chat"), models.load("pocket-chat")
    assert again[0] is first[0]
    assert again[1] is first[1]
    models.unload()
    assert models.load("chat")[0] is not first[0]


def test_dtype_is_part_of_what_is_asked(pocket):
    import torch

    assert models.load("chat", dtype=torch.bfloat16)[0].dtype == torch.bfloat16
    assert models.load("chat")[0].dtype == torch.float32


def test_plain_transformers_takes_what_locate_gives(pocket):
    from transformers import AutoModelForCausalLM

    folder = models.locate("chat")
    assert folder == str(pocket) == models.locate("pocket-chat")
    assert AutoModelForCausalLM.from_pretrained(folder).config.model_type == "qwen3"


def test_a_folder_needs_no_profile(tiny):
    model, _ = models.load(str(tiny))
    assert model.config.model_type == "qwen3"


@pytest.mark.parametrize("file", ["model.safetensors", "tokenizer.json"])
def test_a_changed_pocket_model_is_refused(pocket, file):
    content = bytearray((pocket / file).read_bytes())
    content[len(content) // 2] ^= 1
    (pocket / file).write_bytes(content)
    with pytest.raises(DamagedFileError, match=f"changed {file}.*git checkout"):
        models.load("chat")


def test_a_pocket_model_without_a_file_is_refused(pocket):
    (pocket / "tokenizer.json").unlink()
    with pytest.raises(DamagedFileError, match=r"lacks its file tokenizer\.json"):
        models.locate("chat")


def test_a_pocket_model_that_is_not_there(pocket):
    shutil.rmtree(pocket)
    with pytest.raises(DamagedFileError, match="has no pocket-chat"):
        models.locate("chat")


def test_an_unknown_name_lists_what_there_is(pocket):
    with pytest.raises(UnknownModelError) as caught:
        models.load("pocket-cat")
    assert "chat" in str(caught.value)
    assert "pocket-chat" in str(caught.value)


def test_a_folder_without_safetensors_is_refused(tiny, tmp_path):
    shutil.copytree(tiny, tmp_path / "bad", dirs_exist_ok=True)
    (tmp_path / "bad" / "model.safetensors").rename(tmp_path / "bad" / "model.bin")
    with pytest.raises(DamagedFileError, match="safetensors"):
        models.load(str(tmp_path / "bad"))


def test_cut_weights_in_a_folder_are_refused(tiny, tmp_path):
    shutil.copytree(tiny, tmp_path / "cut")
    weights = tmp_path / "cut" / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1000])
    with pytest.raises(DamagedFileError, match="cannot be read"):
        models.load(str(tmp_path / "cut"))


def test_code_in_a_checkpoint_is_not_run(tiny, tmp_path):
    folder = shutil.copytree(tiny, tmp_path / "own")
    (folder / "modeling_own.py").write_text("raise SystemExit('this code was run')")
    config = json.loads((folder / "config.json").read_text())
    config["auto_map"] = {"AutoModelForCausalLM": "modeling_own.Model"}
    (folder / "config.json").write_text(json.dumps(config))
    assert type(models.load(str(folder))[0]).__name__ == "Qwen3ForCausalLM"


def test_a_gpu_profile_without_a_gpu_says_so(monkeypatch):
    monkeypatch.setattr(env, "best_device", lambda: "cpu")
    with pytest.raises(NotInstalledError, match="QWEN_PROFILE=pocket or laptop"):
        models.load("chat", profile="gpu80")


def test_weights_beyond_the_memory_are_refused_before_loading(tiny, monkeypatch):
    monkeypatch.setattr(env, "memory", lambda: (2**20, 2**18))
    with pytest.raises(MemorySpaceError, match="take a smaller model"):
        models.load(str(tiny))


def test_loading_in_half_precision_on_request(tiny):
    import torch

    model, tokenizer = models.load(str(tiny), dtype=torch.float16)
    inputs = tokenizer("12 + 7", return_tensors="pt")
    out = model.generate(**inputs, max_new_tokens=2, do_sample=False)
    assert out.shape[1] > inputs["input_ids"].shape[1]


def test_four_bits_on_request_of_the_profile(tiny, tmp_path, monkeypatch):
    """The T4's coder is a 4-bit one; without bitsandbytes a sentence says so."""
    name = profiles.checkpoint("coder", "t4").name
    shutil.copytree(tiny, tmp_path / name)
    monkeypatch.setenv("QWEN_MODELS_DIR", str(tmp_path))
    with monkeypatch.context() as without:
        without.setitem(sys.modules, "bitsandbytes", None)
        with pytest.raises(NotInstalledError, match="pip install bitsandbytes"):
            models.load("coder", profile="t4", device="cpu")
    model, _ = models.load("coder", profile="t4", device="cpu")
    assert type(model.model.layers[0].mlp.up_proj).__name__ == "Linear4bit"


def test_nothing_is_printed_while_loading(tiny):
    code = f"from utils import models; models.load({str(tiny)!r})"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (run.stdout, run.stderr) == ("", "")


def test_a_model_too_large_for_the_memory_is_not_downloaded(tiny, tmp_path):
    code = f"""
from utils import errors, models
try:
    models.load({REAL_NAME!r})
except errors.MemorySpaceError as error:
    print(error)
"""
    with HubServer() as hub:
        hub.serve(REAL_NAME, tiny).fault("model.safetensors").listed_size = 10**13
        said = in_own_process(code, hub, tmp_path)
        assert hub.content_requests() == []
    assert "take a smaller model" in said


def test_every_error_is_a_model_error():
    from utils import errors

    found = [e for e in vars(errors).values() if isinstance(e, type)]
    assert len(found) > 5
    assert all(issubclass(e, ModelError) and e.__doc__ for e in found)
