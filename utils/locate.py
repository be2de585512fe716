"""Where a checkpoint lies: in the repository, a folder, the cache or on a server.

Lesson 02 uses it through `utils.models`; nothing here imports torch.
"""

import hashlib
import importlib
import json
import os
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from utils import paths, profiles
from utils.errors import DamagedFileError, UnknownModelError
from utils.profiles import Checkpoint

# Holds checkpoints as <organization>/<name>; searched before any download.
FOLDER_VARIABLE = "QWEN_MODELS_DIR"
SOURCE_VARIABLE = "QWEN_SOURCE"
# Modules that download; each has `cached`, `plan` and `download`.
SOURCES = {"hub": "utils.hub", "modelscope": "utils.modelscope"}
REPOSITORY = re.compile(r"[\w.-]+/[\w.-]+")


def locate(role: str, profile: str | None = None) -> str:
    """Folder of a role's or a named checkpoint, downloaded first if it has to be.

    `from_pretrained` of any transformers class takes the result. Raises ModelError.
    """
    return str(find(resolve(role, profile)))


def pocket_models() -> list[str]:
    """Names of the trained models in the repository."""
    return sorted(config.parent.name for config in paths.MODELS.glob("*/config.json"))


def resolve(role: str, profile: str | None = None) -> Checkpoint:
    """Turn a role, a checkpoint's name or a folder into what has to be loaded."""
    if role in profiles.ROLES:
        return profiles.checkpoint(role, profile)
    current = profiles.profiles()[profiles.choose(profile or "").name]
    is_name = role in pocket_models() or REPOSITORY.fullmatch(role)
    if not is_name and not Path(role).is_dir():
        raise UnknownModelError(
            f"{role!r} is no role ({', '.join(current.roles)}), no pocket model "
            f"({', '.join(pocket_models()) or 'none here'}), no repository such as "
            "Qwen/Qwen3-0.6B and no folder: check the spelling."
        )
    return Checkpoint(role, current.dtype, "none", current.device, current.memory_gib)


def find(wanted: Checkpoint, check: Callable[[int], None] | None = None) -> Path:
    """The checkpoint's folder, downloaded if it is nowhere on this machine.

    `check` gets the size of the weights in bytes, before a download and after, and
    may raise to refuse them.
    """
    folder = on_this_machine(wanted.name)
    if folder is None:
        plan = source().plan(wanted.name)
        if check:
            check(plan.weight_bytes)
        folder = source().download(plan)
    size = weight_bytes(folder)
    if check:
        check(size)
    return folder


def weight_bytes(folder: Path) -> int:
    """Size of the weights in a folder; DamagedFileError if there are none to read."""
    files = list(folder.glob("*.safetensors"))
    if not files or not (folder / "config.json").is_file():
        raise DamagedFileError(
            f"{folder} is no checkpoint that can be read here: it needs config.json "
            "and weights in safetensors files."
        )
    return sum(file.stat().st_size for file in files)


def source() -> Any:
    """The module that downloads: the Hub's, unless QWEN_SOURCE says otherwise."""
    name = os.environ.get(SOURCE_VARIABLE, "").strip() or "hub"
    if name not in SOURCES:
        raise UnknownModelError(
            f"{SOURCE_VARIABLE}={name!r} is no source: use {' or '.join(SOURCES)}."
        )
    return importlib.import_module(SOURCES[name])


def on_this_machine(name: str) -> Path | None:
    """A checkpoint's folder if it needs no download; asks no server."""
    if Path(name).is_dir():
        return Path(name).resolve()
    if "/" not in name:
        return _verified_pocket(name)
    return _own_copy(name) or source().cached(name)


@cache
def _verified_pocket(name: str) -> Path:
    """A pocket model's folder, once its files are seen to be the published ones."""
    folder = paths.MODELS / name
    remake = f"run `git checkout -- course/models/{name}`"
    if not folder.is_dir():
        raise DamagedFileError(f"This copy of the course has no {name}: {remake}.")
    try:
        hashes = json.loads((folder / "expected.json").read_text("utf-8"))["sha256"]
    except (OSError, ValueError, KeyError) as error:
        message = f"{name} has no readable expected.json: {remake}."
        raise DamagedFileError(message) from error
    for file, expected in hashes.items():
        path = folder / file
        if not path.is_file():
            raise DamagedFileError(f"{name} lacks its file {file}: {remake}.")
        if hashlib.sha256(path.read_bytes()).hexdigest() != expected:
            raise DamagedFileError(f"{name} has a changed {file}: {remake}.")
    return folder


def _own_copy(name: str) -> Path | None:
    """A checkpoint that somebody put into the folder that QWEN_MODELS_DIR names."""
    root = os.environ.get(FOLDER_VARIABLE)
    folder = Path(root, name).expanduser() if root else None
    return folder if folder and (folder / "config.json").is_file() else None
