"""requirements.lock, pyproject.toml and environment.yml say the same."""

import re
import tomllib

import pytest
import yaml
from packaging.requirements import Requirement

from course import locked
from utils.paths import ROOT

PYPROJECT = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
DEPENDENCIES = tomllib.loads(PYPROJECT)["project"]["dependencies"]
PINS = locked.read_lock()


@pytest.mark.parametrize("dependency", DEPENDENCIES)
def test_lock_meets_every_dependency(dependency: str) -> None:
    wanted = Requirement(dependency)
    pins = [pin for pin in PINS if pin.name == locked.normalized(wanted.name)]
    assert pins
    assert all(wanted.specifier.contains(pin.version) for pin in pins)


@pytest.mark.parametrize("dependency", DEPENDENCIES)
def test_every_dependency_says_why_it_is_there(dependency: str) -> None:
    assert re.search(rf'"{re.escape(dependency)}",\s+# \w+', PYPROJECT)


def test_every_line_is_one_exact_version() -> None:
    for pin in PINS:
        assert re.fullmatch(r"[a-z0-9-]+", pin.name), pin
        assert re.fullmatch(r"[0-9][0-9a-z.]*", pin.version), pin


def test_no_cuda_package_and_no_index_is_named() -> None:
    cuda = ("nvidia", "cuda", "triton", "cupy")
    assert not [pin for pin in PINS if pin.name.startswith(cuda)]
    assert "://" not in (ROOT / "requirements.lock").read_text(encoding="utf-8")


def test_lock_has_what_an_editable_install_needs() -> None:
    build = tomllib.loads(PYPROJECT)["build-system"]["requires"]
    for wanted in map(Requirement, build):
        (pin,) = [pin for pin in PINS if pin.name == wanted.name]
        assert wanted.specifier.contains(pin.version)


def test_conda_installs_the_same_lock() -> None:
    environment = yaml.safe_load((ROOT / "environment.yml").read_text())
    *packages, pip = environment["dependencies"]
    needed = tomllib.loads(PYPROJECT)["project"]["requires-python"]
    assert packages == [f"python{needed}", "pip"]
    assert pip == {"pip": ["-r requirements.lock"]}
