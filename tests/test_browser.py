"""Each notebook in a real JupyterLab in a real browser, as a learner sees it.

All cells are run from the menu, knobs are turned from the keyboard, and pictures of
what was seen stay in reports/browser/.
"""

import json
import re
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass

import lab_server
import pytest
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from course import syllabus
from course.testing import NO_BROWSER, find_chrome
from utils.paths import ROOT

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(find_chrome() is None, reason=NO_BROWSER),
]

PICTURES = ROOT / "reports" / "browser"
LESSONS = [lesson.slug for lesson in syllabus.load().available]
WITH_KNOB = {"02_quickstart", "05_coder_and_math", "08_thinking_mode"}
RUN_SECONDS = 540
TALLEST = 16_000  # pixels; Chromium draws no taller page
FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update"),
    "--disable-sync",
]
CODE = ".jp-Notebook .jp-CodeCell"
OUTPUT = ".jp-OutputArea-output[data-mime-type='application/vnd.jupyter.{}']"
KNOB = ".widget-interact"
SCROLLED = ".jp-WindowedPanel-outer"


@dataclass(frozen=True)
class Opened:
    """A notebook after all of its cells were run."""

    slug: str
    page: Page

    def texts(self, selector: str) -> list[str]:
        """What each element of that kind says."""
        return [text.strip() for text in self.page.locator(selector).all_inner_texts()]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[lab_server.Server]:
    """JupyterLab on a copy of the course, so that nothing is saved over it."""
    root = tmp_path_factory.mktemp("course")
    unwanted = shutil.ignore_patterns("__pycache__", "checkpoints")
    for name in ("course", "utils", "notebooks"):
        shutil.copytree(ROOT / name, root / name, ignore=unwanted)
    for name in ("requirements.lock", "pyproject.toml"):
        shutil.copy(ROOT / name, root)
    home = tmp_path_factory.mktemp("home")
    settings = home / "settings" / "@jupyterlab" / "notebook-extension"
    settings.mkdir(parents=True)
    # Cells off the screen would otherwise not be in the page at all.
    choice = json.dumps({"windowingMode": "none"})
    (settings / "tracker.jupyterlab-settings").write_text(choice)
    with lab_server.running(home, root) as one:
        yield one


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as play:
        one = play.chromium.launch(executable_path=find_chrome(), args=FLAGS)
        yield one
        one.close()


@pytest.fixture(scope="module", params=LESSONS)
def opened(request, server: lab_server.Server, browser: Browser) -> Iterator[Opened]:
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto(server.page(request.param))
    page.wait_for_selector(CODE, timeout=60_000)
    _wait_for_kernel(server, page)
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=PICTURES / f"{request.param}_opened.png")
    # Outputs and counts that stay are then those of this run.
    choose(page, "Edit", "Clear Outputs of All Cells")
    choose(page, "Run", "Run All Cells")
    _wait_until_all_ran(page)
    picture(page, request.param)
    yield Opened(request.param, page)
    page.close()
    server.stop_kernels()


def test_every_cell_ran_in_order(opened: Opened) -> None:
    prompts = opened.texts(f"{CODE} .jp-InputArea-prompt")
    # The setup cell's input is folded, and its prompt with it.
    counts = [int(text.strip("[]:")) for text in prompts if text]
    shown = opened.page.locator(CODE).count()
    assert counts == sorted(set(counts))
    assert counts[-1] == shown
    assert len(counts) >= shown - 1


@pytest.mark.parametrize("kind", ["error", "stderr"])
def test_no_cell_shows_an_error_or_a_warning(opened: Opened, kind: str) -> None:
    assert opened.texts(OUTPUT.format(kind)) == []


def test_no_dialog_and_no_notification_is_in_the_way(opened: Opened) -> None:
    assert opened.texts(".jp-Dialog") == []
    assert opened.texts(".Toastify__toast") == []


def test_every_widget_and_figure_was_drawn(opened: Opened) -> None:
    assert not [t for t in opened.texts(".jp-OutputArea") if "Error displaying" in t]
    broken = "pictures => pictures.filter(one => !one.naturalWidth).length"
    assert opened.page.locator(f"{CODE} img").evaluate_all(broken) == 0


def test_a_knob_changes_what_is_shown(opened: Opened) -> None:
    knobs = opened.page.locator(KNOB)
    assert knobs.count() == (1 if opened.slug in WITH_KNOB else 0)
    for knob in knobs.all():
        turn(knob)
        knob.scroll_into_view_if_needed()
        opened.page.screenshot(path=PICTURES / f"{opened.slug}_knob.png")


def choose(page: Page, menu: str, command: str) -> None:
    """Choose a command from JupyterLab's menu bar."""
    page.get_by_role("menuitem", name=menu, exact=True).click()
    page.get_by_role("menuitem", name=command, exact=True).click()


def picture(page: Page, name: str) -> None:
    """Keep a picture of the whole notebook, its side bar closed."""
    page.keyboard.press("Control+b")
    size = page.viewport_size
    height = page.locator(SCROLLED).evaluate("one => one.scrollHeight")
    page.set_viewport_size(size | {"height": min(height + 120, TALLEST)})
    page.locator(SCROLLED).evaluate("one => one.scrollTo(0, 0)")
    page.wait_for_timeout(500)
    page.screenshot(path=PICTURES / f"{name}.png")
    page.set_viewport_size(size)


def turn(knob: Locator) -> None:
    """Move a slider, or type into a box, and wait until the output is another one."""
    before = knob.locator(".jp-OutputArea").inner_html()
    if knob.get_by_role("slider").count():
        handle = knob.get_by_role("slider")
        value = handle.get_attribute("aria-valuenow")
        handle.focus()
        handle.press("ArrowLeft")
        expect(handle).not_to_have_attribute("aria-valuenow", value)
    else:
        knob.get_by_role("textbox").fill("x^2 - 4x")
        knob.get_by_role("textbox").press("Enter")
    _wait_for(lambda: _settled(knob) not in (before, ""), "no new output")


def _settled(knob: Locator) -> str:
    """The knob's output, or "" while it is being cleared and drawn again."""
    shown = knob.locator(".jp-OutputArea-output")
    return knob.locator(".jp-OutputArea").inner_html() if shown.count() else ""


def _wait_for_kernel(server: lab_server.Server, page: Page) -> None:
    """Running cells before there is a kernel brings up a question instead."""
    _wait_for(
        lambda: any(k["execution_state"] == "idle" for k in server.kernels()),
        "no kernel",
    )
    status = page.locator("#jp-main-statusbar").get_by_text("Python 3 (ipykernel) |")
    expect(status).to_have_text(re.compile("Idle"), timeout=60_000)
    page.wait_for_timeout(1000)  # it says so once before it connects, too
    expect(status).to_have_text(re.compile("Idle"), timeout=60_000)


def _wait_until_all_ran(page: Page) -> None:
    """Every prompt has a number once the last cell is done."""
    undone = page.locator(f"{CODE} .jp-InputArea-prompt").filter(
        has_text=re.compile(r"\[[ *]\]")
    )
    expect(undone).to_have_count(0, timeout=RUN_SECONDS * 1000)


def _wait_for(condition, otherwise: str, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, otherwise
        time.sleep(0.2)
