"""A lesson's checks are found and loaded, by several threads at once too."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from course import content

pytestmark = pytest.mark.unit


def test_threads_that_load_together_all_see_a_whole_module(sample):
    path = sample / "checks" / "doubling.py"
    slow = "import time\n\ntime.sleep(0.3)\n"
    path.write_text(slow + path.read_text("utf-8"), "utf-8")
    together = Barrier(2)

    def load(_) -> list[str]:
        together.wait()
        return list(content.exercises("doubling"))

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(load, range(2))) == [["double"], ["double"]]


def test_a_missing_file_is_named(sample):
    with pytest.raises(FileNotFoundError, match=r"checks/nothing\.py is missing"):
        content.load_module(sample / "checks" / "nothing.py")


def test_a_module_that_cannot_load_is_tried_again(sample):
    path = sample / "checks" / "doubling.py"
    whole = path.read_text("utf-8")
    path.write_text("1 / 0\n", "utf-8")
    with pytest.raises(ZeroDivisionError):
        content.exercises("doubling")
    path.write_text(whole, "utf-8")
    assert list(content.exercises("doubling")) == ["double"]
