"""Typical wrong answers to lesson 06, and what each is told."""

import math
import wave

import numpy as np
from PIL import Image, ImageOps


def _images(messages):
    """As in the solution, for answers that go wrong elsewhere."""
    return [
        part["image"]
        for message in messages
        if not isinstance(message["content"], str)
        for part in message["content"]
        if part["type"] == "image"
    ]


def _first_of_each(messages):
    found = [_images([message])[:1] for message in messages]
    return [image for images in found for image in images]


def _expects_parts(messages):
    return [
        part["image"]
        for message in messages
        for part in message["content"]
        if part["type"] == "image"
    ]


def _column_by_column(start, rows, columns):
    places = [
        (start, start + r, start + c) for c in range(columns) for r in range(rows)
    ]
    return places, start + max(rows, columns)


def _from_zero(start, rows, columns):
    places = [(0, r, c) for r in range(rows) for c in range(columns)]
    return places, max(rows, columns)


def _places(start, rows, columns):
    return [(start, start + r, start + c) for r in range(rows) for c in range(columns)]


def _time_runs(start, rows, columns):
    places = [
        (start + i, r, c) for i, (_, r, c) in enumerate(_places(start, rows, columns))
    ]
    return places, start + max(rows, columns)


def _drops_transparency(path):
    return ImageOps.exif_transpose(Image.open(path)).convert("RGB")


def _on_white(picture):
    white = Image.new("RGBA", picture.size, "white")
    return Image.alpha_composite(white, picture.convert("RGBA"))


def _lies_on_its_side(path):
    return _on_white(Image.open(path)).convert("RGB")


def _keeps_four_channels(path):
    return _on_white(ImageOps.exif_transpose(Image.open(path)))


def _white_on_top(path):
    picture = ImageOps.exif_transpose(Image.open(path)).convert("RGBA")
    white = Image.new("RGBA", picture.size, "white")
    return Image.alpha_composite(picture, white).convert("RGB")


def _by_the_area(width, height, most):
    blocks = round(width / 32) * round(height / 32)
    factor = min(1, most / blocks)
    return tuple(32 * max(1, round(side * factor / 32)) for side in (width, height))


def _to_the_nearest(width, height, most):
    columns, rows = round(width / 32), round(height / 32)
    if columns * rows > most:
        factor = math.sqrt(most * 1024 / (width * height))
        columns, rows = (max(1, round(side * factor / 32)) for side in (width, height))
    return 32 * columns, 32 * rows


def _always_fills(width, height, most):
    factor = math.sqrt(most * 1024 / (width * height))
    return tuple(
        32 * max(1, math.floor(side * factor / 32)) for side in (width, height)
    )


def _square(width, height, most):
    if round(width / 32) * round(height / 32) <= most:
        return 32 * round(width / 32), 32 * round(height / 32)
    side = 32 * math.isqrt(most)
    return side, side


def _no_multiples(width, height, most):
    columns, rows = round(width / 32), round(height / 32)
    if columns * rows <= most:
        return 32 * columns, 32 * rows
    factor = math.sqrt(most * 1024 / (width * height))
    return math.floor(width * factor), math.floor(height * factor)


def _read(path):
    """Samples as they stand in the file, its channels and its rate."""
    with wave.open(str(path)) as file:
        samples = np.frombuffer(file.readframes(file.getnframes()), np.int16)
        return samples / 32768, file.getnchannels(), file.getframerate()


def _at_rate(mono, recorded, rate):
    places = np.arange(0, len(mono), recorded / rate)
    return np.interp(places, np.arange(len(mono)), mono)


def _as_recorded(path, rate):
    samples, channels, _ = _read(path)
    return samples.reshape(-1, channels).mean(1)


def _side_by_side(path, rate):
    samples, _, recorded = _read(path)
    return _at_rate(samples, recorded, rate)


def _whole_numbers(path, rate):
    samples, channels, recorded = _read(path)
    return _at_rate(samples.reshape(-1, channels).mean(1) * 32768, recorded, rate)


def _left_ear(path, rate):
    samples, channels, recorded = _read(path)
    return _at_rate(samples[::channels], recorded, rate)


def _cut_to_length(path, rate):
    samples, channels, _ = _read(path)
    return samples.reshape(-1, channels).mean(1)[:rate]


WRONG = {
    "picture_tokens": [
        (lambda width, height: (width // 16) * (height // 16), "those are patches"),
        (lambda width, height: (width // 32) * (height // 32), "you rounded down"),
        (
            lambda width, height: math.ceil(width / 32) * math.ceil(height / 32),
            "you rounded up",
        ),
        (
            lambda width, height: width * height // 1024 + (width < 60),
            "Round each side",
        ),
    ],
    "picture_positions": [
        (_from_zero, "count from `start`"),
        (_column_by_column, "the row has to be the outer loop"),
        (_time_runs, "a still picture takes no time"),
        (
            lambda start, rows, columns: (
                _places(start, rows, columns),
                start + rows * columns,
            ),
            "not after the last token",
        ),
        (
            lambda start, rows, columns: (_places(start, rows, columns), start + rows),
            "columns count too",
        ),
    ],
    "collect_images": [
        (lambda messages: _images(messages[-1:]), "walk through all messages"),
        (_first_of_each, "a turn may hold several"),
        (lambda messages: sorted(set(_images(messages))), "has two places"),
        (lambda messages: _images(messages[::-1]), "keep the order of the messages"),
        (_expects_parts, "your code stopped with TypeError"),
    ],
    "open_picture": [
        (_drops_transparency, "lay the picture over white"),
        (_lies_on_its_side, "use exif_transpose"),
        (_keeps_four_channels, "not RGB: convert it"),
        (_white_on_top, "does it lie below the picture"),
    ],
    "fit_picture": [
        (_by_the_area, "Take its square root"),
        (_to_the_nearest, "round down, not to the nearest"),
        (_always_fills, "change nothing but the rounding"),
        (_square, "the proportions are lost"),
        (_no_multiples, "both have to be multiples of 32"),
    ],
    "sound_tokens": [
        (lambda seconds, longest: longest * 25, "the filling of silence"),
        (lambda seconds, longest: int(min(seconds, longest) * 50), "twice over"),
        (lambda seconds, longest: int(seconds * 25), "the rest is cut"),
        (
            lambda seconds, longest: math.ceil(min(seconds, longest) * 25),
            "not full is left out",
        ),
    ],
    "load_sound": [
        (_as_recorded, "still has 44,100 samples"),
        (_side_by_side, "gave two seconds"),
        (_whole_numbers, "divide by 32768"),
        (_left_ear, "only one of the two channels"),
        (_cut_to_length, "are the new places recorded"),
    ],
}
