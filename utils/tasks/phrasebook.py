"""A phrasebook in six languages: sentences put together from frames and words.

Frames and words are data (`data/phrase_frames.yml`, `data/phrase_words.yml`); articles,
cases and agreement are made here. Lesson 04 measures what a model learned of it.
"""

from dataclasses import dataclass
from functools import cache
from itertools import product
from typing import Any

import yaml

from utils.paths import ROOT
from utils.tasks.base import Split, split_of

LANGUAGES = ("en", "zh", "es", "fr", "de", "ja")
DATA = ROOT / "utils" / "tasks" / "data"
NOUNS = ("thing", "place", "furniture")
GERMAN_ARTICLES = {  # nominative, accusative, indefinite accusative
    "m": ("der", "den", "einen"),
    "f": ("die", "die", "eine"),
    "n": ("das", "das", "ein"),
}
Forms = dict[str, str]


@dataclass(frozen=True)
class Phrase:
    """What a sentence says, in no language: a frame, and a word for each slot."""

    frame: str
    words: tuple[str, ...] = ()

    @property
    def split(self) -> Split:
        """Where it belongs in every language at once; whole phrases always train."""
        if not self.words:
            return "train"
        return split_of(f"phrase {self.frame} {' '.join(self.words)}")


@cache
def phrases(split: Split) -> dict[str, list[Phrase]]:
    """All phrases of a split, by frame; whole phrases are together under `fixed`."""
    found: dict[str, list[Phrase]] = {}
    for frame, data in _frames()["frames"].items():
        choices = [_members(slot, group) for slot, group in data["slots"].items()]
        of_frame = [Phrase(frame, words) for words in product(*choices)]
        found[frame] = [phrase for phrase in of_frame if phrase.split == split]
    if split == "train":
        found["fixed"] = [Phrase(name) for name in _frames()["fixed"]]
    return {frame: group for frame, group in found.items() if group}


@cache
def render(phrase: Phrase, language: str) -> str:
    """The phrase as a sentence of that language."""
    if not phrase.words:
        return _frames()["fixed"][phrase.frame][language]
    frame = _frames()["frames"][phrase.frame]
    slots = dict(zip(frame["slots"], phrase.words, strict=True))
    forms = {slot: _forms(slot, word, language) for slot, word in slots.items()}
    if "adjective" in slots:
        gender = _gender(slots["thing"], language)
        forms["adjective"] = _adjective(slots["adjective"], language, gender)
    return _capitalized(frame[language].format(**forms))


@cache
def _frames() -> dict[str, Any]:
    return yaml.safe_load((DATA / "phrase_frames.yml").read_text(encoding="utf-8"))


@cache
def _words() -> dict[str, Any]:
    return yaml.safe_load((DATA / "phrase_words.yml").read_text(encoding="utf-8"))


def _members(slot: str, group: str) -> list[str]:
    if group == "all":
        return [str(word) for word in _words()[slot]]
    return _words()["groups"][slot][group]


def _entry(slot: str, word: str, language: str) -> Any:
    table = _words()[slot]
    return table[int(word) if word.isdigit() else word][language]


def _forms(slot: str, word: str, language: str) -> Forms:
    entry = _entry(slot, word, language)
    if slot in NOUNS:
        return _NOUN_FORMS[language](*entry)
    if slot == "who":
        verbs = _frames()["verbs"]["i" if word == "i" else "other"][language]
        return {"n": entry} | {k: v.format(entry) for k, v in verbs.items()}
    if slot == "liked":
        return _liked(entry, language)
    return {} if slot == "adjective" else {"n": entry}


def _gender(word: str, language: str) -> str:
    return _entry("thing", word, language)[1] if language in ("es", "fr") else ""


def _english(word: str, plural: str = "") -> Forms:
    article = "an" if word[0] in "aeiou" else "a"
    return {"the": f"the {word}", "a": f"{article} {word}", "many": plural}


def _measured(word: str, measure: str = "") -> Forms:
    """Chinese and Japanese: no articles, but a measure word to count with."""
    return {
        "n": word,
        "a": f"一{measure}{word}",
        "many": measure + word,
        "measure": measure,
    }


def _spanish(word: str, gender: str, plural: str = "") -> Forms:
    male = gender == "m"
    return {
        "the": f"{'el' if male else 'la'} {word}",
        "a": f"{'un' if male else 'una'} {word}",
        "no": f"{'ningún' if male else 'ninguna'} {word}",
        "to": f"{'al' if male else 'a la'} {word}",
        "of": f"{'del' if male else 'de la'} {word}",
        "many": plural,
    }


def _french(word: str, gender: str, plural: str = "") -> Forms:
    male = gender == "m"
    # Every h in the tables is mute, so it elides as a vowel does.
    elided = word[0] in "aeiouhéèêœ"
    the = f"l'{word}" if elided else f"{'le' if male else 'la'} {word}"
    contracted = male and not elided
    return {
        "the": the,
        "a": f"{'un' if male else 'une'} {word}",
        "no": f"d'{word}" if elided else f"de {word}",
        "to": f"au {word}" if contracted else f"à {the}",
        "of": f"du {word}" if contracted else f"de {the}",
        "many": plural,
    }


def _german(word: str, gender: str, plural: str = "", into: str = "") -> Forms:
    """Nominative `the`; accusative `the_object`, `a`, `no`; dative `to` and `at`."""
    the, the_object, a = GERMAN_ARTICLES[gender]
    return {
        "the": f"{the} {word}",
        "the_object": f"{the_object} {word}",
        "a": f"{a} {word}",
        "no": f"k{a} {word}",
        "to": f"{'zur' if gender == 'f' else 'zum'} {word}",
        "at": f"{'der' if gender == 'f' else 'dem'} {word}",
        "into": into,
        "many": plural,
    }


_NOUN_FORMS = {
    "en": _english,
    "zh": _measured,
    "es": _spanish,
    "fr": _french,
    "de": _german,
    "ja": _measured,
}


def _liked(entry: Any, language: str) -> Forms:
    if language == "de":
        return {"n": entry[0], "no": entry[1]}
    # What pleases is the subject in Spanish: "le gustan las manzanas".
    plural = language == "es" and entry.startswith(("los ", "las "))
    return {"n": entry, "verb": "gustan" if plural else "gusta"}


def _adjective(word: str, language: str, gender: str) -> Forms:
    entry = _entry("adjective", word, language)
    if language == "ja":
        return {"n": entry[0], "no": entry[1]}
    if not gender:
        return {"n": entry}
    agreed = entry[0] if gender == "m" else entry[1]
    return {"n": agreed, "verb": entry[-1]}


def _capitalized(sentence: str) -> str:
    """The first letter in upper case, behind an inverted mark too."""
    start = next(i for i, character in enumerate(sentence) if character.isalpha())
    return sentence[:start] + sentence[start].upper() + sentence[start + 1 :]
