"""The classroom mirror: real clients get from it what the Hub would have given.

The instructor's cache is filled by a real download from the stand-in for the Hub, and
a learner's client then runs against the mirror in a process and cache of its own.
"""

import hashlib
import http.client
import json
import shutil
import signal
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from classroom import Mirror, WeakNetwork, running
from hub_server import HubServer
from learner import NAME, Learner, save_checkpoint, wait_for_part

pytestmark = pytest.mark.engines

UNLISTED = "Qwen/Qwen3-1.7B"
WEIGHTS = "model.safetensors"
PIECE = 65536
SNAPSHOT_CLIENT = """
import json, sys
from huggingface_hub import snapshot_download
print(json.dumps({"folder": snapshot_download(sys.argv[1])}))
"""
TRANSFORMERS_CLIENT = """
import json, sys
from transformers import AutoConfig, AutoTokenizer
tokenizer = AutoTokenizer.from_pretrained(sys.argv[1])
config = AutoConfig.from_pretrained(sys.argv[1])
print(json.dumps({"text": tokenizer.decode(tokenizer("2 + 2").input_ids),
                  "layers": config.num_hidden_layers}))
"""


def storage(cache: Path, name: str) -> Path:
    """The folder of a repository in a cache."""
    return cache / "hub" / f"models--{name.replace('/', '--')}"


def snapshot_of(cache: Path, name: str = NAME) -> Path:
    """The only snapshot folder of a repository in a cache."""
    (folder,) = (storage(cache, name) / "snapshots").iterdir()
    return folder


def hashes(folder: Path) -> dict[str, str]:
    """Name -> sha256 of each file in a folder."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(
            path.read_bytes()
        ).hexdigest()
        for path in files
    }


@pytest.fixture(scope="module")
def instructor(tmp_path_factory) -> Path:
    """A cache with two repositories; an older client has fetched files of all kinds."""
    folder = tmp_path_factory.mktemp("instructor")
    published = save_checkpoint(folder / "published")
    with HubServer() as hub:
        hub.serve(NAME, published)
        assert "folder" in Learner(hub, folder / "cache").get()
    for name in ("pytorch_model.bin", "modeling_own.py"):
        shutil.copy(published / name, snapshot_of(folder / "cache"))
    ours = storage(folder / "cache", NAME)
    shutil.copytree(ours, storage(folder / "cache", UNLISTED), symlinks=True)
    return folder / "cache"


@pytest.fixture(scope="module")
def published(instructor) -> dict[str, str]:
    """The hashes of what the mirror is to pass on."""
    passed_on = {".safetensors", ".json", ".jinja"}
    all_files = hashes(instructor.parent / "published")
    return {n: h for n, h in all_files.items() if Path(n).suffix in passed_on}


@pytest.fixture(scope="module")
def mirror(instructor) -> Mirror:
    with running(instructor, NAME) as served:
        yield served


@pytest.fixture
def own_cache(instructor, tmp_path) -> Path:
    """A copy of the instructor's cache, to damage."""
    return shutil.copytree(instructor, tmp_path / "instructor", symlinks=True)


@pytest.fixture
def learner(mirror, tmp_path) -> Learner:
    return Learner(mirror, tmp_path / "cache")


def ask(mirror: Mirror, method: str, path: str, body: bytes | None = None):
    """Send a request exactly as written; the response, read."""
    connection = http.client.HTTPConnection(urlsplit(mirror.url).netloc, timeout=30)
    connection.request(method, path, body)
    response = connection.getresponse()
    response.text = response.read().decode()
    connection.close()
    return response


def test_the_course_downloads_what_was_published(learner, published):
    assert hashes(Path(learner.get()["folder"])) == published


def test_plain_snapshot_download_gets_the_same(learner, instructor, published):
    got = Path(learner.get(client=SNAPSHOT_CLIENT)["folder"])
    assert hashes(got) == published
    assert got.name == snapshot_of(instructor).name


def test_transformers_loads_from_it(learner):
    got = learner.get(client=TRANSFORMERS_CLIENT)
    assert got["text"] == "2 + 2"
    assert got["layers"] > 0


def test_eight_clients_at_once(mirror, tmp_path, published):
    room = [Learner(mirror, tmp_path / str(seat)) for seat in range(8)]
    processes = [seat.start() for seat in room]
    for process in processes:
        out, err = process.communicate(timeout=300)
        assert process.returncode == 0, err
        assert hashes(Path(json.loads(out.splitlines()[-1])["folder"])) == published


def test_a_cut_connection_is_continued_by_range(mirror, tmp_path, published):
    with WeakNetwork(mirror.url) as network:
        network.cut_after = 4 * PIECE
        got = Learner(network, tmp_path / "cache").get()
    assert network.cut_after is None
    assert hashes(Path(got["folder"])) == published
    assert mirror.asked_for(WEIGHTS)[-1].startswith("206 ")


def test_a_killed_client_goes_on_where_it_was(mirror, tmp_path, published):
    with WeakNetwork(mirror.url) as network:
        network.stall_after = 4 * PIECE
        learner = Learner(network, tmp_path / "cache")
        process = learner.start()
        grown = wait_for_part(learner.cache, 3 * PIECE)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        network.stall_after = None
        got = learner.get()
    assert hashes(Path(got["folder"])) == published
    assert f"bytes={grown}-" in mirror.asked_for(WEIGHTS)[-1]


def test_a_repository_in_the_cache_that_is_not_listed_is_refused(learner):
    text = learner.refused("MissingRepositoryError", UNLISTED)
    assert "ask whoever runs this mirror to add it" in text


@pytest.mark.parametrize(
    "path",
    [
        "/{repo}/resolve/main/../../../../version.txt",
        "/{repo}/resolve/main/%2e%2e/%2e%2e/%2e%2e/%2e%2e/version.txt",
        "/{repo}/resolve/main/..%2f..%2f..%2f..%2fversion.txt",
        "/{repo}/resolve/main/%252e%252e%252fversion.txt",
        "/{repo}/resolve/main/..%5c..%5cversion.txt",
        "/{repo}/resolve/main/%2fetc%2fpasswd",
        "/{repo}/resolve/main//etc/passwd",
        "/{repo}/resolve/main/config.json%00",
        "/{repo}/resolve/..%2f..%2fmain/config.json",
        "/{repo}/resolve/refs%2fpr%2f1/config.json",
        "/Qwen/../Qwen/Qwen3-1.7B/resolve/main/config.json",
        "/Qwen%2f..%2f../hub/resolve/main/version.txt",
        "/{repo}/resolve/main/pytorch_model.bin",
        "/{repo}/resolve/main/modeling_own.py",
        "/api/models/{repo}/tree/main/..%2f..",
        "/api/models/Qwen/Qwen3-1.7B",
        "/api/models",
        "/etc/passwd",
    ],
)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_everything_else_is_refused(mirror, instructor, path, method):
    (instructor / "version.txt").write_text("not for the room")
    answer = ask(mirror, method, path.format(repo=NAME))
    assert answer.status == 404
    assert answer.headers["X-Error-Message"].startswith("This classroom mirror")
    assert "not for the room" not in answer.text


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
@pytest.mark.parametrize(
    "path", [f"/api/models/{NAME}", f"/{NAME}/resolve/main/config.json", "/"]
)
def test_it_only_reads(mirror, instructor, method, path):
    before = hashes(storage(instructor, NAME))
    answer = ask(mirror, method, path, b"{}")
    assert answer.status == 405
    assert "read-only" in answer.text
    assert hashes(storage(instructor, NAME)) == before


def test_a_large_upload_is_refused_before_it_arrives(mirror):
    connection = http.client.HTTPConnection(urlsplit(mirror.url).netloc, timeout=30)
    connection.putrequest("POST", f"/api/models/{NAME}")
    connection.putheader("Content-Length", "10000000")
    connection.endheaders()
    assert connection.getresponse().status == 400
    connection.close()


def test_files_of_other_kinds_are_not_listed(mirror, published):
    info = json.loads(ask(mirror, "GET", f"/api/models/{NAME}").text)
    assert {row["rfilename"] for row in info["siblings"]} == set(published)


def test_a_link_that_leads_out_of_the_cache_is_refused(own_cache, tmp_path):
    (tmp_path / "own.json").write_text("secret")
    (snapshot_of(own_cache) / "own.json").symlink_to(tmp_path / "own.json")
    with running(own_cache, NAME) as mirror:
        answer = ask(mirror, "GET", f"/{NAME}/resolve/main/own.json")
    assert answer.status == 403
    assert "secret" not in answer.text


def test_blobs_that_repositories_share_are_served(own_cache, tmp_path, published):
    """The client's newer layout: a second link, behind which the name is another."""
    blob = (snapshot_of(own_cache) / WEIGHTS).resolve()
    shared = own_cache / "hub" / "blobs" / "ab" / ("ab" * 32)
    shared.parent.mkdir(parents=True)
    blob.rename(shared)
    blob.symlink_to(shared)
    with running(own_cache, NAME) as mirror:
        got = Learner(mirror, tmp_path / "cache").get()
    assert hashes(Path(got["folder"])) == published


def test_a_cache_without_links_is_served(own_cache, tmp_path, published):
    """As on Windows, where ordinary users may make none."""
    folder = snapshot_of(own_cache)
    for path in [path for path in folder.iterdir() if path.is_symlink()]:
        content = path.read_bytes()
        path.unlink()
        path.write_bytes(content)
    with running(own_cache, NAME) as mirror:
        got = Learner(mirror, tmp_path / "cache").get()
    assert hashes(Path(got["folder"])) == published


def test_damage_on_the_instructors_disk_reaches_no_learner(own_cache, tmp_path):
    with (snapshot_of(own_cache) / WEIGHTS).resolve().open("r+b") as blob:
        blob.seek(1000)
        blob.write(b"damaged")
    with running(own_cache, NAME) as mirror:
        learner = Learner(mirror, tmp_path / "cache")
        assert WEIGHTS in learner.refused("DamagedFileError")
