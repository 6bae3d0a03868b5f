"""A kb.toml that this user neither wrote with `kb init` nor confirmed: what it may not do until then."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest

from kb.errors import KeyNotForHost, NotTrusted
from kb.knowledge_base import KnowledgeBase
from kb.linking.decisions import decided
from kb.models.open import open_model
from kb.settings import ModelSettings, all_settings, load_settings
from kb.settings.writing import write_settings, write_settings_file
from kb.workspace import withheld_notice, workspace
from tests.support import NOTES, run_kb, write_notes

HARMLESS = 'vault = "vault"\nindex = "index"\n'
# Everything that a stranger's file may ask for: setting, value.
ASKED = {
    "models.url": "http://stranger.example/v1",
    "models.key": "stranger",
    "models.path": "evil.gguf",
    "models.plugin": "evil",
    "models.server_model": "evil",
    "answers.judge": "judge",
    "retrieval.reranker": "ranker",
    "retrieval.searcher": "evil",
    "embedding.model": "embedding",
    "links.auto": "apply",
    "notes.folder": "theirs",
    "notes.template": "theirs/Template.md",
    "notes.templates": "theirs",
    "notes.daily": "theirs/YYYY",
    "notes.inbox": "Theirs",
    "mcp.write": "on",
    "serve.write": "on",
    "mcp.token": "a-token-that-they-know",
    "serve.token": "a-token-that-they-know",
    "pdf.ocr": "on",
    "pdf.languages": "xxx",
    "index.url": "http://stranger.example",
    "index.token": "stranger",
    "index.team_key": "stranger",
    "index.tenant": "theirs",
    "index.database": "theirs",
}
HARMLESS_VALUES = {
    "retrieval.dense_weight": 0.7,
    "retrieval.candidates": 50,
    "models.threads": 1,
    "models.kv_cache": "q8_0",
    "models.seed": 7,
    "answers.style": "quotes",
    "answers.quotes": 1,
    "links.auto": "off",
    "mcp.write": "off",
    "serve.write": "off",
    "embedding.model": "all-MiniLM-L6-v2",
    "models.url": "",
}


@pytest.fixture(autouse=True)
def own_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Somebody else's folder, as it was downloaded."""
    write_notes(tmp_path / "base" / "vault", NOTES)
    return tmp_path / "base"


def write(folder: Path, text: str) -> None:
    (folder / "kb.toml").write_text(text, encoding="utf-8")


def asks(name: str, value: object) -> str:
    section, _, key = name.partition(".")
    if section == "index":
        return HARMLESS.replace('index = "index"', f'index.path = "index"\nindex.{key} = {json.dumps(value)}')
    return f"{HARMLESS}[{section}]\n{key} = {json.dumps(value)}\n"


def value_of(settings: Any, name: str) -> Any:
    section, _, key = name.partition(".")
    return getattr(settings.section(section), key)


@pytest.mark.parametrize(("name", "value"), ASKED.items(), ids=ASKED)
def test_what_could_harm_is_left_out_until_it_is_confirmed(folder: Path, name: str, value: str) -> None:
    write(folder, HARMLESS)
    default = value_of(load_settings(start=folder), name)
    write(folder, asks(name, value))
    settings = load_settings(start=folder)
    assert value_of(settings, name) == default
    assert [request.name for request in settings.withheld] == [name]
    notice = withheld_notice(settings)
    assert name in notice
    assert "kb trust" in notice
    assert "\n" not in notice
    assert "stranger" not in notice or name in ("models.url", "index.url")  # a key is not shown

    workspace(folder).grant()
    settings = load_settings(start=folder)
    assert str(value_of(settings, name)).endswith(value)
    assert not settings.withheld
    assert withheld_notice(settings) == ""

    if value not in ("apply", "on"):  # choices have no other value that needs a word
        write(folder, asks(name, f"{value}2"))
        assert value_of(load_settings(start=folder), name) == default, "another value was never confirmed"
    write(folder, asks(name, value))
    workspace(folder).withdraw()
    assert value_of(load_settings(start=folder), name) == default


@pytest.mark.parametrize(("name", "value"), HARMLESS_VALUES.items(), ids=HARMLESS_VALUES)
def test_what_is_harmless_needs_no_word(folder: Path, name: str, value: object) -> None:
    write(folder, asks(name, value))
    settings = load_settings(start=folder)
    assert value_of(settings, name) == value
    assert not settings.withheld


def test_every_setting_of_free_text_needs_a_word() -> None:
    """One that is added later is covered without a thought; numbers and choices are harmless."""
    text = {
        f"{section}.{item.name}": item
        for section, item in all_settings()
        if isinstance(item.default, str) and "choices" not in item.metadata
    }
    assert text.keys() <= ASKED.keys()
    assert all(item.metadata["allows"] for item in text.values()), "kb trust says what it lets happen"


def test_notes_elsewhere_are_not_read(folder: Path, tmp_path: Path) -> None:
    secret = tmp_path / "private"
    write_notes(secret, {"Diary.md": "Dear diary."})
    (folder / "link").symlink_to(secret)
    for vault in (str(secret), "../private", "link", "vault/../../private", "~", "$HOME", "/"):
        write(folder, f'vault = "{vault}"\nindex = "index"\n')
        with pytest.raises(NotTrusted, match="kb trust"):
            load_settings(start=folder)
    write(folder, f'vault = "{secret}"\nindex = "index"\n')
    assert load_settings(start=folder, vault=folder / "vault").vault == folder / "vault"
    workspace(folder).grant()
    assert load_settings(start=folder).vault == secret


def test_no_index_is_kept_elsewhere_or_over_the_notes(folder: Path, tmp_path: Path) -> None:
    outside = tmp_path / "elsewhere"
    outside.mkdir()
    (folder / "link").symlink_to(outside)
    for index in (str(outside), "../elsewhere", "link", "link/deep", "vault", ".", "~/index"):
        write(folder, f'vault = "vault"\nindex = "{index}"\n')
        settings = load_settings(start=folder)
        assert [request.name for request in settings.withheld] == ["index"]
        assert settings.index.name.startswith("vault-")  # in the user's own data folder


def test_the_own_choices_of_the_user_need_no_word(folder: Path, tmp_path: Path) -> None:
    write(folder, asks("models.url", ASKED["models.url"]))
    settings = load_settings(start=folder, environment={"KB_MODELS_URL": "http://mine.example/v1"})
    assert settings.models.url == "http://mine.example/v1"
    assert not settings.withheld
    settings = load_settings(start=folder, environment={"KB_LINKS_AUTO": "apply"})
    assert settings.links.auto == "apply"


def test_the_users_own_configuration_is_believed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    write_notes(tmp_path / "notes", NOTES)
    (tmp_path / "config" / "kb").mkdir(parents=True)
    write(tmp_path / "config" / "kb", f'vault = "{tmp_path / "notes"}"\n[links]\nauto = "apply"\n')
    settings = load_settings(start=tmp_path)
    assert settings.links.auto == "apply"
    assert not settings.withheld


def test_what_kb_itself_wrote_is_confirmed(folder: Path, tmp_path: Path) -> None:
    notes = tmp_path / "Notes"
    write_notes(notes, NOTES)
    file = write_settings_file(folder, notes)
    assert load_settings(start=folder).vault == notes
    write_settings(file, {"models.path": "/models/a.gguf"})
    assert load_settings(start=folder).models.path == "/models/a.gguf"
    # By hand a server is added: that is asked for, and all else stays.
    file.write_text(file.read_text() + f'url = "{ASKED["models.url"]}"\n')
    settings = load_settings(start=folder)
    assert (settings.vault, settings.models.path, settings.models.url) == (notes, "/models/a.gguf", "")
    with pytest.raises(NotTrusted):
        write_settings(file, {"answers.threshold": 0.4})
    assert "threshold" not in file.read_text()


def test_what_another_folder_was_granted_counts_for_nothing(folder: Path, tmp_path: Path) -> None:
    write(folder, asks("links.auto", "apply"))
    workspace(folder).grant()
    other = folder.rename(tmp_path / "other")
    assert load_settings(start=other).links.auto == "suggest"


@pytest.mark.parametrize("damage", ["", "[", "[]", '{"granted": 7}', "[" * 100_000, "\x00"])
def test_a_damaged_memory_grants_nothing(folder: Path, tmp_path: Path, damage: str) -> None:
    write(folder, asks("links.auto", "apply"))
    workspace(folder).grant()
    [kept] = (tmp_path / "state" / "kb" / "trust" / "folders").iterdir()
    assert kept.stat().st_mode & 0o777 == 0o600
    kept.write_text(damage, encoding="utf-8")
    assert load_settings(start=folder).links.auto == "suggest"
    workspace(folder).grant()
    assert load_settings(start=folder).links.auto == "apply"


def test_a_key_goes_to_the_host_it_was_given_for_only(folder: Path, tmp_path: Path) -> None:
    write(folder, asks("models.url", "https://stranger.example/v1"))
    mine = {"KB_MODELS_KEY": "mine"}
    here = workspace(folder)
    here.grant()  # the server, seen without a key
    settings = load_settings(start=folder, environment=mine)
    assert (settings.models.url, settings.models.key) == ("https://stranger.example/v1", "")
    assert [request.name for request in settings.withheld] == ["KB_MODELS_KEY"]
    assert "mine" not in repr(settings.withheld)

    state = tmp_path / "state" / "kb"
    open_model(ModelSettings(url="https://friend.example/v1", key="mine"), state).close()
    for other in ("https://stranger.example/v1", "http://friend.example/v1", "https://friend.example.org/v1"):
        with pytest.raises(KeyNotForHost, match="kb trust"):
            open_model(ModelSettings(url=other, key="mine"), state)
    open_model(ModelSettings(url="https://Friend.example:8443/other", key="mine"), state).close()
    open_model(ModelSettings(url="https://stranger.example/v1", key="another"), state).close()
    assert "mine" not in "".join(file.read_text() for file in state.rglob("*") if file.is_file())


def test_a_key_may_be_confirmed_for_another_host(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(folder, asks("models.url", "https://stranger.example/v1"))
    monkeypatch.setenv("KB_MODELS_KEY", "mine")
    here = workspace(folder)
    assert [request.name for request in here.open_requests] == ["models.url", "KB_MODELS_KEY"]
    here.grant()
    settings = load_settings(start=folder)
    assert settings.models.key == "mine"
    open_model(settings.models, settings.state).close()
    assert not workspace(folder).open_requests


def test_decisions_on_links_from_elsewhere_wait_for_a_word(folder: Path) -> None:
    write(folder, HARMLESS)
    base = KnowledgeBase(load_settings(start=folder))
    base.links.decisions.add(decided("never", "token"))
    base.close()
    [own] = (folder / "vault" / ".kb" / "links").iterdir()
    foreign = own.read_text().replace("never", "always").replace("token", "memory")
    (own.parent / "stranger.jsonl").write_text(foreign)

    def heard() -> list[str | None]:
        with_settings = KnowledgeBase(load_settings(start=folder))
        decisions = with_settings.links.decisions.decisions
        with_settings.close()
        return [decisions.on("token", "Tokens.md", "x"), decisions.on("memory", "Tokens.md", "x")]

    assert heard() == ["never", None]
    workspace(folder).grant()
    assert heard() == ["never", "always"]


class Stranger(BaseHTTPRequestHandler):
    """A model server that must never be asked."""

    asked: ClassVar[list[str]] = []

    def log_message(self, *_: Any) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        self.asked.append(f"{self.path} {self.headers.get('Authorization')}")
        self.send_error(500)

    do_POST = do_GET  # noqa: N815


@pytest.fixture
def stranger() -> Iterator[str]:
    Stranger.asked = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Stranger)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/v1"
    server.shutdown()
    server.server_close()


@pytest.mark.slow
def test_the_commands_in_a_downloaded_folder(folder: Path, stranger: str) -> None:
    text = f'{HARMLESS}[models]\nurl = "{stranger}"\n[links]\nauto = "apply"\n'
    write(folder, text)
    (folder / "plugins").mkdir()
    mark = folder / "ran"
    (folder / "plugins" / "evil.py").write_text(f"open({str(mark)!r}, 'w')\n")
    done = run_kb("index", cwd=folder)
    assert done.returncode == 0, done.stderr
    assert "evil" in done.stderr
    done = run_kb("ask", "What is a token?", "--json", cwd=folder, KB_MODELS_KEY="mine")
    assert done.returncode == 0, done.stderr
    assert "unit" in json.loads(done.stdout)["answer"]
    assert Stranger.asked == []
    [told] = [line for line in done.stderr.splitlines() if "models.url" in line]
    assert stranger in told
    assert "links.auto = apply" in told
    assert "kb trust" in told

    done = run_kb("trust", cwd=folder, input="y\n")
    assert done.returncode == 1
    assert stranger in done.stdout
    assert "sends questions and quotes" in done.stdout
    assert "evil" in done.stdout
    assert "--yes" in done.stderr
    rows = json.loads(run_kb("trust", "--json", cwd=folder).stdout)["requests"]
    assert [(row["name"], row["confirmed"]) for row in rows] == [
        ("models.url", False),
        ("links.auto", False),
        ("plugins", False),
    ]
    assert not mark.exists()
    assert run_kb("trust", "--yes", cwd=folder).returncode == 0
    done = run_kb("ask", "What is a token?", cwd=folder)
    assert Stranger.asked
    assert "kb trust" not in done.stderr
    assert run_kb("plugins", cwd=folder).returncode == 0
    assert mark.exists()
    assert run_kb("trust", "--withdraw", cwd=folder).returncode == 0
    assert "models.url" in run_kb("status", cwd=folder).stderr


@pytest.mark.slow
def test_this_repository_needs_no_word(tmp_path: Path) -> None:
    root = Path(__file__).parents[2]
    settings = load_settings(start=root)
    assert not settings.withheld
    assert settings.vault.samefile(root / "vault")
