"""Completion while notes are written."""

from __future__ import annotations

from typing import Any

import pytest

from tests.lsp.editor import Editor

types = pytest.importorskip("lsprotocol.types", reason="the language server's own extra is not installed")


def offered(editor: Editor, text: str, path: str = "Draft.md") -> Any:
    """What is offered at the `‸` of `text`: (label, what the text becomes)."""
    before, _, after = text.partition("‸")
    editor.open(path, before + after)
    line = before.count("\n")
    character = len(before.rpartition("\n")[2].encode("utf-16-le")) // 2
    params = editor.at(types.CompletionParams, path, line, character)
    found = editor.ask(types.TEXT_DOCUMENT_COMPLETION, params)
    editor.close(path)
    lines = (before + after).split("\n")
    shown = []
    for item in sorted(found.items, key=lambda one: one.sort_text) if found else []:
        edit = item.text_edit
        assert edit.range.start.line == edit.range.end.line == line
        data = lines[line].encode("utf-16-le")
        made = data[: edit.range.start.character * 2].decode("utf-16-le") + edit.new_text
        made += data[edit.range.end.character * 2 :].decode("utf-16-le")
        shown.append((item.label, made))
    return shown


@pytest.mark.parametrize(
    ("text", "label", "becomes"),
    [
        ("See [[ool‸", "Oolong", "See [[Oolong]]"),
        ("🍵 See [[Ool‸]] x", "Oolong", "🍵 See [[Oolong]] x"),
        ("[[Camel‸", "Camellia", "[[Tea|Camellia]]"),
        ("[[olong‸", "Oolong", "[[Oolong]]"),
        ("[[oolnog‸", "Oolong", "[[Oolong]]"),
        ("| a | [[Camel‸ |", "Camellia", "| a | [[Tea\\|Camellia]] |"),
        ("[[Oolong#‸", "Brewing", "[[Oolong#Brewing]]"),
        ("[[Oolong#^‸]]", "^steep", "[[Oolong#^steep]]"),
        ("## Own part\n[[#‸", "Own part", "[[#Own part]]"),
        ("![[le‸", "leaf.png", "![[leaf.png]]"),
        ("[tea](Oo‸", "Oolong", "[tea](Oolong.md"),
        ("Some #dr‸", "drink/tea", "Some #drink/tea"),
        ("One.[^‸\n\n[^why]: Because.\n", "why", "One.[^why]"),
        ("---\nfr‸\n---\n", "from", "from: "),
        ("---\nfrom: ‸\n---\n", "Taiwan", "from: Taiwan"),
        ("---\ntags: [a, ‸]\n---\n", "drink", "tags: [a, drink]"),
        ("---\ntags:\n  - ‸\n---\n", "drink", "  - drink"),
        ("---\nsee: '[[Ool‸'\n---\n", "Oolong", "see: '[[Oolong]]'"),
    ],
    ids=lambda value: value.replace("\n", "¶") if isinstance(value, str) else "",
)
def test_what_is_offered_and_what_it_becomes(editor: Editor, text: str, label: str, becomes: str) -> None:
    assert (label, becomes) in offered(editor, text)


def test_a_new_note_is_offered_last(editor: Editor) -> None:
    assert offered(editor, "[[Oolong cake‸")[-1] == ("Oolong cake", "[[Oolong cake]]")


def test_a_heading_that_is_not_saved_is_offered(editor: Editor) -> None:
    editor.open("Oolong.md", "# Oolong\n\n## Unsaved part\n")
    assert ("Unsaved part", "[[Oolong#Unsaved part]]") in offered(editor, "[[Oolong#‸")
    editor.close("Oolong.md")
    editor.wait(lambda: ("Brewing", "[[Oolong#Brewing]]") in offered(editor, "[[Oolong#‸"))


def test_notes_that_this_one_has_to_do_with_come_first(editor: Editor) -> None:
    """Both names begin alike; the note links what belongs with one of them."""
    editor.open("Draft.md", "[[Black]] [[Taiwan]] [[La")
    editor.wait(
        lambda: (
            [
                one.label
                for one in editor.ask(
                    types.TEXT_DOCUMENT_COMPLETION, editor.at(types.CompletionParams, "Draft.md", 0, 25)
                ).items
            ][:1]
            == ["Lamplight"]
        )
    )
    editor.close("Draft.md")


def test_nothing_is_offered_among_plain_words_and_in_code(editor: Editor) -> None:
    assert offered(editor, "Plain words ‸") == []
    assert offered(editor, "```\n[[Ool‸\n```\n") == []


def test_an_item_tells_of_its_note(editor: Editor) -> None:
    editor.open("Draft.md", "[[Ool")
    params = editor.at(types.CompletionParams, "Draft.md", 0, 5)
    item = editor.ask(types.TEXT_DOCUMENT_COMPLETION, params).items[0]
    told = editor.ask(types.COMPLETION_ITEM_RESOLVE, item)
    assert "Half fermented" in told.documentation.value
    editor.close("Draft.md")
