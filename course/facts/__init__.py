"""Published figures, each with its source: lessons quote these and no others.

Lesson prose names one as `{{fig:key}}`, or `{{fig:key:entry}}` for one entry of a
table; code gets it by `figure("key")`.
"""

import re
from datetime import date
from functools import cache
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from utils import paths

REFERENCE = re.compile(r"\{\{fig:([\w.-]+)(?::([^}]+))?\}\}")
Number = int | float | date | str


class FigureError(KeyError):
    """No such figure; the message says what is wrong."""

    def __str__(self) -> str:
        return self.args[0]


class Figure(BaseModel):
    """A published figure. `value` is one value, a list, or a table by entry."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    value: Number | list[Number] | dict[str, Number]
    unit: str = ""
    source: str = Field(min_length=3)  # title of the publication, with table or section
    url: str = Field(pattern=r"^https://")
    note: str = ""
    verified: bool  # read in the source itself; unverified figures are refused

    def text(self, entry: str | None = None) -> str:
        """The value (of one entry) as prose shows it, with its unit.

        Raises FigureError for an entry that is not there, or that must be named.
        """
        value = self.value
        if isinstance(value, dict):
            if entry not in value:
                raise FigureError(
                    f"there is no entry {entry!r}; there are: {', '.join(value)}"
                )
            value = value[entry]
        elif entry is not None:
            raise FigureError(f"it has no entries, so {entry!r} is not one")
        elif isinstance(value, list):
            value = ", ".join(str(one) for one in value)
        if isinstance(value, int | float):
            # an exact count gets separators; decimals stay as published
            value = f"{value:,}" if isinstance(value, int) else str(value)
        gap = "" if self.unit in ("", "%") else " "
        return f"{value}{' %' if self.unit == '%' else gap + self.unit}"

    @property
    def citation(self) -> str:
        """The source as a Markdown link."""
        return f"[{self.source}]({self.url})"


@cache
def load(path: Path) -> dict[str, Figure]:
    """All figures of a file by key.

    Raises FigureError naming the first malformed or unverified one.
    """
    figures = {}
    for key, entry in (yaml.safe_load(path.read_text("utf-8")) or {}).items():
        try:
            figures[key] = Figure.model_validate(entry)
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"])
            raise FigureError(f"Figure {key!r}, {where}: {first['msg']}.") from error
        if not figures[key].verified:
            raise FigureError(f"Figure {key!r} is not verified; leave it out.")
    return figures


def figure(key: str) -> Figure:
    """The published figure of that key.

    Raises FigureError, with near misses, when there is none.
    """
    import difflib

    figures = load(paths.FACTS / "figures.yml")
    if key not in figures:
        near = difflib.get_close_matches(key, figures, n=3)
        hint = f" Did you mean {' or '.join(near)}?" if near else ""
        raise FigureError(
            f"There is no figure {key!r} in course/facts/figures.yml.{hint}"
        )
    return figures[key]


def fill_in(text: str) -> str:
    """Replace every `{{fig:...}}`; each source is linked at its first mention.

    Raises FigureError for an unknown key or entry.
    """
    cited: set[str] = set()

    def insert(match: re.Match) -> str:
        found = figure(match[1])
        try:
            shown = found.text(match[2])
        except FigureError as error:
            raise FigureError(f"Figure {match[1]!r}: {error}") from error
        if found.citation in cited:
            return shown
        cited.add(found.citation)
        return f"{shown} ({found.citation})"

    return REFERENCE.sub(insert, text)
