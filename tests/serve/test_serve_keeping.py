"""What a server does before it answers, so that it finds what was written a moment ago."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from kb_plugins.serving.keeping import Keeper
from kb_plugins.serving.worker import Worker

from kb.knowledge_base import KnowledgeBase
from kb.settings import Settings
from tests.support import write_notes


class OneBase:
    """The part of a terminal that a worker asks for."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def knowledge_base(self) -> Any:
        return KnowledgeBase(Settings(vault=self._folder / "vault", index=self._folder / "index"))


def test_a_note_that_was_written_meanwhile_is_found(tmp_path: Path) -> None:
    write_notes(tmp_path / "vault", {"Tea.md": "# Tea\n\nGreen or black.\n"})
    base = OneBase(tmp_path).knowledge_base()
    base.index()
    base.close()

    async def found() -> list[str]:
        terminal: Any = OneBase(tmp_path)
        worker = Worker(terminal)
        try:
            keeper = Keeper(worker)
            write_notes(tmp_path / "vault", {"Mint.md": "# Mint\n\nMint cools the tongue.\n"})
            await keeper.in_step()
            hits = await worker.do(lambda one: one.search("tongue"))
        finally:
            worker.close()
        return [hit.passage.note_path for hit in hits]

    assert asyncio.run(found())[:1] == ["Mint.md"]
