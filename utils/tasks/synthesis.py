"""Makes the sounds that an audio model is asked about: beeps in noise.

A sound is described first, in milliseconds and hertz, and then turned into samples:
the right answers follow from the description.
"""

from dataclasses import dataclass
from typing import Any

RATE = 16_000  # samples per second, as Whisper and Qwen2-Audio have it
LONGEST = 2_000  # milliseconds
RAMP = 5  # milliseconds in which a beep swells and fades; without it, beeps would click


@dataclass(frozen=True)
class Sound:
    """Beeps on a glide that begins with the first one and ends with the last one.

    Times are milliseconds, pitches hertz, loudness and noise shares of full scale.
    """

    length: int
    beeps: tuple[tuple[int, int], ...]  # start and length of each
    pitches: tuple[float, float]  # where the glide begins and where it ends
    peaks: tuple[float, ...]  # of each beep
    overtone: float  # share of the octave above
    noise: float  # standard deviation
    seed: int  # of the noise


def synthesize(sound: Sound) -> Any:
    """The samples, float32 [length * RATE / 1000], from -1 to 1.

    The pitch moves evenly in octaves, which is how an ear measures it.
    """
    import numpy as np

    count = samples(sound.length)
    noise = np.random.default_rng(sound.seed).standard_normal(count, dtype=np.float32)
    wave = sound.noise * noise
    first, last = samples(sound.beeps[0][0]), samples(sum(sound.beeps[-1]))
    low, high = sound.pitches
    hertz = low * (high / low) ** np.linspace(0, 1, last - first)
    phase = 2 * np.pi / RATE * np.cumsum(hertz)
    for (start, length), peak in zip(sound.beeps, sound.peaks, strict=True):
        begin, end = samples(start), samples(start + length)
        part = phase[begin - first : end - first]
        tone = np.sin(part) + sound.overtone * np.sin(2 * part)
        wave[begin:end] += peak * _swell(end - begin) * tone
    return np.clip(wave, -1, 1)


def samples(milliseconds: int) -> int:
    """How many samples that is."""
    return milliseconds * RATE // 1000


def _swell(count: int) -> Any:
    """Loudness of a beep over time, from 0 to 1 and back, [count]."""
    import numpy as np

    rise = 0.5 - 0.5 * np.cos(np.linspace(0, np.pi, samples(RAMP)))
    flat = np.ones(count - 2 * len(rise))
    return np.concatenate([rise, flat, rise[::-1]])
