"""The server goes on while its index is damaged, and another process makes that anew."""

from __future__ import annotations

from pathlib import Path

import pytest

types = pytest.importorskip("lsprotocol.types", reason="the language server's own extra is not installed")


@pytest.mark.slow
def test_a_damaged_index_is_made_anew_beside_the_server(tmp_path: Path, own_home: None) -> None:
    from kb.drafts.drafts import Drafts
    from kb.indexing.schema import FILE_NAME
    from kb.knowledge_base import KnowledgeBase
    from kb.settings import load_settings
    from tests.lsp.conftest import NOTES
    from tests.lsp.editor import Editor
    from tests.support import run_kb, write_notes

    write_notes(tmp_path / "vault", NOTES)
    (tmp_path / "kb.toml").write_text('vault = "vault"\nindex = "index"\n', encoding="utf-8")
    assert run_kb("index", cwd=tmp_path).returncode == 0
    catalog = tmp_path / "index" / FILE_NAME
    whole = catalog.read_bytes()
    damaged = whole[:4096] + bytes(len(whole) - 4096)
    catalog.write_bytes(damaged)

    settings = load_settings(vault=tmp_path / "vault", index=tmp_path / "index")
    drafts = Drafts.over(KnowledgeBase(settings))
    drafts.put("Draft.md", "# Draft\n")
    assert not drafts.refresh()
    assert [one.path for one in drafts.all_names()] == ["Draft.md"]
    assert catalog.read_bytes() == damaged  # nothing was made anew by whoever only reads
    drafts.close()

    editor = Editor(tmp_path)
    editor.open("Draft.md", "See [[Ool")

    def offered() -> bool:
        found = editor.ask(
            types.TEXT_DOCUMENT_COMPLETION, editor.at(types.CompletionParams, "Draft.md", 0, 9)
        )
        return bool(found) and "Oolong" in [item.label for item in found.items]

    editor.wait(offered)
    editor.quit()
    assert catalog.read_bytes() != damaged
