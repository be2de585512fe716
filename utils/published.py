"""What is published about every open-weight Qwen checkpoint; lesson 01 shows the table.

The table is course/facts/checkpoints.yml, in which a cell without a source is marked.
"""

import difflib
import re
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from utils import paths
from utils.errors import UnknownModelError

TABLE = paths.FACTS / "checkpoints.yml"
UNITS = {"M": 10**6, "B": 10**9, "T": 10**12}
# What `shape` stands for among the unverified cells.
DIMENSIONS = (
    "layers",
    "hidden",
    "heads",
    "kv_heads",
    "head_dim",
    "ffn",
    "vocab",
    "tied",
)
# Cells that every checkpoint has: an empty one is unknown, and must be marked so.
ALWAYS = {"license", "total", "context", "thinking", "tools", *DIMENSIONS} - {"ffn"}

Kind = Literal[
    "base", "chat", "embedding", "reranker", "reward", "safety", "speech recognition"
]
# hybrid: a switch, on at first; hybrid-off: the same, off at first; effort: always, and
# the request says how long.
Thinking = Literal["none", "hybrid", "hybrid-off", "always", "effort"]
# react: a text prompt; hermes: JSON in <tool_call>; xml: <function=...> in <tool_call>;
# python: code blocks whose output comes back.
Tools = Literal["none", "react", "hermes", "xml", "python"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Source(_Strict):
    """Where the cells of a row were read."""

    title: str = Field(min_length=3)
    url: str = Field(pattern=r"^https://")


class License(_Strict):
    """Whether a business may use the weights without asking, and what holds else."""

    commercial: Literal["yes", "limited", "no"]
    terms: str


class Shape(_Strict):
    """An architecture: counts in parameters, sizes in numbers; None: unknown or none.

    `text_total` leaves out what sees or hears, and `active` is what one text token
    meets in a mixture of experts. `attention_layers` are those that keep a KV cache,
    where the others keep a state of constant size with `linear_value_heads` heads.
    """

    model_type: str
    total: int | None = Field(None, gt=0)
    text_total: int | None = Field(None, gt=0)
    active: int | None = Field(None, gt=0)
    non_embedding: int | None = Field(None, gt=0)
    layers: int | None = Field(None, gt=0)
    attention_layers: int | None = Field(None, gt=0)
    linear_value_heads: int | None = Field(None, gt=0)
    hidden: int | None = Field(None, gt=0)
    heads: int | None = Field(None, gt=0)
    kv_heads: int | None = Field(None, gt=0)
    head_dim: int | None = Field(None, gt=0)
    ffn: int | None = Field(None, gt=0)
    experts: int | None = Field(None, gt=0)
    experts_per_token: int | None = Field(None, gt=0)
    expert_ffn: int | None = Field(None, gt=0)
    shared_expert_ffn: int | None = Field(None, gt=0)
    vocab: int | None = Field(None, gt=0)
    tied: bool | None = None


class PublishedCheckpoint(Shape):
    """One open-weight checkpoint; `unverified` names the cells without a source.

    `released` is a date, or its year or month where no more is known; `rounded` names
    the counts that are the publisher's round numbers.
    """

    repo: str = Field(pattern=r"^Qwen/[\w.-]+$")
    family: str
    released: str
    kind: Kind
    inputs: tuple[Literal["text", "image", "audio"], ...]
    license: str | None = None
    context: int | None = Field(None, gt=0)
    context_extended: int | None = Field(None, gt=0)
    thinking: Thinking | None = None
    tools: Tools | None = None
    remote_code: bool = False  # needs the repository's own code, which is never run
    source: Source
    note: str = ""
    unverified: frozenset[str] = frozenset()
    rounded: frozenset[str] = frozenset()

    @property
    def name(self) -> str:
        """The repository's name without its organization."""
        return self.repo.partition("/")[2]

    def verified(self, cell: str) -> bool:
        """Whether a source was found for this cell."""
        return cell not in self.unverified

    @field_validator("released", mode="before")
    @classmethod
    def _as_text(cls, value: object) -> str:
        text = str(value)  # YAML makes a date of a day, and a number of a year
        if not re.fullmatch(r"20\d\d(-\d\d){0,2}", text):
            raise ValueError(f"{text!r} is no date such as 2025-04-29, 2025-04 or 2025")
        date.fromisoformat(text + "-01-01"[len(text) - 4 :])
        return text

    @model_validator(mode="before")
    @classmethod
    def _round_counts(cls, row: dict[str, Any]) -> dict[str, Any]:
        """Turn counts such as "7B" into numbers, and remember that they are round."""
        given = {
            name: row[name]
            for name in ("total", "active")
            if isinstance(row.get(name), str)
        }
        counts = {
            name: round(float(text[:-1]) * UNITS[text[-1]])
            for name, text in given.items()
        }
        return row | counts | {"rounded": frozenset(given)}

    @model_validator(mode="after")
    def _consistent(self) -> "PublishedCheckpoint":
        cells = set(type(self).model_fields)
        if wrong := self.unverified - cells:
            raise ValueError(f"unverified names no cell: {', '.join(sorted(wrong))}")
        empty = {name for name in ALWAYS if getattr(self, name) is None}
        if unmarked := empty - self.unverified:
            raise ValueError(f"empty, not unverified: {', '.join(sorted(unmarked))}")
        if self.total and self.active and self.active > self.total:
            raise ValueError("more parameters are active than there are")
        if self.heads and self.kv_heads and self.heads % self.kv_heads:
            raise ValueError("the heads cannot be shared out among the KV heads")
        if (self.experts_per_token or 0) > (self.experts or 0):
            raise ValueError("a token cannot meet more experts than there are")
        return self


class TableError(ValueError):
    """The table is malformed; the message names the first wrong cell."""


def checkpoints(family: str | None = None) -> dict[str, PublishedCheckpoint]:
    """Every open-weight checkpoint by repository id, or those of one family.

    Raises UnknownModelError, which names the families, for one that is not there.
    """
    rows = read(TABLE)
    if family is None:
        return rows
    if family not in families():
        known = ", ".join(families())
        raise UnknownModelError(f"There is no family {family!r}: take one of {known}.")
    return {repo: row for repo, row in rows.items() if row.family == family}


def checkpoint(repo: str) -> PublishedCheckpoint:
    """What is published about one checkpoint, such as "Qwen/Qwen3-8B".

    Raises UnknownModelError, with near misses, if the table does not have it.
    """
    rows = read(TABLE)
    if repo not in rows:
        near = difflib.get_close_matches(repo, rows, n=3)
        hint = f" Did you mean {' or '.join(near)}?" if near else ""
        raise UnknownModelError(
            f"course/facts/checkpoints.yml has no checkpoint {repo!r}.{hint}"
        )
    return rows[repo]


def families() -> list[str]:
    """The families in the order of the table, about that of their release."""
    return list(dict.fromkeys(row.family for row in read(TABLE).values()))


@cache
def licenses() -> dict[str, License]:
    """The licenses that checkpoints carry, by name."""
    table = yaml.safe_load(TABLE.read_text("utf-8"))
    return {
        name: License.model_validate(row) for name, row in table["licenses"].items()
    }


@cache
def read(path: Path) -> dict[str, PublishedCheckpoint]:
    """A table's checkpoints by repository id. Raises TableError for the first slip."""
    table = yaml.safe_load(path.read_text("utf-8"))
    rows = {}
    for family, group in table["families"].items():
        for repo, row in group["checkpoints"].items():
            if repo in rows:
                raise TableError(f"{path.name} has {repo} twice.")
            try:
                rows[repo] = _row(table, family, repo, row)
            except ValidationError as error:
                first = error.errors()[0]
                where = ".".join(map(str, first["loc"])) or "the row"
                said = f"{path.name}, {repo}, {where}: {first['msg']}."
                raise TableError(said) from error
    return rows


def _row(table: dict, family: str, repo: str, row: dict) -> PublishedCheckpoint:
    """A checkpoint's cells: its own before its shape's before its family's."""
    group = {k: v for k, v in table["families"][family].items() if k != "checkpoints"}
    own = {k: v for k, v in row.items() if k != "shape"}
    shape = table["shapes"][row["shape"]] if "shape" in row else {}
    cells = group | shape | own
    marked = {*group.get("unverified", ()), *own.get("unverified", ())}
    if "shape" in marked:
        marked = marked - {"shape"} | set(DIMENSIONS)
    return PublishedCheckpoint.model_validate(
        cells
        | {"repo": repo, "family": family, "unverified": frozenset(marked)}
        | {"source": table["sources"][cells["source"]]}
    )
