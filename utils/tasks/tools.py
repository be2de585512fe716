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
    split_of,
    system,
    user,
    words_of,
)
from utils.tasks.noise import hurried, prefaced
from utils.tasks.skills import CANNOT, GENERALIST, honest
from utils.tasks.sums import SYSTEM_PROMPTS
from utils.tasks.tool_definitions import (
    OPERATIONS,
    Calculator,
    Definition,
    calculator,
    other_tool,
    pair_tool,
    part,
)

CALL = re.compile(r"<tool_call>\n(\{.*\})\n</tool_call>")
NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
SENTENCE = "The result is {}."
KINDS = {"call": 9, "answer": 5, "wrong": 3, "none": 1, "other": 3}  # weights
NUMBER_ONLY = 0.15  # share of answers that a system prompt wants without words
QUESTIONS = {
    "add": {
        "train": "What is {a} + {b}?|What is {a} plus {b}?|Add {a} and {b}.|{a} + {b}"
        "|{a} + {b} = ?|Calculate {a} + {b}.|What is the sum of {a} and {b}?"
        "|How much is {a} plus {b}?|Add {a} to {b}.|Compute {a} plus {b}."
        "|Use a tool to add {a} and {b}.",
        "dev": "Find the sum of {a} and {b}.",
        "test": "Work out {a} + {b}.|Please tell me {a} plus {b}.",
    },
    "subtract": {
        "train": "What is {a} - {b}?|What is {a} minus {b}?|Subtract {b} from {a}."
        "|{a} - {b}|{a} - {b} = ?|Calculate {a} - {b}.|How much is {a} minus {b}?"
        "|What is the difference of {a} and {b}?|Take {b} away from {a}."
        "|Compute {a} minus {b}.|Use a tool to subtract {b} from {a}.",
        "dev": "Find {a} minus {b}.",
        "test": "Work out {a} - {b}.|Please tell me {a} minus {b}.",
    },
    "multiply": {
        "train": "What is {a} * {b}?|What is {a} times {b}?|Multiply {a} by {b}."
        "|Multiply {a} and {b}.|{a} * {b}|{a} x {b}|{a} * {b} = ?|{a} times {b}?"
        "|Calculate {a} * {b}.|How much is {a} times {b}?"
        "|What is the product of {a} and {b}?|What is {a} multiplied by {b}?"
        "|Compute {a} times {b}.|Use a tool to multiply {a} by {b}.",
        "dev": "Find the product of {a} and {b}.",
        "test": "Work out {a} * {b}.|Please tell me {a} times {b}.|What is {a} x {b}?",
    },
    "divide": {
        "train": "What is {a} / {b}?|What is {a} divided by {b}?|Divide {a} by {b}."
        "|{a} / {b}|{a} / {b} = ?|Calculate {a} / {b}.|How much is {a} divided by {b}?"
        "|What is the quotient of {a} and {b}?|Compute {a} divided by {b}."
        "|Use a tool to divide {a} by {b}.",
        "dev": "Find {a} divided by {b}.",
        "test": "Work out {a} / {b}.|Please tell me {a} divided by {b}.",
    },
}
RESPONSES = {
    "train": (
        "{}",
        "{}",
        '{{"result": {}}}',
        '{{"value": {}}}',
        '{{"answer": {}}}',
        "result: {}",
        "{} (exact)",
        '{{"ok": true, "result": {}}}',
    ),
    "dev": ('{{"data": {}}}',),
    "test": ('{{"output": {}}}', "= {}", '{{"status": "done", "number": {}}}'),
}


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
    question while tools are offered). `others` are those tasks.
    """

    def __init__(self, others: tuple[Task, ...] = (), kind: str | None = None) -> None:
        self.others = others
        self.kind = kind
        self.name = "tools" if kind is None else f"tools-{kind}"

    def sample(self, rng: random.Random, split: Split) -> Example:
        """A conversation with the definitions that it offers."""
        kinds = {k: w for k, w in KINDS.items() if self.others or k != "other"}
        kind = self.kind or rng.choices(tuple(kinds), kinds.values())[0]
        if kind == "other":
            return self._other(rng, split)
        # A small sum is for the tool, too; without one the model adds by itself.
        problem = _problem(rng, split, small_sums=kind in ("call", "answer"))
        if kind in ("call", "answer"):
            tool = calculator(rng, split, problem.operation)
            offered = [tool.definition, *_useless(rng, split, tool, problem.operation)]
            rng.shuffle(offered)
            make = _call if kind == "call" else _answer
            return replace(make(rng, split, problem, tool), tools=offered)
        offered = None if kind == "none" else _wrong(rng, split, problem.operation)
        sentence = honest(GENERALIST)
        thought = CANNOT if kind == "none" else f"No tool does {problem.text}."
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
        sums = task.name == "sums"
        offered = _wrong(rng, split, "add")
        if not sums and rng.random() < 0.5:
            offered.append(calculator(rng, split, "add").definition)
        return replace(example, task=f"tools-{task.name}", tools=_apart(offered))


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


def _call(
    rng: random.Random, split: Split, problem: Problem, tool: Calculator
) -> Example:
    reply = call_text(tool.name, tool.call(problem.operation, problem.a, problem.b))
    call = json.dumps(called(reply))
    messages = [_question(rng, split, problem)]
    return Example("tools-call", messages, call, _plan(problem, tool), reply)


def _answer(
    rng: random.Random, split: Split, problem: Problem, tool: Calculator
) -> Example:
    """The turn after the call: the tool has answered."""
    arguments = tool.call(problem.operation, problem.a, problem.b)
    function = {"name": tool.name, "arguments": arguments}
    call: Message = {
        "role": "assistant",
        "content": "",
        "tool_calls": [{"type": "function", "function": function}],
    }
    if rng.random() < 0.5:  # clients may keep the thought of the turn before, or not
        call["reasoning_content"] = _plan(problem, tool)
    result = problem.result
    response = part(rng, split, RESPONSES).format(result)
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


def _plan(problem: Problem, tool: Calculator) -> str:
    # In quotes, as in definition and call: there the name has the same tokens.
    return f'{problem.text}: "{tool.name}" does it.'


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


def _useless(
    rng: random.Random, split: Split, tool: Calculator, operation: str
) -> list[Definition]:
    """Up to two more tools; other operations only beside a tool for one operation."""
    count = rng.choice((0, 0, 1, 1, 2))
    if tool.operations == (operation,):
        tools = _wrong(rng, split, operation)[:count]
    else:
        tools = [other_tool(rng, split) for _ in range(count)]
    return _apart([tool.definition, *tools])[1:]


def _wrong(rng: random.Random, split: Split, operation: str) -> list[Definition]:
    """One to three tools, none of which does the operation."""
    tools = []
    for _ in range(rng.randint(1, 3)):
        if rng.random() < 0.5:
            tools.append(other_tool(rng, split))
        else:
            rest = [name for name in OPERATIONS if name != operation]
            tools.append(pair_tool(rng, split, rng.choice(rest)).definition)
    return _apart(tools)


def _apart(tools: list[Definition]) -> list[Definition]:
    """The tools without those whose name came before."""
    kept: dict[str, Definition] = {}
    for tool in tools:
        kept.setdefault(tool["function"]["name"], tool)
    return list(kept.values())
