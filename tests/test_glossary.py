"""Terms: defined once, explained where they say, linked by lessons, all on one page."""

import nbformat
import pytest

from course import build, glossary, notebook, numbers, syllabus
from course.glossary import GlossaryError

COURSE = syllabus.load()
TERMS = glossary.terms()
LESSONS = {lesson.slug: lesson for lesson in COURSE.lessons}
unit = pytest.mark.unit
SMALL = """
twice:
  means: Two times a number, which is what the lesson is about.
  lesson: 01_doubling
  section: Doubling
thrice:
  means: Three times a number, which comes in the next lesson.
  lesson: 02_tripling
"""


@unit
@pytest.mark.parametrize("name", TERMS)
def test_a_term_is_explained_where_it_says(name):
    term = TERMS[name]
    lesson = LESSONS[term.lesson]
    if lesson.available:
        assert term.section in glossary.sections(lesson)
    assert term.means.endswith(".")
    assert numbers.unbacked(term.means) == []


@unit
def test_anchors_are_unique():
    anchors = [glossary.anchor(name).casefold() for name in TERMS]
    assert len(set(anchors)) == len(anchors) >= 40


@unit
def test_every_link_of_a_lesson_is_a_term_and_the_page_lists_it():
    [text] = glossary.expected(COURSE).values()
    page = "\n".join(cell.source for cell in nbformat.reads(text, 4).cells)
    linked = set()
    for lesson in COURSE.available:
        found = glossary.REFERENCE.findall(lesson.source.read_text("utf-8"))
        linked |= {name for name, _ in found}
    assert linked <= set(TERMS)
    assert len(linked) >= 15
    for name in TERMS:
        assert f"### {name}\n" in page
    assert "[Memory that grows with the text](01_family_overview.ipynb#Memory" in page
    assert "Explained in lesson 10, Quantization (planned)" in page


@unit
def test_a_reference_becomes_a_link_with_the_definition():
    made = glossary.fill_in("Its {{term:KV cache|caches}} and {{term:token}}.")
    assert made.startswith('Its [caches](glossary.ipynb#KV-cache "The keys and values')
    assert "[token](glossary.ipynb#token " in made
    assert numbers.unbacked("It has {{term:KV cache}} and 3 more.") == [(0, "3")]
    with pytest.raises(GlossaryError, match="has no 'KV cash': add it to"):
        glossary.fill_in("{{term:KV cash}}")


@pytest.fixture
def small(sample):
    (sample / "glossary.yml").write_text(SMALL, "utf-8")
    glossary._read.cache_clear()
    return sample


@unit
def test_a_course_without_a_glossary_has_no_page(sample):
    assert glossary.expected(syllabus.load()) == {}


@unit
def test_an_unknown_term_is_refused_with_its_line(small, lesson_file, capfd):
    text = lesson_file.read_text("utf-8")
    lesson_file.write_text(text.replace("We only", "We {{term:halve}} only"), "utf-8")
    assert build.main(["--check"]) == 1
    line = next(n for n, t in enumerate(text.splitlines(), 1) if "We only" in t)
    said = capfd.readouterr().err
    assert f"01_doubling.py:{line}: the glossary has no 'halve'" in said


@unit
def test_an_old_page_is_found_and_made_anew(small, capfd):
    course = syllabus.load()
    assert build._pages(course, True, build.Console(stderr=True)) == 1
    assert "notebooks/glossary.ipynb is old" in capfd.readouterr().err
    assert build._pages(course, False, build.Console(stderr=True)) == 0
    assert build._pages(course, True, build.Console(stderr=True)) == 0
    page = notebook.load(small / "notebooks" / "glossary.ipynb")
    nbformat.validate(page)
    text = "\n".join(cell.source for cell in page.cells)
    assert "[Doubling](01_doubling.ipynb#Doubling)" in text
    assert "lesson 2, Tripling (planned)" in text


@unit
def test_a_name_that_no_anchor_can_hold_is_refused(small):
    (small / "glossary.yml").write_text(SMALL.replace("twice", '"<x>"'), "utf-8")
    glossary._read.cache_clear()
    with pytest.raises(GlossaryError, match="cannot be a term"):
        glossary.terms()


@unit
def test_the_index_lists_every_lesson_with_what_it_needs(capfd):
    from course import readme

    table = readme.table(COURSE)
    assert table in readme.path().read_text("utf-8")
    for lesson in COURSE.lessons:
        assert f"| {lesson.number} | " in table
        assert lesson.title in table
        if lesson.available:
            assert f"(notebooks/{lesson.slug}.ipynb) | {lesson.promise} |" in table
            assert f"{lesson.minutes} min" in table
            assert COURSE.colab(lesson) in table
            assert f"{lesson.needs['pocket'].ram_gb:g} GB of memory" in table
