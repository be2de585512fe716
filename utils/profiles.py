"""Profiles: which checkpoint a role means on this machine; lesson 02 sets one.

A lesson asks for a role ("chat"); the profile says which model that is, from the
tiny one in the repository to a 32-billion-parameter one. The table itself is
profiles.yml, beside this file.
"""

import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Literal, get_args

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from utils import env
from utils.errors import UnknownModelError, UnknownProfileError

Role = Literal[
    "chat",
    "base",
    "coder",
    "math",
    "vision",
    "audio",
    "moe",
    "hybrid",
    "embedding",
    "reranker",
    "draft",
]
Dtype = Literal["float32", "float16", "bfloat16"]
Quantization = Literal["none", "nf4"]

ROLES: tuple[str, ...] = get_args(Role)
DEFAULT = "pocket"
VARIABLE = "QWEN_PROFILE"
TABLE = Path(__file__).with_name("profiles.yml")


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Entry(_Strict):
    """What the table says about a role; None means "as the profile has it"."""

    name: str
    dtype: Dtype | None = None
    quantization: Quantization = "none"


def _as_entry(value: object) -> object:
    return {"name": value} if isinstance(value, str) else value


class Profile(_Strict):
    """One machine class; `memory_gib` is what a model and its cache may take of it."""

    summary: str
    device: Literal["cpu", "cuda"]
    dtype: Dtype
    memory_gib: float = Field(gt=0)
    roles: dict[Role, Annotated[Entry, BeforeValidator(_as_entry)]]


@dataclass(frozen=True)
class Choice:
    """A profile's name and, for the reader, why it was taken."""

    name: str
    why: str


@dataclass(frozen=True)
class Checkpoint:
    """What to load; `name` is a pocket model or a repository such as Qwen/Qwen3-8B."""

    name: str
    dtype: Dtype
    quantization: Quantization
    device: str
    memory_gib: float


@cache
def profiles() -> dict[str, Profile]:
    """The checked table, in the order of the file, from small to large."""
    table = yaml.safe_load(TABLE.read_text(encoding="utf-8"))
    return {name: Profile.model_validate(row) for name, row in table.items()}


def choose(requested: str = "") -> Choice:
    """Take the profile that was asked for, by argument, by QWEN_PROFILE, or pocket.

    A GPU never changes the choice by itself: the lessons' numbers are those of the
    pocket models, and a download of gigabytes should be somebody's decision.
    Raises UnknownProfileError.
    """
    if requested:
        return Choice(_known(requested), "you asked for it")
    from_environment = os.environ.get(VARIABLE, "").strip()
    if from_environment:
        name = _known(from_environment)
        return Choice(name, f"the environment variable {VARIABLE} says so")
    return Choice(DEFAULT, "it is the default and needs no download" + _gpu_hint())


def checkpoint(role: str, profile: str | None = None) -> Checkpoint:
    """The checkpoint behind `role`; `profile` None means the current one.

    Raises UnknownModelError, which names the roles there are, or UnknownProfileError.
    """
    name = choose(profile or "").name
    found = profiles()[name]
    entry = found.roles.get(role)  # type: ignore[call-overload]
    if entry is None:
        raise UnknownModelError(_no_role(role, name, found))
    return Checkpoint(
        name=entry.name,
        dtype=entry.dtype or found.dtype,
        quantization=entry.quantization,
        device=found.device,
        memory_gib=found.memory_gib,
    )


def suited_to(gpu: env.Gpu) -> str:
    """The largest profile that this GPU can carry; `pocket` if none."""
    fitting = [
        name
        for name, profile in profiles().items()
        if profile.device == "cuda"
        and profile.memory_gib * env.GIB <= gpu.memory
        and (gpu.bf16 or profile.dtype != "bfloat16")
    ]
    return fitting[-1] if fitting else DEFAULT


def _known(name: str) -> str:
    if name not in profiles():
        raise UnknownProfileError(
            f"There is no profile {name!r}: choose one of {', '.join(profiles())}."
        )
    return name


def _no_role(role: str, name: str, profile: Profile) -> str:
    has = f"it has {', '.join(profile.roles)}"
    elsewhere = [other for other, row in profiles().items() if role in row.roles]
    if elsewhere:
        where = ", ".join(elsewhere)
        return (
            f"The profile {name!r} has no model for {role!r} ({has}): "
            f"take one of these roles, or a profile that has {role!r} ({where})."
        )
    return f"The profile {name!r} has no role {role!r}: {has}."


def _gpu_hint() -> str:
    gpu = env.gpu()
    if gpu is None or suited_to(gpu) == DEFAULT:
        return ""
    return f"; {gpu.name} is here and QWEN_PROFILE={suited_to(gpu)} would use it"
