"""New notes in a running watcher get links suggested, or made."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from kb.indexing.watch import Synced
from kb.knowledge_base import KnowledgeBase
from kb.linking.auto_linking import NewLinks
from kb.settings import LinkSettings, Settings
from tests.support import write_notes

NOTES = {
    "Green tea.md": "# Green tea\n\nMade of leaves. See [[Kettle]].\n",
    "Kettle.md": "# Kettle\n\nBoils water for [[Green tea]].\n",
    "Black tea.md": "# Black tea\n\nLike [[Green tea]], but oxidised. Use a [[Kettle]].\n",
    "Cup.md": "# Cup\n\nHolds [[Green tea]] from the [[Kettle]].\n",
}
NEW = "# Morning\n\nI made Green tea with the new Kettle.\n"


@pytest.fixture(autouse=True)
def own_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


@contextmanager
def watching(folder: Path, auto: str) -> Iterator[list[object]]:
    write_notes(folder / "vault", NOTES)
    heard: list[object] = []
    settings = Settings(folder / "vault", folder / "index", links=LinkSettings(auto=auto, sure=0.1))
    base = KnowledgeBase(settings)
    watcher = base.watch(heard.append)
    thread = threading.Thread(target=watcher.run)
    thread.start()
    until(lambda: any(isinstance(event, Synced) for event in heard))
    try:
        yield heard
    finally:
        watcher.stop()
        thread.join()
        base.close()


def until(condition: Callable[[], object], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)


def links(heard: list[object]) -> list[NewLinks]:
    return [event for event in heard if isinstance(event, NewLinks)]


def test_links_for_a_new_note_are_suggested_once(tmp_path: Path) -> None:
    with watching(tmp_path, "suggest") as heard:
        file = tmp_path / "vault" / "Morning.md"
        file.write_text("# Morning\n")
        until(lambda: any(event.report.added == 1 for event in heard if isinstance(event, Synced)))
        file.write_text(NEW)  # it is new still
        until(lambda: bool(links(heard)))
        file.write_text(NEW + "\nNothing else.\n")
        until(lambda: sum(event.report.changed for event in heard if isinstance(event, Synced)) >= 2)
        time.sleep(0.5)
        [found] = links(heard)
    assert (found.path, found.made) == ("Morning.md", False)
    assert [one.target for one in found.suggestions] == ["Green tea.md", "Kettle.md"]
    assert file.read_text() == NEW + "\nNothing else.\n"


def test_sure_links_are_made_when_the_settings_say_so_and_the_note_has_settled(tmp_path: Path) -> None:
    with watching(tmp_path, "apply") as heard:
        file = tmp_path / "vault" / "Morning.md"
        file.write_text(NEW)
        until(lambda: any(event.report.added == 1 for event in heard if isinstance(event, Synced)))
        time.sleep(0.5)
        assert file.read_text() == NEW  # it may be open in an editor
        os.utime(file, (time.time() - 60, time.time() - 60))
        (tmp_path / "vault" / "Other.md").write_text("# Other\n")  # the next look, before the minute is over
        until(lambda: any(event.made for event in links(heard)))
    assert file.read_text() == NEW.replace("Green tea", "[[Green tea]]").replace("Kettle", "[[Kettle]]")


def test_nothing_is_said_when_it_is_off(tmp_path: Path) -> None:
    with watching(tmp_path, "off") as heard:
        (tmp_path / "vault" / "Morning.md").write_text(NEW)
        until(lambda: any(event.report.added == 1 for event in heard if isinstance(event, Synced)))
        time.sleep(0.5)
        assert links(heard) == []
