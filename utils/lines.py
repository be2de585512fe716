"""What each line of checkpoints is for, and which languages it is said to speak.

Lesson 01 chooses by it. The data is course/facts/lines.yml, each list with its source.
"""

from functools import cache

import yaml
from pydantic import BaseModel, ConfigDict, Field, model_validator

from utils import paths
from utils.published import Kind, Source

TABLE = paths.FACTS / "lines.yml"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Task(_Strict):
    """What somebody wants to do, and what a checkpoint must be able to do for it.

    `thinking` says that thinking helps, `tools` that the chat template must carry
    function calls.
    """

    summary: str
    kinds: tuple[Kind, ...]
    inputs: tuple[str, ...]
    thinking: bool = False
    tools: bool = False
    note: str = ""


class Languages(_Strict):
    """Languages that a publisher names; `count` where it claims more than it names."""

    names: frozenset[str] = frozenset()
    count: int | None = Field(None, gt=0)
    like: str = ""
    note: str = ""
    source: str


class Line(_Strict):
    """A family of checkpoints: its row in the timeline, its age from Qwen (0)."""

    lane: str
    generation: int = Field(ge=0)
    languages: str
    made_for: tuple[str, ...] = ()


class Hardware(_Strict):
    """The fastest machine that a profile means; `bandwidth` in GB/s of its memory."""

    bandwidth: float = Field(gt=0)
    source: str = ""
    note: str = ""


class Rule(_Strict):
    """A published comparison that sizes are weighed by."""

    factor: int = Field(gt=1)
    source: str
    note: str


class Table(_Strict):
    """All of lines.yml."""

    sources: dict[str, Source]
    rules: dict[str, Rule]
    tasks: dict[str, Task]
    languages: dict[str, Languages]
    lines: dict[str, Line]
    hardware: dict[str, Hardware]

    @model_validator(mode="after")
    def _names_exist(self) -> "Table":
        for line in self.lines.values():
            if line.languages not in self.languages:
                raise ValueError(f"there is no list of languages {line.languages!r}")
            if wrong := set(line.made_for) - set(self.tasks):
                raise ValueError(f"there are no tasks {sorted(wrong)}")
        cited = [*self.rules.values(), *self.languages.values()]
        cited += [one for one in self.hardware.values() if one.source]
        for one in cited:
            if one.source not in self.sources:
                raise ValueError(f"there is no source {one.source!r}")
        return self

    def spoken(self, family: str) -> frozenset[str]:
        """The languages named for a family, those of the list it is like included."""
        mine = self.languages[self.lines[family].languages]
        return mine.names | (self.languages[mine.like].names if mine.like else set())

    def known_languages(self) -> list[str]:
        """Every language that any list names, in alphabetical order."""
        return sorted(set().union(*(one.names for one in self.languages.values())))


@cache
def table() -> Table:
    """The checked table. Raises pydantic's ValidationError for a slip in it."""
    return Table.model_validate(yaml.safe_load(TABLE.read_text("utf-8")))
