"""Beeps: synthesized as described, asked about in many ways, rightly graded."""

import random
from collections import Counter
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from utils.tasks import TASKS, draw
from utils.tasks.base import Example
from utils.tasks.sound_questions import IN_TUNE, NEAR, PITCHES, pitch_of
from utils.tasks.sound_wordings import ask, wordings
from utils.tasks.sounds import KINDS, MOST, Sounds
from utils.tasks.synthesis import LONGEST, RATE, Sound, samples, synthesize

pytestmark = pytest.mark.unit

SPLITS = ("train", "dev", "test")
FRAME = 80  # samples: 5 ms


def sounds(n: int, split: str = "train") -> list[Sound]:
    rng = random.Random(f"sounds/{split}")
    return [Sounds("count").sound(rng, split) for _ in range(n)]


def quiet(sound: Sound) -> np.ndarray:
    """Its samples with hardly any noise."""
    return synthesize(replace(sound, noise=1e-4))


def bursts(wave: np.ndarray) -> list[tuple[int, int]]:
    """Where it is loud, in samples: found by the energy of frames, not by the label."""
    frames = wave[: len(wave) // FRAME * FRAME].reshape(-1, FRAME)
    loud = np.sqrt((frames**2).mean(1)) > 0.05 * np.abs(wave).max()
    edges = np.flatnonzero(np.diff(loud.astype(int), prepend=0, append=0)) * FRAME
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))


def frequency(wave: np.ndarray) -> float:
    """The strongest frequency below 5 kHz, in hertz."""
    size = 16 * RATE // 10
    spectrum = np.abs(np.fft.rfft(wave * np.hanning(len(wave)), size))
    return float(np.argmax(spectrum[: size * 5000 // RATE]) * RATE / size)


def test_the_bursts_of_a_sound_are_its_beeps():
    for sound in sounds(200):
        found = bursts(quiet(sound))
        assert len(found) == len(sound.beeps)
        for (begin, end), (start, length) in zip(found, sound.beeps, strict=True):
            assert begin == pytest.approx(samples(start), abs=2 * FRAME)
            assert end == pytest.approx(samples(start + length), abs=2 * FRAME)


def test_the_pitch_moves_as_the_sound_says():
    for sound in sounds(200):
        wave = quiet(sound)
        edge = samples(40)
        first, last = sound.beeps[0][0], sum(sound.beeps[-1])
        begin = frequency(wave[samples(first) :][:edge])
        end = frequency(wave[: samples(last)][-edge:])
        moved = "rising" if end > 1.1 * begin else "falling"
        assert pitch_of(sound) == ("level" if 0.95 < end / begin < 1.05 else moved)


def test_noise_is_as_loud_as_the_sound_says():
    for sound in sounds(50):
        silence = samples(sound.beeps[0][0])
        noise = synthesize(sound)[:silence]
        assert noise.std() == pytest.approx(sound.noise, rel=0.3)
    loud = [s.noise / min(s.peaks) for s in sounds(500)]
    assert min(loud) == 0
    assert 0.35 < max(loud) <= 10 ** (-5 / 20) / 2**0.5 + 1e-9


def test_sounds_differ_in_every_respect():
    many = sounds(600)
    counts = Counter(len(sound.beeps) for sound in many)
    assert set(counts) == set(range(1, MOST + 1))
    assert min(counts.values()) > 60
    pitches = Counter(map(pitch_of, many))
    assert set(pitches) == set(PITCHES)
    assert min(pitches.values()) > 140
    beeps = [beep for sound in many for beep in sound.beeps]
    gaps = [
        after[0] - sum(before)
        for sound in many
        for before, after in pairwise(sound.beeps)
    ]
    assert 58 <= min(gaps) < 70
    assert max(gaps) > 400
    lengths = [length for _, length in beeps]
    assert 58 <= min(lengths) < 70
    assert max(lengths) > 500
    assert all(sum(sound.beeps[-1]) < sound.length <= LONGEST for sound in many)
    assert min(map(min, (sound.pitches for sound in many))) < 300
    assert max(map(max, (sound.pitches for sound in many))) > 2500
    peaks = [peak for sound in many for peak in sound.peaks]
    assert max(peaks) / min(peaks) > 8


def test_samples_stay_in_range_and_depend_on_the_description_alone():
    for sound in sounds(50):
        wave = synthesize(sound)
        assert wave.dtype == np.float32
        assert wave.shape == (samples(sound.length),)
        assert np.abs(wave).max() <= 1
        assert np.array_equal(wave, synthesize(sound))


def test_a_sound_belongs_to_one_split():
    """Times and pitches decide, so a test sound is not another one in other noise."""
    said = {
        split: {(sound.beeps, sound.pitches) for sound in sounds(1000, split)}
        for split in SPLITS
    }
    assert not said["train"] & said["test"]
    assert not said["train"] & said["dev"]
    assert not said["dev"] & said["test"]
    sound = sounds(1, "test")[0]
    louder = replace(sound, noise=0.5, seed=3, overtone=0.0)
    assert Sounds("count").split(louder) == "test"


@pytest.mark.parametrize("kind", KINDS)
def test_an_example_holds_the_sound_and_its_right_reply(kind):
    task = TASKS[f"sounds-{kind}"]
    for example in draw(task, 30, 1, "dev"):
        sound, text = example.messages[0]["content"]
        assert sound["audio"].dtype == np.float32
        assert text["text"]
        assert task.grade(example, example.reply), example.reply
    assert len({example.answer for example in draw(task, 60, 1)}) >= 3


def test_starts_are_the_bursts():
    task = Sounds("times")
    for sound in sounds(60):
        _, answer, _ = task.asked(sound, random.Random(1), "train")
        heard = [begin / RATE for begin, _ in bursts(quiet(sound))]
        for start, burst in zip(map(float, answer.split()), heard, strict=True):
            assert start == pytest.approx(burst, abs=0.015)


@pytest.mark.parametrize("kind", KINDS)
def test_held_out_wordings_are_for_evaluation_only(kind):
    held = wordings("held_out")[kind]
    assert not set(wordings("questions")[kind]) & set(held)
    marks = [max(one.split("{beep}"), key=len).lower() for one in held]

    def held_out(split: str, n: int = 1000) -> int:
        rng = random.Random(4)
        texts = (ask(rng, kind, split).lower() for _ in range(n))
        return sum(any(mark in text for mark in marks) for text in texts)

    assert held_out("train") == 0
    assert held_out("dev") > 300
    assert held_out("test") > 300


GRADED = {
    "count": (
        "3",
        ["I hear 3 beeps.", "3", "There are three beeps.", "Three, I think."],
        ["I hear 4 beeps.", "13", "two", "", "beeps", "3 or 4"],
    ),
    "pitch": (
        "rising",
        ["The pitch is rising.", "It goes up", "increasing!"],
        ["falling", "It is rising, then falling.", "level", "I hear beeps.", ""],
    ),
    "times": (
        "0.25 1.3",
        ["At 0.3, 1.3 seconds.", "0.2 and 1.2", "0.25, 1.4"],
        ["At 0.3 seconds.", "0.3, 0.8, 1.3", "0.4, 1.3", "", "1.3, 0.3"],
    ),
    "hertz": (
        "440.0 1210.0",
        ["From 440 to 1200 Hz.", "480 and 1100", "It starts at 400.5, then 1330."],
        ["From 1200 to 440 Hz.", "440", "From 490 to 1200 Hz.", "", "1, 440, 1210"],
    ),
}


@pytest.mark.parametrize("kind", GRADED)
def test_a_reply_is_right_when_all_that_it_names_is_right(kind):
    answer, right, wrong = GRADED[kind]
    task, example = Sounds(kind), Example("", [], answer, "", "")
    assert NEAR == IN_TUNE == 0.1
    assert [reply for reply in right if not task.grade(example, reply)] == []
    assert [reply for reply in wrong if task.grade(example, reply)] == []
