"""A folder from elsewhere in the terminal interface: it asks, and nothing is granted by pressing Enter."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Button, Static

from kb.settings import load_settings
from kb.tui.app import KbApp
from kb.tui.screens.trust import TrustScreen
from tests.tui.interface import drive, ready, until

ASKS = 'vault = "vault"\nindex = "index"\n[models]\nurl = "http://stranger.example/v1"\n[links]\nauto = "apply"\n'


def shown(app: KbApp) -> str:
    return "\n".join(str(static.render()) for static in app.screen.query(Static))


def asked(app: KbApp) -> bool:
    return isinstance(app.screen, TrustScreen) and isinstance(app.focused, Button)


def test_it_asks_and_works_without_until_it_is_told_yes(folder: Path) -> None:
    (folder / "kb.toml").write_text(ASKS, encoding="utf-8")
    app = KbApp(lambda: load_settings(start=folder), watch=False)

    async def refuse(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: asked(app))
        assert "models.url = http://stranger.example/v1" in shown(app)
        assert "sends questions and quotes" in shown(app)
        await pilot.press("enter")
        await ready(pilot)
        assert app.settings.models.url == ""
        assert app.settings.links.auto == "suggest"

    drive(app, refuse)
    again = KbApp(lambda: load_settings(start=folder), watch=False)

    async def grant(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: asked(again))
        again.screen.query_one("#grant", Button).press()
        await until(pilot, lambda: again.settings.links.auto == "apply")
        assert again.screen is again.main
        await ready(pilot)

    drive(again, grant)
    assert not load_settings(start=folder).withheld


def test_notes_elsewhere_are_asked_for_first(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = tmp_path / "base"
    base.mkdir()
    (base / "kb.toml").write_text(f'vault = "{folder / "vault"}"\nindex = "index"\n', encoding="utf-8")
    monkeypatch.chdir(base)
    app = KbApp(load_settings)

    async def steps(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: asked(app))
        assert app.settings is None
        assert str(folder / "vault") in shown(app)
        await pilot.press("tab", "enter")
        await ready(pilot)
        assert app.settings.vault == folder / "vault"

    drive(app, steps)
