"""check, hint, solution, quiz and progress as a learner meets them."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from course import learn, quiz
from course import progress as records
from course.checks import CheckFailed

pytestmark = pytest.mark.unit


@pytest.fixture(autouse=True)
def _own_course(sample, monkeypatch):
    monkeypatch.setattr(learn, "_hints_shown", {})


@pytest.fixture
def home(tmp_path) -> Path:
    folder = tmp_path / "home"
    folder.mkdir()
    return folder


def said(capsys) -> str:
    return capsys.readouterr().out


def double(number):
    return 2 * number


def raises(number):
    return number / 0


ANSWERS = {
    "right": (double, "✓ 3 doubled is 6."),
    "ellipsis": (..., "not done yet: put your answer where the ... is"),
    "none": (None, "not done yet: put your answer"),
    "stub": (lambda n: ..., "not done yet: put your code where the ... is"),
    "nothing returned": (lambda n: None, "not done yet: <lambda>() returns nothing"),
    "stub used": (lambda n: ... * n, "not done yet: there is still a ..."),
    "wrong": (lambda n: n + 2, "✗ double(3) gave 5: did you add 2"),
    "raises": (
        raises,
        "✗ your code stopped with ZeroDivisionError: division by zero at",
    ),
    "exits": (lambda n: sys.exit(3), "✗ your code stopped with SystemExit: 3"),
    "no parameters": (lambda: 6, "✗ your code stopped with TypeError"),
    "not a function": (6, "✗ the check could not use your answer (TypeError"),
    "odd type": (lambda n: "66", "✗ double(3) gave 66"),
}


@pytest.mark.parametrize(("answer", "words"), ANSWERS.values(), ids=ANSWERS)
def test_check_answers_everything_and_never_raises(capsys, answer, words):
    learn.check("double", answer)
    assert said(capsys).startswith(words)


def test_check_names_the_line_of_the_learners_code(capsys):
    learn.check("double", raises)
    assert "`return number / 0`" in said(capsys)


def test_check_survives_an_unknown_key_and_a_missing_answer(capsys):
    learn.check("duoble", double)
    assert "There is no exercise 'duoble'. Did you mean 'double'?" in said(capsys)
    learn.check("double")
    assert "✗" in said(capsys)


@pytest.mark.parametrize("name", ["ellipsis", "stub", "wrong", "raises"])
def test_strict_raises_unless_right(monkeypatch, name):
    monkeypatch.setenv("COURSE_STRICT", "1")
    learn.check("double", double)
    with pytest.raises(CheckFailed):
        learn.check("double", ANSWERS[name][0])


def test_each_hint_call_shows_one_more(capsys):
    learn.hint("double")
    first = said(capsys)
    learn.hint("double")
    second = said(capsys)
    assert "Hint 1 of 2" in first
    assert "Hint 2" not in first
    assert "Hint 1 of 2" in second
    assert "Hint 2 of 2" in second
    assert 'solution("double")' in second
    learn.hint("double")
    assert said(capsys) == second


def test_solution_is_cut_from_the_lesson_without_its_check(capsys, lesson_file):
    learn.solution("double")
    shown = said(capsys)
    assert shown == "def double(number):\n    return 2 * number\n"
    assert records.load().exercises["double"]["saw_solution"] is True
    lesson_file.unlink()
    learn.solution("double")
    assert "cannot be shown: no lesson has it." in said(capsys)


def test_progress_keeps_what_was_done(capsys):
    learn.check("double", double)
    learn.check("double", lambda n: n + 2)
    kept = records.load().exercises["double"]
    assert kept == {"lesson": "doubling", "done": True, "tries": 2}
    said(capsys)
    learn.progress()
    assert said(capsys) == "Doubling: 1 of 1 exercises\n"


def test_the_dashboard_says_the_same_as_text_and_as_html():
    rows = [records.Row("A & B", ("one",), ("two", "three"), (1, 2))]
    assert records.as_text(rows) == (
        "A & B: 1 of 3 exercises, quiz 1 of 2; still open: two, three"
    )
    page = records.as_html(rows)
    for words in ("A &amp; B", "1 of 3", "<code>two</code>", "1 of 2", 'scope="row"'):
        assert words in page


DAMAGED = [b"{", b"", b"\xff\xfe", b"[]", b'{"exercises": 1, "quizzes": {}}']
DAMAGED += [b'{"exercises": {"double": 1}, "quizzes": {}}', b'{"exercises": {}}']


@pytest.mark.parametrize("content", DAMAGED)
def test_a_damaged_file_is_kept_and_told(capsys, home, content):
    (home / records.FILE).write_bytes(content)
    learn.check("double", double)
    told = said(capsys)
    assert told.startswith(
        "✓ 3 doubled is 6.\nYour progress file was damaged: it is kept"
    )
    assert (home / "progress.damaged-1.json").read_bytes() == content
    assert json.loads((home / records.FILE).read_text())["exercises"]["double"]["done"]
    learn.check("double", double)
    assert "damaged" not in said(capsys)


def test_a_second_damaged_file_does_not_replace_the_first(home):
    for content in ("one", "two"):
        (home / records.FILE).write_text(content)
        records.load()
    kept = sorted(path.read_text() for path in home.glob("*.damaged-*"))
    assert kept == ["one", "two"]


def test_no_place_to_save_is_told_and_raises_nothing(capsys, monkeypatch, tmp_path):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("QWEN_COURSE_HOME", str(tmp_path / "file" / "home"))
    learn.check("double", double)
    told = said(capsys)
    assert told.startswith("✓ 3 doubled is 6.")
    assert "could not be saved (Not a directory); the lesson works without." in told
    learn.hint("double")
    learn.progress()
    assert "Doubling: 0 of 1 exercises" in said(capsys)


FULL_DISK = """
import resource, signal, sys
from course import learn
learn.check("double", lambda n: 2 * n)
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (8, 8))
learn.check("double", lambda n: n + 2)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="file size limits are POSIX")
def test_a_full_disk_leaves_the_old_progress_whole(home):
    done = subprocess.run(
        [sys.executable, "-c", FULL_DISK], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert "could not be saved (File too large)" in done.stdout
    assert records.load().exercises["double"] == {
        "lesson": "doubling",
        "done": True,
        "tries": 1,
    }
    assert [path.name for path in home.iterdir()] == [records.FILE]


def test_the_static_quiz_holds_questions_choices_and_folded_answers(capsys):
    learn.quiz("doubling")
    assert said(capsys) == (
        "Question 1. What is twice two?\n  a) Two\n  b) Four\nAnswers:\n"
        "1 b: Two and two.\n"
    )
    page = quiz.as_html(quiz.load("doubling"))
    assert "<details><summary>Answer</summary>" in page
    assert page.index("<details>") < page.index("Right.")


def test_the_widget_quiz_answers_at_once_and_counts_first_tries():
    finished = []
    box = quiz.widget(
        quiz.load("doubling"), lambda right, total: finished.append((right, total))
    )
    _, buttons, feedback = box.children[0].children
    buttons.value = "Two"
    assert "✗ Not quite: That is once two." in feedback.value
    assert finished == [(0, 1)]
    buttons.value = "Four"
    assert "✓ Two and two." in feedback.value
    assert finished[-1] == (0, 1)


def test_a_missing_quiz_is_told(capsys):
    learn.quiz("nonsense")
    assert "The quiz 'nonsense' cannot be shown" in said(capsys)


@pytest.mark.parametrize(
    ("old", "new"), [("answer: 2", "answer: 3"), ("text: Four", "text: Two")]
)
def test_a_malformed_quiz_is_refused(sample, old, new):
    path = sample / "quizzes" / "doubling.yml"
    path.write_text(path.read_text("utf-8").replace(old, new), "utf-8")
    with pytest.raises(ValueError, match="choice"):
        quiz.load("doubling")


def test_say_prints_in_a_plain_python(capsys):
    learn.say("**3** of 4")
    assert said(capsys) == "**3** of 4\n"


def test_importing_learn_loads_nothing_heavy():
    code = "import sys, course.learn; print([m for m in sys.modules if '.' not in m])"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout
    for heavy in ("torch", "transformers", "jupytext", "nbformat", "IPython"):
        assert f"'{heavy}'" not in loaded
