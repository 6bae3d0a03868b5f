"""A vault to move into, and the same beside Obsidian's and Logseq's."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from kb.knowledge_base import KnowledgeBase
from kb.settings import load_settings


class House:
    """One vault, and what an import makes of it."""

    def __init__(self, folder: Path) -> None:
        self.vault = folder / "vault"
        self.vault.mkdir()
        self._index = folder / "index"
        self.base = KnowledgeBase(load_settings(vault=self.vault, index=self._index))

    def bring(self, path: Path, source: str = "", to: str = "") -> Any:
        """Import and return the plan that was carried out."""
        with self.base.moving.reading(path, source, to) as plan:
            left = self.base.moving.carry_out(plan)
        assert not left
        return plan

    def files(self) -> dict[str, bytes]:
        """All that lies in the vault, by path."""
        return {
            file.relative_to(self.vault).as_posix(): file.read_bytes()
            for file in sorted(self.vault.rglob("*"))
            if file.is_file()
        }

    def text(self, path: str) -> str:
        return (self.vault / path).read_text(encoding="utf-8")


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    made = House(tmp_path)
    with closing(made.base):
        yield made
    monkeypatch.undo()
    time.tzset()
