"""Links to files in an editor: they hover, lead there and are offered with their page."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.sources.pdfs import make_pdf
from tests.support import run_kb, write_notes

types = pytest.importorskip("lsprotocol.types", reason="the language server's own extra is not installed")

if TYPE_CHECKING:
    from tests.lsp.editor import Editor

NOTE = "# Hive\n\nSee [[bees.pdf#page=2]] and [all](Papers/bees.pdf) and [[bees.pdf#page=7]].\n"


@pytest.fixture
def editor(tmp_path: Path) -> Iterator[Editor]:
    from tests.lsp.editor import Editor

    write_notes(tmp_path / "vault", {"Hive.md": NOTE})
    make_pdf(
        tmp_path / "vault" / "Papers" / "bees.pdf",
        [["Bees gather nectar."], ["The queen lays two thousand eggs."]],
        title="On bees",
    )
    (tmp_path / "kb.toml").write_text('vault = "vault"\nindex = "index"\n', encoding="utf-8")
    assert run_kb("index", cwd=tmp_path).returncode == 0
    made = Editor(tmp_path)
    yield made
    made.quit()


@pytest.mark.slow
def test_a_link_to_a_page_hovers_and_leads_there(editor: Editor) -> None:
    editor.open("Hive.md")
    shown = editor.ask(
        types.TEXT_DOCUMENT_HOVER, editor.at(types.HoverParams, "Hive.md", 2, 8)
    ).contents.value
    assert "**On bees**" in shown
    assert "Papers/bees.pdf, p. 2" in shown
    assert "two thousand eggs" in shown
    assert "nectar" not in shown
    whole = editor.ask(
        types.TEXT_DOCUMENT_HOVER, editor.at(types.HoverParams, "Hive.md", 2, 35)
    ).contents.value
    assert "nectar" in whole
    [place] = editor.ask(types.TEXT_DOCUMENT_DEFINITION, editor.at(types.DefinitionParams, "Hive.md", 2, 8))
    assert (place.uri, place.range.start.line) == (editor.uri("Papers/bees.pdf"), 0)
    links = editor.ask(
        types.TEXT_DOCUMENT_DOCUMENT_LINK, types.DocumentLinkParams(editor.document("Hive.md"))
    )
    assert [link.target.rpartition("/")[2] for link in links] == ["bees.pdf#page=2", "bees.pdf", "bees.pdf"]
    editor.wait(lambda: editor.codes("Hive.md"))
    assert [one.message for one in editor.told("Hive.md")] == [
        "[[bees.pdf]] points to a page that doesn't exist in Papers/bees.pdf."
    ]
