"""What the interface's threads share: plugins are loaded once, and no two threads use one knowledge base."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier, get_ident

from kb.knowledge_base import KnowledgeBase
from kb.tui.sessions import Sessions
from tests.support import NOTES, write_notes
from tests.tui.interface import settings_of


def test_threads_that_ask_at_once_share_plugins_and_no_knowledge_base(tmp_path: Path) -> None:
    write_notes(tmp_path / "vault", NOTES)
    used: dict[int, set[int]] = {}  # knowledge base -> threads
    bases = []
    together = Barrier(6)

    class Watched(KnowledgeBase):
        def __getattribute__(self, name: str) -> object:
            used.setdefault(id(self), set()).add(get_ident())
            return super().__getattribute__(name)

    class Watching(Sessions):
        def _new_base(self) -> KnowledgeBase:
            bases.append(Watched(self._settings, lambda: self.host, self._notice))
            return bases[-1]

    sessions = Watching(settings_of(tmp_path), lambda _: None)

    def ask(number: int) -> int:
        together.wait()
        if number % 2:
            sessions.save(f"Note {number}", "x")
        else:
            sessions.standing()
        return id(sessions.host)

    with ThreadPoolExecutor(6) as threads:
        hosts = set(threads.map(ask, range(6)))
    assert len(hosts) == 1
    assert sorted(path.stem for path in (tmp_path / "vault").glob("Note *.md")) == [
        "Note 1",
        "Note 3",
        "Note 5",
    ]
    assert len(used) == 6
    assert all(len(threads_of) == 1 for threads_of in used.values())
