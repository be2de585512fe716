"""The verb `mirror`: what it serves, to whom, and what it says about both."""

import errno
import re
import shutil
import socket
from pathlib import Path

import psutil
import pytest
from classroom import running, start
from hub_server import HubServer
from learner import NAME, Learner, save_checkpoint
from tiny_model import save_tiny_model

from course import hub_api, mirror
from course.mirror_server import Snapshot
from utils import profiles
from utils.errors import UnknownModelError, UnknownProfileError
from utils.hub import File, git_sha1
from utils.paths import ROOT

CODER = "Qwen/Qwen2.5-Coder-7B-Instruct"  # in the profile t4, not in laptop
SHELF = {NAME: Snapshot(NAME, Path("f" * 40), {"a": File("a", 1_500_000, None, "0")})}
engines = pytest.mark.engines


@pytest.fixture(scope="module")
def instructor(tmp_path_factory) -> Path:
    """A cache with one repository of the profile laptop and one of t4."""
    folder = tmp_path_factory.mktemp("instructor")
    tiny = save_tiny_model(folder / "tiny")
    with HubServer() as hub:
        for name in (NAME, CODER):
            hub.serve(name, tiny)
            assert "folder" in Learner(hub, folder / "cache").get(name)
    return folder / "cache"


def ended(cache: Path, *options: str, **extra: str) -> tuple[int, str]:
    """Exit status and output of a mirror that has nothing to serve."""
    process = start(cache, *options, **extra)
    out, _ = process.communicate(timeout=60)
    return process.returncode, out


def test_repositories_and_profiles_are_joined_each_once():
    got = mirror.wanted(["Qwen/Qwen3-4B", "Qwen/Qwen3-8B"], ["t4", "laptop"])
    assert got[:2] == ["Qwen/Qwen3-4B", "Qwen/Qwen3-8B"]
    assert len(got) == len(set(got))
    table = profiles.profiles()
    for name in ("t4", "laptop"):
        assert {entry.name for entry in table[name].roles.values()} <= set(got)


def test_the_current_profile_is_the_default(monkeypatch):
    monkeypatch.setenv(profiles.VARIABLE, "laptop")
    assert mirror.wanted([], []) == mirror.wanted([], ["laptop"])
    assert mirror.wanted([NAME], []) == [NAME]


def test_the_pocket_profile_has_nothing_to_serve(monkeypatch):
    monkeypatch.delenv(profiles.VARIABLE, raising=False)
    with pytest.raises(UnknownModelError, match="--profile laptop"):
        mirror.wanted([], [])
    with pytest.raises(UnknownProfileError):
        mirror.wanted([], ["desktop"])


@pytest.mark.parametrize("name", ["Qwen3-0.6B", "../..", "a/b/c", "Qwen/a--b", "/etc"])
def test_what_is_no_repository_is_named(name):
    with pytest.raises(UnknownModelError, match="is no repository") as caught:
        mirror.wanted([name], [])
    assert repr(name) in str(caught.value)


def test_loopback_is_the_default_and_says_how_to_open_it():
    assert mirror.parser().parse_args([]).host == "127.0.0.1"
    text = mirror.announcement(SHELF, "127.0.0.1", 8090)
    assert "Only programs on this machine" in text
    assert "--host 0.0.0.0" in text
    assert f"{NAME}  2 MB" in text


def test_an_open_mirror_says_what_that_means_and_what_students_set(monkeypatch):
    monkeypatch.setattr(mirror, "lan_addresses", lambda: ["192.168.1.20", "10.0.0.5"])
    text = mirror.announcement(SHELF, "0.0.0.0", 8090)
    assert "without a password and unencrypted" in text
    assert "  export HF_ENDPOINT=http://192.168.1.20:8090\n" in text
    assert '  $env:HF_ENDPOINT = "http://192.168.1.20:8090"\n' in text
    assert "does not answer them: http://10.0.0.5:8090" in text
    assert "0.0.0.0" not in text


@pytest.mark.parametrize("host", ["10.1.2.3", "classroom.local", "fe80::1"])
def test_any_address_but_loopback_counts_as_open(host):
    assert "Open to the network" in mirror.announcement(SHELF, host, 1)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "localhost", "::1"])
def test_loopback_has_several_names(host):
    assert "Open to the network" not in mirror.announcement(SHELF, host, 1)


def test_lan_addresses_are_this_machines_and_no_loopback():
    rows = [row for rows in psutil.net_if_addrs().values() for row in rows]
    own = {row.address for row in rows if row.family == socket.AF_INET}
    found = mirror.lan_addresses()
    assert set(found) <= own
    assert not any(address.startswith("127.") for address in found)


def test_a_port_that_is_taken_is_one_sentence(capsys, monkeypatch):
    monkeypatch.setattr(mirror, "fill", lambda repos: SHELF)
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        assert mirror.main([NAME, "--port", str(port)]) == 1
    assert f"port {port} is taken" in capsys.readouterr().err


def test_a_port_that_needs_an_administrator_is_one_sentence(capsys, monkeypatch):
    async def forbidden(*_):
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(mirror, "fill", lambda repos: SHELF)
    monkeypatch.setattr(mirror, "serve", forbidden)
    assert mirror.main([NAME, "--port", "80"]) == 1
    assert "port 80 may not be used" in capsys.readouterr().err


def test_an_address_of_another_machine_is_one_sentence(capsys, monkeypatch):
    monkeypatch.setattr(mirror, "fill", lambda repos: SHELF)
    assert mirror.main([NAME, "--port", "0", "--host", "203.0.113.1"]) == 1
    assert "cannot listen on 203.0.113.1" in capsys.readouterr().err


def test_git_knows_a_file_by_this_hash():
    # What `git hash-object` prints for this content.
    assert git_sha1(b"hello\n") == "ce013625030ba8dba906f756967f9e9ca394464a"


def test_the_files_of_one_folder_can_be_listed():
    files = [File(name, 1, None, "0") for name in ("a.json", "deep/b.json", "deeper/c")]
    assert [row["path"] for row in hub_api.tree(files)] == [f.path for f in files]
    assert [row["path"] for row in hub_api.tree(files, "deep")] == ["deep/b.json"]


@engines
def test_without_a_host_it_listens_on_loopback_only(instructor):
    with running(instructor, NAME) as served:
        sockets = psutil.Process(served.process.pid).net_connections("inet")
    listening = [s.laddr.ip for s in sockets if s.status == psutil.CONN_LISTEN]
    assert listening == ["127.0.0.1"]


@engines
def test_an_empty_host_does_not_open_it(instructor):
    with running(instructor, NAME, "--host", "") as served:
        assert served.url.startswith("http://127.0.0.1:")


@engines
def test_several_profiles_serve_what_is_cached_and_name_the_rest(instructor, tmp_path):
    options = ["--profile", "laptop", "--profile", "t4"]
    with running(instructor, *options) as served:
        learner = Learner(served, tmp_path)
        for name in (NAME, CODER):
            assert "folder" in learner.get(name)
        learner.refused("MissingRepositoryError", "Qwen/Qwen3-4B")
    (sentence,) = [line for line in served.said if line.startswith("course:")]
    missing = [n for n in mirror.wanted([], ["laptop", "t4"]) if n not in (NAME, CODER)]
    assert f"run `python3 -m course mirror --fetch {' '.join(missing)}`" in sentence


@engines
def test_nothing_cached_is_one_sentence_and_no_server(tmp_path):
    status, said = ended(tmp_path, NAME)
    assert status == 1
    assert re.fullmatch(r"course: not served, .*`python3 -m .* --fetch \S+`\.\n", said)


@engines
def test_half_a_repository_is_not_served(instructor, tmp_path):
    cache = shutil.copytree(instructor, tmp_path / "cache", symlinks=True)
    (weights,) = cache.glob("hub/models--Qwen--Qwen3-0.6B/snapshots/*/*.safetensors")
    weights.resolve().unlink()
    status, said = ended(cache, NAME)
    assert status == 1
    assert f"not wholly in this machine's Hugging Face cache: {NAME};" in said


@engines
def test_fetch_downloads_first_and_then_serves(tmp_path):
    folder = save_checkpoint(tmp_path / "published")
    with HubServer() as hub:
        hub.serve(NAME, folder)
        upstream = {"HF_ENDPOINT": hub.url}
        with running(tmp_path / "cache", "--fetch", NAME, **upstream) as served:
            got = Learner(served, tmp_path / "learner").get()["folder"]
            asked = len(hub.requests)
        with running(tmp_path / "cache", "--fetch", NAME, **upstream):
            assert len(hub.requests) == asked
    weights = "model.safetensors"
    assert (Path(got) / weights).read_bytes() == (folder / weights).read_bytes()


@engines
def test_fetch_without_a_network_is_one_sentence(tmp_path):
    unreachable = {"HF_ENDPOINT": "http://127.0.0.1:9"}
    status, said = ended(tmp_path, "--fetch", NAME, **unreachable)
    assert status == 1
    assert said.startswith("course: ")
    assert "cannot be reached" in said
    assert said.count("\n") == 1


def test_the_commands_for_instructors_exist():
    text = (ROOT / "INSTRUCTORS.md").read_text("utf-8")
    commands = re.findall(r"^python3 -m course mirror (.+)$", text, re.MULTILINE)
    assert len(commands) == 2
    for command in commands:
        options = mirror.parser().parse_args(command.split())
        assert mirror.wanted(options.repositories, options.profile)
