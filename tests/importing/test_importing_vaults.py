"""Whole vaults of other people, as folders of text: every link leads where it led, and every note is there."""

from __future__ import annotations

from pathlib import Path

import pytest

from kb.notes.note import Note
from kb.notes.parse import parse_note
from kb.notes.resolve import LinkResolver, names_of
from kb.notes.vault import Vault
from tests.importing.conftest import House

VAULTS = Path(__file__).parents[3] / "shared" / "vaults"
pytestmark = pytest.mark.slow


def meanings(root: Path, below: str = "") -> dict[str, list[tuple[str, str]]]:
    """What every link of every note below a folder means, in the order of the text."""
    vault = Vault(root)
    notes: list[Note] = [parse_note(file.path, vault.read(file.path).text) for file in vault.scan()]
    resolver = LinkResolver(map(names_of, notes), vault.attachments())
    return {
        note.path.removeprefix(below): [
            (found.status, (found.path or "").removeprefix(below))
            for link in sorted(note.links, key=lambda link: link.span.start)
            if link.kind != "property"
            for found in [resolver.resolve(link, note.path)]
        ]
        for note in notes
    }


@pytest.mark.parametrize("name", ["foam-docs", "kepano-obsidian", "logseq-docs", "obsidian-tasks-docs"])
def test_links_mean_what_they_meant(house: House, name: str) -> None:
    if not (VAULTS / name).is_dir():
        pytest.skip("no shared vaults beside the checkout")
    before = meanings(VAULTS / name)
    plan = house.bring(VAULTS / name, "text")
    after = meanings(house.vault, "Imported/")
    assert plan.unlinked == ()
    assert set(before) <= set(after)
    assert {path: after[path] for path in before} == before
