"""Downloads, against a stand-in for the Hub and with the real client.

Each case runs the client in its own process with its own cache, as a learner's
notebook would, and looks at what it asked the server for.
"""

import json
import shutil
import signal
from pathlib import Path

import pytest
from hub_server import TOKEN, HubServer, Repo
from learner import NAME, Learner, save_checkpoint, wait_for_part

pytestmark = pytest.mark.engines

WEIGHTS = "model.safetensors"
CONTENT = f"/content/{NAME}/{WEIGHTS}"


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return save_checkpoint(tmp_path_factory.mktemp("served") / "model")


@pytest.fixture
def learner(tmp_path) -> Learner:
    with HubServer() as hub:
        yield Learner(hub, tmp_path / "cache")


@pytest.fixture
def repo(learner, folder) -> Repo:
    return learner.hub.serve(NAME, folder)


def test_first_download_gives_the_published_files(learner, repo, folder):
    got = Path(learner.get()["folder"])
    assert (got / WEIGHTS).read_bytes() == (folder / WEIGHTS).read_bytes()
    assert (got / "config.json").read_text() == (folder / "config.json").read_text()


def test_pickles_and_code_are_never_fetched(learner, repo):
    got = Path(learner.get()["folder"])
    assert {p.suffix for p in got.iterdir()} <= {".json", ".safetensors", ".jinja"}
    assert not any("pytorch_model" in r.path for r in learner.hub.requests)
    assert not any("modeling_own" in r.path for r in learner.hub.requests)


def test_second_call_asks_the_server_for_nothing(learner, repo):
    first = learner.get()
    learner.hub.requests.clear()
    assert learner.get() == first
    assert learner.hub.content_requests() == []


def test_a_cut_connection_is_continued_by_range(learner, repo, folder):
    size = (folder / WEIGHTS).stat().st_size
    fault = repo.fault(WEIGHTS)
    fault.cut_after, fault.cuts_left = 2 * 65536, 1
    assert "folder" in learner.get()
    whole, rest = [r for r in learner.hub.content_requests() if r.path == CONTENT]
    assert whole.range is None
    assert rest.range == f"bytes={2 * 65536}-"
    assert rest.sent == size - 2 * 65536


def test_a_killed_process_leaves_what_the_next_one_continues(learner, repo, folder):
    repo.fault(WEIGHTS).stall_after = 3 * 65536
    process = learner.start()
    grown = wait_for_part(learner.cache, 3 * 65536)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    repo.fault(WEIGHTS).stall_after = None
    got = Path(learner.get()["folder"])
    last = [r for r in learner.hub.content_requests() if r.path == CONTENT][-1]
    assert last.range == f"bytes={grown}-"
    assert (got / WEIGHTS).read_bytes() == (folder / WEIGHTS).read_bytes()


def test_a_server_that_keeps_failing_gives_one_sentence(learner, repo):
    fault = repo.fault(WEIGHTS)
    fault.cut_after, fault.cuts_left = 0, 100
    text = learner.refused("DownloadInterruptedError")
    assert "run this again to continue" in text
    fault.cuts_left = 0
    assert "folder" in learner.get()


@pytest.mark.parametrize("file", [WEIGHTS, "config.json"])
def test_a_damaged_file_is_refused_and_fetched_anew(learner, repo, folder, file):
    repo.fault(file).flip_byte = 100
    text = learner.refused("DamagedFileError")
    assert file in text
    assert not list(learner.cache.rglob("*.part"))
    repo.fault(file).flip_byte = None
    got = Path(learner.get()["folder"])
    assert (got / file).read_bytes() == (folder / file).read_bytes()


def test_offline_with_a_cache_works(learner, repo):
    online = learner.get()
    assert learner.get(HF_HUB_OFFLINE="1") == online
    assert learner.get(HF_ENDPOINT="http://127.0.0.1:9") == online


@pytest.mark.parametrize(
    "how", [{"HF_HUB_OFFLINE": "1"}, {"HF_ENDPOINT": "http://127.0.0.1:9"}]
)
def test_offline_without_a_cache_says_what_to_do(learner, how):
    text = learner.refused("OfflineError", **how)
    assert "connect to the internet once" in text
    assert "QWEN_PROFILE=pocket" in text


def test_a_half_filled_cache_does_not_count(learner, repo):
    fault = repo.fault(WEIGHTS)
    fault.cut_after, fault.cuts_left = 0, 100
    learner.refused("DownloadInterruptedError")
    assert "is not on this machine" in learner.refused(
        "OfflineError", HF_HUB_OFFLINE="1"
    )


def test_a_missing_shard_is_fetched(learner, folder, tmp_path):
    """A cache that an older client filled has no list of what belongs to it."""
    sharded = shutil.copytree(folder, tmp_path / "sharded")
    (sharded / WEIGHTS).rename(sharded / "model-00001-of-00001.safetensors")
    index = {"weight_map": {"all": "model-00001-of-00001.safetensors"}}
    (sharded / "model.safetensors.index.json").write_text(json.dumps(index))
    learner.hub.serve(NAME, sharded)
    got = Path(learner.get()["folder"])
    shutil.rmtree(got.parents[1] / "trees")
    shard = got / "model-00001-of-00001.safetensors"
    shard.resolve().unlink()
    shard.unlink()
    assert Path(learner.get()["folder"]) == got
    assert shard.is_file()


def test_gated_repository_needs_a_login(learner, repo):
    repo.gated = True
    text = learner.refused("GatedRepositoryError")
    assert "hf auth login" in text
    assert f"{learner.hub.url}/{NAME}" in text
    assert "folder" in learner.get(HF_TOKEN=TOKEN)


def test_the_token_stays_with_the_hub(learner, repo):
    learner.get(HF_TOKEN=TOKEN)
    assert any(r.token for r in learner.hub.requests if "/resolve/" in r.path)
    assert not any(r.token for r in learner.hub.requests if r.path == CONTENT)


def test_missing_repository(learner, repo):
    text = learner.refused("MissingRepositoryError", "Qwen/Qwen3-0.7B")
    assert "Qwen/Qwen3-0.7B" in text
    assert "check the spelling" in text


def test_a_download_larger_than_the_disk_is_not_started(learner, repo):
    repo.fault(WEIGHTS).listed_size = 10**15  # a petabyte
    text = learner.refused("DiskSpaceError", NAME)
    assert "1,000,000.0 GB" in text
    assert learner.hub.content_requests() == []


def test_two_notebooks_download_once(learner, repo):
    both = [learner.start(), learner.start()]
    answers = {process.communicate(timeout=120)[0] for process in both}
    assert len(answers) == 1
    fetched = [r for r in learner.hub.content_requests() if r.path == CONTENT]
    assert len(fetched) == 1


def test_a_folder_of_ones_own_comes_first(learner, folder, tmp_path):
    shutil.copytree(folder, tmp_path / "own" / NAME)
    answer = learner.get(QWEN_MODELS_DIR=str(tmp_path / "own"))
    assert answer == {"folder": str(tmp_path / "own" / NAME)}
    assert learner.hub.requests == []


def test_an_unknown_source_is_named(learner):
    assert "hub or modelscope" in learner.refused(
        "UnknownModelError", QWEN_SOURCE="tape"
    )
