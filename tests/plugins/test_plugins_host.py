"""Plugins are found, loaded and called; a bad one is named and put aside."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kb.plugin_host import PluginHost
from kb.plugin_trust import plugin_request

GOOD = """
from kb.plugin_api import Done, Mode, Said, hookimpl

class Echo:
    def __init__(self, base): pass
    def open(self, argument, cancellation): yield Done()
    def reply(self, text, cancellation):
        yield Said(text)
        yield Done()
    def close(self): pass

@hookimpl
def kb_modes():
    return [Mode(name="echo", title="Echo", summary="Says it back", argument="", start=Echo)]

@hookimpl
def kb_status():
    return {"echoes": 3}
"""


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Puts distributions with plugins on the path, as pip would."""

    def put(distribution: str, name: str, source: str) -> None:
        module = f"{distribution}_{name}_{tmp_path.name}".replace("-", "_")
        site = tmp_path / "site"
        info = site / f"{distribution.replace('-', '_')}-1.0.dist-info"
        info.mkdir(parents=True)
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(f"[kb.plugins]\n{name} = {module}\n")
        (site / f"{module}.py").write_text(source)
        monkeypatch.syspath_prepend(site)

    return put


@pytest.fixture
def host(tmp_path: Path) -> PluginHost:
    """A host with the bundled plugins turned off."""
    host = PluginHost(None, tmp_path / "state")
    for name in ("quiz", "socratic", "study", "summarize"):
        host.choices.enable(name, on=False)
    return host


def test_an_installed_plugin_adds_a_mode_beside_ask(install: Callable[..., Any], host: PluginHost) -> None:
    install("kb-echo", "echo", GOOD)
    assert next(iter(host.modes)) == "ask"
    assert host.modes["echo"].title == "Echo"
    assert host.status(base=None)["echoes"] == 3  # type: ignore[arg-type]
    assert not host.problems


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("raise RuntimeError('broken on import')", "broken on import"),
        ("import no_such_module_anywhere", "no_such_module_anywhere"),
        ("raise SystemExit(3)", "SystemExit"),
        ("def (", "SyntaxError"),
        (
            "from kb.plugin_api import hookimpl\n@hookimpl\ndef kb_modes(): return [object()]",
            "object, not a Mode",
        ),
        ("from kb.plugin_api import hookimpl\n@hookimpl\ndef kb_modes(): return 1 / 0", "ZeroDivisionError"),
        ("from kb.plugin_api import hookimpl\n@hookimpl\ndef kb_mods(): return []", "kb_mods"),
    ],
    ids=["raises", "missing module", "exits", "syntax", "wrong value", "raising hook", "misspelt hook"],
)
def test_a_bad_plugin_is_named_and_the_others_still_work(
    source: str, reason: str, install: Callable[..., Any], host: PluginHost
) -> None:
    install("kb-bad", "bad", source)
    install("kb-echo", "echo", GOOD)
    assert "echo" in host.modes
    [problem] = host.problems
    assert problem.startswith("Plugin bad was disabled")
    assert reason in problem


def test_of_two_distributions_that_claim_a_name_neither_loads(
    install: Callable[..., Any], host: PluginHost
) -> None:
    install("kb-echo", "echo", GOOD)
    install("kb-other", "echo", GOOD)
    assert "echo" not in host.modes
    assert "kb-echo 1.0 and kb-other 1.0 both claim this name" in host.problems[0]


def test_a_plugin_cannot_take_the_name_of_a_mode_that_is_there(
    install: Callable[..., Any], host: PluginHost
) -> None:
    install("kb-ask", "asker", GOOD.replace('"echo"', '"ask"'))
    assert host.modes["ask"].title == "Ask"
    assert "'ask'" in host.problems[0]


def test_a_disabled_plugin_is_not_even_imported(
    install: Callable[..., Any], host: PluginHost, tmp_path: Path
) -> None:
    install("kb-bad", "bad", f"open({str(tmp_path / 'ran')!r}, 'w')")
    host.choices.enable("bad", on=False)
    assert list(host.modes) == ["ask"]
    assert not (tmp_path / "ran").exists()
    assert PluginHost(None, tmp_path / "state").require("bad").state == "off"


def test_a_vaults_own_plugins_load_only_while_trusted_as_they_stand(tmp_path: Path) -> None:
    folder = tmp_path / "plugins"
    folder.mkdir()
    (folder / "echo.py").write_text(GOOD)
    state = tmp_path / "state"
    host = PluginHost(tmp_path, state)
    assert "echo" not in host.modes
    assert "echo" in host.problems[0]
    assert "kb trust" in host.problems[0]
    host.trust.add(tmp_path, plugin_request(folder))  # type: ignore[arg-type]
    assert "echo" in PluginHost(tmp_path, state).modes
    (folder / "echo.py").write_text(GOOD + "\n# changed by a syncer\n")
    assert "echo" not in PluginHost(tmp_path, state).modes


@pytest.mark.parametrize(
    ("wanted", "what"), [("99", "Update kb"), ("0", "Update the plugin"), ("'x'", "Update")]
)
def test_a_plugin_for_another_version_of_the_api_is_left_out(
    install: Callable[..., Any], host: PluginHost, wanted: str, what: str
) -> None:
    install("kb-echo", "echo", f"KB_API = {wanted}\n{GOOD}")
    assert "echo" not in host.modes
    [told] = [problem for problem in host.problems if "echo" in problem]
    assert f"KB_API = {wanted}" in told
    assert what in told


def test_a_plugin_for_this_version_of_the_api_is_loaded(
    install: Callable[..., Any], host: PluginHost
) -> None:
    install("kb-echo", "echo", f"KB_API = 1\n{GOOD}")
    assert "echo" in host.modes
