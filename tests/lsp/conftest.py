"""A vault for the language server, and one server for all tests of a module."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support import run_kb, write_notes

if TYPE_CHECKING:
    from tests.lsp.editor import Editor

NOTES = {
    "Tea.md": "---\naliases: [Camellia]\ntags: [drink]\n---\n# Tea\n\nSee [[Oolong]], [[Oolong#Brewing]] and [[Oolong#^steep]].\n\n## Kinds\n\n- green\n  - sencha\n- [black](Black.md)\n",
    "Oolong.md": "---\ntags: [drink/tea]\nfrom: Taiwan\n---\n# Oolong\n\nHalf fermented, between green and [[Tea]].\n\n## Brewing\n\nSteep for three minutes. ^steep\n",
    "Black.md": "# Black tea\n\nFully fermented. [[Camellia]] again.\n",
    "Places/Taiwan.md": "# Taiwan\n\nMountains where [[Oolong|the oolong]] grows. 🍵 [[Tea]].\n",
    "Zeta/Lamp.md": "# Lamp\n",
    "Zeta/Lamplight.md": "# Lamplight\n\nBy the light of [[Black]] and [[Taiwan]].\n",
}


@pytest.fixture(scope="module")
def lsp_base(tmp_path_factory: pytest.TempPathFactory, own_home: None) -> Path:
    """An indexed knowledge base."""
    pytest.importorskip("pygls", reason="the language server's own extra is not installed")
    base = tmp_path_factory.mktemp("lsp")
    write_notes(base / "vault", NOTES)
    (base / "vault" / "leaf.png").write_bytes(b"\x89PNG" + bytes(2000))
    (base / "kb.toml").write_text('vault = "vault"\nindex = "index"\n', encoding="utf-8")
    done = run_kb("index", cwd=base)
    assert done.returncode == 0, done.stderr
    return base


@pytest.fixture(scope="module")
def editor(lsp_base: Path) -> Iterator[Editor]:
    """An editor with a running server."""
    from tests.lsp.editor import Editor

    made = Editor(lsp_base)
    yield made
    made.quit()
