"""Real checkpoints from the Hugging Face Hub: planned, resumable, verified.

`huggingface_hub` does the talking and keeps the cache that every other program
shares. Two things are added, because a course is also run over weak connections:
a large file that broke off goes on where it stopped, even after a restart, and a
file enters the cache only if its hash is the published one.
"""

import errno
import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2
from huggingface_hub import HfApi, constants, hf_hub_url, snapshot_download
from huggingface_hub.errors import (
    GatedRepoError,
    HfHubHTTPError,
    LocalEntryNotFoundError,
    RepositoryNotFoundError,
)
from huggingface_hub.file_download import http_get, repo_folder_name
from huggingface_hub.utils import WeakFileLock, build_hf_headers, filter_repo_objects

from utils import env
from utils.errors import (
    DamagedFileError,
    DiskSpaceError,
    DownloadInterruptedError,
    GatedRepositoryError,
    MissingRepositoryError,
    OfflineError,
)

# Weights, configuration, tokenizer and template; no pickles and no Python files,
# which could run code on this machine.
ALLOWED = ["*.safetensors", "*.json", "*.jinja", "merges.txt"]
HUB = "https://huggingface.co"
# Room that a download leaves to the system and to notebooks.
SPARE_DISK = env.GIB // 2


@dataclass(frozen=True)
class File:
    """A file as the Hub lists it; large ones have a sha256, small ones a git hash."""

    path: str
    size: int
    sha256: str | None
    git_sha1: str


@dataclass(frozen=True)
class Plan:
    """What a download would fetch; sizes in bytes."""

    repo: str
    commit: str
    files: tuple[File, ...]

    @property
    def weight_bytes(self) -> int:
        """Size of all weights, downloaded already or not."""
        return sum(f.size for f in self.files if f.path.endswith(".safetensors"))

    @property
    def missing_bytes(self) -> int:
        """What is still to come, after whole and partial files already here."""
        return sum(f.size - _present(self.repo, f) for f in self.files)


def cached(repo: str) -> Path | None:
    """Snapshot folder of `repo` if all of it is on this machine; asks no server."""
    try:
        folder = Path(
            snapshot_download(repo, allow_patterns=ALLOWED, local_files_only=True)
        )
    except LocalEntryNotFoundError:  # its subclass says that files are missing
        return None
    return folder if _has_all_weights(folder) else None


def plan(repo: str) -> Plan:
    """Ask the Hub what `repo` holds. Raises ModelError."""
    with _plain_errors(repo):
        info = _api().model_info(repo, files_metadata=True, timeout=20)
    names = [sibling.rfilename for sibling in info.siblings or []]
    wanted = set(filter_repo_objects(names, allow_patterns=ALLOWED))
    files = tuple(
        File(s.rfilename, s.size or 0, s.lfs.sha256 if s.lfs else None, s.blob_id or "")
        for s in info.siblings or []
        if s.rfilename in wanted
    )
    return Plan(repo, info.sha or "", files)


def download(what: Plan) -> Path:
    """Fetch all that is missing and give the snapshot folder. Raises ModelError.

    Run again after an interruption, it continues where it stopped.
    """
    check_disk(what.repo, what.missing_bytes, _storage(what.repo))
    with _plain_errors(what.repo, downloading=what):
        for file in what.files:
            if file.sha256:
                _fetch_large(what, file)
        folder = Path(
            snapshot_download(
                what.repo,
                revision=constants.DEFAULT_REVISION,
                allow_patterns=ALLOWED,
                endpoint=_endpoint(),
            )
        )
    for file in what.files:
        if not file.sha256:
            _check_small(folder, file)
    return folder


def _has_all_weights(folder: Path) -> bool:
    """Whether every shard is there; a cache filled by older clients cannot tell."""
    index = folder / "model.safetensors.index.json"
    if index.is_file():
        shards = set(json.loads(index.read_text("utf-8"))["weight_map"].values())
    else:
        shards = {"model.safetensors"}
    return all((folder / name).is_file() for name in shards | {"config.json"})


def git_sha1(content: bytes) -> str:
    """The hash by which git, and so the Hub, knows a file. Source: git hash-object."""
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()


def check_disk(repo: str, missing: int, folder: Path) -> None:
    """Raise DiskSpaceError if `missing` bytes do not fit on the disk of `folder`."""
    free = env.disk_free(folder)
    if missing + SPARE_DISK > free:
        raise DiskSpaceError(
            f"{repo} needs {_size(missing)} more on the disk that holds {folder}, and "
            f"{_size(free)} are free there: make room, or set HF_HOME (ModelScope: "
            "MODELSCOPE_CACHE) to a folder on another disk."
        )


def _endpoint() -> str:
    """The server; read at each call, because a notebook may set it after the import."""
    return os.environ.get("HF_ENDPOINT", constants.ENDPOINT).rstrip("/")


def _api() -> HfApi:
    return HfApi(endpoint=_endpoint())


def _storage(repo: str) -> Path:
    """The repository's folder in the cache that `huggingface_hub` keeps."""
    name = repo_folder_name(repo_id=repo, repo_type="model")
    return Path(constants.HF_HUB_CACHE).expanduser() / name


def _blob(repo: str, file: File) -> Path:
    return _storage(repo) / "blobs" / (file.sha256 or file.git_sha1)


def _part(repo: str, file: File) -> Path:
    """Where a large file grows; its name is stable, so that a new process finds it."""
    blob = _blob(repo, file)
    return blob.with_name(blob.name + ".part")


def _present(repo: str, file: File) -> int:
    """Bytes of `file` that need not be fetched again."""
    if _blob(repo, file).exists():
        return file.size
    part = _part(repo, file)
    return min(part.stat().st_size, file.size) if part.exists() else 0


def _fetch_large(what: Plan, file: File) -> None:
    """Put one file with a sha256 into the cache's blobs, continuing a partial one."""
    blob, part = _blob(what.repo, file), _part(what.repo, file)
    if blob.exists():
        return
    blob.parent.mkdir(parents=True, exist_ok=True)
    lock = blob.parents[2] / ".locks" / blob.parents[1].name / f"{blob.name}.lock"
    lock.parent.mkdir(parents=True, exist_ok=True)
    with WeakFileLock(lock):  # the lock that huggingface_hub takes for this blob
        if blob.exists():  # another notebook was faster
            return
        url = hf_hub_url(
            what.repo, file.path, revision=what.commit, endpoint=_endpoint()
        )
        with part.open("ab") as target:
            http_get(
                url,
                target,
                resume_size=target.tell(),
                headers=build_hf_headers(),
                expected_size=file.size,
                displayed_filename=file.path,
            )
        if _sha256(part) != file.sha256:
            part.unlink()
            raise _damaged(file)
        shutil.move(part, blob)


def _check_small(folder: Path, file: File) -> None:
    """Compare a small file with its git hash; a wrong one leaves the cache."""
    path = folder / file.path
    if git_sha1(path.read_bytes()) != file.git_sha1:
        path.resolve().unlink()
        path.unlink(missing_ok=True)
        raise _damaged(file)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _damaged(file: File) -> DamagedFileError:
    return DamagedFileError(
        f"{file.path} arrived damaged (its hash is not the published one) and was "
        "deleted: run this again to fetch it anew."
    )


def _size(count: int) -> str:
    unit = "GB" if count >= 1e9 else "MB"
    return f"{count / (1e9 if unit == 'GB' else 1e6):,.1f} {unit}"


@contextmanager
def _plain_errors(repo: str, downloading: Plan | None = None) -> Iterator[None]:
    """Say in one sentence what the Hub's client reports in many."""
    try:
        yield
    except GatedRepoError as error:
        raise GatedRepositoryError(
            f"{repo} is gated: accept its terms on {_endpoint()}/{repo}, then run "
            "`hf auth login` once."
        ) from error
    except RepositoryNotFoundError as error:
        raise MissingRepositoryError(
            f"{_endpoint()} has no repository {repo}, or it is private: check the "
            f"spelling, or {_who_can_help()}."
        ) from error
    except HfHubHTTPError as error:
        status = error.response.status_code
        raise OfflineError(
            f"{_endpoint()} answered {status} for {repo}: try again in some minutes, "
            "or use QWEN_PROFILE=pocket, which needs no download."
        ) from error
    except (httpx2.TransportError, OSError) as error:
        if getattr(error, "errno", None) == errno.ENOSPC:
            raise DiskSpaceError(
                f"The disk of {constants.HF_HUB_CACHE} is full: make room and run this "
                "again; it continues where it stopped."
            ) from error
        if downloading is None:
            raise _offline(repo) from error
        raise _interrupted(downloading, error) from error


def _who_can_help() -> str:
    if _endpoint() == HUB:
        return "run `hf auth login` if it is yours"
    return "ask whoever runs this mirror to add it"


def _offline(repo: str) -> OfflineError:
    return OfflineError(
        f"{repo} is not on this machine and {_endpoint()} cannot be reached: connect "
        "to the internet once to fetch it, or use QWEN_PROFILE=pocket, which needs no "
        "download."
    )


def _interrupted(what: Plan, error: Exception) -> DownloadInterruptedError:
    total = sum(file.size for file in what.files)
    return DownloadInterruptedError(
        f"The download of {what.repo} broke off with {_size(what.missing_bytes)} of "
        f"{_size(total)} to go ({type(error).__name__}): run this again to continue."
    )
