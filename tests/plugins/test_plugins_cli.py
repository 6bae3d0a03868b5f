"""`kb plugins`, and what plugins add to the command line, through the real command."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kb.cli.plugin_template import Kind
from tests.support import run_kb

pytestmark = pytest.mark.slow  # a process of kb's own for each, some 10 s together

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder on the path with the plugin that `kb plugins new` writes, and one that is broken."""
    site = tmp_path_factory.mktemp("site")
    done = run_kb("plugins", "new", "flash_back", "--folder", str(site / "made"), cwd=site)
    assert done.returncode == 0, done.stderr
    (site / "made" / "kb_flash_back").rename(site / "kb_flash_back")
    (site / "kb_broken.py").write_text("raise RuntimeError('out of tea')\n")
    for name, module in (("flash_back", "kb_flash_back"), ("broken", "kb_broken")):
        info = site / f"{module}-0.1.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {module}\nVersion: 0.1\n")
        (info / "entry_points.txt").write_text(f"[kb.plugins]\n{name} = {module}\n")
    return site


@pytest.fixture
def kb(site: Path, small_base: Path, tmp_path: Path) -> Any:
    def run(*words: str, stdin: str = "", cwd: Path = small_base) -> subprocess.CompletedProcess[str]:
        path = os.pathsep.join(
            [str(ROOT), str(ROOT / "plugins"), str(site), os.environ.get("PYTHONPATH", "")]
        )
        environment = {**os.environ, "PYTHONPATH": path, "XDG_STATE_HOME": str(tmp_path), "NO_COLOR": "1"}
        return subprocess.run(
            [sys.executable, "-m", "kb", *words],
            cwd=cwd,
            env=environment,
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    return run


def test_plugins_are_listed_with_what_they_add(kb: Callable[..., Any]) -> None:
    plugins = {row["name"]: row for row in json.loads(kb("plugins", "--json").stdout)["plugins"]}
    assert plugins["flash_back"]["adds"][0] == "command kb flash-back"
    assert plugins["broken"]["state"] == "failed"
    assert "out of tea" in plugins["broken"]["reason"]


def test_a_plugins_command_takes_the_options_of_every_command(
    kb: Callable[..., Any], small_base: Path, tmp_path: Path
) -> None:
    vault, index = small_base / "vault", small_base / "index"
    done = kb("flash-back", "curve", "--vault", str(vault), "--index", str(index), cwd=tmp_path)
    assert done.returncode == 0
    assert "Spaced repetition.md" in done.stdout
    assert "Plugin broken was disabled" in done.stderr


def test_help_shows_the_commands_of_plugins(kb: Callable[..., Any]) -> None:
    assert "flash-back" in kb("--help").stdout


def test_chat_switches_between_modes_and_survives_a_wrong_name(kb: Callable[..., Any]) -> None:
    done = kb("chat", stdin="/mode flash_back\ncurve\n/mode nope\n/mode flash_back tokens\n/quit\n")
    assert done.returncode == 0
    assert "Spaced repetition.md" in done.stdout
    assert "Tokens.md" in done.stdout
    assert "There is no mode 'nope'" in done.stderr


def test_a_plugin_that_is_off_adds_nothing(kb: Callable[..., Any]) -> None:
    assert kb("plugins", "disable", "flash_back").returncode == 0
    assert kb("flash-back", "curve").returncode == 2
    assert kb("plugins", "enable", "flash_back").returncode == 0
    assert kb("flash-back", "curve").returncode == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["plugins", "enable", "nope"], "No plugin is called 'nope'"),
        (["plugins", "new", "9x"], "cannot be a plugin's name"),
        (["plugins", "trust"], "nothing to trust"),
        (["plugins", "export", "nope", "x.txt"], "no exporter 'nope'"),
        (["chat", "--mode", "nope"], "no mode 'nope'"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_errors_are_one_sentence(kb: Callable[..., Any], words: list[str], said: str) -> None:
    done = kb(*words)
    assert done.returncode != 0
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_searching_loads_no_plugin(kb: Callable[..., Any]) -> None:
    assert "Plugin broken" not in kb("search", "token").stderr


@pytest.mark.parametrize("kind", list(Kind))
def test_each_example_passes_its_own_test_and_adds_what_it_says(
    kind: Kind, tmp_path: Path, small_base: Path
) -> None:
    folder = tmp_path / "kb-scratch"
    done = run_kb("plugins", "new", "scratch", "--kind", kind, "--folder", str(folder), cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    info = folder / "kb_scratch-0.1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: kb_scratch\nVersion: 0.1\n")
    (info / "entry_points.txt").write_text("[kb.plugins]\nscratch = kb_scratch\n")
    path = os.pathsep.join([str(ROOT), str(ROOT / "plugins"), str(folder)])
    listed = json.loads(run_kb("plugins", "--json", cwd=small_base, PYTHONPATH=path).stdout)
    [made] = [row for row in listed["plugins"] if row["name"] == "scratch"]
    shown = (
        "hears kb_answer_finished"
        if kind is Kind.LISTENER
        else f"{kind} {'kb ' * (kind is Kind.COMMAND)}scratch"
    )
    assert made["state"] == "on"
    assert any(row.startswith(shown) for row in made["adds"])
    words = ["-m", "pytest", "-q", "-p", "no:cacheprovider", str(folder / "tests")]
    done = subprocess.run(
        [sys.executable, *words],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


_IN_THE_INTERFACE = """
from kb.settings import load_settings
from kb.tui.app import KbApp
from tests.tui.interface import drive, ready, said, send

app = KbApp(load_settings, watch=False)

async def steps(pilot):
    await ready(pilot)
    await send(pilot, "/mode scratch")
    await send(pilot, "token")
    print(said(app))

drive(app, steps)
"""


@pytest.mark.slow
def test_pip_installs_the_example_and_both_interfaces_have_its_mode(
    site: Path, tmp_path: Path, small_base: Path
) -> None:
    """In a scratch environment that sees this one's packages."""
    folder = tmp_path / "kb-scratch"
    assert run_kb("plugins", "new", "scratch", "--folder", str(folder), cwd=tmp_path).returncode == 0
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(tmp_path / "venv")], check=True)
    python = tmp_path / "venv" / "bin" / "python"
    pip = [
        sys.executable,
        "-m",
        "pip",
        "--python",
        str(python),
        "install",
        "--quiet",
        "--no-deps",
        str(folder),
    ]
    done = subprocess.run(pip, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip("the build tools cannot be had here")
    packages = [path for path in sys.path if path.endswith("site-packages")]
    path = os.pathsep.join([str(ROOT), str(ROOT / "plugins"), *packages])
    environment = {**os.environ, "PYTHONPATH": path}
    for words, shown in ((["-m", "kb", "plugins"], "mode scratch"), (["-c", _IN_THE_INTERFACE], "Tokens.md")):
        done = subprocess.run(
            [str(python), *words],
            cwd=small_base,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert shown in done.stdout, done.stderr
