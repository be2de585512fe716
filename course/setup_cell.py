"""The text of a lesson's setup cell: it works in any notebook server, bare or not.

Standard library only, in the cell as well, until the course has been found.
"""

CELL = """\
import importlib.util, os, pathlib, subprocess, sys

if not importlib.util.find_spec("course"):
    here = pathlib.Path.cwd()
    places = [here, *here.parents, here / "qwen-course"]
    clone = next((p for p in places if (p / "course/syllabus.yml").exists()), None)
    if clone is None:
        clone, source = places[-1], os.environ.get("QWEN_COURSE_REPO", "{repository}")
        if subprocess.run(["git", "clone", "--depth=1", source, str(clone)]).returncode:
            sys.exit(f"Could not fetch {{source}}: check the network, run this again.")
    sys.path.insert(0, str(clone))

from course import kernel; kernel.prepare()
from course import session
from course.learn import check, hint, solution, quiz, progress, say

session.start("{slug}", PROFILE)
"""


def text(repository: str, slug: str) -> str:
    """The cell for one lesson.

    Args:
        repository: where to clone the course from; QWEN_COURSE_REPO overrides it.
        slug: the lesson's name without its number, such as "quickstart".
    """
    return CELL.format(repository=repository, slug=slug).rstrip("\n")
