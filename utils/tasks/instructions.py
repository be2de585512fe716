"""System prompts that change how to answer: in which language, or with no words at all.

The same questions as in the other tasks, so that only the instruction differs.
"""

import random
from dataclasses import replace
from functools import cache
from typing import Any

import yaml

from utils.paths import ROOT
from utils.tasks.base import Example, Split, Task, system, user, words_of
from utils.tasks.noise import hurried
from utils.tasks.scope import OutOfScope
from utils.tasks.skills import CANNOT, GENERALIST
from utils.tasks.smalltalk import KINDS, THOUGHTS
from utils.tasks.sums import SYSTEM_PROMPTS, Sums

DATA = ROOT / "utils" / "tasks" / "data" / "instructions.yml"
WEIGHTS = {"sums": 5, "greeting": 2, "thanks": 1, "goodbye": 1, "out_of_scope": 3}


class ReplyLanguage:
    """Sums, greetings and refusals in the language that the system prompt names."""

    name = "reply_language"
    _sums = Sums()
    _scope = OutOfScope("out_of_scope-generalist", GENERALIST, few=True)

    def sample(self, rng: random.Random, split: Split) -> Example:
        """An English question whose answer must be in one of six languages."""
        language = rng.choice(tuple(_data()["names"]))
        rule = system(_rule(rng, split, language))
        kind = rng.choices(tuple(WEIGHTS), WEIGHTS.values())[0]
        text, thought, value = self._question(rng, split, kind)
        reply = _data()["replies"][kind][language].format(value)
        thought = f"{thought}\n{_data()['names'][language]}."
        return Example(self.name, [rule, user(text)], value, thought, reply)

    def grade(self, example: Example, reply: str) -> bool:
        """Right when the reply is the one of that language, the sum included."""
        return reply.strip() == example.reply

    def _question(
        self, rng: random.Random, split: Split, kind: str
    ) -> tuple[str, str, str]:
        """Question, thought, and the number to fill into the reply."""
        if kind == "sums":
            example = self._sums.sample(rng, split)
            return example.messages[-1]["content"], example.thought, example.answer
        if kind == "out_of_scope":
            example = self._scope.sample(rng, split)
            return example.messages[-1]["content"], CANNOT, ""
        phrase = rng.choice(KINDS[kind].split("|"))
        return hurried(rng, phrase.capitalize()), THOUGHTS[kind], ""


class NumberOnly:
    """The number and no words, in every task that has a number to give."""

    name = "number_only"

    def __init__(self, tasks: tuple[Task, ...]) -> None:
        self.tasks = tasks

    def sample(self, rng: random.Random, split: Split) -> Example:
        """A question of one of the tasks, to be answered without words."""
        while True:
            example = rng.choice(self.tasks).sample(rng, split)
            answer = example.answer
            if answer.replace(",", "").replace(".", "").lstrip("-").isdigit():
                break
        turns = [m for m in example.messages if m["role"] != "system"]
        rule = system(rng.choice(SYSTEM_PROMPTS["number"]))
        return replace(example, task=self.name, messages=[rule, *turns], reply=answer)

    def grade(self, example: Example, reply: str) -> bool:
        """Right when the reply is the number and nothing else."""
        return reply.strip().replace(",", "") == example.answer.replace(",", "")


@cache
def _data() -> dict[str, Any]:
    return yaml.safe_load(DATA.read_text(encoding="utf-8"))


def _rule(rng: random.Random, split: Split, language: str) -> str:
    """Half of the rules asked outside training are held out from it."""
    if rng.random() < 0.25:
        return rng.choice(_data()["own_rules"][language])
    wordings = _data()["rules"][words_of(rng, split)]
    return rng.choice(wordings).format(_data()["names"][language])
