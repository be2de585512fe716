"""Calculators as tools, named and described in many ways, and tools for other things.

No two calculators need be alike, so a model has to read the definition to call one.
The format is the one that chat templates take (JSON Schema, as in OpenAI's API).
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from utils.tasks.base import Split, one_of
from utils.tasks.names import identifier, identifiers
from utils.tasks.noise import SYLLABLES, syllables
from utils.tasks.tool_texts import (
    calculator_text,
    choice_text,
    other_text,
    pair_text,
)
from utils.tasks.tool_words import (
    AFFIXES,
    ARGUMENT_TEXTS,
    CALCULATOR_TEXTS,
    CALCULATORS,
    CHOICE_TEXTS,
    CHOICES,
    DEEDS,
    EXPRESSIONS,
    MADE_UP,
    OBJECTS,
    OPERATIONS,
    OTHERS,
    PAIR_TEXTS,
    PAIRS,
    Parts,
)

Definition = dict[str, Any]
PUT_TOGETHER = 0.7  # share of descriptions in training
COMPOSED = 0.7  # share of tools for other things, in every split; not with few words


@dataclass(frozen=True)
class Tool:
    """A tool, and the operations that it can do: none, one or all four.

    `call` makes arguments for an operation on a and b. `words` are what a tool wants to
    be told for each operation, if it does.
    """

    definition: Definition
    operations: tuple[str, ...] = ()
    call: Callable[[str, int, int], dict[str, Any]] = lambda *_: {}
    words: dict[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.definition["function"]["name"]

    @property
    def arguments(self) -> list[str]:
        return self.definition["function"]["parameters"]["required"]

    def judged(self, operation: str) -> str:
        """One line of a thought: what it can do, and whether that is `operation`."""
        signs = " ".join(OPERATIONS[one].sign for one in self.operations)
        verdict = "yes" if operation in self.operations else "no"
        return f'"{self.name}": {", ".join(filter(None, (signs, verdict)))}'

    def taken(self, operation: str) -> str:
        """The last lines: what it takes, and the word for `operation` if it wants one.

        A small model that had to find it in the call itself took any of the four.
        """
        arguments = ", ".join(f'"{argument}"' for argument in self.arguments)
        line = f'"{self.name}" takes {arguments}.'
        if not self.words:
            return line
        return f'{line}\n{OPERATIONS[operation].sign} is "{self.words[operation]}".'


@dataclass(frozen=True)
class Maker:
    """Makes tools from the words of a split; with `few`, from few words.

    Few words are those of a recipe's first steps: what is one of a few is learned by
    heart, and only names and texts that are rarely the same have to be read.
    """

    rng: random.Random
    split: Split
    few: bool = False

    def calculator(self, operation: str) -> Tool:
        """A calculator that can do `operation`, of one of three sorts."""
        pair = self.pair_tool
        sort = self.rng.choice((self._of_expressions, self._of_choices, pair, pair))
        return sort(operation)

    def pair_tool(self, operation: str) -> Tool:
        """A tool for one operation on two numbers."""
        words = OPERATIONS[operation]
        first, second = self._pair()
        name = self._part(AFFIXES).format(self.rng.choice(words.names))
        name = self._made_up() or name
        text = self._text(PAIR_TEXTS, pair_text).format(
            Verb=words.verb.capitalize(),
            verb=words.verb,
            noun=words.noun,
            a=first,
            b=second,
        )
        definition = self._definition(name, text, {first: "number", second: "number"})
        return Tool(definition, (operation,), lambda _, a, b: {first: a, second: b})

    def other_tool(self) -> Tool:
        """A tool that cannot calculate."""
        rng = self.rng
        if not self.few and rng.random() < COMPOSED:
            deed, thing = rng.choice(DEEDS), rng.choice(OBJECTS)
            text = other_text(rng, deed, thing)
            name = self._made_up() or f"{deed}_{thing}"
            arguments = identifiers(rng)[: rng.randint(1, 2)]
        else:
            name, text, arguments = self._part(OTHERS)
        return Tool(self._definition(name, text, dict.fromkeys(arguments, "string")))

    def _of_expressions(self, _: str) -> Tool:
        argument = self._argument(EXPRESSIONS)
        name = self._made_up() or self._part(CALCULATORS)
        text = self._text(CALCULATOR_TEXTS, calculator_text)
        return Tool(
            self._definition(name, text, {argument: "string"}),
            tuple(OPERATIONS),
            lambda operation, a, b: {argument: f"{a} {OPERATIONS[operation].sign} {b}"},
        )

    def _of_choices(self, _: str) -> Tool:
        """A calculator that is told which operation to do, by a word or a sign."""
        which = self._argument(CHOICES)
        first, second = self._pair(other=which)
        attribute = self.rng.choice(("sign", "verb", "noun"))
        values = {name: getattr(words, attribute) for name, words in OPERATIONS.items()}
        name = self._made_up() or self._part(CALCULATORS)
        definition = self._definition(
            name,
            self._text(CHOICE_TEXTS, choice_text),
            {which: "string", first: "number", second: "number"},
        )
        properties = definition["function"]["parameters"]["properties"]
        properties[which]["enum"] = list(values.values())
        return Tool(
            definition,
            tuple(OPERATIONS),
            lambda operation, a, b: {which: values[operation], first: a, second: b},
            values,
        )

    def _part(self, parts: Parts) -> Any:
        return one_of(self.rng, self.split, parts, self.few)

    def _text(self, parts: Parts, made: Callable[[random.Random], str]) -> str:
        """One of the parts; in training most are put together, unless words are few."""
        if not self.few and self.split == "train" and self.rng.random() < PUT_TOGETHER:
            return made(self.rng)
        return self._part(parts)

    def _made_up(self) -> str:
        """Nothing, or a name of its own for a tool."""
        rng = self.rng
        if not self.few:
            return identifier(rng) if rng.random() < MADE_UP else ""
        if rng.random() >= 0.25:
            return ""
        return "_".join([syllables(rng, 2) for _ in range(rng.randint(1, 2))])

    def _argument(self, parts: Parts) -> str:
        if not self.few and self.rng.random() < MADE_UP:
            return identifier(self.rng)
        return self._part(parts)

    def _pair(self, other: str = "") -> tuple[str, str]:
        """Names of two arguments, neither of which is the `other`."""
        rng = self.rng
        if not self.few and rng.random() < MADE_UP:
            pair = identifiers(rng)
        elif self.few and rng.random() < 0.2:
            pair = tuple(f"{rng.choice(SYLLABLES)}{i}" for i in (1, 2))
        else:
            pair = tuple(self._part(PAIRS))
        return self._pair(other) if other in pair else pair

    def _definition(
        self, name: str, text: str, arguments: dict[str, str]
    ) -> Definition:
        """As people write them: arguments described or not, numbers whole or not."""
        rng = self.rng
        properties: dict[str, dict[str, Any]] = {
            key: {"type": kind} for key, kind in arguments.items()
        }
        if rng.random() < 0.4:
            form = rng.choice(ARGUMENT_TEXTS)
            for key, value in properties.items():
                value["description"] = form.format(key.replace("_", " "))
        if rng.random() < 0.3:
            for value in properties.values():
                value["type"] = value["type"].replace("number", "integer")
        return {
            "type": "function",
            "function": {
                "name": name,
                "description": text,
                "parameters": {
                    "type": "object",
                    "properties": properties,
                    "required": list(arguments),
                },
            },
        }
