"""Beeps to ask about: how many, when they start, how high, rising or falling.

The sound is made here, so the right answer is known to the millisecond. Lesson 06 plays
them to an audio model; `sound_questions` has what is asked.
"""

import random
from typing import Any

from utils.tasks.base import Example, Message, Split, split_of
from utils.tasks.sound_questions import PITCHES, QUESTIONS
from utils.tasks.sound_wordings import ask
from utils.tasks.synthesis import LONGEST, Sound, synthesize

KINDS = tuple(QUESTIONS)
MOST = 6  # beeps
SHORTEST = 1_200  # milliseconds of a sound
BEEP, GAP, MARGIN = 60, 60, 30  # at least, in milliseconds
ALONE = 200  # at least, for a single beep: its pitch is to be heard moving
MIDDLE = (400, 2000)  # hertz, of a glide
SEMITONES = (5, 19)  # how far a pitch rises or falls: a fourth, or an octave and a half
LOUDNESS = (0.05, 0.5)  # peak of the loudest beep
SILENT = 0.1  # share of sounds without noise
ABOVE_NOISE = (5, 40)  # decibels, of the quietest beep


class Sounds:
    """One kind of question about beeps; all kinds can be asked about any sound."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.name = f"sounds-{kind}"

    def sound(self, rng: random.Random, split: Split) -> Sound:
        """A sound of the split; each number and each pitch is as frequent."""
        while True:
            sound = _sound(rng, rng.randint(1, MOST), rng.choice(tuple(PITCHES)))
            if self.split(sound) == split:
                return sound

    def split(self, sound: Sound) -> Split:
        """Times and pitches decide: in other noise a sound keeps its split."""
        return split_of(f"sound {sound.beeps} {sound.pitches}")

    def sample(self, rng: random.Random, split: Split) -> Example:
        sound = self.sound(rng, split)
        question, answer, reply = self.asked(sound, rng, split)
        messages = [listen(synthesize(sound), question)]
        return Example(self.name, messages, answer, "", reply)

    def asked(
        self, sound: Sound, rng: random.Random, split: Split
    ) -> tuple[str, str, str]:
        """Question, answer and reply about a sound."""
        question = QUESTIONS[self.kind]
        asked = question.ask(rng, sound)
        return ask(rng, question.wording, split), asked.answer, asked.reply

    def grade(self, example: Example, reply: str) -> bool:
        """Right when the number, the pitch or all times or hertz that it names are."""
        return QUESTIONS[self.kind].right(example.answer, reply)


def listen(waveform: Any, question: str) -> Message:
    """A message from the person: a sound and a question about it."""
    return {
        "role": "user",
        "content": [
            {"type": "audio", "audio": waveform},
            {"type": "text", "text": question},
        ],
    }


def _sound(rng: random.Random, count: int, pitch: str) -> Sound:
    loudest = _between(rng, LOUDNESS)
    peaks = [loudest * rng.uniform(0.7, 1.0) for _ in range(count)]
    above = 10 ** (rng.uniform(*ABOVE_NOISE) / 20)
    length = rng.randint(SHORTEST, LONGEST)
    return Sound(
        length=length,
        beeps=_beeps(rng, count, length),
        pitches=_pitches(rng, pitch),
        peaks=tuple(peaks),
        overtone=rng.uniform(0, 0.4),
        # A sine's effective value is its peak over the root of two.
        noise=0.0 if rng.random() < SILENT else min(peaks) / 2**0.5 / above,
        seed=rng.getrandbits(32),
    )


def _beeps(rng: random.Random, count: int, length: int) -> tuple[tuple[int, int], ...]:
    """Starts and lengths: what is left of the time is shared out at random."""
    shortest = [ALONE if count == 1 else BEEP, GAP] * count
    shortest = [MARGIN, *shortest[:-1], MARGIN]  # margin, beep, gap, … beep, margin
    shares = [rng.expovariate(1) for _ in shortest]
    spare = (length - sum(shortest)) / sum(shares)
    beeps, at = [], 0.0
    for place, (least, share) in enumerate(zip(shortest, shares, strict=True)):
        lasts = least + spare * share
        if place % 2:
            beeps.append((round(at), int(lasts)))
        at += lasts
    return tuple(beeps)


def _pitches(rng: random.Random, pitch: str) -> tuple[float, float]:
    middle = _between(rng, MIDDLE)
    half = 0 if pitch == "level" else rng.uniform(*SEMITONES) / 2
    low, high = (round(middle * 2 ** (step / 12)) for step in (-half, half))
    return (high, low) if pitch == "falling" else (low, high)


def _between(rng: random.Random, ends: tuple[float, float]) -> float:
    """Any value between the two, each octave as likely."""
    low, high = ends
    return low * (high / low) ** rng.random()
