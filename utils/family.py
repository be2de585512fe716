"""The family at a glance: when it came, what it is made of, how its lines compare.

Lesson 01 shows these; the data is that of utils/published.py and utils/lines.py.
"""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING

from utils import lines, published, show
from utils.published import PublishedCheckpoint

if TYPE_CHECKING:
    from utils.memory import Parameters

# Parts of a model as they are drawn together, from the bottom of a bar to its top.
DRAWN = {
    "embedding": ("embedding", "lm_head"),
    "attention": ("attention",),
    "MLP": ("mlp",),
    "experts": ("experts",),
    "vision and audio": ("vision", "audio"),
}
HATCHES = ("", "//", "..", "xx", "\\\\", "--")
DAYS_PER_LETTER = 14  # of a label in the timeline, at its size
HEIGHT = 0.3  # of a step between labels that would touch


def releases() -> dict[str, PublishedCheckpoint]:
    """The first checkpoint of each line that has open weights, the oldest first."""
    first: dict[str, PublishedCheckpoint] = {}
    for row in published.checkpoints().values():
        if row.family not in first or row.released < first[row.family].released:
            first[row.family] = row
    return dict(sorted(first.items(), key=lambda pair: pair[1].released))


def timeline() -> None:
    """Every line at the day of its first open weights; hollow: no exact day known."""
    lanes: dict[str, list[tuple[str, date, bool]]] = {}
    for family, row in releases().items():
        day, exact = _day(row)
        lane = lines.table().lines[family].lane
        lanes.setdefault(lane, []).append((family, day, exact))
    picture, axes = show.canvas("First open weights of each line", "", "")
    picture.set_size_inches(9.6, 5.6)
    bottom, ticks = 0.0, []
    for number, events in enumerate(reversed(lanes.values())):
        top = _draw_lane(axes, bottom, events, show.COLORS[number % 6])
        ticks.append(bottom)
        bottom = top + 0.7
    axes.set_yticks(ticks, list(reversed(lanes)))
    axes.set_ylim(-0.5, bottom - 0.3)
    years = [date(year, 1, 1) for year in range(2024, 2028)]
    axes.set_xlim(date(2023, 6, 1), date(2027, 3, 1))
    axes.set_xticks(years, [str(day.year) for day in years])
    axes.grid(axis="y", visible=False)
    spoken = "; ".join(
        f"{lane}: " + ", ".join(f"{name} {day:%Y-%m}" for name, day, _ in events)
        for lane, events in lanes.items()
    )
    show.figure(picture, f"First open weights of each line. {spoken}.")


def composition(counted: Mapping[str, "Parameters"]) -> None:
    """Stacked bars: the share of each part in a model's parameters."""
    picture, axes = show.canvas("Where the parameters are", "share (%)", "")
    labels = [f"{name} ({_billions(one.total)})" for name, one in counted.items()]
    picture.set_size_inches(7.6, 0.8 + 0.42 * len(counted))
    left = [0.0] * len(counted)
    shares = {name: _shares(one) for name, one in counted.items()}
    for number, part in enumerate([*DRAWN, "rest"]):
        widths = [shares[name][part] for name in counted]
        if max(widths) < 0.1:
            continue
        axes.barh(
            labels,
            widths,
            left=left,
            label=part,
            color=show.COLORS[number],
            hatch=HATCHES[number],
            edgecolor="white",
        )
        left = [a + b for a, b in zip(left, widths, strict=True)]
    axes.invert_yaxis()
    axes.set_xlim(0, 100)
    axes.grid(visible=False)
    axes.legend(ncols=3, loc="lower center", bbox_to_anchor=(0.5, 1.08), fontsize=9)
    spoken = "; ".join(f"{name}: {_spoken(shares[name])}" for name in counted)
    show.figure(picture, f"Where the parameters are. {spoken}.")


def matrix() -> str:
    """The lines side by side, as a Markdown table with its sources below."""
    heads = ["line", "since", "sizes", "takes", "context", "thinks", "license"]
    rows = [f"| {' | '.join(heads)} |", "|" + "---|" * len(heads)]
    for family, first in releases().items():
        group = list(published.checkpoints(family).values())
        cells = [
            family,
            first.released[:7],
            _sizes(group),
            ", ".join(max((row.inputs for row in group), key=len)),
            _contexts(group),
            ", ".join(dict.fromkeys(row.thinking or "unknown" for row in group)),
            ", ".join(dict.fromkeys(row.license or "unknown" for row in group)),
        ]
        rows.append(f"| {' | '.join(cells)} |")
    sources = dict.fromkeys(
        f"[{row.source.title}]({row.source.url})"
        for row in published.checkpoints().values()
    )
    return "\n".join([*rows, "", f"Sources: {', '.join(sources)}."])


def _draw_lane(
    axes, bottom: float, events: Iterable[tuple[str, date, bool]], color: str
) -> float:
    """One row of the timeline, labels stepped up where they would touch: its top."""
    free: list[date] = []  # where each step's last label ends
    highest = bottom
    for name, day, exact in events:
        step = next((n for n, end in enumerate(free) if end <= day), len(free))
        free[step : step + 1] = [day + timedelta(DAYS_PER_LETTER * (len(name) + 2))]
        y = bottom + HEIGHT * step
        axes.plot(day, y, "o", color=color, mfc=color if exact else "white")
        axes.annotate(
            name, (day, y), (6, 0), textcoords="offset points", va="center", fontsize=9
        )
        highest = max(highest, y)
    return highest


def _day(row: PublishedCheckpoint) -> tuple[date, bool]:
    """The day to draw, and whether it is exact; else the middle of what is known."""
    filled = row.released + {4: "-07-01", 7: "-15", 10: ""}[len(row.released)]
    exact = filled == row.released and row.verified("released")
    return date.fromisoformat(filled), exact


def _shares(counted: "Parameters") -> dict[str, float]:
    """Percent of all parameters by drawn part."""
    shares = {
        part: 100 * sum(counted.parts.get(name, 0) for name in names) / counted.total
        for part, names in DRAWN.items()
    }
    return shares | {"rest": 100 - sum(shares.values())}


def _spoken(shares: Mapping[str, float]) -> str:
    large = {part: share for part, share in shares.items() if share >= 0.5}
    return ", ".join(f"{part} {share:.0f} %" for part, share in large.items())


def _sizes(group: list[PublishedCheckpoint]) -> str:
    """Distinct sizes in billions, rising; with the active part of a mixture."""
    sizes = sorted({(row.total or 0, row.active or 0) for row in group})
    return ", ".join(
        _billions(total) + (f" ({_billions(active)} active)" if active else "")
        for total, active in sizes
    )


def _billions(count: float) -> str:
    """A count of parameters as names give it: 2.9M, 0.6B, 235B, 2.4T."""
    for size, letter in ((1e12, "T"), (1e8, "B"), (0, "M")):
        if count >= size:
            shown = count / {"T": 1e12, "B": 1e9, "M": 1e6}[letter]
            return f"{shown:.0f}{letter}" if shown >= 100 else f"{shown:.2g}{letter}"
    raise ValueError(f"{count} is no count of parameters")


def _contexts(group: list[PublishedCheckpoint]) -> str:
    """Native contexts in tokens, and the longest extended one."""
    native = sorted({row.context for row in group if row.context})
    extended = max((row.context_extended or 0 for row in group), default=0)
    said = " or ".join(f"{tokens:,}" for tokens in native) or "unknown"
    return f"{said}, extended to {extended:,}" if extended else said
