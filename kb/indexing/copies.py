"""Notes that are copies of another by their name and their text: a syncer or a file manager may have made them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator

from kb.errors import NoteUnreadable
from kb.notes.vault import Vault

# `Tea 2` (iCloud), `Tea (1)`, `Tea copy`, `Tea - Copy` and `Tea-LAPTOP` (OneDrive); names of people's own, too, so texts decide.
_COPY = re.compile(r"(?: \d{1,2}| \(\d{1,2}\)| copy| - Copy|-[A-Z][A-Z0-9-]{2,20})$")
_SUFFIX = ".md"
_ALIKE = 0.8  # share of lines that two texts have in common; a weekly note begun from a template has fewer
_FEWEST = 3  # lines


def near_copies(vault: Vault, paths: Collection[str]) -> Iterator[tuple[str, str]]:
    """(copy, the note it is a copy of), by path."""
    for path in sorted(paths):
        bare = path.removesuffix(_SUFFIX)
        name = bare.rsplit("/", 1)[-1]
        match = _COPY.search(name[-30:]) if bare != path else None
        if match is None:
            continue
        original = bare[: len(bare) - len(match[0])] + _SUFFIX
        if original in paths and _are_alike(vault, path, original):
            yield path, original


def _are_alike(vault: Vault, one: str, other: str) -> bool:
    try:
        ours, theirs = (
            Counter(line.strip() for line in vault.read(path).text.splitlines() if line.strip())
            for path in (one, other)
        )
    except NoteUnreadable:
        return False
    most = max(ours.total(), theirs.total())
    return most >= _FEWEST and (ours & theirs).total() >= _ALIKE * most
