"""The ModelScope path, with its real client against the stand-in server."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hub_server import HubServer
from tiny_model import save_tiny_model

from utils.errors import NotInstalledError
from utils.models import locate

pytestmark = pytest.mark.engines

NAME = "Qwen/Qwen3-0.6B"
WEIGHTS = "model.safetensors"
CLIENT = """
import json, sys
from utils.errors import ModelError
from utils.models import locate
try:
    print(json.dumps({"folder": locate(sys.argv[1])}))
except ModelError as error:
    print(json.dumps({"error": type(error).__name__, "text": str(error)}))
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    copy = save_tiny_model(tmp_path_factory.mktemp("served"), hidden=192)
    (copy / "pytorch_model.bin").write_bytes(b"a pickle")
    return copy


def get(endpoint: str, cache: Path, name: str = NAME) -> dict[str, str]:
    """Ask for a model in a fresh process that uses ModelScope."""
    settings = {
        "QWEN_SOURCE": "modelscope",
        "MODELSCOPE_ENDPOINT": endpoint,
        "MODELSCOPE_CACHE": str(cache),
        "HOME": str(cache),
    }
    run = subprocess.run(
        [sys.executable, "-c", CLIENT, name],
        env=os.environ | settings,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout.splitlines()[-1])


def test_download_then_cache_then_offline(folder, tmp_path):
    with HubServer() as hub:
        hub.serve(NAME, folder)
        first = get(hub.url, tmp_path)
        got = Path(first["folder"])
        assert (got / WEIGHTS).read_bytes() == (folder / WEIGHTS).read_bytes()
        assert not list(got.glob("*.bin"))
        hub.requests.clear()
        assert get(hub.url, tmp_path) == first
        assert hub.content_requests() == []
    assert get("http://127.0.0.1:9", tmp_path) == first


def test_a_damaged_file_is_refused(folder, tmp_path):
    with HubServer() as hub:
        hub.serve(NAME, folder).fault(WEIGHTS).flip_byte = 100
        answer = get(hub.url, tmp_path)
        assert answer["error"] == "DamagedFileError", answer
        assert WEIGHTS in answer["text"]
        hub.repos[NAME].fault(WEIGHTS).flip_byte = None
        assert "folder" in get(hub.url, tmp_path)


def test_missing_repository_and_no_network(folder, tmp_path):
    with HubServer() as hub:
        assert get(hub.url, tmp_path)["error"] == "MissingRepositoryError"
    answer = get("http://127.0.0.1:9", tmp_path)
    assert answer["error"] == "OfflineError"


def test_without_the_package_it_says_how_to_install_it(monkeypatch):
    monkeypatch.setenv("QWEN_SOURCE", "modelscope")
    monkeypatch.setitem(sys.modules, "modelscope_hub", None)
    with pytest.raises(NotInstalledError, match="pip install modelscope-hub"):
        locate(NAME)
