"""Starts a real JupyterLab through `python -m course lab` and stops it again."""

import json
import os
import re
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from utils.paths import ROOT

# As `python -m course lab`, except that it stays in the environment of the tests.
LAB = "import sys; from course.lab import main; sys.exit(main(sys.argv[1:]))"
START_SECONDS = 60


@dataclass(frozen=True)
class Server:
    """A running server."""

    port: int
    address: str  # as announced, token included
    home: Path
    process: subprocess.Popen

    @property
    def base(self) -> str:
        """The address without a page."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def token(self) -> str:
        """What a visitor must bring."""
        return self.address.partition("token=")[2]

    def page(self, notebook: str) -> str:
        """The address at which JupyterLab opens a notebook and no other tab."""
        path = f"/lab/workspaces/{notebook}/tree/notebooks/{notebook}.ipynb"
        return f"{self.base}{path}?token={self.token}"

    def status(self, path: str, token: str | None = None) -> int:
        """The HTTP status of a path, redirects not followed."""
        headers = {"Authorization": f"token {token}"} if token else {}
        request = urllib.request.Request(self.base + path, headers=headers)
        try:
            with _opener().open(request, timeout=30) as response:
                return response.status
        except urllib.error.HTTPError as error:
            return error.code

    def kernels(self) -> list[dict]:
        """The kernels that run on this server, as its API lists them."""
        return json.loads(self.ask("GET", "/api/kernels"))

    def stop_kernels(self) -> None:
        """End them, so that the next notebook has the memory to itself."""
        for kernel in self.kernels():
            self.ask("DELETE", f"/api/kernels/{kernel['id']}")

    def ask(self, method: str, path: str) -> bytes:
        """What the server answers to somebody who has the token."""
        headers = {"Authorization": f"token {self.token}"}
        request = urllib.request.Request(self.base + path, None, headers, method=method)
        with _opener().open(request, timeout=30) as response:
            return response.read()


@contextmanager
def running(home: Path, root: Path = ROOT) -> Iterator[Server]:
    """A server on a free port that shows `root`; `home` keeps its settings.

    Raises:
        AssertionError: no address was announced; the text is what the server said.
    """
    port = free_port()
    command = [sys.executable, "-c", LAB, "--no-browser", "--port", str(port)]
    process = subprocess.Popen(
        command,
        cwd=root,
        env=environment(home, root),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        server = Server(port, _announced(process), home, process)
        _wait_until_it_answers(server)
        yield server
    finally:
        process.terminate()
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def environment(home: Path, root: Path) -> dict[str, str]:
    """Settings, progress and runtime files in `home`, the course from `root`."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("JUPYTER")}
    folders = {
        "JUPYTER_CONFIG_DIR": home / "config",
        "JUPYTER_DATA_DIR": home / "data",
        "JUPYTER_RUNTIME_DIR": home / "runtime",
        "JUPYTERLAB_SETTINGS_DIR": home / "settings",
        "JUPYTERLAB_WORKSPACES_DIR": home / "workspaces",
        "QWEN_COURSE_HOME": home / "learner",
    }
    made = kept | {name: str(folder) for name, folder in folders.items()}
    return made | {
        "PYTHONPATH": str(root),
        "JUPYTER_PREFER_ENV_PATH": "1",
        "OMP_NUM_THREADS": "1",  # a browser and a server want the other core
    }


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as any_socket:
        any_socket.bind(("127.0.0.1", 0))
        return any_socket.getsockname()[1]


def _announced(process: subprocess.Popen) -> str:
    """Wait for the address, then let a thread read what else is said."""
    said: list[str] = []
    found = threading.Event()

    def read() -> None:
        for line in process.stdout:
            said.append(line)
            if re.search(r"http://127\.0\.0\.1:\d+/\S*token=\w+", line):
                found.set()
        found.set()

    threading.Thread(target=read, daemon=True).start()
    found.wait(START_SECONDS)
    addresses = re.findall(r"http://127\.0\.0\.1:\d+/\S*token=\w+", "".join(said))
    assert addresses, "no address was announced:\n" + "".join(said)
    return addresses[0]


def _wait_until_it_answers(server: Server) -> None:
    """The address is announced a moment before the port is open."""
    for _ in range(START_SECONDS * 10):
        try:
            server.status("/api")
            return
        except urllib.error.URLError:
            time.sleep(0.1)
    raise AssertionError(f"{server.base} was announced but does not answer")


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_) -> None:
        return None


def _opener() -> urllib.request.OpenerDirector:
    """Goes straight to loopback, whatever proxy is set, and follows no redirect."""
    return urllib.request.build_opener(urllib.request.ProxyHandler({}), _Stay)
