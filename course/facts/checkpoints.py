"""Every open-weight Qwen checkpoint, for lessons: looked up, filtered, and as a table.

The reading is done in utils/published.py, because `utils` predicts memory from the same
table; this module adds how a lesson shows it.
"""

from collections.abc import Iterable

from utils.published import (
    PublishedCheckpoint,
    checkpoint,
    checkpoints,
    families,
    licenses,
)

__all__ = [
    "PublishedCheckpoint",
    "checkpoint",
    "checkpoints",
    "families",
    "licenses",
    "table",
]

CELLS = ("released", "kind", "total", "context", "license")


def table(rows: Iterable[PublishedCheckpoint], cells: Iterable[str] = CELLS) -> str:
    """The rows as a Markdown table with their sources below it.

    `cells` are names of fields. A cell without a source says so; one that does not
    apply shows a dash.
    """
    rows, cells = list(rows), list(cells)
    headings = ["checkpoint", *(name.replace("_", " ") for name in cells)]
    lines = [_line(headings), _line(["---"] * len(headings))]
    lines += [_line([row.name, *(_text(row, cell) for cell in cells)]) for row in rows]
    sources = dict.fromkeys(f"[{one.source.title}]({one.source.url})" for one in rows)
    return "\n".join([*lines, "", f"Sources: {', '.join(sources)}."])


def _line(texts: Iterable[str]) -> str:
    return f"| {' | '.join(texts)} |"


def _text(row: PublishedCheckpoint, cell: str) -> str:
    value = getattr(row, cell)
    if value is None:
        return "-" if row.verified(cell) else "unknown"
    if isinstance(value, bool):
        shown = "yes" if value else "no"
    elif isinstance(value, int):
        shown = f"about {value:,}" if cell in row.rounded else f"{value:,}"
    elif isinstance(value, tuple):
        shown = ", ".join(value)
    else:
        shown = str(value)
    return shown if row.verified(cell) else f"{shown} (unverified)"
