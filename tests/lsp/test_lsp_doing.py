"""Code actions and commands of the language server."""

from __future__ import annotations

import ast
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.lsp.editor import Editor

types = pytest.importorskip("lsprotocol.types", reason="the language server's own extra is not installed")


def offered(editor: Editor, path: str, line: int, start: int, end: int | None = None) -> Any:
    """The code actions of a stretch, by title."""
    place = types.Range(types.Position(line, start), types.Position(line, end if end is not None else start))
    params = types.CodeActionParams(editor.document(path), place, types.CodeActionContext([]))
    return {one.title: one for one in map(whole, editor.ask(types.TEXT_DOCUMENT_CODE_ACTION, params))}


def whole(action: Any) -> Any:
    """lsprotocol takes an action that has a command for that command, with all of it as its name."""
    if isinstance(action, types.Command):
        return types.CodeAction(action.title, command=types.Command(**ast.literal_eval(action.command)))
    return action


def test_a_broken_link_is_mended_or_its_note_made(editor: Editor) -> None:
    editor.open("Draft.md", "🍵 [[Oolnog]] and ![[Oolong#Brwing]] and [[Fresh leaf]]\n")
    found = offered(editor, "Draft.md", 0, 5)
    assert editor.after(found["Link to Oolong.md"].edit)["Draft.md"].startswith("🍵 [[Oolong]] and")
    heading = offered(editor, "Draft.md", 0, 25)["Link to the heading Brewing"]
    assert "![[Oolong#Brewing]]" in editor.after(heading.edit)["Draft.md"]
    make = offered(editor, "Draft.md", 0, 45)["Create the note Fresh leaf"].command
    editor.wait(lambda: editor.codes("Draft.md").count("broken-link") == 2)
    uri = editor.command(make.command, *make.arguments)
    assert uri == editor.shown[-1] == editor.uri("Fresh leaf.md")
    assert (editor.root / "Fresh leaf.md").read_text() == "# Fresh leaf\n"
    editor.wait(lambda: editor.codes("Draft.md").count("broken-link") == 1)
    editor.close("Draft.md")


def test_mentions_become_links_and_some_never(editor: Editor) -> None:
    editor.open("Draft.md", "# Draft\n\nThe leaf of the Camellia, then oolong, then Camellia.\n")
    editor.wait(lambda: "Tea.md" in str(list(offered(editor, "Draft.md", 2, 18))))
    found = offered(editor, "Draft.md", 2, 18)
    link = next(one for title, one in found.items() if title.startswith("Link to Tea.md"))
    assert "of the [[Tea|Camellia]], then" in editor.after(link.edit)["Draft.md"]
    never = found['Never link "Camellia"'].command
    assert editor.command(never.command, *never.arguments) is True
    assert not any("Tea.md" in title for title in offered(editor, "Draft.md", 2, 18))
    editor.close("Draft.md")


def test_a_section_becomes_a_note(editor: Editor) -> None:
    editor.open("Tea.md")
    found = offered(editor, "Tea.md", 8, 3)["Turn the section Kinds into a note"]
    done = editor.after(found.edit)
    assert done["Kinds.md"].startswith("## Kinds\n\n- green")
    assert done["Tea.md"].rstrip().endswith("[[Kinds]]")
    editor.close("Tea.md")


def test_related_notes_are_told_and_written(editor: Editor) -> None:
    text = editor.open("Zeta/Lamplight.md")
    found = editor.command("kb.related", editor.uri("Zeta/Lamplight.md"))
    assert {"Tea.md", "Oolong.md"} & {one["path"] for one in found}
    assert editor.command("kb.addRelated", editor.uri("Zeta/Lamplight.md")) is True
    made = editor.after(editor.applied[-1])["Zeta/Lamplight.md"]
    assert made.startswith(text.rstrip())
    assert "## Related\n\n- [[" in made
    editor.close("Zeta/Lamplight.md")


def test_the_note_of_the_day_is_opened(editor: Editor) -> None:
    uri = editor.command("kb.daily")
    assert uri == editor.shown[-1]
    assert f"{date.today():%Y-%m-%d}" in uri
    assert editor.command("kb.daily") == uri


def test_a_command_without_its_argument_is_one_sentence(editor: Editor) -> None:
    from pygls.exceptions import JsonRpcException

    with pytest.raises(JsonRpcException, match="needs a question"):
        editor.command("kb.ask")


@pytest.mark.slow
def test_a_question_is_answered_in_a_document_with_its_sources(editor: Editor) -> None:
    from pygls.uris import to_fs_path

    found = editor.command("kb.ask", "How long does oolong steep?")
    assert found["answered"]
    assert "three minutes" in found["markdown"]
    assert editor.uri("Oolong.md") in found["markdown"]
    assert editor.shown[-1] == found["uri"]
    file = Path(to_fs_path(found["uri"]))  # type: ignore[arg-type]
    assert file.read_text(encoding="utf-8") == found["markdown"]
    assert file.stat().st_mode & 0o077 == 0
    assert any(isinstance(one, dict) and one.get("kind") == "report" for one in editor.progress) or any(
        getattr(one, "kind", "") == "report" for one in editor.progress
    )
    file.unlink()
