"""Renames by an editor: the same changes as `kb mv` makes, given to the editor as one edit."""

from __future__ import annotations

from typing import Any

import pytest

from tests.lsp.editor import Editor

types = pytest.importorskip("lsprotocol.types", reason="the language server's own extra is not installed")


def rename(editor: Editor, path: str, line: int, character: int, name: str) -> dict[str, str]:
    params = editor.at(types.RenameParams, path, line, character, new_name=name)
    return editor.after(editor.ask(types.TEXT_DOCUMENT_RENAME, params))


def test_a_note_is_renamed_at_a_link_to_it(editor: Editor) -> None:
    editor.open("Tea.md")
    params = editor.at(types.PrepareRenameParams, "Tea.md", 6, 8)
    assert editor.ask(types.TEXT_DOCUMENT_PREPARE_RENAME, params).placeholder == "Oolong"
    done = rename(editor, "Tea.md", 6, 8, "Blue tea")
    assert "[[Blue tea]], [[Blue tea#Brewing]] and [[Blue tea#^steep]]" in done["Tea.md"]
    assert "[[Blue tea|the oolong]] grows. 🍵 [[Tea]]" in done["Places/Taiwan.md"]
    assert "Oolong.md -> Blue tea.md" in done


def test_text_that_is_not_saved_is_changed_as_it_stands(editor: Editor) -> None:
    editor.open("Draft.md", "🍵 New and unsaved: [[Oolong]]\n")
    editor.open("Black.md", "# Black tea\r\n\r\nUnsaved [[Oolong]]\r\n")
    done = rename(editor, "Draft.md", 0, 24, "Blue")
    assert done["Draft.md"] == "🍵 New and unsaved: [[Blue]]\n"
    assert done["Black.md"] == "# Black tea\r\n\r\nUnsaved [[Blue]]\r\n"
    editor.close("Draft.md")
    editor.close("Black.md")


@pytest.mark.parametrize(
    ("path", "line", "character", "name", "becomes"),
    [
        ("Oolong.md", 8, 5, "Making", {"Oolong.md": "## Making", "Tea.md": "[[Oolong#Making]]"}),
        ("Oolong.md", 10, 28, "wait", {"Oolong.md": "minutes. ^wait", "Tea.md": "[[Oolong#^wait]]"}),
        ("Tea.md", 6, 28, "Making", {"Oolong.md": "## Making", "Tea.md": "[[Oolong#Making]]"}),
        ("Tea.md", 1, 12, "Thea", {"Tea.md": "aliases: [Thea]", "Black.md": "[[Thea]] again"}),
        ("Black.md", 2, 22, "Thea", {"Tea.md": "aliases: [Thea]", "Black.md": "[[Thea]] again"}),
        ("Tea.md", 2, 8, "cup", {"Tea.md": "tags: [cup]", "Oolong.md": "tags: [cup/tea]"}),
    ],
    ids=["heading", "block", "heading at a link", "alias", "alias at a link", "tag"],
)
def test_parts_are_renamed(
    editor: Editor, path: Any, line: Any, character: Any, name: Any, becomes: Any
) -> None:
    editor.open(path)
    done = rename(editor, path, line, character, name)
    for changed, text in becomes.items():
        assert text in done[changed]
    editor.close(path)


def test_files_that_the_editor_moves_keep_their_links(editor: Editor) -> None:
    files = [
        types.FileRename(editor.uri("Oolong.md"), editor.uri("Kinds/Blue.md")),
        types.FileRename(editor.uri("Places"), editor.uri("Lands")),
    ]
    edit = editor.ask(types.WORKSPACE_WILL_RENAME_FILES, types.RenameFilesParams(files))
    done = editor.after(edit)
    assert "[[Blue]], [[Blue#Brewing]]" in done["Tea.md"]
    assert "[[Blue|the oolong]]" in done["Places/Taiwan.md"]
    assert not any("->" in name for name in done)


def test_a_picture_that_moves_keeps_its_links(editor: Editor) -> None:
    editor.open("Draft.md", "![leaf](leaf.png)\n")
    files = [types.FileRename(editor.uri("leaf.png"), editor.uri("Pictures/leaf.png"))]
    edit = editor.ask(types.WORKSPACE_WILL_RENAME_FILES, types.RenameFilesParams(files))
    assert editor.after(edit)["Draft.md"] == "![leaf](Pictures/leaf.png)\n"
    editor.close("Draft.md")


def test_a_name_that_cannot_be_is_one_sentence(editor: Editor) -> None:
    from pygls.exceptions import JsonRpcException

    editor.open("Tea.md")
    with pytest.raises(JsonRpcException, match="already exists"):
        rename(editor, "Tea.md", 6, 8, "Black")
    assert (
        editor.ask(types.TEXT_DOCUMENT_PREPARE_RENAME, editor.at(types.PrepareRenameParams, "Tea.md", 10, 4))
        is None
    )
