"""Models for tests: the bundled one, loaded once, and tiny ones that say a given text."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kb.models.local import LocalModel
from kb.settings import ModelSettings
from tests.models.made_up_server import Server
from tests.models.scripted_gguf import write_scripted_model


@pytest.fixture(scope="session")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("state")


@pytest.fixture(scope="session")
def smollm(state: Path) -> Iterator[LocalModel]:
    """The bundled model; tests share it and its memory of the prompt before."""
    with LocalModel(ModelSettings(), state) as model:
        yield model


@pytest.fixture
def scripted(tmp_path: Path, state: Path) -> Iterator[Callable[[str], LocalModel]]:
    """Makes models that answer everything with a given text."""
    models: list[LocalModel] = []

    def make(text: str) -> LocalModel:
        path = write_scripted_model(tmp_path / f"scripted-{len(models)}.gguf", text)
        models.append(LocalModel(ModelSettings(path=str(path)), state))
        return models[-1]

    yield make
    for model in models:
        model.close()


@pytest.fixture
def server() -> Iterator[Server]:
    """A server of models on this machine."""
    with Server.running() as running:
        yield running
