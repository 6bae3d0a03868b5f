"""What the commands say of a shared index: one sentence for whatever is wrong, and a status that asks nobody."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.indexing.sharing import TEAM_KEY, free_port
from tests.support import NOTES, run_kb, write_notes

pytestmark = pytest.mark.slow


@pytest.fixture
def base(tmp_path: Path) -> Path:
    write_notes(tmp_path / "vault", NOTES)
    assert run_kb("init", "vault", cwd=tmp_path).returncode == 0
    return tmp_path


def test_a_server_that_is_away_is_told_and_stops_nothing(base: Path) -> None:
    url = f"http://127.0.0.1:{free_port()}"
    assert run_kb("config", "set", "index.url", url, cwd=base).returncode == 0
    assert f'index = {{path = "index", url = "{url}"}}' in (base / "kb.toml").read_text(encoding="utf-8")
    done = run_kb("index", cwd=base, KB_INDEX_TEAM_KEY=TEAM_KEY)
    assert done.returncode == 0
    assert "3 added" in done.stdout
    told = " ".join(done.stderr.split())
    assert told == f"The shared index at {url} does not answer. Start it, or correct index.url in kb.toml."
    status = json.loads(run_kb("status", "--json", cwd=base, KB_INDEX_TEAM_KEY=TEAM_KEY).stdout)
    passages = status["passages"]
    assert status["shared_index"] == {
        "url": url,
        "tenant": "default_tenant",
        "database": "default_database",
        "shared": 0,
        "here_only": passages,
        "seen": "",
        "trouble": told,
    }
    shown = run_kb("status", cwd=base, KB_INDEX_TEAM_KEY=TEAM_KEY).stdout
    assert f"0 vectors shared, {passages} only here" in shown
    assert url in shown
    doctor = run_kb("doctor", "--json", cwd=base, KB_INDEX_TEAM_KEY=TEAM_KEY)
    found = [one for one in json.loads(doctor.stdout)["findings"] if one["kind"] == "shared index"]
    assert [(one["path"], one["message"]) for one in found] == [(url, told)]
    assert run_kb("search", "token", cwd=base, KB_INDEX_TEAM_KEY=TEAM_KEY).returncode == 0


@pytest.mark.parametrize(
    ("variables", "told"),
    [
        ({"KB_INDEX_URL": "http://127.0.0.1:9"}, "needs the key that your team signs its vectors with"),
        (
            {"KB_INDEX_URL": "127.0.0.1:9"},
            "KB_INDEX_URL must be an address that begins with http:// or https://",
        ),
    ],
)
def test_what_is_wrong_in_the_settings_ends_with_one_sentence(
    base: Path, variables: dict[str, str], told: str
) -> None:
    done = run_kb("index", cwd=base, **variables)
    assert done.returncode == 1
    assert told in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr


def test_the_path_and_the_section_cannot_both_be_written(base: Path) -> None:
    with (base / "kb.toml").open("a", encoding="utf-8") as file:
        file.write('[index]\nurl = "http://127.0.0.1:9"\n')
    done = run_kb("status", cwd=base)
    assert done.returncode == 1
    assert "Write the path as: index.path = …" in " ".join(done.stderr.split())


def test_a_folder_from_elsewhere_shares_nothing_without_a_word(base: Path) -> None:
    text = 'vault = "vault"\n[index]\npath = "index"\nurl = "http://127.0.0.1:9"\n'
    other = base / "elsewhere"
    write_notes(other / "vault", NOTES)
    (other / "kb.toml").write_text(text, encoding="utf-8")
    done = run_kb("index", cwd=other, KB_INDEX_TEAM_KEY=TEAM_KEY)
    assert done.returncode == 0
    assert "Ignored because you have not confirmed it: index.url" in " ".join(done.stderr.split())
    assert "does not answer" not in done.stderr
    assert (other / "index" / "catalog.sqlite").exists()
