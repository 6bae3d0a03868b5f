"""constraints-oldest.txt holds the lower bound of everything that kb asks for, as `make oldest` tests it."""

from __future__ import annotations

import tomllib
from importlib.metadata import distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

from tools.licences import packages

ROOT = Path(__file__).parents[1]


def test_every_lower_bound_is_pinned() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = project["optional-dependencies"].values()
    asked: dict[str, Version] = {}
    for requirement in map(
        Requirement, [*project["dependencies"], *(one for extra in extras for one in extra)]
    ):
        [least] = [Version(one.version) for one in requirement.specifier if one.operator == ">="]
        name = canonicalize_name(requirement.name)
        asked[name] = max(least, asked.get(name, least))
    lines = (ROOT / "constraints-oldest.txt").read_text("utf-8").splitlines()
    pinned = {
        canonicalize_name(name): Version(version)
        for name, _, version in (line.partition("==") for line in lines if not line.startswith("#"))
    }
    assert pinned == asked, (
        "write NAME==LOWER BOUND for each requirement into constraints-oldest.txt, then: make oldest"
    )


def test_what_is_pinned_installs_on_the_python_of_debian_12() -> None:
    """The recipe of examples/debian takes that one, and constraints.txt."""
    pins = (line.partition("==") for line in (ROOT / "constraints.txt").read_text("utf-8").splitlines())
    pinned = {canonicalize_name(name): Version(version) for name, _, version in pins if version}
    found = {name: distribution(name) for name in packages()}
    other = [
        name
        for name, one in found.items()
        if name in pinned and Version(one.version).public != pinned[name].public
    ]
    if other:
        pytest.skip(f"installed are other versions than those of constraints.txt: {', '.join(other)}")
    # `metadata[...]` raises for a missing field where the package importlib_metadata is loaded.
    wanted = {name: (one.metadata.get_all("Requires-Python") or [""])[0] for name, one in found.items()}
    assert len(wanted) > 100
    assert [
        name for name, python in wanted.items() if python and "3.11.2" not in SpecifierSet(python)
    ] == [], "pin an older version in constraints.txt"
