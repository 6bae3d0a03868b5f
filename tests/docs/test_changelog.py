"""CHANGELOG.md has the form of keepachangelog.com, which programs read, too."""

from __future__ import annotations

import re
from pathlib import Path

KINDS = ("Added", "Changed", "Deprecated", "Removed", "Fixed", "Security")


def test_versions_and_kinds_of_change_are_those_of_the_form() -> None:
    lines = (Path(__file__).parents[2] / "CHANGELOG.md").read_text("utf-8").splitlines()
    assert lines[0] == "# Changelog"
    versions = [line for line in lines if line.startswith("## ")]
    assert versions[0] == "## [Unreleased]"
    assert all(re.fullmatch(r"## \[\d+\.\d+\.\d+\] - \d{4}-\d\d-\d\d", line) for line in versions[1:])
    kinds: list[str] = []
    for line in lines:
        if line.startswith("## "):
            kinds = []
        elif line.startswith("### "):
            kinds.append(line.removeprefix("### "))
            assert kinds == sorted(set(kinds), key=KINDS.index), (
                f"{line}: one section of each kind, in their order"
            )
