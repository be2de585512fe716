"""A learner's machine: the real client in its own process, with its own cache."""

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from hub_server import copy_pocket
from tiny_model import save_tiny_model

from utils import models

NAME = "Qwen/Qwen3-0.6B"
# The client writes to disk in pieces of 10 MB; the model served here is smaller, so
# a connection cut inside it would otherwise leave nothing to continue from.
CLIENT = """
import json, sys
from huggingface_hub import constants
constants.DOWNLOAD_CHUNK_SIZE = 64 * 1024
from utils.errors import ModelError
from utils.models import locate
try:
    print(json.dumps({"folder": locate(sys.argv[1])}))
except ModelError as error:
    print(json.dumps({"error": type(error).__name__, "text": str(error)}))
"""


class Server(Protocol):
    """What a learner downloads from."""

    url: str


@dataclass
class Learner:
    """A machine with its own cache, and the server that it is told to use."""

    hub: Server
    cache: Path

    def environment(self, **extra: str) -> dict[str, str]:
        clean = {
            k: v for k, v in os.environ.items() if not k.startswith(("HF_", "QWEN"))
        }
        return clean | {"HF_ENDPOINT": self.hub.url, "HF_HOME": str(self.cache)} | extra

    def start(
        self, name: str = NAME, client: str = CLIENT, **extra: str
    ) -> subprocess.Popen:
        """Run a client for `name`; `extra` goes into its environment."""
        command = [sys.executable, "-c", client, name]
        return subprocess.Popen(
            command,
            env=self.environment(**extra),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def get(
        self, name: str = NAME, client: str = CLIENT, **extra: str
    ) -> dict[str, str]:
        """Ask for a model; {"folder": ...} or {"error": ..., "text": ...}."""
        process = self.start(name, client, **extra)
        out, err = process.communicate(timeout=120)
        assert process.returncode == 0, err
        return json.loads(out.splitlines()[-1])

    def refused(self, error: str, name: str = NAME, **extra: str) -> str:
        """Ask for a model that must be refused with `error`; the sentence."""
        answer = self.get(name, **extra)
        assert answer.get("error") == error, answer
        assert "\n" not in answer["text"]
        return answer["text"]


def wait_for_part(cache: Path, size: int) -> int:
    """Until a partial file of `size` bytes is on the disk; its size."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        parts = [p.stat().st_size for p in cache.rglob("*.part")]
        if parts and max(parts) >= size:
            return max(parts)
        time.sleep(0.05)
    raise AssertionError("no partial file appeared")


def save_checkpoint(folder: Path) -> Path:
    """The pocket model if it is there, else a random one of some hundred kilobytes."""
    if "pocket-chat" in models.pocket_models():
        copy_pocket("pocket-chat", folder)
    else:
        save_tiny_model(folder, hidden=192)
    # Files of other kinds lie in real repositories; they must never be asked for.
    (folder / "pytorch_model.bin").write_bytes(b"a pickle")
    (folder / "modeling_own.py").write_text("raise SystemExit('this code was run')")
    return folder
