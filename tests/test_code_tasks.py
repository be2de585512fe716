"""Functions to write and to fill in: fair splits, right references, a strict judge."""

import ast
import random
import re

import pytest

from utils.tasks import TASKS, draw
from utils.tasks.base import split_of
from utils.tasks.code import first_block, holes, names
from utils.tasks.code.family import FOLDER, _frames, _read, expand, families
from utils.tasks.code.program import ORACLES, program
from utils.tasks.code.values import KINDS

pytestmark = pytest.mark.unit

SPLITS = ("train", "dev", "test")
every_family = pytest.mark.parametrize("family", families().values(), ids=families())
every_split = pytest.mark.parametrize("split", SPLITS)
both_tasks = pytest.mark.parametrize("task", [TASKS["code"], TASKS["code-fim"]])


def drawn(split, n, family=None, **options):
    rng = random.Random(f"tests/{split}")
    return [program(rng, split, family, **options) for _ in range(n)]


def holds(source: str, tests: str) -> bool:
    """Whether our own (harmless) program passes, without the sandbox's cost."""
    try:
        exec(f"{source}\n{tests}", {})
    except Exception:
        return False
    return True


def test_there_are_many_families_and_each_has_an_oracle():
    assert len(families()) >= 25
    assert set(families()) == set(ORACLES)
    keys = re.findall(
        r"^(\w+):$",
        "".join(
            path.read_text("utf-8")
            for path in FOLDER.glob("*.yml")
            if path.name != "frames.yml"
        ),
        flags=re.MULTILINE,
    )
    assert len(keys) == len(set(keys)), "a family is defined twice"


def test_more_wordings_are_for_a_family_of_the_same_file():
    for path in (FOLDER / "wordings").glob("*.yml"):
        assert list(_read(path)) == list(_read(FOLDER / path.name)), path.name


@every_family
def test_a_family_fits_its_parameters(family):
    assert all(kind in KINDS for kind in family.parameters)
    assert len(family.wordings) >= 3
    assert len(family.held_out) >= 2
    assert not set(family.wordings) & set(family.held_out)
    named = set(re.findall(r"\$([a-z])", "".join((*family.bodies, *family.wordings))))
    given = set("abc"[: len(family.parameters)]) | {"f"}
    assert named <= (given | {"k"} if family.constants else given)


@every_family
@every_split
def test_every_reference_passes_its_tests(family, split):
    """The oracles know nothing of the bodies: two ways must agree."""
    for one in drawn(split, 8, family):
        assert holds(one.head + one.body, one.tests), one.head + one.body
        assert len(one.calls) >= 7


def test_the_tests_refuse_other_functions(monkeypatch):
    """In the sandbox: some functions never end on arguments meant for others."""
    from utils.tasks import code

    monkeypatch.setattr(code, "TIMEOUT", 2.0)
    drawn = {f.name: program(random.Random(1), "test", f) for f in families().values()}
    wrong = {}
    for name, one in drawn.items():
        signature = re.search(r"^def .*$", one.head, flags=re.MULTILINE)[0]
        first = ast.parse(signature + " pass").body[0].args.args[0].arg
        for body in ("pass", "return True", f"return {first}"):
            wrong[name, body] = f"{signature}\n    {body}\n{one.tests}"
        for other in drawn.values():
            if alike(name, other.family):
                tests = one.tests.replace(f"{one.name}(", f"{other.name}(")
                wrong[name, other.family] = other.head + other.body + tests
    assert len(wrong) > 500
    verdicts = dict(zip(wrong, code.passes(list(wrong.values())), strict=True))
    assert [pair for pair, passed in verdicts.items() if passed] == []


def alike(name: str, other: str) -> bool:
    """Whether two different families take the same parameters."""
    kinds = [families()[n].parameters for n in (name, other)]
    return name != other and kinds[0] == kinds[1]


def test_a_wrong_constant_is_refused():
    numbered = [f for f in families().values() if len(f.constants) > 3]
    assert len(numbered) >= 10
    refused = total = 0
    for family in numbered:
        for one in drawn("test", 5, family):
            for number in set(re.findall(r"\b\d\d+\b", one.body)):
                wrong = one.body.replace(number, str(int(number) + 1))
                refused += not holds(one.head + wrong, one.tests)
                total += 1
    assert total > 50
    assert refused / total > 0.95


def test_names_belong_to_one_split():
    assert split_of("parameter numbers") == "train"
    for role, choose in (("parameter", names.parameter), ("function", names.function)):
        rng = random.Random(1)
        for split in SPLITS:
            seen = {choose(rng, ["numbers", "total"], {"x"}, split) for _ in range(300)}
            assert len(seen) > 30
            assert "x" not in seen
            assert {split_of(f"{role} {name}") for name in seen} == {split}
            assert all(names.usable(name) for name in seen)


@pytest.mark.parametrize("name", ["sum", "list", "for", "None", "2x", "a-b"])
def test_names_of_python_s_own_are_not_used(name):
    assert not names.usable(name)


def test_constants_belong_to_one_split():
    rng = random.Random(2)
    for family in families().values():
        if len(family.constants) > 3:
            seen = [{family.constant(rng, s) for _ in range(300)} for s in SPLITS]
            assert all(seen)
            assert not seen[0] & seen[1]
            assert not seen[0] & seen[2]
            assert not seen[1] & seen[2]


def test_wordings_belong_to_one_split():
    """No sentence of a test is one of training, and half of them are of other forms."""
    rng = random.Random(3)
    for family in families().values():
        trained = {family.wording(rng, "train") for _ in range(300)}
        tested = {family.wording(rng, "test") for _ in range(60)}
        assert not trained & tested
        forms = {expand(rng, text) for text in family.held_out for _ in range(20)}
        assert not any(form in sentence for form in forms for sentence in trained)


def test_held_out_frames_are_for_evaluation_only():
    frames = _frames()
    for sort in ("value", "check", "truth", "nothing"):
        assert not set(frames[sort]) & set(frames[f"{sort}_held_out"])


def test_expand_chooses_inner_groups_first():
    rng = random.Random(1)
    seen = {expand(rng, "{a|b{c|d}}") for _ in range(60)}
    assert seen == {"a", "bc", "bd"}


@both_tasks
@every_split
def test_the_same_seed_draws_the_same_examples(task, split):
    assert draw(task, 10, 7, split) == draw(task, 10, 7, split)
    assert draw(task, 10, 7, split) != draw(task, 10, 8, split)


@both_tasks
def test_outside_training_a_docstring_says_what_to_do(task):
    for example in draw(task, 100, 4):
        prompt = example.messages[-1]["content"]
        assert '"""' in prompt or "'''" in prompt or "# " in prompt


@both_tasks
def test_the_judge_takes_the_reference_and_refuses_what_is_wrong(task):
    examples = draw(task, 12, 5)
    assert all(task.grade_batch(examples, [e.reply for e in examples]))
    for wrong in ("\n    return undefined_name\n", "    return (\n", "\n    exit()\n"):
        assert not any(task.grade_batch(examples, [wrong] * len(examples))), wrong


def test_the_judge_stops_an_endless_loop(monkeypatch):
    from utils.tasks import code

    monkeypatch.setattr(code, "TIMEOUT", 1.0)
    [example] = draw(TASKS["code"], 1, 6)
    assert not TASKS["code"].grade(example, "\n    while True:\n        pass\n")


def test_what_a_model_writes_after_the_function_is_left_out():
    body = "    return 1\n"
    assert first_block(body + "\n\ndef other():\n    pass\n") == "    return 1\n\n"
    assert first_block(body) == body
    assert first_block('"""\n' + body) == '"""\n' + body


def test_a_hole_leaves_the_rest_as_it_was():
    rng = random.Random(5)
    for one in drawn("train", 300):
        hole = holes.cut(rng, one.body)
        assert hole.before + hole.middle + hole.after == one.body
        assert hole.middle
        asked = holes.prompt(one.head + hole.before, hole.after)
        assert holes.filled(asked, hole.middle) == one.head + one.body
        assert asked.index(holes.PREFIX) < asked.index(holes.SUFFIX)
        assert asked.endswith(holes.MIDDLE)
