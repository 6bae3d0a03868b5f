"""Renames of notes, folders, headings, blocks and tags in a vault on disk, each taken back byte for byte."""

from __future__ import annotations

from pathlib import Path

import pytest

from kb.errors import KbError
from kb.knowledge_base import KnowledgeBase
from kb.settings import load_settings
from tests.support import write_notes

NOTES = {
    "docs/Plan.md": "---\ntags: [garden, other]\n---\n# Plan\n\n## Old part\n\nDig. #garden/beds ^b1\n\n[[#Old part]]\n",
    "docs/deep/Log.md": "[p](../Plan.md) [[Plan#Old part]] ![l](../img/leaf.png)\n",
    "Start.md": "[[docs/Plan]] [p](docs/Plan.md#old-part) [[Plan#^b1]] #garden\n\n[d]: docs/Plan.md\n",
    "tags.md": "---\ntags:\n  - garden\n  - gardening\n---\n`#garden` #gardening [x](a.md#garden)\n",
    "Foam.md": 'See [[Plan]], [the plan][1] and [plan].\n\n[1]: docs/Plan.md\n[plan]: docs/Plan.md "Plan"\n',
}
CANVAS = (
    '{"nodes":[{"id":"1","type":"file","file":"docs/Plan.md","subpath":"#^b1","x":0},'
    '{"id":"2","type":"text","text":"see [[Plan]]\\n[x](docs/Plan.md)"}],"edges":[]}'
)


@pytest.fixture
def base(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> KnowledgeBase:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    vault = tmp_path / "vault"
    write_notes(vault, NOTES)
    (vault / "docs" / "img").mkdir()
    (vault / "docs" / "img" / "leaf.png").write_bytes(b"png")
    (vault / "board.canvas").write_text(CANVAS)
    (vault / "list.base").write_text('filters:\n  - file.hasLink("docs/Plan.md")\n')
    return KnowledgeBase(load_settings(vault=vault, index=tmp_path / "index"))


def text(base: KnowledgeBase, name: str) -> str:
    return (base.settings.vault / name).read_text()


def all_bytes(base: KnowledgeBase) -> dict[str, bytes]:
    root = base.settings.vault
    return {str(file.relative_to(root)): file.read_bytes() for file in root.rglob("*") if file.is_file()}


def broken(base: KnowledgeBase) -> list[str]:
    kinds = ("broken link", "missing heading", "missing block", "missing attachment", "ambiguous link")
    return [f"{one.path}:{one.line} {one.message}" for one in base.upkeep.diagnose() if one.kind in kinds]


@pytest.mark.slow
def test_everything_that_has_a_name_can_get_another(base: KnowledgeBase) -> None:
    base.index()
    before = all_bytes(base)
    already = broken(base)

    done = base.renaming.note("Plan", "drinks/Road (map)")
    assert text(base, "Foam.md") == (
        "See [[Road (map)]], [the plan][1] and [plan].\n\n[1]: drinks/Road%20%28map%29.md\n"
        '[plan]: drinks/Road%20%28map%29.md "Plan"\n'
    )
    assert '"file":"drinks/Road (map).md","subpath":"#^b1"' in text(base, "board.canvas")
    assert "see [[Road (map)]]\\n[x](drinks/Road%20%28map%29.md)" in text(base, "board.canvas")
    assert done.left == ("list.base:2",)
    assert "[d]: drinks/Road%20%28map%29.md" in text(base, "Start.md")
    assert broken(base) == already
    base.undo()
    assert all_bytes(base) == before

    done = base.renaming.note("docs", "archive/old docs")
    assert text(base, "Start.md") == (
        "[[archive/old docs/Plan]] [p](archive/old%20docs/Plan.md#old-part) [[Plan#^b1]] #garden\n\n"
        "[d]: archive/old%20docs/Plan.md\n"
    )
    assert text(base, "archive/old docs/deep/Log.md") == NOTES["docs/deep/Log.md"]
    assert broken(base) == already
    base.undo()
    assert all_bytes(base) == before

    base.renaming.note("Plan#Old part", "Plan#New part")
    assert "## New part\n" in text(base, "docs/Plan.md")
    assert "[[#New part]]" in text(base, "docs/Plan.md")
    assert text(base, "Start.md").startswith("[[docs/Plan]] [p](docs/Plan.md#new-part) [[Plan#^b1]]")
    assert text(base, "docs/deep/Log.md").startswith("[p](../Plan.md) [[Plan#New part]]")
    assert broken(base) == already
    base.undo()
    assert all_bytes(base) == before

    base.renaming.note("Plan#^b1", "^first")
    assert "^b1" not in text(base, "docs/Plan.md")
    assert "[[Plan#^first]]" in text(base, "Start.md")
    assert '"subpath":"#^first"' in text(base, "board.canvas")
    base.undo()
    assert all_bytes(base) == before

    done = base.renaming.tag("#garden", "plot")
    assert (len(done.notes), done.left) == (3, ())
    assert text(base, "docs/Plan.md").startswith("---\ntags: [plot, other]\n---\n")
    assert "#plot/beds" in text(base, "docs/Plan.md")
    assert text(base, "tags.md") == NOTES["tags.md"].replace("- garden\n", "- plot\n")
    base.undo()
    assert all_bytes(base) == before
    base.close()


@pytest.mark.slow
def test_refusals_change_nothing(base: KnowledgeBase) -> None:
    base.index()
    before = all_bytes(base)
    for old, new, said in [
        ("Plan", "C# notes", "special meaning"),
        ("Plan", "q^r", "special meaning"),
        ("Plan", "what [x]", "special meaning"),
        ("Plan", "C#/Plan", "special meaning"),
        ("Plan", "Start", "already exists"),
        ("docs", "docs/inner", "outside of it"),
        ("Plan#Nothing", "x", "no heading"),
        ("Plan#Old part", "a | b", "cannot be linked"),
        ("Plan#Old part", "Plan#Plan", "already"),
        ("Plan#^zz", "^a", "no block"),
        ("Plan#^b1", "^a b", "cannot be a block"),
    ]:
        with pytest.raises(KbError, match=said.replace("^", r"\^")):
            base.renaming.note(old, new)
    with pytest.raises(KbError, match="No note has the tag"):
        base.renaming.tag("nothing", "x")
    with pytest.raises(KbError, match="cannot be a tag"):
        base.renaming.tag("garden", "12")
    assert all_bytes(base) == before
    base.close()


@pytest.mark.slow
def test_a_dry_run_knows_notes_that_are_not_indexed_yet(base: KnowledgeBase) -> None:
    base.index()
    write_notes(base.settings.vault, {"New.md": "About [[Plan]].\n", "tags.md": "Now [[docs/Plan]] too.\n"})
    told = base.renaming.note("Plan", "Road", dry_run=True)
    assert {"New.md", "tags.md"} <= {change.path for change in told.notes}
