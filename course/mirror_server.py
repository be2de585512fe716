"""The HTTP side of the classroom mirror: a Hub that only reads, out of the cache.

A request's path is looked up among the names listed at the start and never joined to a
folder, so there is nothing for `..` to climb. Tornado, on which JupyterLab runs too,
sends the files, with ranges, to many clients at once, and checks where links lead.
"""

import json
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from huggingface_hub.utils import filter_repo_objects
from tornado import httpserver, netutil, web

from course import hub_api
from utils.hub import ALLOWED, File

# Nothing is uploaded, so a request has no body to speak of; larger ones are cut off.
MAX_BODY = 64 * 1024


@dataclass(frozen=True)
class Snapshot:
    """What is served of one repository: one commit, and its files by name."""

    repo: str
    folder: Path  # <cache>/models--<organization>--<name>/snapshots/<commit>
    files: dict[str, File]

    @property
    def commit(self) -> str:
        """The commit's hash, which is what the cache calls the folder."""
        return self.folder.name

    @property
    def size(self) -> int:
        """Bytes that a student downloads."""
        return sum(file.size for file in self.files.values())

    def link_targets(self) -> list[str]:
        """The folders into which the cache's links lead: its two stores of blobs."""
        storage = self.folder.parents[1]
        return [str(self.folder), str(storage / "blobs"), str(storage.parent / "blobs")]


Shelf = dict[str, Snapshot]


def snapshot(repo: str, folder: Path) -> Snapshot:
    """List the files in a snapshot folder of the cache that may be passed on."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    names = {path.relative_to(folder).as_posix(): path for path in paths}
    allowed = filter_repo_objects(names, allow_patterns=ALLOWED)
    return Snapshot(repo, folder, {name: _entry(name, names[name]) for name in allowed})


def start(
    shelf: Shelf, host: str, port: int, log: Callable[[str], None]
) -> tuple[httpserver.HTTPServer, int]:
    """Answer requests on the running event loop; the server and its port.

    `log` gets a line for each request that was answered. Raises OSError if `host` is
    no address of this machine or `port` is taken.
    """
    sockets = netutil.bind_sockets(port, address=host)
    app = web.Application(
        [
            (r"/", _Index, {"shelf": shelf}),
            (hub_api.INFO, _Info, {"shelf": shelf}),
            (hub_api.TREE, _Tree, {"shelf": shelf}),
            (hub_api.RESOLVE, _Content, {"shelf": shelf}),
        ],
        default_handler_class=_Nothing,
        default_handler_args={"shelf": shelf},
        log_function=lambda handler: log(_line(handler)),
    )
    server = httpserver.HTTPServer(app, max_body_size=MAX_BODY)
    server.add_sockets(sockets)
    return server, sockets[0].getsockname()[1]


class Refusal(web.HTTPError):
    """An error by the name that `huggingface_hub` knows it by, and a sentence."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(404)
        self.code, self.sentence = code, sentence


class _Answer(web.RequestHandler):
    """What all answers share; Tornado itself refuses every method but GET and HEAD."""

    def initialize(self, shelf: Shelf) -> None:
        self.shelf = shelf

    def find(self, repo: str, revision: str | None) -> Snapshot:
        found = self.shelf.get(repo)
        if found is None:
            raise Refusal(
                "RepoNotFound",
                "This classroom mirror does not serve that repository: ask whoever "
                "runs it to add it.",
            )
        if revision not in (None, "main", found.commit):
            raise Refusal(
                "RevisionNotFound", "This classroom mirror serves only revision main."
            )
        return found

    def write_error(self, status_code: int, **kwargs) -> None:
        error = kwargs["exc_info"][1] if "exc_info" in kwargs else None
        sentence = f"{status_code}: this classroom mirror only serves files, read-only."
        if isinstance(error, Refusal):
            sentence = error.sentence
            self.set_header("X-Error-Code", error.code)
        self.set_header("X-Error-Message", sentence)
        self.set_header("Content-Type", "text/plain")
        self.finish(sentence + "\n")


class _Index(_Answer):
    """A page to look at from a student's browser: does the network let me through?"""

    def get(self) -> None:
        self.set_header("Content-Type", "text/plain")
        self.finish("\n".join(["This classroom mirror serves:", *self.shelf, ""]))

    head = get


class _Info(_Answer):
    def get(self, repo: str, revision: str | None) -> None:
        found = self.find(repo, revision)
        files = found.files.values()
        self.finish(hub_api.model_info(repo, found.commit, files))

    head = get


class _Tree(_Answer):
    def get(self, repo: str, revision: str, under: str | None) -> None:
        found = self.find(repo, revision)
        rows = hub_api.tree(found.files.values(), under)
        if under and not rows:
            raise _no_such_file()
        self.set_header("Content-Type", "application/json")
        self.finish(json.dumps(rows))

    head = get


class _Content(_Answer, web.StaticFileHandler):
    async def get(
        self, repo: str, revision: str, name: str, include_body: bool = True
    ) -> None:
        found = self.find(repo, revision)
        if name not in found.files:
            raise _no_such_file()
        self.file, self.commit = found.files[name], found.commit
        self.root, self.default_filename = str(found.folder), None
        self.allowed_symlink_directory = found.link_targets()
        await super().get(name, include_body)

    async def head(self, repo: str, revision: str, name: str) -> None:
        await self.get(repo, revision, name, include_body=False)

    def compute_etag(self) -> str:
        return f'"{hub_api.etag(self.file)}"'

    def set_extra_headers(self, path: str) -> None:
        self.set_header("X-Repo-Commit", self.commit)


class _Nothing(_Answer):
    def prepare(self) -> None:
        raise _no_such_file()


def _no_such_file() -> Refusal:
    kinds = ", ".join(ALLOWED)
    return Refusal(
        "EntryNotFound", f"This classroom mirror has no such file; it serves {kinds}."
    )


def _entry(name: str, path: Path) -> File:
    """A file's entry with its published hash: the name of what its link leads to.

    Only the first link counts: behind it the cache may share a blob under another
    name. Where the system has no links, the hash is computed from the content.
    """
    published = Path(os.readlink(path)).name if path.is_symlink() else ""
    size = path.stat().st_size
    if re.fullmatch(r"[0-9a-f]{64}", published):
        return hub_api.large_file(name, size, published)
    if re.fullmatch(r"[0-9a-f]{40}", published):
        return File(name, size, None, published)
    return hub_api.describe(name, path)


def _line(handler: web.RequestHandler) -> str:
    """One request for the instructor's screen, with nothing that a terminal obeys."""
    asked = handler.request
    parts = [asked.remote_ip, asked.method, asked.uri[:200], asked.headers.get("Range")]
    shown = " ".join(part for part in parts if part)
    return ascii(f"{handler.get_status()} {shown}")[1:-1]
