"""What can be asked about beeps: one `Question` for each kind."""

import random
import re
from collections.abc import Callable

from utils.tasks.question import Asked, Question, named
from utils.tasks.sums import last_number
from utils.tasks.synthesis import Sound

NEAR = 0.1  # seconds that a start may be off
IN_TUNE = 0.1  # share that a pitch may be off: less than two semitones
PITCHES = {
    "rising": "rising rise rises increasing increases up upward upwards higher".split(),
    "falling": (
        "falling fall falls decreasing decreases down downward downwards lower"
    ).split(),
    "level": "level flat steady constant same unchanged".split(),
}
NUMBERS = "zero one two three four five six seven eight nine ten".split()


def pitch_of(sound: Sound) -> str:
    """`rising`, `falling` or `level`."""
    low, high = sound.pitches
    return "rising" if low < high else "falling" if low > high else "level"


def _ask_count(_: random.Random, sound: Sound) -> Asked:
    count = len(sound.beeps)
    beeps = "beep" if count == 1 else "beeps"
    return Asked(str(count), f"I hear {count} {beeps}.")


def _ask_pitch(_: random.Random, sound: Sound) -> Asked:
    pitch = pitch_of(sound)
    return Asked(pitch, f"The pitch is {pitch}.")


def _ask_times(_: random.Random, sound: Sound) -> Asked:
    starts = [start / 1000 for start, _ in sound.beeps]
    said = ", ".join(f"{start:.1f}" for start in starts)
    return Asked(" ".join(map(str, starts)), f"At {said} seconds.")


def _ask_hertz(_: random.Random, sound: Sound) -> Asked:
    first, last = (float(f"{pitch:.2g}") for pitch in sound.pitches)
    answer = " ".join(map(str, sound.pitches))
    return Asked(answer, f"From {first:.0f} to {last:.0f} Hz.")


def _same_count(answer: str, reply: str) -> bool:
    return _count(reply) == int(answer)


def _count(reply: str) -> int | None:
    """The last number, in digits or else as a word; None where there is none."""
    number = last_number(reply)
    if number:
        return int(number)
    words = [word for word in re.findall(r"\w+", reply.lower()) if word in NUMBERS]
    return NUMBERS.index(words[-1]) if words else None


def _names_pitch(answer: str, reply: str) -> bool:
    return named(PITCHES, reply.lower()) == {answer}


def _all_within(limit: Callable[[float], float]) -> Callable[[str, str], bool]:
    """Whether the reply has as many numbers as the answer, each within its limit."""

    def right(answer: str, reply: str) -> bool:
        said = [float(number) for number in re.findall(r"\d+(?:\.\d+)?", reply)]
        wanted = [float(number) for number in answer.split()]
        return len(said) == len(wanted) and all(
            abs(one - other) < limit(other) + 1e-6
            for one, other in zip(said, wanted, strict=True)
        )

    return right


QUESTIONS = {
    "count": Question("count", _ask_count, _same_count),
    "pitch": Question("pitch", _ask_pitch, _names_pitch),
    "times": Question("times", _ask_times, _all_within(lambda _: NEAR)),
    "hertz": Question("hertz", _ask_hertz, _all_within(lambda hertz: IN_TUNE * hertz)),
}
