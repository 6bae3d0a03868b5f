"""Reading with the language server: where links lead, what leads here, and what is wrong, unsaved text included."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.lsp.editor import Editor

types = pytest.importorskip("lsprotocol.types", reason="the language server's own extra is not installed")


def text_at(editor: Editor, location: Any) -> str:
    """What stands at a location, by the file."""
    from pygls.uris import to_fs_path

    lines = Path(to_fs_path(location.uri)).read_text(encoding="utf-8").splitlines()  # type: ignore[arg-type]
    return lines[location.range.start.line]


def definition(editor: Editor, path: str, line: int, character: int) -> Any:
    params = editor.at(types.DefinitionParams, path, line, character)
    return editor.ask(types.TEXT_DOCUMENT_DEFINITION, params)


def test_a_link_leads_to_the_note_the_heading_and_the_block(editor: Editor) -> None:
    editor.open("Tea.md")
    note, heading, block = (definition(editor, "Tea.md", 6, at)[0] for at in (8, 20, 45))
    assert note.uri == heading.uri == block.uri == editor.uri("Oolong.md")
    assert note.range.start.line == 0
    assert text_at(editor, heading) == "## Brewing"
    assert text_at(editor, block).startswith("Steep")


def test_positions_count_as_the_editor_does_behind_an_emoji(editor: Editor) -> None:
    editor.open("Places/Taiwan.md")
    # In UTF-16 the emoji takes two units, so that the link begins at 48.
    line = "Mountains where [[Oolong|the oolong]] grows. 🍵 [[Tea]]."
    start = len(line[: line.index("[[Tea")].encode("utf-16-le")) // 2
    assert definition(editor, "Places/Taiwan.md", 2, start)[0].uri == editor.uri("Tea.md")
    assert definition(editor, "Places/Taiwan.md", 2, start - 2) is None
    links = editor.ask(
        types.TEXT_DOCUMENT_DOCUMENT_LINK, types.DocumentLinkParams(editor.document("Places/Taiwan.md"))
    )
    assert links[-1].range.start.character == start


def test_references_of_a_note_and_of_a_heading(editor: Editor) -> None:
    editor.open("Oolong.md")
    context = types.ReferenceContext(include_declaration=False)

    def found(line: int, character: int) -> list[tuple[str, int]]:
        params = editor.at(types.ReferenceParams, "Oolong.md", line, character, context=context)
        places = editor.ask(types.TEXT_DOCUMENT_REFERENCES, params)
        return sorted((one.uri, one.range.start.character) for one in places)

    tea, taiwan = editor.uri("Tea.md"), editor.uri("Places/Taiwan.md")
    assert found(0, 0) == [(taiwan, 16), (tea, 4), (tea, 16), (tea, 39)]
    assert found(8, 4) == [(tea, 16)]


def test_hover_shows_the_part_that_is_meant(editor: Editor) -> None:
    editor.open("Tea.md")

    def hover(character: int) -> str:
        params = editor.at(types.HoverParams, "Tea.md", 6, character)
        return editor.ask(types.TEXT_DOCUMENT_HOVER, params).contents.value

    whole, part = hover(8), hover(20)
    assert "4 backlinks" in whole
    assert "from: Taiwan" in whole
    assert "Half fermented" in whole
    assert "Half fermented" not in part
    assert "three minutes" in part


def test_hover_of_a_picture_is_its_size(editor: Editor) -> None:
    editor.open("New.md", "![[leaf.png]]\n")
    params = editor.at(types.HoverParams, "New.md", 0, 5)
    assert "2.0 kB" in editor.ask(types.TEXT_DOCUMENT_HOVER, params).contents.value
    editor.close("New.md")


def test_symbols_and_folding(editor: Editor) -> None:
    text = editor.open("Tea.md")
    tree = editor.ask(
        types.TEXT_DOCUMENT_DOCUMENT_SYMBOL, types.DocumentSymbolParams(editor.document("Tea.md"))
    )
    assert [(one.name, [child.name for child in one.children]) for one in tree] == [("Tea", ["Kinds"])]
    folds = editor.ask(types.TEXT_DOCUMENT_FOLDING_RANGE, types.FoldingRangeParams(editor.document("Tea.md")))
    rows = {(one.start_line, one.end_line) for one in folds}
    assert (0, 3) in rows
    assert (8, text.count("\n") - 1) in rows
    assert (10, 11) in rows  # green, with sencha below it
    names = [
        (one.name, one.container_name)
        for one in editor.ask(types.WORKSPACE_SYMBOL, types.WorkspaceSymbolParams("brew"))
    ]
    assert names == [("Brewing", "Oolong")]


def test_what_is_wrong_is_told_while_it_is_typed(editor: Editor) -> None:
    editor.open("Tea.md")
    editor.wait(lambda: editor.published.get(editor.uri("Tea.md")))
    editor.change("Tea.md", "# Tea\n\n[[Oolnog]] and [[Oolong#Nowhere]] and [[Oolong#^no]] and ![[no.png]]\n")
    editor.wait(lambda: len(editor.codes("Tea.md")) == 4)
    assert editor.codes("Tea.md") == ["broken-link", "missing-heading", "missing-block", "missing-attachment"]
    first = editor.diagnostics[editor.uri("Tea.md")][0]
    assert (first.range.start.character, first.range.end.character) == (0, 10)
    assert "Did you mean Oolong.md" in first.message
    editor.change("Tea.md", "---\ntags: [a\n---\n# Tea\n")
    editor.wait(lambda: editor.codes("Tea.md") == ["bad-front-matter"])


def test_unsaved_text_counts_in_other_notes(editor: Editor) -> None:
    editor.open("Tea.md", "# Tea\n\n[[Brand new]] [[Oolong#Fresh]]\n")
    editor.wait(lambda: editor.codes("Tea.md") == ["broken-link", "missing-heading"])
    editor.open("Brand new.md", "# Brand new\n")
    editor.open("Oolong.md", "# Oolong\n\n## Fresh\n")
    editor.change("Tea.md", "# Tea\n\n[[Brand new]] [[Oolong#Fresh]] [[Oolong]]\n")
    editor.wait(lambda: editor.codes("Tea.md") == [])
    assert definition(editor, "Tea.md", 2, 25)[0].range.start.line == 2
    editor.close("Brand new.md")
    editor.close("Oolong.md")
    editor.close("Tea.md")


def test_a_file_outside_the_vault_gets_nothing(editor: Editor, tmp_path: Path) -> None:
    other = tmp_path / "Other.md"
    other.write_text("[[Nowhere]]\n")
    uri = other.as_uri()
    item = types.TextDocumentItem(uri, "markdown", 1, "[[Nowhere]]\n")
    editor.tell(types.TEXT_DOCUMENT_DID_OPEN, types.DidOpenTextDocumentParams(item))
    params = types.DefinitionParams(types.TextDocumentIdentifier(uri), types.Position(0, 4))
    assert editor.ask(types.TEXT_DOCUMENT_DEFINITION, params) is None
    assert uri not in editor.diagnostics


def test_what_was_saved_reaches_the_index_and_the_other_notes(editor: Editor, lsp_base: Path) -> None:
    editor.open("Black.md", "# Black tea\n\n[[Puerh]]\n")
    editor.wait(lambda: editor.codes("Black.md") == ["broken-link"])
    editor.save("Puerh.md", "# Puerh\n")
    editor.wait(lambda: editor.codes("Black.md") == [])
    editor.close("Black.md")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-32"])
def test_other_units_and_crlf(lsp_base: Path, encoding: str) -> None:
    from tests.lsp.editor import Editor

    editor = Editor(lsp_base, encoding)
    try:
        assert editor.server.capabilities.position_encoding == encoding
        line = "e\u0301 🍵 [[Nowhere]] 中 [[Tea]]"
        editor.open("New.md", f"# New\r\n\r\n{line}\r\n")
        editor.wait(lambda: editor.codes("New.md"))
        size = {"utf-8": lambda text: len(text.encode()), "utf-32": len}[encoding]
        place = editor.diagnostics[editor.uri("New.md")][0].range
        start = size(line[: line.index("[[No")])
        assert (place.start.line, place.start.character) == (2, start)
        assert place.end.character == start + len("[[Nowhere]]")
        at = size(line[: line.index("Tea")])
        assert definition(editor, "New.md", 2, at)[0].uri == editor.uri("Tea.md")
    finally:
        editor.quit()
