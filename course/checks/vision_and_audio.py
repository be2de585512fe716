"""Checks of lesson 06: tokens and positions of pictures, files, sizes, sounds."""

import tempfile
import wave
from pathlib import Path

from course.checks import exercise, expect


@exercise(
    "picture_tokens",
    stars=1,
    minutes=5,
    hints=[
        "A side of 128 pixels holds four blocks of 32, and 128 by 128 pixels sixteen.",
        "round(width / 32) is the number of blocks next to each other.",
        "Multiply it by the number of blocks above each other.",
    ],
)
def check_picture_tokens(answer) -> str:
    square = answer(128, 128)
    expect(
        square != 64,
        "128 by 128 pixels gave 64: those are patches, and four of them are one token.",
    )
    expect(square == 16, f"128 by 128 pixels are 4 times 4 blocks, not {square}.")
    expect(
        answer(50, 50) != 1,
        "50 by 50 pixels gave one token: you rounded down, and 50 is nearer to 64.",
    )
    odd = answer(110, 70)
    expect(odd != 12, "110 by 70 gave 12: you rounded up, 96 by 64 is nearer.")
    expect(odd != 7, "110 by 70 gave 7: you divided the area. Round each side first.")
    expect(odd == 6, f"110 by 70 pixels become 96 by 64: 3 times 2 tokens, not {odd}.")
    return "every side to the nearest 32, then one token per block."


@exercise(
    "picture_positions",
    stars=2,
    minutes=10,
    hints=[
        "Time is `start` for every token: a picture does not last.",
        "Two loops, rows outside and columns inside; add `start` to both numbers.",
        "The word after it stands at start + max(rows, columns).",
    ],
)
def check_picture_positions(answer) -> str:
    pair = answer(5, 2, 3)
    expect(
        isinstance(pair, tuple) and len(pair) == 2,
        "the result is not a pair: return places, following.",
    )
    places, following = [tuple(place) for place in pair[0]], pair[1]
    expect(len(places) == 6, f"2 rows of 3 tokens got {len(places)} positions.")
    expect(
        places[0] != (0, 0, 0),
        "the first token stands at (0, 0, 0), where the first word of the text is: "
        "count from `start`.",
    )
    expect(
        places[1] != (5, 6, 5),
        "the second token lies below the first: the row has to be the outer loop.",
    )
    times = [time for time, _, _ in places]
    expect(times == [5] * 6, f"the times are {times}: a still picture takes no time.")
    wanted = [(5, 5 + row, 5 + column) for row in (0, 1) for column in (0, 1, 2)]
    expect(places == wanted, f"the positions should be {wanted}.")
    expect(
        following != 11,
        "the word after the picture was put at 11, past all six tokens: it goes on "
        "after the largest position, not after the last token.",
    )
    expect(
        following != 7,
        "the next word stands at 7, where the picture's third column lies: columns "
        "count too, take the larger number.",
    )
    expect(following == 8, f"positions 5 to 7 are used, so 8 follows, not {following}.")
    taller = answer(1, 3, 2)[1]
    expect(taller == 4, f"3 rows from position 1 use up 1 to 3; {taller} is wrong.")
    return "three numbers say where a block lies, and a picture takes little room."


@exercise(
    "collect_images",
    stars=1,
    minutes=7,
    hints=[
        "Two loops: over the messages, and over the parts of each content.",
        "isinstance(message['content'], str) tells a plain text from a list of parts.",
        "Keep part['image'] where part['type'] == 'image'.",
    ],
)
def check_collect_images(answer) -> str:
    one, two, three = ({"type": "image", "image": n} for n in ("one", "two", "three"))
    text = {"type": "text", "text": "Compare them."}
    messages = [
        {"role": "system", "content": "Look closely."},
        {"role": "user", "content": [one, two, text]},
        {"role": "assistant", "content": "They differ."},
        {"role": "user", "content": [text, three, one]},
    ]
    images = list(answer(messages))
    expect(
        images != ["three", "one"],
        "the pictures of the first turn are missing: walk through all messages.",
    )
    expect(
        images != ["one", "three"],
        "only the first picture of each turn was kept: a turn may hold several.",
    )
    expect(
        len(images) == 4,
        f"{len(images)} of 4 pictures came back: one shown twice has two places.",
    )
    expect(
        images == ["one", "two", "three", "one"],
        f"the order is {images}: keep the order of the messages and their parts.",
    )
    return "one picture for each place, in order."


@exercise(
    "open_picture",
    stars=2,
    minutes=10,
    hints=[
        "First ImageOps.exif_transpose(Image.open(path)), then .convert('RGBA').",
        "Image.new('RGBA', picture.size, 'white') is the sheet to lay it on.",
        "End by .convert('RGB') on what Image.alpha_composite(white, picture) gives.",
    ],
)
def check_open_picture(answer) -> str:
    from PIL import Image

    with tempfile.TemporaryDirectory() as folder:
        clear = Image.new("RGBA", (40, 20))  # black, and fully transparent
        clear.paste((255, 0, 0, 255), (0, 0, 10, 20))
        clear.save(Path(folder, "clear.png"))
        note = Image.Exif()
        note[0x0112] = 6
        Image.new("RGB", (40, 20), "blue").save(Path(folder, "photo.jpg"), exif=note)
        Image.new("L", (40, 20), 128).save(Path(folder, "gray.png"))
        opened = answer(Path(folder, "clear.png"))
        turned = answer(Path(folder, "photo.jpg"))
        gray = answer(Path(folder, "gray.png"))
    expect(opened.mode == "RGB", f"the mode is {opened.mode}, not RGB: convert it.")
    seen = opened.getpixel((30, 10)), opened.getpixel((5, 10))
    expect(
        seen[0] != (0, 0, 0),
        "what was transparent came out black: lay the picture over white before you "
        "drop the transparency.",
    )
    expect(
        seen == ((255, 255, 255), (255, 0, 0)),
        f"a clear and a red pixel came out as {seen}: is the sheet white, and does it "
        "lie below the picture?",
    )
    expect(
        turned.size == (20, 40),
        "a photo with the note to turn it still lies on its side: use exif_transpose.",
    )
    shade = gray.getpixel((5, 5))
    expect(shade == (128, 128, 128), f"a pixel of gray 128 came out as {shade}.")
    return "upright, on white, three channels: what you see is what the model gets."


@exercise(
    "fit_picture",
    stars=3,
    minutes=15,
    hints=[
        "If round(width / 32) * round(height / 32) blocks fit already, you are done.",
        "The area shrinks by most * 32 * 32 / (width * height), a side by its root.",
        "Then math.floor(side * factor / 32) blocks, at least one, times 32 pixels.",
    ],
)
def check_fit_picture(answer) -> str:
    expect(
        tuple(answer(200, 100, 256)) == (192, 96),
        "200 by 100 pixels fit into 256 tokens and have to become 192 by 96: change "
        "nothing but the rounding when a picture fits.",
    )
    width, height = answer(2048, 2048, 256)
    expect(
        (width, height) != (128, 128),
        "2048 by 2048 pixels came out 128 by 128: you shrank each side by the ratio of "
        "the areas. Take its square root.",
    )
    expect((width, height) == (512, 512), f"got {width} by {height}, not 512 by 512.")
    for size in ((4032, 3024), (1920, 1080), (1700, 1400)):
        width, height = answer(*size, 256)
        became = f"{size[0]} by {size[1]} became {width} by {height}"
        expect(
            width % 32 == height % 32 == 0,
            f"{became}: both have to be multiples of 32.",
        )
        tokens = width // 32 * (height // 32)
        expect(
            tokens <= 256,
            f"{became}, which is {tokens} tokens: round down, not to the nearest.",
        )
        expect(
            0.85 < width / height / (size[0] / size[1]) < 1.18,
            f"{became}: the proportions are lost, shrink both sides by one factor.",
        )
        expect(tokens > 200, f"{became}, only {tokens} of 256 tokens: shrink it less.")
    strip = answer(6000, 40, 64)
    expect(min(strip) >= 32, "a long strip lost a side: keep at least 32 pixels.")
    return "as large as the limit allows, and still the same picture."


@exercise(
    "sound_tokens",
    stars=1,
    minutes=4,
    hints=[
        "What is longer than the room is cut off: min(seconds, longest).",
        "Twenty-five tokens a second; int() leaves out the one that is not full.",
    ],
)
def check_sound_tokens(answer) -> str:
    short = answer(2, 30)
    expect(
        short != 750,
        "2 seconds cost as much as 30: the filling of silence makes no tokens.",
    )
    expect(
        short not in (100, 200),
        f"2 seconds gave {short}: the tower halves the hundred steps of a second "
        "twice over.",
    )
    expect(short == 50, f"2 seconds are 50 tokens, not {short}.")
    long = answer(40, 30)
    expect(long != 1000, "40 seconds gave 1000 where 30 have room: the rest is cut.")
    expect(long == 750, f"30 seconds of 40 are heard: 750 tokens, not {long}.")
    part = answer(0.5, 2)
    expect(part == 12, f"half a second gave {part}: what is not full is left out.")
    return "25 a second, up to the end of the room."


@exercise(
    "load_sound",
    stars=2,
    minutes=12,
    hints=[
        "np.frombuffer(file.readframes(count), np.int16) / 32768 are the samples.",
        "samples.reshape(-1, channels).mean(1) is one channel.",
        "np.arange(0, len(mono), recorded / rate) are the places to read off.",
    ],
)
def check_load_sound(answer) -> str:
    import numpy as np

    tone = np.sin(2 * np.pi * 400 * np.arange(44_100) / 44_100)
    with tempfile.TemporaryDirectory() as folder:
        both = np.stack([0.8 * tone, 0.2 * tone], axis=1)
        _write(Path(folder, "both.wav"), both, 44_100)
        _write(Path(folder, "one.wav"), 0.5 * tone[::2, None], 22_050)
        mixed = np.asarray(answer(Path(folder, "both.wav"), 16_000))
        single = np.asarray(answer(Path(folder, "one.wav"), 16_000))
    expect(mixed.ndim == 1, f"the shape is {mixed.shape}: mix the channels.")
    loudest = np.abs(mixed).max()
    expect(loudest <= 1, f"the largest sample is {loudest:.0f}: divide by 32768.")
    expect(
        abs(len(mixed) - 32_000) > 2,
        "one second of stereo gave two seconds: the channels stand side by side, mix "
        "them before you read off.",
    )
    expect(
        abs(len(mixed) - 44_100) > 2,
        "one second still has 44,100 samples: read it off at `rate` samples a second.",
    )
    expect(abs(len(mixed) - 16_000) <= 2, f"one second has {len(mixed):,} samples.")
    expect(
        min(abs(loudest - 0.8), abs(loudest - 0.2)) > 0.05,
        "only one of the two channels was kept: a sound on the other would be lost.",
    )
    for sound in (mixed, single):
        pitch = int(np.abs(np.fft.rfft(sound[:16_000])).argmax())
        expect(
            abs(pitch - 400) <= 1,
            f"a tone of 400 hertz came out at {pitch}: are the new places recorded / "
            "rate old samples apart?",
        )
        expect(abs(np.abs(sound).max() - 0.5) < 0.05, "the loudness has changed.")
    return "one channel, the right rate, between minus one and one."


def _write(path: Path, samples, rate: int) -> None:
    """Write samples [time, channel] from -1 to 1 as 16-bit WAV."""
    with wave.open(str(path), "wb") as file:
        file.setparams((samples.shape[1], 2, rate, 0, "NONE", ""))
        file.writeframes((samples * 32767).astype("<i2").tobytes())
