"""A running classroom mirror, and the weak network between it and a learner."""

import os
import re
import socket
import socketserver
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

# As `python -m course mirror`, except that it stays in the environment of the tests.
VERB = "import sys; from course.mirror import main; sys.exit(main(sys.argv[1:]))"
START_SECONDS = 60


@dataclass
class Mirror:
    """The verb in its own process; `said` is what it printed, line by line."""

    process: subprocess.Popen
    said: list[str] = field(default_factory=list)
    url: str = ""

    def asked_for(self, file: str) -> list[str]:
        """The log's lines about requests for a file's content."""
        return [line for line in self.said if f" GET /{file}" in _short(line)]

    @property
    def text(self) -> str:
        """All that it printed."""
        return "".join(self.said)


def _short(line: str) -> str:
    return re.sub(r"/\S*/", "/", line)


def start(cache: Path, *options: str, **extra: str) -> subprocess.Popen:
    """Start the verb for the cache in `cache`; `extra` goes into its environment."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("HF_", "QWEN"))}
    return subprocess.Popen(
        [sys.executable, "-c", VERB, "--port", "0", *options],
        env=clean | {"HF_HOME": str(cache)} | extra,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


@contextmanager
def running(cache: Path, *options: str, **extra: str) -> Iterator[Mirror]:
    """A mirror that answers, at the address that it tells students."""
    mirror = Mirror(start(cache, *options, **extra))
    ready = threading.Event()

    def read() -> None:
        for line in mirror.process.stdout:
            mirror.said.append(line)
            if found := re.search(r"export HF_ENDPOINT=(\S+)", line):
                mirror.url = found[1]
                ready.set()
        ready.set()

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    try:
        assert ready.wait(START_SECONDS), "nothing was announced"
        assert mirror.url, mirror.text
        yield mirror
    finally:
        mirror.process.terminate()
        mirror.process.wait(timeout=20)
        reader.join()
        mirror.process.stdout.close()


class WeakNetwork:
    """An address that leads to `url` and fails inside the answers, when told so."""

    def __init__(self, url: str) -> None:
        host, _, port = url.removeprefix("http://").partition(":")
        self.target = (host, int(port))
        self.cut_after: int | None = None  # bytes of one connection; cuts once
        self.stall_after: int | None = None  # bytes of one connection
        self.released = threading.Event()
        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Relay)
        self._server.daemon_threads = True
        self._server.network = self  # type: ignore[attr-defined]
        self.url = "http://{}:{}".format(*self._server.server_address)

    def __enter__(self) -> "WeakNetwork":
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.released.set()
        self._server.shutdown()
        self._server.server_close()


class _Relay(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        network = self.server.network  # type: ignore[attr-defined]
        passed = 0
        with socket.create_connection(network.target) as mirror:
            threading.Thread(
                target=_pump, args=(self.request, mirror), daemon=True
            ).start()
            while True:
                limit = network.cut_after or network.stall_after
                room = limit - passed if limit else 65536
                piece = mirror.recv(min(room, 65536)) if room > 0 else b""
                if room <= 0 and network.stall_after:
                    network.released.wait()
                if not piece:
                    break
                with suppress(OSError):  # the learner was killed
                    self.request.sendall(piece)
                passed += len(piece)
            if network.cut_after and passed >= network.cut_after:
                network.cut_after = None


def _pump(source: socket.socket, target: socket.socket) -> None:
    """Pass the requests on until one side closes."""
    with suppress(OSError):
        while piece := source.recv(65536):
            target.sendall(piece)
        target.shutdown(socket.SHUT_WR)
