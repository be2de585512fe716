"""The verb `lab`, as a real server: its page, its token, its address."""

import json
import subprocess
import sys

import lab_server
import psutil
import pytest

from course import lab
from utils.paths import ROOT

pytestmark = pytest.mark.engines

FIRST = f"/lab/tree/notebooks/{lab.FIRST}.ipynb"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory):
    with lab_server.running(tmp_path_factory.mktemp("home")) as one:
        yield one


def test_it_announces_the_first_lesson(server: lab_server.Server) -> None:
    assert server.address.startswith(f"{server.base}{FIRST}?token=")


def test_the_announced_page_is_there(server: lab_server.Server) -> None:
    assert server.status(FIRST, server.token) == 200


def test_the_notebook_behind_it_can_be_read(server: lab_server.Server) -> None:
    notebook = f"/api/contents/notebooks/{lab.FIRST}.ipynb"
    assert server.status(notebook, server.token) == 200


@pytest.mark.parametrize("token", [None, "a-guess"])
def test_nobody_gets_in_without_the_token(server: lab_server.Server, token) -> None:
    assert server.status(FIRST, token) == 302  # to the page that asks for it
    assert server.status("/api/contents", token) == 403
    assert server.status("/api/kernels", token) == 403


def test_every_start_has_a_token_of_its_own(server: lab_server.Server, tmp_path):
    with lab_server.running(tmp_path) as other:
        assert other.token != server.token


def test_only_this_machine_can_connect(server: lab_server.Server) -> None:
    listening = [
        one.laddr
        for one in psutil.Process(server.process.pid).net_connections("inet")
        if one.status == psutil.CONN_LISTEN
    ]
    assert server.port in {address.port for address in listening}
    assert {address.ip for address in listening} == {"127.0.0.1"}


def test_the_course_changes_a_default_and_asks_nothing(server) -> None:
    plugin = "@jupyterlab/apputils-extension:notification"
    settings = json.loads(server.ask("GET", f"/lab/api/settings/{plugin}"))
    defaults = settings["schema"]["properties"]
    assert defaults["fetchNews"]["default"] == "false"


def test_lessons_have_a_kernel(server: lab_server.Server) -> None:
    assert server.status("/api/kernelspecs/python3", server.token) == 200


def test_a_port_in_use_is_an_error_not_another_port(server: lab_server.Server) -> None:
    command = [sys.executable, "-c", lab_server.LAB, "--no-browser"]
    done = subprocess.run(
        [*command, "--port", str(server.port)],
        cwd=ROOT,
        env=lab_server.environment(server.home, ROOT),
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode != 0
    assert f"port {server.port} is not available" in done.stderr
