"""Serves cached checkpoints to a classroom, so that thirty laptops need one download.

The verb `mirror`; INSTRUCTORS.md says how to prepare a class with it. Olah, the kept
mirror for the Hub, is a proxy that fills a store of its own from the internet; what a
class needs is in the Hugging Face cache already, and `course.mirror_server` serves it.
"""

import argparse
import asyncio
import errno
import ipaddress
import socket
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING

from utils import profiles
from utils.errors import ModelError, UnknownModelError

if TYPE_CHECKING:
    from course.mirror_server import Shelf

LOOPBACK = "127.0.0.1"
EVERYWHERE = "0.0.0.0"
PORT = 8090
COMMAND = "python3 -m course mirror"


def main(argv: list[str]) -> int:
    """Serve until Ctrl+C; returns the exit status."""
    options = parser().parse_args(argv)
    try:
        repos = wanted(options.repositories, options.profile)
        if options.fetch:
            fetch(repos)
        shelf = fill(repos)
    except ModelError as error:
        print(f"course: {error}", file=sys.stderr)
        return 1
    if missing := [repo for repo in repos if repo not in shelf]:
        print(_not_cached(missing), file=sys.stderr)
    if not shelf:
        return 1
    # An empty host, such as an unset shell variable, would listen everywhere.
    host = options.host or LOOPBACK
    try:
        asyncio.run(serve(shelf, host, options.port))
    except OSError as error:
        print(f"course: {_cannot_listen(error, options)}", file=sys.stderr)
        return 1
    return 0


def parser() -> argparse.ArgumentParser:
    """The options of the verb."""
    made = argparse.ArgumentParser(
        prog=COMMAND,
        description="Serve checkpoints in this machine's Hugging Face cache to others.",
    )
    made.add_argument(
        "repositories", nargs="*", metavar="ORGANIZATION/NAME", help="what to serve"
    )
    made.add_argument(
        "--profile",
        action="append",
        default=[],
        help="serve what this profile loads; may be given more than once (default:"
        f" {profiles.VARIABLE}, if no repository is named)",
    )
    made.add_argument(
        "--fetch", action="store_true", help="first download what is not in the cache"
    )
    made.add_argument(
        "--host",
        default=LOOPBACK,
        help=f"listen on this address (default: this machine only); {EVERYWHERE} opens"
        " it to every network that this machine is in",
    )
    made.add_argument(
        "--port", type=int, default=PORT, help=f"listen here (default: {PORT})"
    )
    return made


def wanted(named: Iterable[str], from_profiles: Iterable[str]) -> list[str]:
    """The repositories named and the profiles' ones, each once. Raises ModelError."""
    named, chosen = list(named), list(from_profiles)
    for repo in named:
        _check_name(repo)
    if not named and not chosen:
        chosen = [profiles.choose().name]
    for name in chosen:
        roles = profiles.profiles()[profiles.choose(name).name].roles
        named += [entry.name for entry in roles.values() if "/" in entry.name]
    if not named:
        raise UnknownModelError(
            f"The profile {chosen[0]!r} needs no download, so there is nothing to "
            f"serve: name a profile that does, as in `{COMMAND} --profile laptop`."
        )
    return list(dict.fromkeys(named))


def fetch(repos: Iterable[str]) -> None:
    """Download those that are not wholly in the cache. Raises ModelError."""
    from utils import hub

    for repo in repos:
        if hub.cached(repo) is None:
            hub.download(hub.plan(repo))


def fill(repos: Iterable[str]) -> "Shelf":
    """List what can be served: the repositories that are wholly in the cache."""
    from course.mirror_server import snapshot
    from utils import hub

    found = {repo: hub.cached(repo) for repo in repos}
    return {repo: snapshot(repo, folder) for repo, folder in found.items() if folder}


async def serve(shelf: "Shelf", host: str, port: int) -> None:
    """Say where, then answer until cancelled. Raises OSError if it cannot listen."""
    from course import mirror_server

    server, port = mirror_server.start(shelf, host, port, _say)
    try:
        _say(announcement(shelf, host, port))
        await asyncio.Event().wait()
    finally:
        server.stop()


def announcement(shelf: "Shelf", host: str, port: int) -> str:
    """What is served to whom, and the exact lines that students set."""
    rows = [f"  {s.repo}  {s.size / 1e6:,.0f} MB" for s in shelf.values()]
    first, *others = [f"http://{a}:{port}" for a in _reached_at(host)]
    lines = [f"Serving, until Ctrl+C, at {first}", *rows, "", *_to_whom(host), ""]
    lines += [
        "Before they start JupyterLab, students set one variable:",
        f"  Linux, macOS:  export HF_ENDPOINT={first}",
        f'  PowerShell:    $env:HF_ENDPOINT = "{first}"',
        "In a notebook that runs already, the first cell:",
        f"  %env HF_ENDPOINT={first}",
    ]
    if others:
        lines += [f"If that address does not answer them: {', '.join(others)}"]
    return "\n".join([*lines, ""])


def lan_addresses() -> list[str]:
    """This machine's IPv4 addresses that others may reach, the likeliest one first."""
    import psutil

    all_kinds = [row for rows in psutil.net_if_addrs().values() for row in rows]
    found = [row.address for row in all_kinds if row.family == socket.AF_INET]
    parsed = {address: ipaddress.ip_address(address) for address in found}
    reachable = [
        a for a, ip in parsed.items() if not ip.is_loopback and not ip.is_link_local
    ]
    return sorted(reachable, key=lambda address: address != _default_route())


def _default_route() -> str:
    """The address that traffic to elsewhere leaves from; connecting UDP sends none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        try:
            udp.connect(("203.0.113.1", 9))  # reserved for documentation, RFC 5737
        except OSError:
            return ""
        return udp.getsockname()[0]


def _reached_at(host: str) -> list[str]:
    if host == EVERYWHERE:
        return lan_addresses() or [LOOPBACK]
    return [f"[{host}]" if ":" in host else host]


def _to_whom(host: str) -> list[str]:
    if _is_loopback(host):
        return [
            f"Only programs on this machine reach it; --host {EVERYWHERE} opens it to "
            "the room."
        ]
    return [
        "Open to the network: whoever reaches this machine can read these files,",
        "without a password and unencrypted. Nothing else is served, nothing can be",
        "written. A student who is logged in to Hugging Face sends the token along",
        "unless HF_HUB_DISABLE_IMPLICIT_TOKEN=1 is set too.",
    ]


def _check_name(repo: str) -> None:
    from huggingface_hub.errors import HFValidationError
    from huggingface_hub.utils import validate_repo_id

    try:
        validate_repo_id(repo)
        valid = "/" in repo
    except HFValidationError:
        valid = False
    if not valid:
        raise UnknownModelError(
            f"{repo!r} is no repository: write it as in `{COMMAND} Qwen/Qwen3-0.6B`."
        )


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _not_cached(missing: list[str]) -> str:
    names = " ".join(missing)
    return (
        "course: not served, because not wholly in this machine's Hugging Face cache: "
        f"{', '.join(missing)}; to download first, run `{COMMAND} --fetch {names}`."
    )


def _cannot_listen(error: OSError, options: argparse.Namespace) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"port {options.port} is taken: name another one with --port."
    if error.errno == errno.EACCES:
        return f"port {options.port} may not be used: name one above 1023 with --port."
    return (
        f"cannot listen on {options.host} ({error.strerror or error}): give an address "
        f"of this machine with --host, or {EVERYWHERE} for all of them."
    )


def _say(text: str) -> None:
    print(text, flush=True)
