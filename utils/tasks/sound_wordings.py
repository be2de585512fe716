"""The many ways to ask about a sound; `sounds` asks in one of them.

As with pictures, `held_out` wordings are never used in training: half of the questions
of an evaluation come from there.
"""

import random
from functools import cache
from pathlib import Path

import yaml

from utils.tasks.base import Split
from utils.tasks.picture_wordings import framed

DATA = Path(__file__).with_name("data") / "sound_wordings.yml"
BEEPS = ("beep", "beep", "beep", "tone", "sound", "signal")


@cache
def wordings(part: str) -> dict[str, list[str]]:
    """Wordings for each kind of question: those of `questions` or of `held_out`."""
    return yaml.safe_load(DATA.read_text(encoding="utf-8"))[part]


def ask(rng: random.Random, kind: str, split: Split) -> str:
    """One wording of a kind of question."""
    held_out = split != "train" and rng.random() < 0.5
    wording = rng.choice(wordings("held_out" if held_out else "questions")[kind])
    text = wording.format(beep=rng.choice(BEEPS))
    return framed(rng, text.lower() if rng.random() < 0.15 else text, split)
