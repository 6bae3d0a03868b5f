from __future__ import annotations

import os
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kb.knowledge_base import KnowledgeBase
from kb.tui.app import KbApp
from tests.support import own_state, write_notes
from tests.tui.interface import NOTES, settings_of

_WRITTEN = datetime(2025, 1, 15, 12, tzinfo=UTC).timestamp()


@pytest.fixture(scope="session")
def indexed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A knowledge base to copy."""
    folder = tmp_path_factory.mktemp("tui")
    write_notes(folder / "vault", NOTES)
    for place, name in enumerate(NOTES):  # two written within one tick of the clock have no order
        os.utime(folder / "vault" / name, (_WRITTEN + place * 60, _WRITTEN + place * 60))
    base = KnowledgeBase(settings_of(folder))
    base.index()
    base.close()
    return folder


@pytest.fixture
def folder(indexed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """One of one's own."""
    own_state(tmp_path / "state", monkeypatch)
    monkeypatch.setenv(
        "XDG_CONFIG_HOME", str(tmp_path / "config")
    )  # whoever tests may have keys of their own
    for name in ("vault", "index"):
        shutil.copytree(indexed / name, tmp_path / name)
    return tmp_path


@pytest.fixture
def app(folder: Path) -> KbApp:
    return KbApp(lambda: settings_of(folder), watch=False)
