"""Calling a calculator that the conversation offers, and using what it returns.

The definitions come with the example (`Example.tools`), the call is Qwen's: a JSON
object between `<tool_call>` tags. Lesson 09 takes it apart.
"""

import json
import random
import re
from dataclasses import dataclass, replace
from typing import Any

from utils.tasks.base import (
    Example,
    Message,
    Split,
    Task,
    one_of,
    split_of,
    system,
    user,
    words_of,
)
from utils.tasks.noise import hurried, prefaced
from utils.tasks.skills import CANNOT, GENERALIST, honest
from utils.tasks.sums import SYSTEM_PROMPTS, Sums
from utils.tasks.tool_definitions import Definition, Maker, Tool
from utils.tasks.tool_words import OPERATIONS, QUESTIONS, RESPONSES

CALL = re.compile(r"<tool_call>\n(\{.*\})\n</tool_call>")
NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
SENTENCE = "The result is {}."
KINDS = {"call": 12, "answer": 4, "wrong": 6, "none": 1, "other": 5}  # weights
KINDS_OF_FEW = {"call": 9, "answer": 5, "wrong": 3, "none": 1, "other": 3}
NUMBER_ONLY = 0.15  # share of answers that a system prompt wants without words


@dataclass(frozen=True)
class Problem:
    """Two numbers and what to do with them."""

    operation: str
    a: int
    b: int

    @property
    def text(self) -> str:
        return f"{self.a} {OPERATIONS[self.operation].sign} {self.b}"

    @property
    def result(self) -> str:
        """What a tool returns: a whole number, or up to two decimals."""
        a, b = self.a, self.b
        if self.operation == "divide":
            return f"{a / b:.2f}".rstrip("0").rstrip(".")
        return str({"add": a + b, "subtract": a - b, "multiply": a * b}[self.operation])


class Tools:
    """Calculator tools: call one, use its answer, or leave the wrong one alone.

    `kind` fixes what an example is about: `call`, `answer` (a result came back),
    `wrong` (other tools are offered), `none` (none is) or `other` (another task's
    question while tools are offered). `others` are those tasks. `few` has tools made
    of few words and a shorter thought, as in a recipe's first steps.
    """

    def __init__(
        self,
        others: tuple[Task, ...] = (),
        kind: str | None = None,
        *,
        few: bool = False,
    ) -> None:
        self.others = others
        self.kind = kind
        self.few = few
        self.name = "-".join(("tools", *filter(None, (kind, few and "few"))))

    def sample(self, rng: random.Random, split: Split) -> Example:
        """A conversation with the definitions that it offers."""
        kinds = dict(KINDS_OF_FEW if self.few else KINDS)
        if not self.others:
            del kinds["other"]
        kind = self.kind or rng.choices(tuple(kinds), kinds.values())[0]
        if kind == "other":
            return self._other(rng, split)
        # A small sum is for the tool, too; without one the model adds by itself.
        problem = _problem(rng, split, small_sums=kind in ("call", "answer"))
        maker = Maker(rng, split, self.few)
        if kind in ("call", "answer"):
            tool = maker.calculator(problem.operation)
            tools = [tool, *_useless(maker, tool, problem.operation)]
            rng.shuffle(tools)
            plan = self._plan(problem, tools, tool)
            make = _call if kind == "call" else _answer
            return replace(make(maker, problem, tool, plan), tools=_offer(tools))
        offered, thought = None, CANNOT
        if kind == "wrong":
            tools = _wrong(maker, problem.operation)
            offered, thought = _offer(tools), self._plan(problem, tools)
        sentence = honest(GENERALIST)
        messages = [_question(rng, split, problem)]
        return Example(f"tools-{kind}", messages, sentence, thought, sentence, offered)

    def grade(self, example: Example, reply: str) -> bool:
        """Right call, right result in a sentence, or right reply without any call."""
        kind = example.task.removeprefix("tools-")
        if kind == "call":
            return _spaceless(called(reply)) == _spaceless(json.loads(example.answer))
        if "<tool_call>" in reply:
            return False
        if kind == "answer":
            plain = example.reply == example.answer
            found = [reply.strip()] if plain else NUMBER.findall(reply)
            return found[-1:] == [example.answer]
        if kind in ("wrong", "none"):
            return reply.strip() == example.reply
        return next(t for t in self.others if t.name == kind).grade(example, reply)

    def _other(self, rng: random.Random, split: Split) -> Example:
        """A question of another task, which no offered tool can help with."""
        task = rng.choice(self.others)
        example = task.sample(rng, split)
        sums = isinstance(task, Sums)
        maker = Maker(rng, split, self.few)
        tools = _wrong(maker, "add")
        if not sums and rng.random() < 0.5:
            tools.append(maker.calculator("add"))
        return replace(example, task=f"tools-{task.name}", tools=_offer(_apart(tools)))

    def _plan(
        self, problem: Problem, tools: list[Tool], tool: Tool | None = None
    ) -> str:
        """The thought: what each tool does, then which one is called and what it takes.

        Whether a tool does what was asked is said beside its signs: left to the last
        line, that was not learned. Names are in quotes, as in definition and call:
        there they have the same tokens.
        """
        if self.few:
            if tool is None:
                return f"No tool does {problem.text}."
            return f'{problem.text}: "{tool.name}" does it.'
        lines = [one.judged(problem.operation) for one in tools]
        end = tool.taken(problem.operation) if tool else "No tool does it."
        return "\n".join([f"{problem.text}.", *lines, end])


def called(reply: str) -> dict[str, Any] | None:
    """The one tool call that a reply consists of, or None."""
    match = CALL.fullmatch(reply.strip())
    try:
        return json.loads(match[1]) if match else None
    except json.JSONDecodeError:
        return None


def _spaceless(call: dict[str, Any] | None) -> dict[str, Any] | None:
    """A call without spaces, which an expression may have or not."""
    return json.loads(json.dumps(call).replace(" ", ""))


def call_text(name: str, arguments: dict[str, Any]) -> str:
    """A tool call as Qwen writes it."""
    call = json.dumps({"name": name, "arguments": arguments}, ensure_ascii=False)
    return f"<tool_call>\n{call}\n</tool_call>"


def _call(maker: Maker, problem: Problem, tool: Tool, plan: str) -> Example:
    reply = call_text(tool.name, tool.call(problem.operation, problem.a, problem.b))
    call = json.dumps(called(reply))
    messages = [_question(maker.rng, maker.split, problem)]
    return Example("tools-call", messages, call, plan, reply)


def _answer(maker: Maker, problem: Problem, tool: Tool, plan: str) -> Example:
    """The turn after the call: the tool has answered."""
    rng, split = maker.rng, maker.split
    arguments = tool.call(problem.operation, problem.a, problem.b)
    function = {"name": tool.name, "arguments": arguments}
    call: Message = {
        "role": "assistant",
        "content": "",
        "tool_calls": [{"type": "function", "function": function}],
    }
    if rng.random() < 0.5:  # clients may keep the thought of the turn before, or not
        call["reasoning_content"] = plan
    result = problem.result
    response = one_of(rng, split, RESPONSES, maker.few).format(result)
    plain = rng.random() < NUMBER_ONLY
    rules = [system(rng.choice(SYSTEM_PROMPTS["number"]))] if plain else []
    return Example(
        task="tools-answer",
        messages=[
            *rules,
            _question(rng, split, problem),
            call,
            {"role": "tool", "content": response},
        ],
        answer=result,
        thought=f"The tool says {result}.",
        reply=result if plain else SENTENCE.format(result),
    )


def _question(rng: random.Random, split: Split, problem: Problem) -> Message:
    wordings = QUESTIONS[problem.operation]
    wording = rng.choice(wordings[words_of(rng, split)].split("|"))
    text = wording.format(a=problem.a, b=problem.b)
    return user(hurried(rng, prefaced(rng, text)))


def _problem(rng: random.Random, split: Split, small_sums: bool) -> Problem:
    """An operation on two numbers of one to four digits that belongs to the split."""
    while True:
        a, b = (rng.randint(1, 10 ** rng.randint(1, 4) - 1) for _ in range(2))
        problem = Problem(rng.choice(tuple(OPERATIONS)), a, b)
        if problem.operation == "divide" and rng.random() < 0.7:
            problem = replace(problem, a=rng.randint(1, 99) * b)
        small = problem.operation == "add" and max(a, b) < 100
        if (small_sums or not small) and split_of(f"tool {problem.text}") == split:
            return problem


def _useless(maker: Maker, tool: Tool, operation: str) -> list[Tool]:
    """Up to two more tools; other operations only beside a tool for one operation."""
    count = maker.rng.choice((0, 0, 1, 1, 2))
    if tool.operations == (operation,):
        tools = _wrong(maker, operation)[:count]
    else:
        tools = [maker.other_tool() for _ in range(count)]
    return _apart([tool, *tools])[1:]


def _wrong(maker: Maker, operation: str) -> list[Tool]:
    """One to three tools, none of which does the operation."""
    rng, tools = maker.rng, []
    for _ in range(rng.randint(1, 3)):
        if rng.random() < 0.5:
            tools.append(maker.other_tool())
        else:
            rest = [name for name in OPERATIONS if name != operation]
            tools.append(maker.pair_tool(rng.choice(rest)))
    return _apart(tools)


def _apart(tools: list[Tool]) -> list[Tool]:
    """The tools without those whose name came before."""
    kept: dict[str, Tool] = {}
    for tool in tools:
        kept.setdefault(tool.name, tool)
    return list(kept.values())


def _offer(tools: list[Tool]) -> list[Definition]:
    return [tool.definition for tool in tools]
