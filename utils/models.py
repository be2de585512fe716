"""Load a model by role or by name, wherever it is; lesson 02 opens one.

`locate` gives the path that plain `AutoModelForCausalLM.from_pretrained(path)`
takes; `load` does that for you, once per process. Only safetensors are read, and no
code that comes with a checkpoint is ever run.
"""

import importlib.util
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from utils import env
from utils.errors import (
    DamagedFileError,
    MemorySpaceError,
    ModelError,
    NotInstalledError,
)
from utils.locate import find, locate, pocket_models, resolve, weight_bytes
from utils.profiles import Checkpoint

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

__all__ = ["ModelError", "load", "locate", "pocket_models", "unload"]

# The transformers class that carries a role's head; a causal decoder otherwise.
AUTO_CLASS = {
    "vision": "AutoModelForImageTextToText",
    "audio": "AutoModelForMultimodalLM",
    "embedding": "AutoModel",
}
WITH_PROCESSOR = ("vision", "audio")
# Qwen publishes its weights in bfloat16.
PUBLISHED_BYTES = 2
# nf4 takes half a byte per weight of the linear layers, but leaves the embedding and
# the head in 16 bits: three quarters of a byte, on average, for 7B and 8B models.
BYTES_PER_WEIGHT = {"float32": 4, "float16": 2, "bfloat16": 2, "nf4": 0.75}
# A lesson's KV cache, the activations and the allocator need room beside the weights.
OVERHEAD = 1.15
# Weights below this many bytes load in less than a second.
SMALL = 100 * 2**20

_loaded: dict[tuple, tuple] = {}


def load(
    role: str,
    profile: str | None = None,
    *,
    device: str | None = None,
    dtype: "torch.dtype | None" = None,
) -> "tuple[PreTrainedModel, PreTrainedTokenizerBase]":
    """Model and tokenizer for a role, ready to generate; the second call is free.

    `role` may also be a checkpoint's name ("pocket-chat", "Qwen/Qwen3-0.6B") or a
    folder. Vision and audio roles get a processor in the tokenizer's place. What is
    not given follows the current profile. Raises ModelError.
    """
    wanted = resolve(role, profile)
    device = device or _device(wanted)
    dtype = dtype or _dtype(wanted, device)
    kind = role if role in AUTO_CLASS else "text"
    key = (wanted.name, kind, device, dtype, wanted.quantization)
    if key not in _loaded:
        folder = find(wanted, check=lambda size: _fits(size, wanted, device, dtype))
        model = _open_model(folder, kind, wanted.quantization, device, dtype)
        _loaded[key] = model, _open_tokenizer(folder, kind)
    return _loaded[key]


def is_loaded(name: str) -> bool:
    """Whether this process holds the checkpoint of that name, in any number format."""
    return any(key[0] == name for key in _loaded)


def unload() -> None:
    """Forget every loaded model, so that its memory can be used again."""
    import gc

    import torch

    _loaded.clear()
    gc.collect()
    torch.cuda.empty_cache()


def _device(wanted: Checkpoint) -> str:
    """The profile's device, if this machine has it."""
    if wanted.device == "cuda" and env.best_device() != "cuda":
        raise NotInstalledError(
            f"{wanted.name} is meant for a CUDA GPU and torch sees none here: choose "
            "QWEN_PROFILE=pocket or laptop, or ask for device='cpu' (slow)."
        )
    return wanted.device


def _dtype(wanted: Checkpoint, device: str) -> "torch.dtype":
    """The profile's number format, but float16 on a GPU that would emulate bfloat16."""
    import torch

    if torch.device(device).type == "cuda" and wanted.dtype == "bfloat16":
        return env.best_dtype(device)
    return getattr(torch, wanted.dtype)


def _fits(size: int, wanted: Checkpoint, device: str, dtype: "torch.dtype") -> None:
    """Refuse weights, `size` bytes on disk, that the device cannot hold now."""
    import torch

    quantized = wanted.quantization != "none"
    number = wanted.quantization if quantized else str(dtype).removeprefix("torch.")
    needed = size / PUBLISHED_BYTES * BYTES_PER_WEIGHT.get(number, 4) * OVERHEAD
    on_gpu = torch.device(device).type == "cuda"
    free = torch.cuda.mem_get_info(device)[0] if on_gpu else env.memory()[1]
    if needed > free:
        raise MemorySpaceError(
            f"{wanted.name} needs about {needed / env.GIB:,.1f} GiB in {number} and "
            f"{free / env.GIB:,.1f} GiB are free on {device}: take a smaller model or "
            "profile, or close other notebooks."
        )


def _open_model(
    folder: Path, kind: str, quantization: str, device: str, dtype: "torch.dtype"
) -> "PreTrainedModel":
    import transformers
    from safetensors import SafetensorError

    auto = getattr(transformers, AUTO_CLASS.get(kind, "AutoModelForCausalLM"))
    options: dict[str, Any] = {} if device == "cpu" else {"device_map": device}
    if quantization == "nf4":
        options = {"device_map": device, "quantization_config": _nf4(dtype)}
    try:
        with _quiet_if_small(folder):
            model = auto.from_pretrained(
                folder,
                dtype=dtype,
                use_safetensors=True,
                local_files_only=True,
                **options,
            )
    except SafetensorError as error:
        raise DamagedFileError(
            f"The weights in {folder} cannot be read ({error}): delete the folder and "
            "get them again."
        ) from error
    return model.eval()


@contextmanager
def _quiet_if_small(folder: Path) -> Iterator[None]:
    """Hide the progress bar of a load that is over before one can read it."""
    from transformers.utils import logging

    hide = weight_bytes(folder) < SMALL and logging.is_progress_bar_enabled()
    if hide:
        logging.disable_progress_bar()
    try:
        yield
    finally:
        if hide:
            logging.enable_progress_bar()


def _nf4(dtype: "torch.dtype") -> Any:
    """Four-bit NormalFloat weights, computed in `dtype` (QLoRA, arXiv 2305.14314)."""
    if importlib.util.find_spec("bitsandbytes") is None:
        raise NotInstalledError(
            "Loading in 4 bits needs a package: run `pip install bitsandbytes`."
        )
    from transformers import BitsAndBytesConfig

    return BitsAndBytesConfig(
        load_in_4bit=True,
        bnb_4bit_quant_type="nf4",
        bnb_4bit_use_double_quant=True,
        bnb_4bit_compute_dtype=dtype,
    )


def _open_tokenizer(folder: Path, kind: str) -> Any:
    """The tokenizer (or processor), padding on the left.

    A decoder continues from the last position of each row. Padded on the right, a
    short row of a batch would go on from its padding, and answer nonsense.
    """
    from transformers import AutoTokenizer

    if kind in WITH_PROCESSOR:
        return importlib.import_module(f"utils.{kind}").load_processor(folder)
    return AutoTokenizer.from_pretrained(
        folder, padding_side="left", local_files_only=True
    )
