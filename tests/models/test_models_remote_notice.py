"""That quotes leave the machine is told once for each server."""

from pathlib import Path

import pytest

from kb.knowledge_base import KnowledgeBase
from kb.models.open import open_model
from kb.models.remote_notice import remote_data_notice
from kb.settings import ModelSettings, Settings


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("https://models.example.org/v1", True),
        ("http://192.168.1.5:8080/v1", True),
        ("http://127.0.0.1:8080/v1", False),
        ("http://localhost:8080/v1", False),
        ("", False),
    ],
)
def test_only_a_server_elsewhere_is_told_of(url: str, told: bool, tmp_path: Path) -> None:
    model = open_model(ModelSettings(url=url), tmp_path)
    assert bool(remote_data_notice(model, tmp_path)) is told
    assert remote_data_notice(model, tmp_path) == ""
    model.close()


def test_a_knowledge_base_tells_its_owner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    heard: list[str] = []
    settings = Settings(
        tmp_path, tmp_path / "index", models=ModelSettings(url="https://models.example.org/v1")
    )
    for _ in range(2):
        base = KnowledgeBase(settings, notice=heard.append)
        assert base.models.language
        base.close()
    assert len(heard) == 1
    assert "https://models.example.org/v1" in heard[0]
