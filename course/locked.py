"""Reads requirements.lock and compares it with what an interpreter has.

Standard library only: it runs before the environment exists.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "requirements.lock"


@dataclass(frozen=True)
class Pin:
    """One line of the lock: `name==version ; marker`."""

    name: str
    version: str
    marker: str = ""

    def applies(self) -> bool:
        """Whether this machine and Python are among those the line is for."""
        evaluate = _marker_evaluator()
        return not self.marker or (evaluate is not None and evaluate(self.marker))

    def admits(self, version: str) -> bool:
        """Whether an installed version is the pinned one, in whatever build.

        A local part such as `+cpu` or `+cu130` names a build, not a version.
        """
        return version == self.version or version.partition("+")[0] == self.version


def normalized(name: str) -> str:
    """A package's name as the index compares it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def read_lock(path: Path = LOCK) -> list[Pin]:
    """The pins of a lock file, those for other systems included."""
    pins = []
    for line in path.read_text(encoding="utf-8").splitlines():
        requirement, _, marker = line.partition("#")[0].partition(";")
        if requirement.strip():
            name, _, version = requirement.strip().partition("==")
            pins.append(Pin(normalized(name), version, marker.strip()))
    return pins


def applicable(pins: Iterable[Pin]) -> list[Pin]:
    """The pins that this machine needs."""
    return [pin for pin in pins if pin.applies()]


def installed_version(name: str) -> str | None:
    """The version that the running interpreter has, or None."""
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def unsatisfied(pins: Iterable[Pin]) -> list[tuple[Pin, str | None]]:
    """The pins that the running interpreter misses, with what it has instead."""
    found = ((pin, installed_version(pin.name)) for pin in applicable(pins))
    return [(pin, has) for pin, has in found if has is None or not pin.admits(has)]


def satisfied(path: Path = LOCK) -> bool:
    """Whether the running interpreter has every locked version.

    `packaging` is in the lock and is what reads markers, so an interpreter that
    cannot read them is not satisfied either.
    """
    pins = read_lock(path)
    # The first two settle it on a bare Python without a look at all the others.
    return not unsatisfied(pins[:2]) and not unsatisfied(pins)


def _marker_evaluator() -> Callable[[str], bool] | None:
    """A function that evaluates a marker, from packaging or from pip's copy of it."""
    for module in ("packaging.markers", "pip._vendor.packaging.markers"):
        try:
            marker = __import__(module, fromlist=["Marker"]).Marker
        except ImportError:
            continue
        return lambda text, marker=marker: marker(text).evaluate()
    return None
