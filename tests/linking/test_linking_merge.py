"""Notes merged, sections extracted, aliases renamed: links keep their meaning, and the way back is exact."""

from __future__ import annotations

from pathlib import Path

import pytest

from kb.errors import KbError
from kb.linking.renaming.alias import rename_alias
from kb.linking.renaming.extract import extract
from kb.linking.renaming.merge import merge
from kb.linking.renaming.relinking import RenameContext
from kb.notes.parse import parse_note
from kb.notes.resolve import LinkResolver
from tests.linking.renaming import ReadCatalog, all_bytes, context_of
from tests.support import write_notes

NOTES = {
    "Tea.md": (
        "---\ntags: [drink]\naliases: [Camellia]\nstatus: done\n---\n# Tea\n\n## Kinds\n\nGreen.[^1] ^b1\n\n[^1]: One.\n"
    ),
    "far/Oolong.md": (
        '---\ntags: [drink, blue]\naliases:\n  - Wulong\nstatus: open\nup: "[[Cup]]"\n---\n# Oolong\n\n'
        "See [[#Kinds]], [x](../Tea.md), ![leaf](img/leaf.png), [c][1] and [[Cup]].[^1]\n\n## Kinds\n\nDark. ^b1\n\n"
        "[^1]: Two.\n\n[1]: ../Cup.md\n"
    ),
    "Cup.md": (
        "For [[Oolong]], [[Wulong|it]], [[Oolong#Kinds]], [o](far/Oolong.md#kinds), [[Oolong#^b1]], [[Tea#Kinds]],\n"
        "[[Tea#^b1]], [[Camellia]] and [t](Tea.md).\n"
    ),
}
CANVAS = '{"nodes":[{"id":"1","type":"file","file":"far/Oolong.md","subpath":"#Kinds","x":0}],"edges":[]}'


def vault_of(tmp_path: Path, notes: dict[str, str]) -> Path:
    write_notes(tmp_path / "vault", notes)
    return tmp_path / "vault"


def texts(vault: Path) -> dict[str, str]:
    return {name: data.decode() for name, data in all_bytes(vault).items() if not name.endswith("png")}


def unresolved(vault: Path) -> list[str]:
    catalog = context_of(vault, vault.parent / "other").catalog
    return [f"{one.source}: {one.target}" for one in catalog.links() if one.status != "resolved"]


@pytest.fixture
def context(tmp_path: Path) -> RenameContext:
    vault = vault_of(tmp_path, NOTES)
    (vault / "far" / "img").mkdir()
    (vault / "far" / "img" / "leaf.png").write_bytes(b"png")
    (vault / "board.canvas").write_text(CANVAS)
    return context_of(vault, tmp_path / "state")


def test_a_merged_note_keeps_all_that_it_was(context: RenameContext) -> None:
    vault = context.vault.root
    before = all_bytes(vault)
    assert merge(context, "far/Oolong.md", "Tea.md").left == ()
    assert texts(vault) == {
        "Tea.md": (
            '---\ntags: [drink, blue]\naliases: [Camellia, Wulong]\nstatus: done\nup: "[[Cup]]"\n---\n# Tea\n\n'
            "## Kinds\n\nGreen.[^1] ^b1\n\n[^1]: One.\n\n# Oolong\n\nSee [[#Oolong#Kinds]], [x](Tea.md), "
            "![leaf](far/img/leaf.png), [c][1] and [[Cup]].[^1-2]\n\n## Kinds\n\nDark. ^b1-2\n\n[^1-2]: Two.\n\n"
            "[1]: Cup.md\n\n```yaml\nstatus: open\n```\n"
        ),
        "Cup.md": (
            "For [[Tea]], [[Wulong|it]], [[Tea#Oolong#Kinds]], [o](Tea.md#kinds-1), [[Tea#^b1-2]], [[Tea#Kinds]],\n"
            "[[Tea#^b1]], [[Camellia]] and [t](Tea.md).\n"
        ),
        "board.canvas": CANVAS.replace("far/Oolong.md", "Tea.md").replace("#Kinds", "#Oolong#Kinds"),
    }
    assert [one for one in unresolved(vault) if "leaf" not in one] == []
    context.journal.undo()
    assert all_bytes(vault) == before


@pytest.mark.parametrize(
    ("one", "other", "merged"),
    [
        ("Leaf.\n", "Pot.\n", "Pot.\n\n## A\n\nLeaf.\n"),
        ("# A\n\nLeaf.", "", "# A\n\nLeaf.\n"),
        ("Leaf.\r\n\r\nTwig.\r\n", "Pot.\n", "Pot.\n\n## A\n\nLeaf.\n\nTwig.\n"),
        ("# A\n", "Pot.\r\n", "Pot.\r\n\r\n# A\r\n"),
        ("# A\n\n[[B]] [[B#x]]\n", "# x\n\n[[A]] [[A#A]]\n", "# x\n\n[[B]] [[B#A]]\n\n# A\n\n[[B]] [[B#x]]\n"),
        ("# A\n", "---\nup: '[[A]]'\n---\nB\n", "---\nup: '[[B]]'\n---\nB\n\n# A\n"),
        ("---\nk: 1\n---\n# A\n", "B\n", "---\nk: 1\n---\nB\n\n# A\n"),
        ("---\nk: 1\n---\n# A\n", "---\nk: 1\n---\nB\n", "---\nk: 1\n---\nB\n\n# A\n"),
        ("---\ntags: b c\n---\n# A\n", "---\ntags:\n- a\n---\nB\n", "---\ntags:\n  - a\n  - b\n  - c\n---\nB\n\n# A\n"),
        ("---\nup: '[[C]]'\n---\n# A\n", "---\nup: '[[B]]'\n---\n", "---\nup: '[[B]]'\n---\n# A\n\nup:: [[C]]\n"),
        ("# A\n\n[x], [x][] and [y][x]\n\n[x]: C.md\n", "[x]\n\n[x]: B.md\n",
         "[x]\n\n[x]: B.md\n\n# A\n\n[x][x-2], [x][x-2] and [y][x-2]\n\n[x-2]: C.md\n"),
    ],
)  # fmt: skip
def test_merged_texts(tmp_path: Path, one: str, other: str, merged: str) -> None:
    vault = vault_of(tmp_path, {"A.md": one, "B.md": other, "C.md": "C\n"})
    before = all_bytes(vault)
    context = context_of(vault, tmp_path / "state")
    assert merge(context, "A.md", "B.md").left == ()
    assert all_bytes(vault) == {"B.md": merged.encode(), "C.md": b"C\n"}
    context.journal.undo()
    assert all_bytes(vault) == before


def test_what_cannot_be_merged_is_refused(tmp_path: Path) -> None:
    vault = vault_of(tmp_path, {"A.md": "# A\n\n[x]: C.md\n", "B.md": "Not a link: [x]\n", "C.md": ""})
    before = all_bytes(vault)
    context = context_of(vault, tmp_path / "state")
    with pytest.raises(KbError, match="by hand"):
        merge(context, "A.md", "B.md")
    with pytest.raises(KbError, match="with itself"):
        merge(context, "A.md", "A.md")
    assert all_bytes(vault) == before


GARDEN = {
    "Garden.md": (
        "---\ntags: [out]\n---\n# Garden\n\nSee [[#Heap]] and [[Garden#Turning]], [h](#heap), [[#Beds]].\n\n## Heap\n"
        "\nHot.[^1] [p][plan] [[#Beds]] [b](#beds) ![i](pics/i.png) #warm\n\n### Turning\n\nWeekly. ^b1\n\n## Beds\n\n"
        "Raised.[^1] [[#^b1]]\n\n[^1]: A note.\n\n[plan]: docs/Plan.md\n"
    ),
    "docs/Plan.md": "[[Garden#Heap]] [[Garden#Turning|t]] ![[Garden#^b1]] [h](../Garden.md#heap) [[Garden#Beds]]\n",
}


def test_an_extracted_section_leaves_a_link_behind(tmp_path: Path) -> None:
    vault = vault_of(tmp_path, GARDEN)
    (vault / "pics").mkdir()
    (vault / "pics" / "i.png").write_bytes(b"png")
    (vault / "b.canvas").write_text('{"nodes":[{"type":"file","file":"Garden.md","subpath":"#Turning"}]}')
    before = all_bytes(vault)
    context = context_of(vault, tmp_path / "state")
    assert extract(context, "Garden.md", "Heap", "compost/").left == ()
    assert texts(vault) == {
        "Garden.md": (
            "---\ntags: [out]\n---\n# Garden\n\nSee [[Heap]] and [[Heap#Turning]], [h](compost/Heap.md), [[#Beds]].\n\n"
            "[[Heap]]\n\n## Beds\n\nRaised.[^1] [[Heap#^b1]]\n\n[^1]: A note.\n\n[plan]: docs/Plan.md\n"
        ),
        "compost/Heap.md": (
            "## Heap\n\nHot.[^1] [p][plan] [[Garden#Beds]] [b](../Garden.md#beds) ![i](../pics/i.png) #warm\n\n"
            "### Turning\n\nWeekly. ^b1\n\n[^1]: A note.\n\n[plan]: ../docs/Plan.md\n"
        ),
        "docs/Plan.md": "[[Heap]] [[Heap#Turning|t]] ![[Heap#^b1]] [h](../compost/Heap.md) [[Garden#Beds]]\n",
        "b.canvas": '{"nodes":[{"type":"file","file":"compost/Heap.md","subpath":"#Turning"}]}',
    }
    assert [one for one in unresolved(vault) if "i.png" not in one] == []
    context.journal.undo()
    assert all_bytes(vault) == before


@pytest.mark.parametrize(
    ("text", "part", "rest", "made"),
    [
        ("# A\n\nx\n", "A", "[[A (2)]]\n", "# A\n\nx\n"),
        ("Top\n## B\nx\n\n\n## C\n", "B", "Top\n\n[[A (2)]]\n\n\n## C\n", "## B\nx\n"),
        ("## B\nx\n## C\n", "B", "[[A (2)]]\n\n## C\n", "## B\nx\n"),
        ("B\n---\nx\n\nC\n---\ny", "C", "B\n---\nx\n\n[[A (2)]]", "C\n---\ny\n"),
        ("## B\r\nx\r\n\r\n## C\r\n", "B", "[[A (2)]]\r\n\r\n## C\r\n", "## B\r\nx\r\n"),
        (
            "[u]\n\n## B\n\n[u]: a.md\n",
            "B",
            "[u]\n\n[A (2)](A%20%282%29.md)\n\n[u]: a.md\n",
            "## B\n\n[u]: a.md\n",
        ),
        ("## B\n\n## C\n\n### B\n\n[[#C#B]]\n", "C", "## B\n\n[[A (2)]]\n", "## C\n\n### B\n\n[[#C#B]]\n"),
    ],
)
def test_extracted_texts(tmp_path: Path, text: str, part: str, rest: str, made: str) -> None:
    vault = vault_of(tmp_path, {})
    vault.mkdir()
    (vault / "A.md").write_bytes(text.encode())
    context = context_of(vault, tmp_path / "state")
    if text.count("B\n") > 1:
        with pytest.raises(KbError, match="cannot tell them apart"):
            extract(context, "A.md", "B", "A (2)")
    extract(context, "A.md", part, "A (2)")
    assert all_bytes(vault) == {"A.md": rest.encode(), "A (2).md": made.encode()}
    context.journal.undo()
    assert all_bytes(vault) == {"A.md": text.encode()}


def test_what_cannot_be_extracted_is_refused(tmp_path: Path) -> None:
    vault = vault_of(tmp_path, GARDEN | {"Heap.md": "x\n"})
    before = all_bytes(vault)
    context = context_of(vault, tmp_path / "state")
    for part, name, said in [
        ("Nothing", "", "no heading"),
        ("Heap", "", "already exists"),
        ("Heap", "a#b", "special meaning"),
        ("Heap", "../x", "cannot be a note's name"),
    ]:
        with pytest.raises(KbError, match=said):
            extract(context, "Garden.md", part, name)
    assert all_bytes(vault) == before


ALIASES = [
    ("---\naliases: [Old, Other]\n---\n", "New", "---\naliases: [New, Other]\n---\n"),
    ("---\naliases: [\"Old\", 'Other']\n---\n", "A: b, c", "---\naliases: [\"A: b, c\", 'Other']\n---\n"),
    ("---\naliases:\n  - Older\n  - Old\n---\n", "it's", "---\naliases:\n  - Older\n  - it's\n---\n"),
    ("---\nalias: Old, Other\n---\n", "New", "---\nalias: New, Other\n---\n"),
    ("---\naliases: Old\ntags: Old\n---\n", "12", '---\naliases: "12"\ntags: Old\n---\n'),
    ("alias:: Old, Other\n", "New", "alias:: New, Other\n"),
    (
        "---\nAliases: [Old]\n---\nOld [[Old]] `[[Old]]`\n",
        "New",
        "---\nAliases: [New]\n---\nOld [[New]] `[[Old]]`\n",
    ),
]


@pytest.mark.parametrize(("text", "new", "wanted"), ALIASES)
def test_an_alias_gets_another_name_and_links_follow(
    tmp_path: Path, text: str, new: str, wanted: str
) -> None:
    vault = vault_of(tmp_path, {"n.md": text, "b.md": "[[old]] [[Old|x]] [[n]] [o](n.md)\n"})
    before = all_bytes(vault)
    context = context_of(vault, tmp_path / "state")
    assert rename_alias(context, "old", new).left == ()
    shown = texts(vault)
    assert shown["n.md"] == wanted or shown["n.md"].replace('"', "") == wanted.replace('"', "")
    assert parse_note("n.md", shown["n.md"]).aliases[-1 if "Older" in text else 0] == new
    assert shown["b.md"] == f"[[{new}]] [[{new}|x]] [[n]] [o](n.md)\n"
    context.journal.undo()
    assert all_bytes(vault) == before


def test_an_alias_is_named_when_several_have_it(tmp_path: Path) -> None:
    vault = vault_of(
        tmp_path,
        {"a.md": "---\naliases: [X, Y]\n---\n", "b.md": "---\naliases: [X]\n---\n", "c.md": "[[X]]\n"},
    )
    for old, new, said in [
        ("X", "Z", "--note"),
        ("Q", "Z", "kb aliases"),
        ("Y", "a|b", "cannot be linked"),
        ("Y", "X", "already"),
    ]:
        with pytest.raises(KbError, match=said):
            rename_alias(context_of(vault, tmp_path / "state"), old, new)
    rename_alias(context_of(vault, tmp_path / "state"), "X", "Z", "b.md")
    assert texts(vault)["b.md"] == "---\naliases: [Z]\n---\n"
    assert texts(vault)["c.md"] == "[[X]]\n"


def test_nothing_is_written_in_a_dry_run(context: RenameContext) -> None:
    vault = context.vault.root
    before = all_bytes(vault)
    dry = context_of(vault, vault.parent / "dry", dry_run=True)
    done = merge(dry, "far/Oolong.md", "Tea.md")
    assert [(one.path, bool(one.before), bool(one.after)) for one in done.notes] == [
        ("Cup.md", True, True),
        ("Tea.md", True, True),
        ("board.canvas", True, True),
        ("far/Oolong.md", True, False),
    ]
    assert extract(dry, "Tea.md", "Kinds").notes[-1].path == "Kinds.md"
    assert all_bytes(vault) == before


def test_a_heading_that_holds_a_link_takes_links_to_it_along(tmp_path: Path) -> None:
    from kb.linking.renaming.note import rename

    vault = vault_of(
        tmp_path,
        {"Tea.md": "", "a.md": "## See [[Tea]] now\n\n[[#See Tea now]]\n", "b.md": "[[a#See Tea now]]\n"},
    )
    rename(context_of(vault, tmp_path / "state"), "Tea.md", "Oolong")
    assert texts(vault)["a.md"] == "## See [[Oolong]] now\n\n[[#See Oolong now]]\n"
    assert texts(vault)["b.md"] == "[[a#See Oolong now]]\n"
    names = ReadCatalog(context_of(vault, tmp_path / "state").vault).names()
    assert LinkResolver(names).section("a.md", "See Oolong now") == 0
