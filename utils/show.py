"""Pictures for lessons: plots and token views, each with a text that says the same.

Colors are Okabe and Ito's, which stay apart for color-blind readers. Lines also differ
by marker, so nothing depends on color alone.
"""

import html
import io
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from transformers import PreTrainedTokenizerBase

    from utils.evaluate import Share

COLORS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
MARKERS = ("o", "s", "^", "D", "v", "P")
MANY = 3  # lines that leave room for a legend
STYLE = {
    "figure.figsize": (6.4, 3.4),
    "figure.dpi": 110,
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.alpha": 0.25,
    "legend.frameon": False,
}
ROLE_COLORS = {"system": "#e8ddf3", "user": "#dcebf7", "assistant": "#e2f3e4"}


def canvas(title: str, x: str, y: str, **limits: Any) -> tuple["Figure", Any]:
    """An empty plot in the course's style: (figure, axes). `limits` go to axes.set."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    with rc_context(STYLE):
        # No pyplot: it would also show the figure by itself, without its text.
        picture = Figure(layout="constrained")
        axes = picture.subplots()
        axes.set(title=title, xlabel=x, ylabel=y, **limits)
    return picture, axes


def figure(picture: "Figure", alt: str) -> None:
    """Show a figure together with `alt`, the sentence that replaces it."""
    from IPython.display import display

    buffer = io.BytesIO()
    picture.savefig(buffer, format="png")
    display(
        {"image/png": buffer.getvalue(), "text/plain": alt},
        raw=True,
        metadata={"image/png": {"alt": alt}},
    )


def accuracies(
    title: str,
    x: str,
    lines: Mapping[str, Mapping[float, "Share"]],
    *,
    log: bool = False,
) -> None:
    """Accuracy with 95 % intervals against x, one line per name."""
    picture, axes = canvas(title, x, "right answers (%)", ylim=(-3, 103))
    for number, (name, points) in enumerate(lines.items()):
        xs = list(points)
        ys = [100 * points[value].accuracy for value in xs]
        below = [y - 100 * points[v].interval[0] for v, y in zip(xs, ys, strict=True)]
        above = [100 * points[v].interval[1] - y for v, y in zip(xs, ys, strict=True)]
        axes.errorbar(
            xs,
            ys,
            yerr=[[max(0, b) for b in below], [max(0, a) for a in above]],
            label=name,
            capsize=3,
            color=COLORS[number % len(COLORS)],
            marker=MARKERS[number % len(MARKERS)],
        )
    if log:
        places = sorted({value for points in lines.values() for value in points})
        axes.set_xscale("log")
        axes.set_xticks(places, [f"{place:.2g}" for place in places], minor=False)
        axes.minorticks_off()
    if len(lines) > MANY:
        picture.legend(loc="outside right upper")  # inside it would hide points
    else:
        axes.legend()
    figure(picture, f"{title}. " + " ".join(_spoken(x, lines)))


def bars(title: str, y: str, values: Mapping[str, float], *, unit: str = "") -> None:
    """One bar per name, its value written on it."""
    picture, axes = canvas(title, "", y)
    drawn = axes.bar(list(values), list(values.values()), color=COLORS[0])
    axes.bar_label(drawn, labels=[f"{value:.3g}{unit}" for value in values.values()])
    axes.grid(axis="x", visible=False)
    spoken = ", ".join(f"{name}: {value:.3g}{unit}" for name, value in values.items())
    figure(picture, f"{title}. {spoken}.")


def side_by_side(
    title: str,
    unit: str,
    series: Mapping[str, Mapping[str, float]],
    *,
    log: bool = False,
) -> None:
    """Horizontal bars: for each name one of every series, its value written on it."""
    names = list(next(iter(series.values())))
    picture, axes = canvas(title, unit, "")
    picture.set_size_inches(6.4, 1 + 0.24 * len(names) * len(series))
    width = 0.8 / len(series)
    for number, (label, values) in enumerate(series.items()):
        places = [place + width * number for place in range(len(names))]
        heights = [values[name] for name in names]
        drawn = axes.barh(
            places, heights, width * 0.92, label=label, color=COLORS[number]
        )
        axes.bar_label(drawn, fmt="%.3g", padding=3)
    axes.set_yticks([n + (0.8 - width) / 2 for n in range(len(names))], names)
    axes.set_xscale("log" if log else "linear")
    axes.margins(x=0.12)
    axes.invert_yaxis()
    axes.grid(axis="y", visible=False)
    axes.legend()
    spoken = "; ".join(
        f"{name}: "
        + ", ".join(f"{one[name]:.3g} {label}" for label, one in series.items())
        for name in names
    )
    figure(picture, f"{title}, in {unit}. {spoken}.")


def next_tokens(
    tokenizer: "PreTrainedTokenizerBase",
    probabilities: Sequence[float],
    *,
    title: str = "The next token",
    top: int = 8,
) -> None:
    """The most likely next tokens; `probabilities` is [vocabulary] and sums to one."""
    ranked = sorted(range(len(probabilities)), key=lambda i: -probabilities[i])[:top]
    values = [100 * float(probabilities[i]) for i in ranked]
    names = [visible(tokenizer.decode([i])) for i in ranked]
    picture, axes = canvas(title, "probability (%)", "", xlim=(0, 108))
    drawn = axes.barh(range(top), values, color=COLORS[0])
    axes.bar_label(drawn, fmt="%.1f", padding=3)
    axes.set_yticks(range(top), names, family="monospace")
    axes.invert_yaxis()
    axes.grid(axis="y", visible=False)
    pairs = zip(names, values, strict=True)
    spoken = ", ".join(f"{name} {value:.1f} %" for name, value in pairs)
    figure(picture, f"{title}: {spoken}.")


def tokens(tokenizer: "PreTrainedTokenizerBase", ids: Sequence[int]) -> None:
    """Every token in a box of its own, colored by the role of its turn.

    Control tokens are dark. The text version puts each token between bars.
    """
    from IPython.display import display

    names = [tokenizer.decode([i]) for i in ids]
    boxes = []
    for name, token, role in zip(names, ids, _roles(names), strict=True):
        boxes.append(_box(name, token, tokenizer, role))
        if "\n" in name:
            boxes.append("<br>")
    page = f'<div style="font-family:monospace;line-height:2">{"".join(boxes)}</div>'
    plain = "|".join(visible(name) for name in names)
    display({"text/html": page, "text/plain": plain}, raw=True)


def visible(text: str) -> str:
    """A token as it can be seen: spaces and line ends drawn."""
    return text.replace(" ", "␣").replace("\n", "⏎") or "∅"


def _roles(names: Sequence[str]) -> list[str]:
    """The role of each token's turn; a role's own name may be several tokens."""
    roles: list[str] = []
    role = ""
    for start, name in enumerate(names):
        if name == "<|im_start|>":
            rest = "".join(names[start + 1 : start + 9])
            role = rest.partition("\n")[0]
        roles.append(role)
    return roles


def _box(name: str, token: int, tokenizer: "PreTrainedTokenizerBase", role: str) -> str:
    control = token in tokenizer.added_tokens_decoder
    color = "#fff" if control else "#000"
    back = "#444" if control else ROLE_COLORS.get(role, "#eee")
    style = (
        f"background:{back};color:{color};padding:2px 3px;margin:1px;border-radius:3px"
    )
    text = html.escape(visible(name))
    return f'<span style="{style}" title="id {token}">{text}</span>'


def _spoken(x: str, lines: Mapping[str, Mapping[float, "Share"]]) -> list[str]:
    sentences = []
    for name, points in lines.items():
        values = ", ".join(
            f"{100 * result.accuracy:.0f} % at {value:g}"
            for value, result in points.items()
        )
        sentences.append(f"{name}, by {x}: {values}.")
    return sentences
