"""What the Hub's HTTP API answers about a repository, as `huggingface_hub` reads it.

The classroom mirror gives these answers, and so does the stand-in for the Hub that
the tests use. Source: `ModelInfo`, `RepoFile` and `BlobLfsInfo` in
`huggingface_hub.hf_api`.
"""

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from utils.hub import File, git_sha1

# Patterns of the paths that a download asks for; the groups are repository, revision
# and, where there is one, path inside the repository.
INFO = r"/api/models/([^/]+/[^/]+)(?:/revision/([^/]+))?"
TREE = r"/api/models/([^/]+/[^/]+)/tree/([^/]+)(?:/(.+))?"
RESOLVE = r"/([^/]+/[^/]+)/resolve/([^/]+)/(.+)"


def is_large(name: str) -> bool:
    """Whether the real repositories keep this file in large-file storage."""
    return name.endswith(".safetensors") or name == "tokenizer.json"


def describe(name: str, path: Path) -> File:
    """The Hub's entry for a file, with the hash of its content computed here."""
    if not is_large(name):
        content = path.read_bytes()
        return File(name, len(content), None, git_sha1(content))
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    return large_file(name, path.stat().st_size, sha256)


def large_file(name: str, size: int, sha256: str) -> File:
    """The entry for a file in large-file storage; git itself keeps a pointer to it."""
    return File(name, size, sha256, git_sha1(_pointer(size, sha256)))


def etag(file: File) -> str:
    """The tag of a file's content, which is also its name in the client's cache."""
    return file.sha256 or file.git_sha1


def model_info(
    repo: str, commit: str, files: Iterable[File], gated: bool = False
) -> dict[str, Any]:
    """The answer to INFO; files carry their metadata, asked for or not."""
    siblings = [
        {"rfilename": file.path, "size": file.size, "blobId": file.git_sha1}
        | ({"lfs": _lfs(file, "sha256")} if file.sha256 else {})
        for file in files
    ]
    return {
        "id": repo,
        "sha": commit,
        "gated": "manual" if gated else False,
        "siblings": siblings,
    }


def tree(files: Iterable[File], under: str | None = None) -> list[dict[str, Any]]:
    """The answer to TREE: files in all folders, or in all folders `under` one."""
    return [
        {"type": "file", "path": file.path, "size": file.size, "oid": file.git_sha1}
        | ({"lfs": _lfs(file, "oid")} if file.sha256 else {})
        for file in files
        if not under or file.path.startswith(f"{under}/")
    ]


def _lfs(file: File, hash_key: str) -> dict[str, Any]:
    pointer = _pointer(file.size, file.sha256 or "")
    return {hash_key: file.sha256, "size": file.size, "pointerSize": len(pointer)}


def _pointer(size: int, sha256: str) -> bytes:
    """What git keeps in place of a large file. Source: git-lfs, docs/spec.md."""
    spec = "https://git-lfs.github.com/spec/v1"
    return f"version {spec}\noid sha256:{sha256}\nsize {size}\n".encode()
