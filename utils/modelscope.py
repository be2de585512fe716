"""Real checkpoints from ModelScope, for networks where the Hub is slow or closed.

`QWEN_SOURCE=modelscope` selects it. The `modelscope-hub` package, an optional extra,
downloads, continues broken files and checks their hashes; this module says which
files, and turns what goes wrong into one sentence.
"""

import importlib.util
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import TYPE_CHECKING

from utils.errors import (
    DamagedFileError,
    DownloadInterruptedError,
    GatedRepositoryError,
    MissingRepositoryError,
    NotInstalledError,
    OfflineError,
)
from utils.hub import ALLOWED, check_disk

if TYPE_CHECKING:
    from modelscope_hub import HubApi

# Written beside the files when all of them are there; the package keeps none itself.
COMPLETE = ".complete"


@dataclass(frozen=True)
class Plan:
    """What a download would fetch: path in the repository -> size in bytes."""

    repo: str
    files: dict[str, int]

    @property
    def weight_bytes(self) -> int:
        """Size of all weights, downloaded already or not."""
        return sum(n for path, n in self.files.items() if path.endswith(".safetensors"))


def cached(repo: str) -> Path | None:
    """Snapshot folder of `repo` if all of it is on this machine; asks no server."""
    api = _api()
    from modelscope_hub.errors import CacheNotFound

    try:
        folder = api.download_repo(repo, "model", local_files_only=True)
    except CacheNotFound:
        return None
    return folder if (folder / COMPLETE).is_file() else None


def plan(repo: str) -> Plan:
    """Ask ModelScope what `repo` holds. Raises ModelError."""
    with _plain_errors(repo):
        listed = _api().list_repo_files(repo, "model")
    files = {f.path: f.size for f in listed if not f.is_dir and _is_allowed(f.path)}
    return Plan(repo, files)


def download(what: Plan) -> Path:
    """Fetch all that is missing and give the snapshot folder. Raises ModelError."""
    from modelscope_hub.config import HubConfig

    check_disk(what.repo, sum(what.files.values()), Path(HubConfig().cache_dir))
    with _plain_errors(what.repo, downloading=True):
        folder = _api().download_repo(what.repo, "model", allow_patterns=ALLOWED)
    (folder / COMPLETE).touch()
    return folder


def _api() -> "HubApi":
    if importlib.util.find_spec("modelscope_hub") is None:
        raise NotInstalledError(
            "QWEN_SOURCE=modelscope needs a package: run `pip install modelscope-hub`, "
            "or unset QWEN_SOURCE to use the Hugging Face Hub."
        )
    from modelscope_hub import HubApi

    return HubApi()


def _is_allowed(path: str) -> bool:
    return any(fnmatch(path, pattern) for pattern in ALLOWED)


@contextmanager
def _plain_errors(repo: str, downloading: bool = False) -> Iterator[None]:
    """Say in one sentence what the package reports."""
    from modelscope_hub import errors

    try:
        yield
    except errors.NotExistError as error:
        raise MissingRepositoryError(
            f"ModelScope has no repository {repo}: check the spelling."
        ) from error
    except (errors.AuthenticationError, errors.PermissionDeniedError) as error:
        raise GatedRepositoryError(
            f"ModelScope does not let you read {repo}: accept its terms on its page "
            "and set MODELSCOPE_API_TOKEN."
        ) from error
    except errors.FileDownloadError as error:
        raise _broken(repo, error) from error
    except errors.HubError as error:
        if downloading:
            raise _broken(repo, error) from error
        raise OfflineError(
            f"{repo} is not on this machine and ModelScope cannot be reached: connect "
            "to the internet once to fetch it, or use QWEN_PROFILE=pocket, which needs "
            "no download."
        ) from error


def _broken(repo: str, error: Exception) -> DamagedFileError | DownloadInterruptedError:
    """Tell a wrong file from a broken connection; the package collects both."""
    from modelscope_hub.errors import FileIntegrityError

    failed = getattr(error, "failed_files", {})
    for path, reason in failed.items():
        if isinstance(reason, FileIntegrityError):
            return DamagedFileError(
                f"{path} of {repo} arrived damaged (its hash is not the published one) "
                "and was deleted: run this again to fetch it anew."
            )
    return DownloadInterruptedError(
        f"The download of {repo} broke off ({type(error).__name__}): run this again to "
        "continue."
    )
