"""Opens JupyterLab on the first lesson: the verb `lab`."""

import argparse
import os
import sys

from course.bootstrap import become
from utils.paths import COURSE, NOTEBOOKS, ROOT

FIRST = "01_family_overview"
# Defaults of JupyterLab's settings that the course changes; a learner's own settings
# still win. Without them the first thing on the screen is a question about news.
SETTINGS = COURSE / "jupyter"


def main(argv: list[str]) -> int:
    """Start JupyterLab; it stays in the foreground until Ctrl+C."""
    options = parser().parse_args(argv)
    others = os.environ.get("JUPYTER_CONFIG_PATH", "")
    os.environ["JUPYTER_CONFIG_PATH"] = os.pathsep.join(
        filter(None, [str(SETTINGS), others])
    )
    print("Starting JupyterLab; Ctrl+C stops it. Its address follows.")
    become([sys.executable, "-m", "jupyterlab", *server_options(options)])


def parser() -> argparse.ArgumentParser:
    """The options of the verb."""
    made = argparse.ArgumentParser(prog="python3 -m course lab", description=__doc__)
    made.add_argument(
        "--no-browser", action="store_true", help="do not open a browser window"
    )
    made.add_argument(
        "--port", type=int, help="listen here (default: 8888, or the next free one)"
    )
    made.add_argument(
        "--host",
        default="127.0.0.1",
        help="listen on this address (default: this machine only); a token is"
        " asked for in every case",
    )
    return made


def server_options(options: argparse.Namespace) -> list[str]:
    """JupyterLab's own options for ours. It makes a new token at every start."""
    first = NOTEBOOKS / f"{FIRST}.ipynb"
    page = f"/lab/tree/{first.relative_to(ROOT).as_posix()}"
    chosen = [
        f"--ServerApp.root_dir={ROOT}",
        f"--ServerApp.ip={options.host}",
        f"--LabApp.default_url={page if first.exists() else '/lab'}",
        # Nothing is fetched from the network: no news, no updates, no catalog.
        "--LabApp.news_url=None",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
        "--LabApp.extension_manager=readonly",
        # The address is announced at a higher level than warnings.
        "--log-level=WARN",
    ]
    if options.port is not None:
        # Who names a port wants that one or an error, not the next.
        chosen += [f"--ServerApp.port={options.port}", "--ServerApp.port_retries=0"]
    if options.no_browser:
        chosen.append("--no-browser")
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        chosen.append("--allow-root")  # containers; Jupyter refuses root otherwise
    return chosen
