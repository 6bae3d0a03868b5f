"""Nothing that lies in the folder a person stands in is ever run: neither by kb itself nor by its child processes."""

from __future__ import annotations

import ast
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import kb
from kb.child_process import own_command, run_python
from kb.isolation import leave_current_folder

ROOT = Path(next(iter(kb.__path__))).parent
SCRIPT = Path(sys.executable).with_name("kb")
# The one module that starts Python, and the process on a socket, which begins anew as the one it was; the others start the
# editor or the pager that the user named.
MAY_START = {
    "kb/child_process.py",
    "kb/cli/daemon/serving.py",
    "kb/cli/editing.py",
    "kb/cli/pager.py",
    "kb/tui/editor.py",
    "plugins/kb_plugins/quiz/commands.py",
}
STARTERS = {"subprocess", "multiprocessing", "pty", "webbrowser"}
STARTING_CALLS = {"system", "popen", "posix_spawn", "posix_spawnp", "fork", "forkpty", "startfile"}
TRAP = "import os\nopen(os.environ.get('KB_TEST_MARK', {mark!r}), 'a').write(__name__ + '\\n')\n"


def lay_traps(folder: Path, mark: Path, names: list[str]) -> None:
    for name in names:
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(TRAP.format(mark=str(mark)), encoding="utf-8")


@pytest.fixture
def base(small_base: Path, tmp_path: Path) -> Path:
    shutil.copytree(small_base, tmp_path / "base")
    return tmp_path / "base"


MODULES = ["numpy.py", "llama_cpp.py", "json.py", "platform.py", "sqlite3.py", "typer.py"]
# Which kb runs, and what it imports first, is settled by Python before any line of ours where it looks here first.
EARLY = ["__future__.py", "pathlib.py", "typing.py"]
OWN = ["kb/__init__.py", "kb/models/__init__.py", "sitecustomize.py"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("command", "search_path", "names"),
    [
        ([str(SCRIPT)], None, [*MODULES, *EARLY, *OWN]),
        ([str(SCRIPT)], "", [*MODULES, *EARLY, *OWN]),
        ([str(SCRIPT)], ":", MODULES),
        ([sys.executable, "-m", "kb"], None, [*MODULES, *EARLY]),
        ([sys.executable, "-m", "kb"], ":", [*MODULES, *EARLY]),
    ],
    ids=["kb", "kb, empty PYTHONPATH", "kb, empty parts", "-m kb", "-m kb, empty parts"],
)
def test_modules_beside_the_notes_are_not_run(
    base: Path, tmp_path: Path, command: list[str], search_path: str | None, names: list[str]
) -> None:
    mark = tmp_path / "mark"
    lay_traps(base, mark, names)
    environment = {**os.environ, "XDG_STATE_HOME": str(tmp_path / "state")}
    if search_path is not None:
        environment["PYTHONPATH"] = search_path
    # Another state: the model is tested in a child process again.
    for words in (["index"], ["ask", "What is a token?"]):
        done = subprocess.run(
            [*command, *words], cwd=base, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
    assert not mark.exists(), mark.read_text()


def test_a_child_stands_on_neutral_ground_and_is_given_little(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lay_traps(tmp_path, tmp_path / "mark", ["json.py", "runpy.py", "tests/__init__.py", "sitecustomize.py"])
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend("")
    for name in ("KB_MODELS_KEY", "HF_TOKEN", "PYTHONPATH", "PYTHONSTARTUP", "LD_PRELOAD", "SOME_SECRET"):
        monkeypatch.setenv(name, str(tmp_path))
    told = json.loads(run_python("tests.trust.told_by_child", ["one", "two words"], seconds=60).output)
    assert told["words"] == ["one", "two words"]
    assert told["cwd"] == "/"
    assert "" not in told["path"]
    assert str(tmp_path) not in told["path"]
    assert str(tmp_path) not in told["environment"].values()
    assert "HOME" in told["environment"]
    assert not (tmp_path / "mark").exists()


def test_the_folder_of_installed_packages_may_be_the_current_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    packages = Path(pytest.__file__).parent.parent
    monkeypatch.chdir(packages)
    monkeypatch.setattr(sys, "path", [str(packages), str(Path(os.__file__).parent), "", str(packages)])
    leave_current_folder()
    assert sys.path == [str(Path(os.__file__).parent), str(packages)]


def test_no_other_place_starts_a_process() -> None:
    files = [*ROOT.glob("kb/**/*.py"), *ROOT.glob("plugins/**/*.py")]
    assert {file.relative_to(ROOT).as_posix() for file in files if starts_processes(file)} == MAY_START


def test_servers_start_kb_alone_and_without_a_look_at_the_current_folder() -> None:
    """asyncio has a way of its own to start a process; the language server and the MCP server run `kb index` by it."""
    files = [*ROOT.glob("kb/**/*.py"), *ROOT.glob("plugins/**/*.py")]
    texts = {file: file.read_text(encoding="utf-8") for file in files}
    starting = {file: text for file, text in texts.items() if "create_subprocess" in text}
    assert {file.relative_to(ROOT).as_posix() for file in starting} == {"kb/indexing/beside.py"}
    assert all("own_command(" in text and "sys.executable" not in text for text in starting.values())


@pytest.mark.slow
def test_kb_that_kb_starts_runs_nothing_of_the_current_folder(base: Path, tmp_path: Path) -> None:
    lay_traps(base, tmp_path / "mark", [*MODULES, *EARLY, *OWN, "runpy.py"])
    environment = {**os.environ, "PYTHONPATH": "", "KB_TEST_MARK": str(tmp_path / "mark")}
    done = subprocess.run(
        own_command("index"), cwd=base, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "unchanged" in done.stdout
    assert not (tmp_path / "mark").exists()


def starts_processes(file: Path) -> bool:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if any(name.partition(".")[0] in STARTERS for name in names):
            return True
        of_os = isinstance(node, ast.Attribute) and ast.unparse(node.value) == "os"
        if of_os and (node.attr in STARTING_CALLS or node.attr.startswith(("exec", "spawn"))):  # type: ignore[attr-defined]
            return True
    return False
