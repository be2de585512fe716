"""A stand-in for the Hub's HTTP API on loopback, so that real downloads are tested.

It serves a folder under a repository's name and speaks what `huggingface_hub` asks:
model info, file tree, and `resolve` with its headers and its redirect to a content
server that answers ranges. Faults are ordered per file: cut, damage, stall, refuse.
"""

import dataclasses
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import threading
from collections import Counter
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from course import hub_api
from utils import paths
from utils.hub import File

TOKEN = "hf_pupil"  # lets a client into gated repositories
PIECE = 64 * 1024


@dataclass
class Request:
    """One request as the server saw it; `sent` counts content bytes, not headers."""

    method: str
    path: str
    range: str | None
    token: bool = False
    status: int = 0
    sent: int = 0


@dataclass
class Faults:
    """What goes wrong with a file, until somebody clears it."""

    cut_after: int | None = None  # bytes, then the connection closes
    cuts_left: int = 0
    stall_after: int | None = None  # bytes, then nothing more comes
    flip_byte: int | None = None  # offset of a byte that arrives wrong
    listed_size: int | None = None  # the size that the listing claims


@dataclass
class Repo:
    """A folder served as a repository."""

    folder: Path
    gated: bool = False
    faults: dict[str, Faults] = field(default_factory=dict)

    def files(self) -> dict[str, Path]:
        """Path inside the repository -> file, sorted."""
        found = sorted(p for p in self.folder.rglob("*") if p.is_file())
        return {p.relative_to(self.folder).as_posix(): p for p in found}

    def commit(self) -> str:
        """A stable commit hash of the content."""
        digest = hashlib.sha1()
        for name, path in self.files().items():
            digest.update(name.encode() + path.read_bytes())
        return digest.hexdigest()

    def fault(self, name: str) -> Faults:
        """The faults of one file, to read or to set."""
        return self.faults.setdefault(name, Faults())


class HubServer:
    """Start with `with HubServer() as hub:`, then `hub.serve(name, folder)`."""

    def __init__(self) -> None:
        self.repos: dict[str, Repo] = {}
        self.requests: list[Request] = []
        self.released = threading.Event()  # ends stalls when the server stops
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        self._http.daemon_threads = True
        self._http.hub = self  # type: ignore[attr-defined]
        self.url = f"http://127.0.0.1:{self._http.server_port}"

    def __enter__(self) -> "HubServer":
        threading.Thread(target=self._http.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.released.set()
        self._http.shutdown()
        self._http.server_close()

    def serve(self, name: str, folder: Path, gated: bool = False) -> Repo:
        """Publish `folder` as the repository `name`."""
        self.repos[name] = Repo(folder, gated)
        return self.repos[name]

    def content_requests(self) -> list[Request]:
        """The requests that fetched file content."""
        return [r for r in self.requests if r.method == "GET" and r.sent]

    def counts(self) -> Counter:
        """How often each (method, path) was asked for."""
        return Counter((r.method, r.path) for r in self.requests)


def copy_pocket(name: str, folder: Path) -> Path:
    """A pocket model's files as they would be published: without its checkpoints."""
    training = shutil.ignore_patterns("checkpoints")
    return shutil.copytree(paths.MODELS / name, folder, ignore=training)


def in_own_process(code: str, hub: HubServer, cache: Path, *arguments: str) -> str:
    """Run `code` as a fresh kernel that only knows `hub`; what it printed."""
    settings = {"HF_ENDPOINT": hub.url, "HF_HOME": str(cache)}
    run = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        env=os.environ | settings,
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stderr
    return run.stdout.strip()


def _listing(repo: Repo) -> list[File]:
    """Every file with size and hashes; the size is what a fault claims it to be."""
    found = [hub_api.describe(name, path) for name, path in repo.files().items()]
    claimed = [repo.fault(file.path).listed_size or file.size for file in found]
    return [
        dataclasses.replace(file, size=size)
        for file, size in zip(found, claimed, strict=True)
    ]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    routes = (
        (re.compile(hub_api.INFO), "info"),
        (re.compile(hub_api.TREE), "tree"),
        (re.compile(hub_api.RESOLVE), "resolve"),
        (re.compile(r"/content/([^/]+/[^/]+)/(.+)"), "content"),
        # ModelScope's layout, as the modelscope-hub package asks for it
        (re.compile(r"/api/v1/models/([^/]+/[^/]+)/repo/files"), "scope_files"),
        (re.compile(r"/api/v1/models/([^/]+/[^/]+)/repo"), "scope_content"),
    )

    def do_GET(self) -> None:
        path = unquote(urlsplit(self.path).path)
        self.seen = Request(
            self.command,
            path,
            self.headers.get("Range"),
            "Authorization" in self.headers,
        )
        self.server.hub.requests.append(self.seen)  # type: ignore[attr-defined]
        for pattern, answer in self.routes:
            if match := pattern.fullmatch(path):
                name, *rest = match.groups()
                repo = self.server.hub.repos.get(name)  # type: ignore[attr-defined]
                if repo is None:
                    # The Hub hides whether a repository is missing or private.
                    status = 404 if path.startswith("/api/v1/") else 401
                    return self._refuse(status, "RepoNotFound")
                return getattr(self, answer)(name, repo, *rest)
        return self._refuse(404, "EntryNotFound")

    do_HEAD = do_GET  # noqa: N815 - http.server looks it up by this name

    def info(self, name: str, repo: Repo, _revision: str | None) -> None:
        files = _listing(repo)
        self._json(hub_api.model_info(name, repo.commit(), files, repo.gated))

    def tree(self, _: str, repo: Repo, _revision: str, under: str | None) -> None:
        rows = hub_api.tree(_listing(repo), under)
        if under and not rows:
            return self._refuse(404, "EntryNotFound")
        self._json(rows)

    def resolve(self, name: str, repo: Repo, _revision: str, path: str) -> None:
        if repo.gated and self.headers.get("Authorization") != f"Bearer {TOKEN}":
            return self._refuse(401, "GatedRepo")
        file = next((f for f in _listing(repo) if f.path == path), None)
        if file is None:
            return self._refuse(404, "EntryNotFound")
        headers = {"X-Repo-Commit": repo.commit()}
        tag = f'"{hub_api.etag(file)}"'
        if not file.sha256:
            return self._content(repo, path, headers | {"ETag": tag})
        headers["X-Linked-ETag"] = tag
        headers["X-Linked-Size"] = str(file.size)
        # Another host name, as with the real content servers: the client must not
        # take its headers for the Hub's, nor send it the token.
        port = self.server.server_port  # type: ignore[attr-defined]
        headers["Location"] = f"http://localhost:{port}/content/{name}/{path}"
        return self._head(302, headers | {"Content-Length": "0"})

    def content(self, name: str, repo: Repo, file: str) -> None:
        self._content(repo, file, {"ETag": '"content"', "Accept-Ranges": "bytes"})

    def scope_files(self, name: str, repo: Repo) -> None:
        rows = []
        for file in _listing(repo):
            entry = {"Path": file.path, "Size": file.size, "Type": "blob"}
            content = repo.files()[file.path].read_bytes()
            rows.append(entry | {"Sha256": hashlib.sha256(content).hexdigest()})
        self._json({"Code": 200, "Success": True, "Data": {"Files": rows}})

    def scope_content(self, name: str, repo: Repo) -> None:
        query = parse_qs(urlsplit(self.path).query)
        self._content(repo, query["FilePath"][0], {"Accept-Ranges": "bytes"})

    def _content(self, repo: Repo, file: str, headers: dict[str, str]) -> None:
        """Send a file, or its end if a range was asked for, with the ordered faults."""
        fault = repo.fault(file)
        data = bytearray(repo.files()[file].read_bytes())
        if fault.flip_byte is not None:
            data[fault.flip_byte] ^= 0xFF
        total, start = len(data), 0
        if self.seen.range:
            start = int(self.seen.range.removeprefix("bytes=").split("-")[0])
            headers["Content-Range"] = f"bytes {start}-{total - 1}/{total}"
        headers["Content-Length"] = str(total - start)
        self._head(206 if self.seen.range else 200, headers)
        if self.command == "GET":
            self._send(bytes(data[start:]), fault)

    def _send(self, body: bytes, fault: Faults) -> None:
        stop = len(body)
        if fault.cut_after is not None and fault.cuts_left > 0:
            fault.cuts_left -= 1
            stop = min(stop, fault.cut_after)
            self.close_connection = True
        if fault.stall_after is not None:
            stop = min(stop, fault.stall_after)
        for at in range(0, stop, PIECE):
            self.wfile.write(body[at : min(at + PIECE, stop)])
            self.seen.sent += min(PIECE, stop - at)
        self.wfile.flush()
        if fault.stall_after is not None:
            self.server.hub.released.wait()  # type: ignore[attr-defined]

    def _json(self, value: object) -> None:
        body = json.dumps(value).encode()
        headers = {"Content-Type": "application/json", "Content-Length": str(len(body))}
        self._head(200, headers)
        self.wfile.write(body)

    def _refuse(self, status: int, code: str) -> None:
        self._head(status, {"X-Error-Code": code, "Content-Length": "0"})

    def _head(self, status: int, headers: dict[str, str]) -> None:
        self.seen.status = status
        self.send_response(status)
        for key, value in headers.items():
            self.send_header(key, value)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Keep the test output quiet; `HubServer.requests` has it all."""
