"""Folders whose names are no UTF-8, as old disks and archives of another system bring them: all works, or says what to do."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from kb.errors import SettingsError
from kb.settings import load_settings
from kb.settings.folders import default_index
from kb.trust import Request, TrustStore
from tests.support import NOTES, run_kb, write_notes

pytestmark = pytest.mark.skipif(sys.platform == "darwin", reason="file systems there hold UTF-8 only")


@pytest.fixture
def odd(tmp_path: Path) -> Path:
    """A folder called café, in Latin-1, with a vault and a kb.toml."""
    folder = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9"))
    write_notes(folder / "vault", NOTES)
    (folder / "kb.toml").write_text('vault = "vault"\nindex = "index"\n', encoding="utf-8")
    return folder


def test_an_index_that_would_lie_there_is_refused_with_the_way_out(odd: Path) -> None:
    with pytest.raises(SettingsError, match=r"not UTF-8.*--index"):
        load_settings(start=odd, environment={})


def test_an_index_elsewhere_is_fine_and_is_chosen_where_no_kb_toml_is(odd: Path, tmp_path: Path) -> None:
    settings = load_settings(start=odd, environment={}, index=tmp_path / "index")
    assert settings.vault == odd / "vault"
    default_index(odd / "vault").name.encode()
    default_index(odd).name.encode()


def test_what_was_confirmed_for_such_a_folder_is_remembered(odd: Path, tmp_path: Path) -> None:
    store = TrustStore(tmp_path / "state")
    store.grant(odd, [Request("models.url", "x", "y", "digest")])
    assert store.granted(odd) == {"digest"}


@pytest.mark.slow
def test_commands_work_over_such_notes(odd: Path, tmp_path: Path) -> None:
    words = ["--vault", str(odd / "vault"), "--index", str(tmp_path / "index")]
    for command in (
        ["index"],
        ["search", "token"],
        ["status"],
        ["mv", "Tokens", "Coins"],
        ["undo"],
        ["doctor"],
    ):
        done = run_kb(*words, *command, cwd=tmp_path)
        assert "Traceback" not in done.stderr
        assert done.returncode == 0, (command, done.stderr)
    new = odd / "new"
    new.mkdir()
    done = run_kb("init", "notes", cwd=new)
    assert "Traceback" not in done.stderr
