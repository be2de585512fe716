"""How long a learner waits: `import utils`, and a fresh kernel to its first token.

    python benchmarks/startup.py [--repeat 5] [--model pocket-chat]

Each measurement is a new process or Jupyter kernel. The first run after a boot also
reads the libraries from the disk; it is printed, but the bars hold for the median.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from jupyter_client.manager import start_new_kernel
from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).resolve().parent.parent
IMPORT_BAR = 0.3  # seconds
TOKEN_BAR = 10.0

IMPORT = """
import json, time
start = time.perf_counter()
import utils
from utils import env, memory, models, paths, profiles
print(json.dumps({"import utils": time.perf_counter() - start}))
"""
# The stages of a lesson's first cells, each timed where it ends.
FIRST_TOKEN = """
import json, time
laps, last = {{}}, time.perf_counter()
def lap(name):
    global last
    laps[name], last = time.perf_counter() - last, time.perf_counter()
from utils import models
import torch, transformers
lap("import torch, transformers")
model, tokenizer = models.load({model!r})
lap("load")
inputs = tokenizer("What is 12 + 7?", return_tensors="pt")
model.generate(**inputs, max_new_tokens=1, do_sample=False)
lap("first token")
print(json.dumps(laps))
"""


def timed_process(code: str) -> dict[str, float]:
    """Seconds per stage as a new process saw them, and `whole` as seen from here."""
    start = time.perf_counter()
    command = [sys.executable, "-c", code]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    whole = time.perf_counter() - start
    if run.returncode:
        sys.exit(run.stderr.strip().splitlines()[-1])
    return json.loads(run.stdout) | {"whole": whole}


def timed_kernel(code: str) -> dict[str, float]:
    """The same in a new Jupyter kernel, its start included in `whole`."""
    printed: list[str] = []

    def keep(message: dict) -> None:
        content = message["content"]
        if message["msg_type"] == "error":
            sys.exit(f"{content['ename']}: {content['evalue']}")
        if content.get("name") == "stdout":
            printed.append(content["text"])

    start = time.perf_counter()
    manager, client = start_new_kernel(cwd=str(ROOT))
    try:
        started = time.perf_counter() - start
        client.execute_interactive(code, output_hook=keep)
        whole = time.perf_counter() - start
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    laps = json.loads("".join(printed))
    return {"start the kernel": started} | laps | {"whole": whole}


def median(runs: list[dict[str, float]], stage: str) -> float:
    """Median seconds of one stage."""
    return statistics.median(run[stage] for run in runs)


def report(title: str, runs: list[dict[str, float]], stage: str, bar: float) -> bool:
    """Print every stage; whether the median of `stage` keeps its bar."""
    table = Table("stage", "first run", "median", "slowest", title=title)
    for name in runs[0]:
        seconds = [run[name] for run in runs]
        cells = (seconds[0], statistics.median(seconds), max(seconds))
        table.add_row(name, *(f"{value:.3f} s" for value in cells))
    kept = median(runs, stage) <= bar
    verdict = "within" if kept else "OVER"
    console = Console()
    console.print(table)
    console.print(f"{stage}: {verdict} the bar of {bar} s\n")
    return kept


def main() -> int:
    """Measure and report; 1 if a bar is broken."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--model", default="", help="a role, name or folder")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        model = given.model or _default_model(Path(scratch))
        imports = [timed_process(IMPORT) for _ in range(given.repeat)]
        code = FIRST_TOKEN.format(model=model)
        tokens = [timed_kernel(code) for _ in range(given.repeat)]
    kept = report("Importing the helpers", imports, "import utils", IMPORT_BAR)
    kept &= report(f"Fresh kernel to first token, {model}", tokens, "whole", TOKEN_BAR)
    return 0 if kept else 1


def _default_model(scratch: Path) -> str:
    """pocket-chat, or, in a tree where it is not trained yet, a random small one."""
    sys.path.insert(0, str(ROOT))
    from utils.models import pocket_models

    if "pocket-chat" in pocket_models():
        return "pocket-chat"
    sys.path.insert(0, str(ROOT / "tests"))
    from tiny_model import save_tiny_model

    return str(save_tiny_model(scratch, hidden=256))


if __name__ == "__main__":
    sys.exit(main())
