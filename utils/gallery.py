"""Pictures for the lesson on vision and audio, each with a text that says the same.

`show` has the plots that every lesson uses; these are drawn from what a processor made.
"""

import textwrap
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from utils import show

if TYPE_CHECKING:
    import numpy as np
    from PIL.Image import Image

    from utils.evaluate import Graded, Result

WIDTH = 26  # characters of a caption's line
RIGHT, WRONG = show.COLORS[2], show.COLORS[1]


def pictures(images: Sequence["Image"], captions: Sequence[str], alt: str) -> None:
    """Pictures side by side, a caption over each."""
    picture, spots = _row(len(images), height=2.5)
    for axes, image, caption in zip(spots, images, captions, strict=True):
        axes.imshow(image, interpolation="nearest")
        axes.set_title(caption, fontsize=9)
        axes.set(xticks=[], yticks=[])
        axes.spines[:].set_color("#cccccc")
    show.figure(picture, alt)


def answers(graded: Sequence["Graded"], columns: int = 4) -> None:
    """The picture, question and reply of each example; the expected answer if wrong."""
    from matplotlib.figure import Figure

    rows = -(-len(graded) // columns)
    picture = Figure(figsize=(2.2 * columns, 2.8 * rows), dpi=80, layout="constrained")
    spots = picture.subplots(rows, columns, squeeze=False).flatten()
    spoken = []
    for axes, item in zip(spots, graded, strict=False):
        image, question = _asked(item.example.messages)
        lines = [*textwrap.wrap(question, WIDTH), f"→ {item.reply.text}"]
        said = f"{question} {item.reply.text}"
        if not item.right:
            lines.append(f"right: {item.example.reply}")
            said += f" Right would be: {item.example.reply}"
        mark, color = ("✓", RIGHT) if item.right else ("✗", WRONG)
        axes.imshow(image, interpolation="nearest")
        axes.set_title(f"{mark} " + "\n".join(lines), fontsize=8, color=color)
        spoken.append(f"{'Right' if item.right else 'Wrong'}: {said}")
    for axes in spots:
        axes.axis("off")
    show.figure(picture, "Pictures with questions and replies. " + " ".join(spoken))


def rates(title: str, results: Mapping[str, "Result"]) -> None:
    """The share of right answers for each name, with its 95 % interval."""
    picture, axes = show.canvas(title, "right answers (%)", "", xlim=(0, 109))
    picture.set_size_inches(6.4, 1.2 + 0.32 * len(results))
    names = list(results)
    values = [100 * result.accuracy for result in results.values()]
    ends = [result.interval for result in results.values()]
    below = [max(0, v - 100 * low) for v, (low, _) in zip(values, ends, strict=True)]
    above = [max(0, 100 * high - v) for v, (_, high) in zip(values, ends, strict=True)]
    axes.barh(names, values, xerr=[below, above], capsize=3, color=show.COLORS[5])
    for place, value in enumerate(values):
        axes.text(1, place, f"{value:.0f}", va="center")
    axes.invert_yaxis()
    axes.grid(axis="y", visible=False)
    spoken = ", ".join(f"{n}: {v:.0f} %" for n, v in zip(names, values, strict=True))
    show.figure(picture, f"{title}. {spoken}.")


def patches(tiles: "np.ndarray", rows: int, columns: int, merge: int) -> None:
    """Patches [n, height, width, 3] in a processor's order: one merged block after
    the other. Gaps are narrow inside a block and wide between blocks, and each block
    carries the number of its token.
    """
    import numpy as np
    from matplotlib.figure import Figure

    side, across = tiles.shape[1], columns // merge
    place = _places(rows, columns, side, merge)
    height, width = (value + side for value in place[-1])
    sheet = np.ones((height, width, 3))
    for tile, (top, left) in zip(tiles, place, strict=True):
        sheet[top : top + side, left : left + side] = tile
    picture = Figure(figsize=(4.6, 4.6 * height / width), dpi=100, layout="constrained")
    axes = picture.subplots()
    axes.imshow(sheet.clip(0, 1), interpolation="nearest")
    axes.axis("off")
    for token, (top, left) in enumerate(place[:: merge**2]):
        axes.text(
            left + 1,
            top + 1,
            token,
            va="top",
            fontsize=8,
            color="white",
            bbox={"facecolor": show.COLORS[1], "edgecolor": "none", "pad": 1.2},
        )
    blocks = rows * columns // merge**2
    alt = (
        f"The picture cut into {rows} rows of {columns} patches. Every {merge} by "
        f"{merge} patches form a block, and the {blocks} blocks are numbered from 0 "
        f"row by row, {across} in a row: one token each."
    )
    show.figure(picture, alt)


def heat(image: "Image", weights: "np.ndarray", title: str, alt: str) -> None:
    """A picture beside itself, shaded by a weight for each of its blocks."""
    picture, (left, right) = _row(2, height=2.9)
    left.imshow(image, interpolation="nearest")
    right.imshow(image, interpolation="nearest", alpha=0.45)
    extent = (-0.5, image.width - 0.5, image.height - 0.5, -0.5)
    drawn = right.imshow(weights, cmap="Blues", alpha=0.6, extent=extent, vmin=0)
    picture.colorbar(drawn, ax=right, shrink=0.8)
    picture.suptitle(title, fontsize=10)
    for axes in (left, right):
        axes.axis("off")
    show.figure(picture, alt)


def sound(samples: "np.ndarray", rate: int, mel: "np.ndarray", tokens: int) -> None:
    """A waveform [samples], its mel spectrogram [bands, frames], and its tokens."""
    import numpy as np
    from matplotlib.figure import Figure

    seconds = len(samples) / rate
    picture = Figure(figsize=(7, 4.2), dpi=90, layout="constrained")
    upper, middle, lower = picture.subplots(
        3, 1, sharex=True, height_ratios=[1.2, 2, 0.35]
    )
    upper.plot(np.linspace(0, seconds, len(samples)), samples, lw=0.3)
    upper.set(ylabel="pressure", ylim=(-1, 1))
    extent = (0, seconds, 0, len(mel))
    middle.imshow(mel, origin="lower", aspect="auto", extent=extent, cmap="Blues")
    middle.set(ylabel="mel band")
    power = mel.mean(0).reshape(tokens, -1).mean(1)
    loud = power > (power.min() + power.max()) / 2
    edges = np.linspace(0, seconds, tokens + 1)
    colors = [show.COLORS[1] if one else "#dddddd" for one in loud]
    lower.bar(edges[:-1], 1, seconds / tokens, align="edge", color=colors, ec="white")
    lower.set(xlabel="seconds", yticks=[], ylabel="tokens", xlim=(0, seconds))
    spoken = ", ".join(
        f"{first} to {last}" if first < last else f"{first}"
        for first, last in _runs(loud)
    )
    alt = (
        f"Above, the waveform of {seconds:g} seconds; below it the energy in "
        f"{len(mel)} mel bands over time; at the bottom {tokens} tokens, of which "
        f"{spoken} are loud."
    )
    show.figure(picture, alt)


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """A table; its Markdown is its text version as well."""
    from IPython.display import display

    lines = [head, ["---"] * len(head), *rows]
    text = "\n".join(f"| {' | '.join(map(str, line))} |" for line in lines)
    display({"text/markdown": text, "text/plain": text}, raw=True)


def _runs(flags: Sequence[bool]) -> list[tuple[int, int]]:
    """First and last place of each run of true values."""
    runs: list[tuple[int, int]] = []
    for place, flag in enumerate(flags):
        if flag and runs and runs[-1][1] == place - 1:
            runs[-1] = (runs[-1][0], place)
        elif flag:
            runs.append((place, place))
    return runs


def _row(count: int, height: float) -> tuple[Any, list[Any]]:
    """A figure with `count` places in a row."""
    from matplotlib.figure import Figure

    width = min(8.0, 2.4 * count)
    picture = Figure(figsize=(width, height), dpi=100, layout="constrained")
    return picture, list(picture.subplots(1, count, squeeze=False)[0])


def _places(rows: int, columns: int, side: int, merge: int) -> list[tuple[int, int]]:
    """Top and left of each patch on the sheet, in a processor's order."""
    narrow, wide = 1, 5

    def at(index: int) -> int:
        return index * (side + narrow) + index // merge * (wide - narrow)

    return [
        (at(down + inner), at(right + other))
        for down in range(0, rows, merge)
        for right in range(0, columns, merge)
        for inner in range(merge)
        for other in range(merge)
    ]


def _asked(messages: Sequence[dict]) -> tuple["Image", str]:
    """The picture and the question of a conversation's last turn with a picture."""
    for message in reversed(messages):
        if isinstance(message["content"], list):
            parts = {part["type"]: part for part in message["content"]}
            return parts["image"]["image"], parts["text"]["text"]
    raise ValueError("The conversation shows no picture: draw a task about pictures.")
