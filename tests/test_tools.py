"""Tool calls: what the definition asks for, only when it helps, and graded strictly."""

import json
import re
from fractions import Fraction
from itertools import combinations

import pytest
from tiny_chat import tiny_tokenizer

from utils.mixture import prompt_and_target, tools_text
from utils.tasks import TASKS, draw, tool_words
from utils.tasks.skills import GENERALIST, honest
from utils.tasks.tool_words import OPERATIONS, QUESTIONS
from utils.tasks.tools import Problem, call_text, called

pytestmark = pytest.mark.unit

SPLITS = ("train", "dev", "test")
WORD = re.compile("[a-z]+")
CALL, ANSWER = TASKS["tools-call"], TASKS["tools-answer"]
SIGNS = {words.sign: name for name, words in OPERATIONS.items()}
every_split = pytest.mark.parametrize("split", SPLITS)


def functions(example) -> dict[str, dict]:
    return {tool["function"]["name"]: tool["function"] for tool in example.tools}


def problem_of(example) -> tuple[int, str, int]:
    """a, sign and b, read from the thought."""
    text = example.thought.split("\n")[0].split(":")[0]
    a, sign, b = text.removeprefix("No tool does ").rstrip(".").split()
    return int(a), sign, int(b)


@every_split
def test_a_call_is_what_the_definition_asks_for(split):
    for example in draw(CALL, 400, 3, split):
        call = called(example.reply)
        function = functions(example)[call["name"]]
        properties = function["parameters"]["properties"]
        assert list(call["arguments"]) == function["parameters"]["required"]
        assert list(properties) == function["parameters"]["required"]
        for key, value in call["arguments"].items():
            number = properties[key]["type"] in ("number", "integer")
            assert isinstance(value, int if number else str)
            assert value in properties[key].get("enum", [value])


def test_a_call_does_what_was_asked():
    for example in draw(CALL, 600, 4):
        a, sign, b = problem_of(example)
        question = example.messages[-1]["content"]
        assert str(a) in question
        assert str(b) in question
        arguments = list(called(example.reply)["arguments"].values())
        words = OPERATIONS[SIGNS[sign]]
        if len(arguments) == 1:
            assert arguments == [f"{a} {sign} {b}"]
        else:
            assert arguments[-2:] == [a, b]
        if len(arguments) == 3:
            assert arguments[0] in (sign, words.verb, words.noun)


@pytest.mark.parametrize("kind", ["call", "answer", "wrong", "other"])
def test_offered_tools_can_be_told_apart(kind):
    for example in draw(TASKS[f"tools-{kind}"], 300, 8):
        assert 1 <= len(example.tools) == len(functions(example)) <= 4


@every_split
@pytest.mark.parametrize("kind", ["call", "wrong"])
def test_the_thought_looks_at_every_tool_and_names_what_the_call_takes(kind, split):
    for example in draw(TASKS[f"tools-{kind}"], 300, 9, split):
        first, *lines = example.thought.split("\n")
        sign = first.rstrip(".").split()[1]
        call = called(example.reply)
        if call and len(call["arguments"]) == 3:
            word = next(iter(call["arguments"].values()))
            assert lines.pop() == f'{sign} is "{word}".'
        last = lines.pop()
        pattern = r'"(.+)": (?:([-+*/ ]+), )?(yes|no)'
        said = [re.fullmatch(pattern, line).groups("") for line in lines]
        assert [name for name, *_ in said] == list(functions(example))
        fitting = [name for name, signs, _ in said if sign in signs.split()]
        assert [name for name, _, verdict in said if verdict == "yes"] == fitting
        if kind == "wrong":
            assert (fitting, last) == ([], "No tool does it.")
            continue
        assert fitting == [call["name"]]
        takes = ", ".join(f'"{name}"' for name in call["arguments"])
        assert last == f'"{call["name"]}" takes {takes}.'


def test_names_are_made_up_but_never_those_of_the_tests():
    held_out = {"p", "q", "u", "v", "value1", "value2", "operator", "statement"}
    examples = draw(CALL, 1500, 11, "train")
    names = [n for e in examples for n in called(e.reply)["arguments"]]
    assert not held_out & set(names)
    assert len(set(names)) > 1000
    few = draw(TASKS["tools-few"], 3000, 11, "train")
    known = [n for e in few if (c := called(e.reply)) for n in c["arguments"]]
    assert len(set(known)) < 200


@every_split
def test_no_wrong_tool_could_have_helped(split):
    for example in draw(TASKS["tools-wrong"], 400, 5, split):
        words = OPERATIONS[SIGNS[problem_of(example)[1]]]
        for function in functions(example).values():
            assert words.noun not in WORD.findall(function["description"].lower())
            assert words.verb not in function["description"].lower()
            assert len(function["parameters"]["required"]) <= 2
        assert example.reply == honest(GENERALIST)


def test_without_tools_there_is_no_call():
    for example in draw(TASKS["tools-none"], 200, 5):
        assert example.tools is None
        assert example.reply == honest(GENERALIST)


@every_split
def test_a_tool_s_result_is_right_and_comes_back(split):
    for example in draw(ANSWER, 400, 6, split):
        call = example.messages[-2]["tool_calls"][0]["function"]
        assert call["name"] in functions(example)
        assert example.messages[-1]["role"] == "tool"
        assert example.answer in example.messages[-1]["content"]
        assert example.answer in example.reply


@pytest.mark.parametrize(
    ("operation", "a", "b"),
    [("add", 2, 9), ("subtract", 3, 10), ("multiply", 12, 12), ("divide", 7, 8)],
)
def test_results_are_exact_to_two_decimals(operation, a, b):
    exact = {"add": a + b, "subtract": a - b, "multiply": a * b}
    wanted = exact.get(operation, Fraction(a, b))
    assert float(Problem(operation, a, b).result) == pytest.approx(
        float(wanted), abs=0.0051
    )


def test_splits_share_no_calculation_and_tests_have_parts_of_their_own():
    seen = {
        split: {problem_of(e) for e in draw(CALL, 1000, 1, split)} for split in SPLITS
    }
    parts = [p for p in vars(tool_words).values() if isinstance(p, dict)]
    parts = [p for p in parts if set(SPLITS) <= set(p)]
    assert len(parts) >= 8
    for one, other in combinations(SPLITS, 2):
        assert not seen[one] & seen[other]
        assert not any(set(map(str, p[one])) & set(map(str, p[other])) for p in parts)
        assert not any(
            set(map(str, p.get("more", ()))) & set(map(str, p[other])) for p in parts
        )
        for wordings in QUESTIONS.values():
            texts = (set(wordings[one].split("|")), set(wordings[other].split("|")))
            assert not texts[0] & texts[1]


def changed(reply: str, **changes) -> str:
    call = called(reply) | changes
    return call_text(call["name"], call["arguments"])


def test_the_grader_takes_one_exact_call_and_nothing_else():
    for example in draw(CALL, 100, 7):
        reply, call = example.reply, called(example.reply)
        names = list(call["arguments"])
        loose = json.dumps(call, indent=1).replace("\n", " ")
        assert CALL.grade(example, f"<tool_call>\n{loose}\n</tool_call>")
        renamed = {f"{key}_": value for key, value in call["arguments"].items()}
        texts = {key: f"{value}1" for key, value in call["arguments"].items()}
        wrong = [
            changed(reply, name="calculator_9000"),
            changed(reply, arguments=renamed),
            changed(reply, arguments=texts),
            changed(reply, arguments={}),
            reply + "\n" + reply,
            "I will call a tool.\n" + reply,
            reply.replace("<tool_call>", ""),
            reply.replace('"name"', "name"),
            json.dumps(call),
        ]
        if (
            len(names) > 1
            and call["arguments"][names[-1]] != call["arguments"][names[-2]]
        ):
            swapped = dict(call["arguments"])
            swapped[names[-1]], swapped[names[-2]] = (
                swapped[names[-2]],
                swapped[names[-1]],
            )
            wrong.append(changed(reply, arguments=swapped))
        assert not [text for text in wrong if CALL.grade(example, text)]


def test_the_grader_wants_the_result_and_no_second_call():
    for example in draw(ANSWER, 200, 7):
        plain = example.reply == example.answer
        assert ANSWER.grade(example, f"It is {example.answer}.") != plain
        assert not ANSWER.grade(example, f"It is {example.answer}7.")
        assert not ANSWER.grade(example, "It is done.")
        call = call_text("add", {"a": 1, "b": 2})
        assert not ANSWER.grade(example, f"{example.reply}\n{call}")


def test_a_call_where_none_helps_is_wrong():
    for kind in ("wrong", "none", "other"):
        task = TASKS[f"tools-{kind}"]
        for example in draw(task, 100, 7):
            assert task.grade(example, example.reply)
            assert not task.grade(example, call_text("add", {"a": 1, "b": 2}))


def test_history_holds_the_call_as_the_model_wrote_it():
    tokenizer = tiny_tokenizer()
    for example in draw(ANSWER, 50, 2, "train"):
        prompt, target = prompt_and_target(tokenizer, example, "thinking")
        call = example.messages[-2]["tool_calls"][0]["function"]
        assert call_text(call["name"], call["arguments"]) + "<|im_end|>" in prompt
        assert f"<tool_response>\n{example.messages[-1]['content']}\n" in prompt
        assert json.dumps(example.tools[0], ensure_ascii=False) in prompt
        assert target.endswith(f"{example.reply}<|im_end|>")


@pytest.mark.parametrize("mode", ["think", "no_think"])
def test_a_switch_stands_in_the_question_and_not_in_the_tool_s_result(mode):
    [example] = draw(ANSWER, 1, 2, "train")
    prompt, _ = prompt_and_target(tiny_tokenizer(), example, mode)
    question = next(m for m in example.messages if m["role"] == "user")["content"]
    assert f"{question} /{mode}<|im_end|>" in prompt
    assert prompt.count(f" /{mode}<|im_end|>") == 1


def test_the_tokenizer_reads_definitions_without_control_tokens():
    [example] = draw(CALL, 1, 2, "train")
    text = tools_text(example.tools)
    assert json.dumps(example.tools[0]) in text
    assert "# Tools" in text
    assert "<|im_" not in text
