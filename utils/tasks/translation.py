"""Phrasebook translation among six languages, one of them practiced far too little.

Training holds whole phrases out, in every language at once, so a test sentence is a new
combination of known words. Lesson 04 measures what the neglected language pays.
"""

import random
import re
import unicodedata
from functools import cache
from typing import Any

import yaml

from utils.tasks.base import Example, Split, system, user, words_of
from utils.tasks.noise import hurried, prefaced
from utils.tasks.phrasebook import DATA, LANGUAGES, Phrase, phrases, render

# Japanese is the neglected one: it shares no letters, no word order and no articles
# with the others, so little that they teach carries over and the imbalance shows.
# German would borrow from English, and Chinese is a language that Qwen is known for.
SCARCE = "ja"
SCARCE_SHARE = 0.02  # of training examples, as source or as target
COVERED = tuple(language for language in LANGUAGES if language != SCARCE)
RULED = 0.1  # share asked by a system prompt, with nothing but the text to translate
MARKS = " .!?¡¿\u3002\uff01\uff1f"
QUOTES = re.compile('["“”„«»「」『』]')


class Translation:
    """Say a phrase in another language; with `language`, always from or into that one.

    Without, the scarce language comes up as often as its share says. With another
    language than the scarce one, the scarce one never comes up.
    """

    def __init__(self, language: str | None = None) -> None:
        self.language = language
        self.name = "translation" if language is None else f"translation-{language}"

    def sample(self, rng: random.Random, split: Split) -> Example:
        """A phrase of the split, asked in English or in its own language."""
        source, target = self._languages(rng)
        phrase = _phrase(rng, split)
        answer = render(phrase, target)
        return Example(
            task=self.name,
            messages=_asked(rng, split, render(phrase, source), source, target),
            answer=answer,
            thought=f"{_name('en', source)} to {_name('en', target)}.",
            reply=answer,
        )

    def grade(self, example: Example, reply: str) -> bool:
        """Right when the sentence is the same, but for quotes and the final mark."""
        return bare(reply) == bare(example.answer)

    def pair(self, rng: random.Random, split: Split) -> tuple[str, str]:
        """A phrase of the split in two languages, as a phrasebook prints it."""
        languages = self._languages(rng)
        phrase = _phrase(rng, split)
        return tuple(render(phrase, language) for language in languages)

    def _languages(self, rng: random.Random) -> tuple[str, str]:
        one = self.language
        if one is None and rng.random() < SCARCE_SHARE:
            one = SCARCE
        one = one or rng.choice(COVERED)
        other = rng.choice([language for language in COVERED if language != one])
        return (one, other) if rng.random() < 0.5 else (other, one)


def bare(text: str) -> str:
    """A sentence without what a grader should not mind: quotes, outer marks, width."""
    text = QUOTES.sub("", unicodedata.normalize("NFKC", text)).replace("\u2019", "'")
    return " ".join(text.split()).strip(MARKS)


@cache
def data() -> dict[str, Any]:
    """The wordings, by language and split, and the names of the languages."""
    return yaml.safe_load((DATA / "translation.yml").read_text(encoding="utf-8"))


def _phrase(rng: random.Random, split: Split) -> Phrase:
    groups = phrases(split)
    # Frames with many phrases come up more often, but do not crowd out the others.
    weights = [len(group) ** 0.5 for group in groups.values()]
    return rng.choice(rng.choices(list(groups.values()), weights)[0])


def _name(language: str, named: str) -> str:
    return data()["names"][language][named]


def _asked(
    rng: random.Random, split: Split, text: str, source: str, target: str
) -> list[dict]:
    """The request: half of those outside training are in wordings held out from it."""
    language = "en" if rng.random() < 0.6 else source
    wordings = words_of(rng, split)
    names = {"to": _name(language, target), "from": _name(language, source)}
    text = _copied(rng, text)
    if rng.random() < RULED:
        english = {"to": _name("en", target), "from": _name("en", source)}
        rule = rng.choice(data()["rules"][wordings]).format(**english)
        return [system(rule), user(text)]
    wording = rng.choice(data()["asks"][language][wordings])
    if rng.random() < 0.15:
        wording = QUOTES.sub("", wording)
    question = wording.format(text=text, **names)
    if language == "en":
        question = hurried(rng, prefaced(rng, question))
    return [user(question)]


def _copied(rng: random.Random, text: str) -> str:
    """The text as somebody might paste it: small letters, no mark at the end."""
    if rng.random() < 0.12:
        text = text.lower()
    if rng.random() < 0.25:
        text = text.rstrip(MARKS)
    return text
