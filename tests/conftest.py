"""What many tests share: a home of their own and a small indexed knowledge base."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from tests.support import NOTES, run_kb, write_notes


@pytest.fixture(autouse=True, scope="session")
def own_home(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Configuration, data and state of the person who runs the tests stay untouched."""
    home = tmp_path_factory.mktemp("home")
    for name in ("CONFIG", "DATA", "STATE", "CACHE"):
        os.environ[f"XDG_{name}_HOME"] = str(home / name.lower())
    os.environ["HOME"] = str(home)
    os.environ["LC_ALL"] = "C.UTF-8"  # the language of the system chooses the embedding model
    # pytest-xdist says that its workers' terminals are 80 columns wide; terminals of tests say so themselves.
    for name in [name for name in os.environ if name.startswith("KB_") or name in ("COLUMNS", "LINES")]:
        del os.environ[name]


@pytest.fixture(autouse=True, scope="session")
def ctrl_c_is_heard() -> None:
    """A shell starts its background jobs with Ctrl-C switched off, and every process that a test starts inherits that."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def small_base(tmp_path_factory: pytest.TempPathFactory, own_home: None) -> Path:
    """An indexed knowledge base of three notes; tests only read it."""
    base = tmp_path_factory.mktemp("base")
    write_notes(base / "vault", NOTES)
    (base / "kb.toml").write_text('vault = "vault"\nindex = "index"\n', encoding="utf-8")
    done = run_kb("index", cwd=base)
    assert done.returncode == 0, done.stderr
    return base


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A soak runs for as long as it says itself, or two hours: it is there to run for long."""
    for item in items:
        if item.get_closest_marker("soak") and not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(7200))
