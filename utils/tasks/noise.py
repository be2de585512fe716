"""Words that mean nothing in particular, so that a model learns what does matter.

A small model latches on to any word it has not met. Filler around a question teaches
it to look at the numbers; made-up words teach it that unknown words are normal.
"""

import random

SYLLABLES = (
    "ba be bi bo da de di do fa fo ga go ha he ka ki ko la le li lo ma me mi mo na ne "
    "ni no pa pe po ra re ri ro sa se si so ta te ti to va ve vi vo wa we wi ya yo za "
    "ar er in on an el en or is at um us al ent ing ion ess ght str pl gr th ch sh ck"
).split()
FILLER = (
    "a about again all also an answer any are as ask at be been but by can check come "
    "could did do does down each end even every exactly fast few first for found from "
    "full get give go good had has have here how i if in it just keep kindly know "
    "last let like list little look made make many may me might more most must my "
    "need new next nice not now number numbers of off ok on one only or our out over "
    "own piece put quick ready really result right said same say see set shall she "
    "should simple small so some soon still such sure take task tell than that the "
    "their them then there these they thing think this those time to today together "
    "too try two under up us use value values very want was way we well what when "
    "which who why will with without work would write yes you your"
).split()


def syllables(rng: random.Random, count: int) -> str:
    """So many syllables in one word."""
    return "".join(rng.choices(SYLLABLES, k=count))


def made_up_word(rng: random.Random) -> str:
    """A word of one to four syllables that nobody has read before."""
    word = syllables(rng, rng.randint(1, 4))
    return word.capitalize() if rng.random() < 0.2 else word


def filler(rng: random.Random, most: int) -> list[str]:
    """Up to `most` words: common ones, and one in four made up, with the odd comma."""
    words = [
        made_up_word(rng) if rng.random() < 0.25 else rng.choice(FILLER)
        for _ in range(rng.randint(0, most))
    ]
    return [w + rng.choice(",.!:") if rng.random() < 0.08 else w for w in words]


def prefaced(rng: random.Random, text: str) -> str:
    """One time in ten behind words that do not matter, as people start with."""
    words = filler(rng, most=6) if rng.random() < 0.1 else []
    return f"{' '.join(words).capitalize()}. {text}" if words else text


def hurried(rng: random.Random, text: str) -> str:
    """Typed in a hurry, some of the time."""
    if rng.random() < 0.2:
        text = text.lower()
    if rng.random() < 0.2:
        text = text.rstrip(".?!")
    if rng.random() < 0.06:
        text = f"{rng.choice(('Hi!', 'Hello,', 'Please,', 'Hey,'))} {text}"
    return text
