"""Lessons become notebooks: cutting stubs, checks on the way, the same bytes twice."""

from pathlib import Path

import nbformat
import pytest

from course import (
    build,
    lesson,
    lint,
    new_lesson,
    normalize,
    notebook,
    readme,
    syllabus,
)


def built(root: Path) -> Path:
    return root / "notebooks" / "01_doubling.ipynb"


def replace(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def made(solved: bool = False) -> notebook.Draft:
    course = syllabus.load()
    return notebook.draft(course.lessons[0], course, solved)


def source_of(draft: notebook.Draft, cell_id: str) -> str:
    return next(cell.source for cell in draft.node.cells if cell.id == cell_id)


@pytest.mark.lessons
def test_two_builds_write_the_same_bytes_and_pass_the_check(sample, capfd):
    assert build.main([]) == 0
    first = built(sample).read_bytes()
    assert build.main(["1"]) == 0
    assert built(sample).read_bytes() == first
    assert build.main(["--check"]) == 0
    text = first.decode()
    assert str(sample) not in text
    assert "papermill" not in text
    assert "widget-view" not in text
    nbformat.validate(nbformat.reads(text, as_version=4))


@pytest.mark.lessons
def test_check_finds_what_changed_since_the_build(sample, lesson_file, capfd):
    assert build.main([]) == 0
    replace(lesson_file, "We only double.", "We double, no more.")
    assert build.main(["--check"]) == 1
    said = capfd.readouterr().err
    assert "notebooks/01_doubling.ipynb: is not what lessons/01_doubling.py" in said
    assert "python -m course build 01_doubling" in said
    replace(lesson_file, "We double, no more.", "We only double.")
    built(sample).write_text(built(sample).read_text("utf-8") + "\n", "utf-8")
    assert build.main(["--check"]) == 1
    assert "is not as built" in capfd.readouterr().err


@pytest.mark.lessons
def test_a_failing_cell_is_named_by_its_line_and_the_old_notebook_stays(
    sample, lesson_file, capfd
):
    assert build.main([]) == 0
    before = built(sample).read_bytes()
    replace(lesson_file, "say(f", "fine = 1\nfine / 0\nsay(f")
    assert build.main([]) == 1
    line = lesson_file.read_text("utf-8").split("\n").index("fine / 0") + 1
    assert f"01_doubling.py:{line}: ZeroDivisionError" in capfd.readouterr().err
    assert built(sample).read_bytes() == before


@pytest.mark.lessons
def test_a_new_lesson_builds_checks_and_is_listed(sample, capfd):
    readme = sample / "README.md"
    readme.write_text(
        "# Class\n\n<!-- lessons -->\n<!-- /lessons -->\n\nEnd.\n", "utf-8"
    )
    assert build.main([]) == 0
    assert new_lesson.main(["17", "word_count", "Words: counted"]) == 0
    assert build.main(["--check"]) == 0
    table = readme.read_text("utf-8")
    assert "| 17 | [Words: counted](notebooks/17_word_count.ipynb)" in table
    assert "| 2 | Tripling | | | | planned | |" in table
    assert table.endswith("\nEnd.\n")
    replace(readme, "Doubling", "Halving")
    assert build.main(["--check"]) == 1


@pytest.mark.unit
def test_a_new_lesson_takes_a_planned_place_and_overwrites_nothing(sample, capfd):
    assert new_lesson.main(["2", "tripling", "Tripling", "--no-build"]) == 0
    assert [one.slug for one in syllabus.load().available] == [
        "01_doubling",
        "02_tripling",
    ]
    assert new_lesson.main(["1", "halving", "Halving", "--no-build"]) == 1
    assert new_lesson.main(["3", "tripling", "Again", "--no-build"]) == 1
    assert new_lesson.main(["4", "Not a slug", "Bad", "--no-build"]) == 1
    said = capfd.readouterr().err
    assert "Lesson 01 is 01_doubling" in said
    assert "nothing changed" in said
    assert "lower-case letters" in said
    assert len(syllabus.load().lessons) == 2


@pytest.mark.unit
def test_stub_and_solution_come_from_one_text(sample):
    shipped, solved = made(), made(solved=True)
    assert "return ...  # your code here" in source_of(shipped, "exercise-double")
    assert "2 * number" not in source_of(shipped, "exercise-double")
    assert "return 2 * number" in source_of(solved, "exercise-double")
    assert "---" not in source_of(solved, "exercise-double")
    assert [c.id for c in shipped.node.cells] == [c.id for c in solved.node.cells]


@pytest.mark.unit
def test_build_writes_what_the_lesson_does_not(sample):
    draft = made()
    kinds = [cell.metadata.get("tags", [""])[0] for cell in draft.node.cells]
    assert kinds[:3] == ["header", "parameters", "setup"]
    assert kinds[-1] == "footer"
    header = source_of(draft, "header")
    assert "example/classroom/blob/main/notebooks/01_doubling.ipynb" in header
    assert "- double a number (exercise `double`)" in header
    assert draft.node.cells[2].metadata.jupyter.source_hidden
    heading = next(c.source for c in draft.node.cells if "### Exercise" in c.source)
    assert heading.startswith(
        "### Exercise: `double`\n\n★☆☆ difficulty 1 of 3, about 2"
    )
    assert source_of(draft, "help-double").count("\n# ") == 2


@pytest.mark.unit
def test_source_lines_are_kept_through_cutting(sample, lesson_file):
    lines = lesson_file.read_text("utf-8").split("\n")
    for cell in lesson.read(lesson_file):
        for line in cell.solved:
            written = lines[line.number - 1]
            assert written == line.text or written == f"# {line.text}".rstrip()


BROKEN = {
    "stub first": ("# --- solution", "# --- stub", "stands where '# --- solution'"),
    "no end": ("    # --- end\n", "", "a stub's lines are"),
    "bare stub": ("# return ...  # your", "return ...  # your", "a stub's lines are"),
    "bad code": ("    return 2 * number", "    return 2 *", "not valid Python solved"),
    "no check": ('check("double", double)', "double", "ends by check("),
    "no heading": ("### Exercise: double", "### Double", "starts with '### Exercise"),
    "no such check": ('check("double"', 'check("halve"', "'halve' has no check"),
    "unknown figure": ("aime24:8K", "aime24:9K", "there is no entry '9K'"),
    "figure misspelt": ("budget.aime24:8K", "budget.aime:8K", "Did you mean"),
    "text before": ("# %% [markdown]\n# ## Doubling", "x = 1", "starts with a cell"),
}


@pytest.mark.unit
@pytest.mark.parametrize(("old", "new", "words"), BROKEN.values(), ids=BROKEN)
def test_a_broken_lesson_is_refused_with_its_line(
    sample, lesson_file, capfd, old, new, words
):
    replace(lesson_file, old, new)
    assert build.main([]) == 1
    said = capfd.readouterr().err
    assert words in said
    assert "lessons/01_doubling.py:" in said


@pytest.mark.unit
@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("exercise: double", "exercise: treble", "names the exercise 'treble'"),
        ("status: draft", "status: planned", "complete its entry"),
        ("minutes: 5", "minutes: soon", "lessons.0.minutes"),
        ("promise: Double a number.", "", "lacks promise"),
        ("slug: 01_", "slug: 1_", "lessons.0.slug"),
    ],
)
def test_a_broken_syllabus_is_refused(sample, capfd, old, new, words):
    replace(sample / "syllabus.yml", old, new)
    assert build.main([]) == 1
    assert words in capfd.readouterr().err


@pytest.mark.unit
def test_a_lesson_that_waits_for_its_models_is_listed_and_not_built(sample, capfd):
    replace(sample / "syllabus.yml", "status: draft", "status: waiting")
    lesson = syllabus.load().lessons[0]
    assert not lesson.available
    assert lesson.unlisted == ""
    table = readme.table(syllabus.load())
    assert "| 1 | Doubling | | | | written, waits for its pocket models | |" in table


@pytest.mark.unit
def test_an_exercise_that_serves_no_objective_is_refused(sample, capfd):
    checks = sample / "checks" / "doubling.py"
    text = checks.read_text("utf-8")
    extra = text[text.index("@exercise") :].replace('"double"', '"unused"')
    checks.write_text(text + "\n\n" + extra.replace("check_double", "other"), "utf-8")
    assert build.main([]) == 1
    assert "checks 'unused', which 01_doubling lacks" in capfd.readouterr().err


@pytest.mark.unit
def test_an_unknown_lesson_is_refused_with_the_known_ones(sample, capfd):
    assert build.main(["nonsense"]) == 1
    said = capfd.readouterr().err
    assert "No lesson 'nonsense' has a source; there are: 01_doubling." in said


def findings(words: str) -> list[lint.Finding]:
    return [one for one in lint.check_source(made()) if words in one.text]


@pytest.mark.unit
def test_lint_names_the_line_of_a_wide_line_and_of_a_bare_number(sample, lesson_file):
    replace(lesson_file, "say(f", "wide = " + "1 + " * 30 + "1\nsay(f")
    replace(lesson_file, "We only double.", "We\n# double 98 % of them.")
    lines = lesson_file.read_text("utf-8").split("\n")
    wide = next(n for n, line in enumerate(lines, 1) if line.startswith("wide"))
    bare = next(n for n, line in enumerate(lines, 1) if "98" in line)
    assert findings("columns")[0].where.endswith(f"01_doubling.py:{wide}:")
    assert findings("the number 98")[0].where.endswith(f"01_doubling.py:{bare}:")


@pytest.mark.unit
def test_shape_rules_warn_for_a_draft_and_fail_a_complete_lesson(sample):
    assert not any(one.error for one in lint.check_source(made()))
    replace(sample / "syllabus.yml", "status: draft", "status: complete")
    texts = [one.text for one in lint.check_source(made()) if one.error]
    assert any("cells, not 30 to 60" in text for text in texts)
    assert any("words of prose per line of code" in text for text in texts)
    assert any("exercises; at least 3" in text for text in texts)


def outputs(*made_outputs: nbformat.NotebookNode) -> list[str]:
    """Problems of a draft whose `say` cell left these outputs."""
    draft = made()
    cell = next(c for c in draft.node.cells if c.source.startswith("say("))
    cell.outputs = list(made_outputs)
    return [one.text for one in lint.check_outputs(draft, draft.node)]


@pytest.mark.unit
def test_outputs_without_words_or_with_noise_are_found(sample):
    new = nbformat.v4.new_output
    bare = new("display_data", {"image/png": "AA", "text/plain": "<Figure size 1x1>"})
    html = new("display_data", {"text/html": '<img src="x">', "text/plain": "x"})
    told = new("display_data", {"image/png": "AA", "text/plain": "A line rises."})
    noise = new("stream", name="stderr", text="Warning: old option\n")
    assert "text alternative" in outputs(bare)[0]
    assert "text alternative" in outputs(html)[0]
    assert outputs(told) == []
    assert "Warning: old option" in outputs(noise)[0]


@pytest.mark.unit
def test_normalizing_drops_bars_widgets_paths_and_addresses(sample):
    new = nbformat.v4.new_output
    widget = {normalize.WIDGET: {"model_id": "1"}, "text/plain": "VBox(children=())"}
    draft, executed = made().node, made().node
    executed.cells[1].outputs = [
        new(
            "stream", name="stderr", text="\r 50%|██   | 1/2 [00:00<00:00]\r100%|█| 2/2"
        ),
        new("stream", name="stdout", text=f"one\rtwo in {sample}/x\n"),
        new("stream", name="stdout", text="<object at 0x7f00aabbccdd>\n"),
        new("display_data", widget),
    ]
    executed.cells[1].metadata["execution"] = {"started": "now"}
    cell = normalize.clean(executed, draft).cells[1]
    text = "two in qwen-course/x\n<object at 0x…>\n"
    assert [one.get("text") for one in cell.outputs] == [text, None]
    assert cell.outputs[1].data == {"text/plain": normalize.KNOB}
    assert list(cell.metadata) == ["tags"]
