"""Starts a lesson: `python -m course new-lesson 17 my_slug "Title"`.

It writes the lesson, its checks, quiz and wrong answers, and the syllabus entry, all
small and working; then builds the notebook.
"""

import argparse
import re
import sys
from pathlib import Path

from course import build, content, syllabus
from course.syllabus import SyllabusError

LESSON = """\
# %% [markdown]
# ## What you will see
#
# Say here what surprises. The first cell below does something that works, and the next
# ones open it up. Replace all of this; the shape is in CONTRIBUTING.md.

# %%
words = "one idea per cell".split()
say(f"This sentence has **{{len(words)}}** words, counted when the cell ran.")

# %% [markdown]
# ### Exercise: {key}
#
# Write a function that counts the words of a sentence.


# %% tags=["exercise"]
def {key}(sentence):
    # --- solution
    return len(sentence.split())
    # --- stub
    # return ...  # your code here
    # --- end


check("{key}", {key})

# %% [markdown]
# ## Quiz

# %%
quiz("{short}")

# %% [markdown]
# ## Recap
#
# In this lesson we counted words.
"""

CHECKS = '''\
"""Checks of the lesson "{title}"."""

from course.checks import exercise, expect


@exercise(
    "{key}",
    stars=1,
    minutes=3,
    hints=["A string can be split.", "What does len() say of a list?"],
)
def check_{key}(answer):
    expect(
        answer("one two") != len("one two"),
        'the count for "one two" is 7: did you count characters?',
    )
    expect(answer("one  two") == 2, "two spaces add a word: split on one space?")
    expect(answer("") == 0, f"an empty sentence gave {{answer('')}}: it has no words")
    return "You count words."
'''

QUIZ = """\
- question: Where does a number in a lesson come from?
  answer: 2
  choices:
    - text: From the author's memory
      why: The build refuses a number in prose that nothing backs.
    - text: From the run, or from a cited source
      why: A cell prints what it measured, and published figures carry their source.
"""

WRONG = '''\
"""Typical wrong answers to "{title}", and what the feedback must say."""

WRONG = {{
    "{key}": [
        (len, "did you count characters"),
        (lambda sentence: len(sentence.split(" ")), "split on one space"),
        (lambda sentence: len(sentence.split()) or 1, "it has no words"),
    ],
}}
'''

ENTRY = """\
  - slug: {slug}
    title: {title}
    status: draft
    promise: Say in one sentence what the learner will be able to do.
    minutes: 60
    roles: [chat]
    needs:
      pocket: {{ram_gb: 2, disk_gb: 0.1, download_gb: 0, minutes: 1}}
    objectives:
      - text: count the words of a sentence
        exercise: {key}
"""


def main(argv: list[str]) -> int:
    """Write the files and build; 0 when the new lesson is ready to edit."""
    parser = argparse.ArgumentParser("python -m course new-lesson", description=__doc__)
    parser.add_argument("number", type=int, help="its place in the course, 1 to 99")
    parser.add_argument("slug", help="short_name, lower case with underscores")
    parser.add_argument("title")
    parser.add_argument("--no-build", action="store_true", help="write the files only")
    options = parser.parse_args(argv)
    try:
        written = write(options.number, options.slug, options.title)
    except (SyllabusError, FileExistsError, ValueError) as error:
        print(f"new-lesson: {error}", file=sys.stderr)
        return 1
    for path in written:
        print(f"wrote {content.relative(path)}")
    if options.no_build:
        return 0
    # the lesson before now names this one as the next
    before = [n for n in numbers_available() if n < options.number][-1:]
    return build.main([f"{n:02}" for n in [*before, options.number]])


def numbers_available() -> list[int]:
    """Numbers of the lessons that can be built, in order."""
    return [lesson.number for lesson in syllabus.load().available]


def write(number: int, short: str, title: str) -> list[Path]:
    """Write a lesson's files and its syllabus entry; returns their paths.

    Raises ValueError for a bad number or slug, FileExistsError rather than overwrite,
    SyllabusError where the number is taken.
    """
    if not re.fullmatch(r"[a-z][a-z0-9_]*", short) or not 1 <= number <= 99:
        raise ValueError(
            f"{number} {short} is no lesson: give a number from 1 to 99 and a name of "
            "lower-case letters, digits and underscores."
        )
    slug = f"{number:02}_{short}"
    names = {"slug": slug, "short": short, "title": title, "key": f"count_{short}"}
    files = {
        content.folder("lessons") / f"{slug}.py": LESSON,
        content.folder("checks") / f"{short}.py": CHECKS,
        content.folder("quizzes") / f"{short}.yml": QUIZ,
        content.wrong_answers() / f"{short}.py": WRONG,
    }
    for path in files:
        if path.exists():
            raise FileExistsError(f"{content.relative(path)} exists; nothing changed.")
    entry = ENTRY.format_map(names | {"title": f'"{title}"'})
    changed = _with_entry(syllabus.path().read_text("utf-8"), slug, entry)
    for path, template in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(template.format_map(names), "utf-8")
    syllabus.path().write_text(changed, "utf-8")
    return [*files, syllabus.path()]


def _with_entry(text: str, slug: str, entry: str) -> str:
    """The syllabus with the entry in its place; a planned one-line entry goes.

    Raises SyllabusError where the number is taken by another lesson.
    """
    number = slug[:2]
    lines = text.rstrip("\n").split("\n")
    starts = [
        (index, found[1])
        for index, line in enumerate(lines)
        if (found := re.match(r"  - (?:\{)?slug: (\w+)", line))
    ]
    position = len(lines)
    for index, known in starts:
        if known[:2] == number:
            if known != slug or not lines[index].startswith("  - {"):
                raise SyllabusError(
                    f"Lesson {number} is {known} in the syllabus already."
                )
            del lines[index]
        if known[:2] >= number:
            position = index
            break
    lines[position:position] = entry.rstrip("\n").split("\n")
    return "\n".join(lines) + "\n"
