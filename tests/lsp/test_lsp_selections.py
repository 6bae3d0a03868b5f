"""What can be made of selected words; aliases; hints; an answer that is not wanted any more."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from tests.lsp.editor import Editor
from tests.lsp.test_lsp_doing import offered

types = pytest.importorskip("lsprotocol.types", reason="the language server's own extra is not installed")


def test_selected_words_become_a_note_with_a_link_left_behind(editor: Editor) -> None:
    editor.open("Places/Draft.md", "# Draft\r\n\r\nHigh *mountain* tea. More.\r\n")
    found = offered(editor, "Places/Draft.md", 2, 0, 20)
    edit = found["Turn the selection into a note: High mountain tea"].edit
    done = editor.after(edit)
    assert done["Places/Draft.md"] == "# Draft\r\n\r\n[[High mountain tea]] More.\r\n"
    assert done["Places/High mountain tea.md"] == "# High mountain tea\r\n\r\nHigh *mountain* tea.\r\n"
    editor.close("Places/Draft.md")


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("See [[Tea]] here\n", 6, 14),
        ("Own [[#Part]] here\n", 0, 18),
        ("A claim.[^1]\n\n[^1]: Why.\n", 0, 12),
        ("`some code` here\n", 3, 14),
        ("Tea\n", 0, 3),  # there is such a note
        ("   \n", 0, 3),
    ],
    ids=["half a link", "own part", "footnote", "half of code", "taken name", "nothing"],
)
def test_what_would_break_is_not_taken_out(editor: Editor, text: str, start: int, end: int) -> None:
    editor.open("Draft.md", text)
    assert not any(
        "Turn the selection into a note" in one for one in offered(editor, "Draft.md", 0, start, end)
    )
    editor.close("Draft.md")


@pytest.mark.parametrize(
    ("front", "becomes"),
    [
        ("", "---\naliases: [brew]\n---\n"),
        ("---\ntags: [a]\n---\n", "---\ntags: [a]\naliases: [brew]\n---\n"),
        ("---\naliases: [x, y]\n---\n", "---\naliases: [x, y, brew]\n---\n"),
        ("---\naliases:\n  - x\ntags: [a]\n---\n", "---\naliases:\n  - x\n  - brew\ntags: [a]\n---\n"),
    ],
    ids=["none", "other", "in brackets", "below"],
)
def test_selected_words_become_an_alias(editor: Editor, front: str, becomes: str) -> None:
    editor.open("Draft.md", f"{front}A brew of leaves.\n")
    line = front.count("\n")
    found = offered(editor, "Draft.md", line, 2, 6)['Make "brew" an alias of this note']
    assert editor.after(found.edit)["Draft.md"] == f"{becomes}A brew of leaves.\n"
    editor.close("Draft.md")


def test_the_name_of_a_broken_link_becomes_an_alias_of_the_note_that_was_meant(editor: Editor) -> None:
    editor.open("Draft.md", "[[Oolnog]]\n")
    found = offered(editor, "Draft.md", 0, 4)['Make "Oolnog" an alias of Oolong.md']
    assert "aliases: [Oolnog]\n" in editor.after(found.edit)["Oolong.md"]
    editor.close("Draft.md")


def test_selected_words_become_a_card(editor: Editor) -> None:
    editor.open("Draft.md", "First. Steep it for *three minutes* at most. Last.\nSame paragraph.\n\nNext.\n")
    found = offered(editor, "Draft.md", 0, 21, 34)["Make a quiz card from the selection"]
    assert editor.after(found.edit)["Draft.md"] == (
        "First. Steep it for *three minutes* at most. Last.\nSame paragraph.\n\n"
        "Steep it for _____ at most.::three minutes\n\nNext.\n"
    )
    editor.close("Draft.md")


def test_an_alias_that_two_notes_have_is_told(editor: Editor) -> None:
    editor.open("Draft.md", "---\naliases: [camellia]\n---\nText.\n")
    editor.wait(lambda: editor.codes("Draft.md") == ["doubled-alias"])
    [one] = editor.diagnostics[editor.uri("Draft.md")]
    assert (one.range.start.line, one.range.start.character, one.range.end.character) == (1, 10, 18)
    editor.close("Draft.md")


def hints(editor: Editor, path: str) -> Any:
    whole = types.Range(types.Position(0, 0), types.Position(9, 0))
    return editor.ask(types.TEXT_DOCUMENT_INLAY_HINT, types.InlayHintParams(editor.document(path), whole))


def test_mentions_are_hinted_at_only_where_the_editor_wants_them(editor: Editor, lsp_base: Path) -> None:
    from tests.lsp.editor import Editor

    editor.open("Draft.md", "# Draft\n\nThe leaf of black tea, then oolong.\n")
    assert hints(editor, "Draft.md") is None
    editor.close("Draft.md")
    wanting = Editor(lsp_base, options={"mentionHints": True})
    try:
        wanting.open("Draft.md", "# Draft\n\nThe leaf of black tea, then oolong.\n")
        found = wanting.wait(lambda: hints(wanting, "Draft.md"))
        assert any(one.label.startswith("→ ") and one.position.line == 2 for one in found)
    finally:
        wanting.quit()


def test_backlinks_are_counted_above_the_note(editor: Editor) -> None:
    editor.open("Oolong.md")
    [lens] = editor.ask(types.TEXT_DOCUMENT_CODE_LENS, types.CodeLensParams(editor.document("Oolong.md")))
    assert lens.command.title == "4 backlinks"
    assert len(editor.command(lens.command.command, *lens.command.arguments)) == 4
    editor.close("Oolong.md")


def test_an_answer_whose_request_is_cancelled_stops(editor: Editor) -> None:
    from pygls.exceptions import JsonRpcException

    async def ask_and_think_again() -> None:
        protocol = editor.client.protocol
        params = types.ExecuteCommandParams("kb.ask", ["What do my notes say of oolong and of mountains?"])
        answer = asyncio.ensure_future(
            protocol.send_request_async(types.WORKSPACE_EXECUTE_COMMAND, params, msg_id="ask")
        )
        await asyncio.sleep(0)
        protocol.notify(types.CANCEL_REQUEST, types.CancelParams("ask"))
        await answer

    shown = len(editor.shown)
    with pytest.raises(JsonRpcException, match="cancel"):
        editor._run(ask_and_think_again())
    # The worker is free again, and no document came.
    assert isinstance(editor.command("kb.related", editor.open("Tea.md") and editor.uri("Tea.md")), list)
    assert len(editor.shown) == shown
    editor.close("Tea.md")
