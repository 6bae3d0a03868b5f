"""The house rules that a reader would otherwise have to trust."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
OWNERS = {
    "chromadb": {"kb/indexing/vectors.py", "kb/indexing/shared/chroma_api.py"},
    "sentence_transformers": {"kb/indexing/embedder.py", "kb/models/cross_encoder.py"},
    "llama_cpp": {"kb/models"},
    "watchdog": {"kb/indexing/folder_events.py"},
    "workflows": {"kb/answering/agent.py"},
    "pypdfium2": {"kb/sources/pdf"},
    "huggingface_hub": {"kb/models/hub.py"},
    "markdownify": {"kb/importing/html.py"},
    "onnxruntime": {"kb/indexing/e5_encoder.py", "kb/reading/encoder.py"},
    "langchain_core": {"kb/retrieval/langchain_retriever.py"},
    "llama_index": {
        "kb/answering/llama_index_query_engine.py",
        "kb/models/llama_index_llm.py",
        "kb/retrieval/llama_index_retriever.py",
    },
}
HEAVY = (
    "torch",
    "sentence_transformers",
    "llama_cpp",
    "chromadb",
    "llama_index",
    "textual",
    "transformers",
    "sklearn",
)


def sources() -> list[Path]:
    return [*ROOT.glob("kb/**/*.py"), *ROOT.glob("plugins/**/*.py")]


def imports(file: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            names.add(node.module.split(".")[0])
    return names


@pytest.mark.parametrize("library", OWNERS)
def test_a_librarys_types_stop_at_their_owner(library: str) -> None:
    users = {file.relative_to(ROOT).as_posix() for file in sources() if library in imports(file)}
    strangers = {user for user in users if not any(user.startswith(owner) for owner in OWNERS[library])}
    assert not strangers


# What each command may load besides its own modules, and how many modules at most: what is counted here is waited for at
# each start (tests/bench/bench_start.py). Where a number is too low, look with `python -X importtime` before you raise it.
LIGHT = ("numpy", "pydantic", "asyncio", "markdown_it", "yaml", "sqlite3", "rich.console", "typer")
BUDGETS: list[tuple[list[str], set[str], int]] = [
    (["--version"], {"sqlite3", "rich.console", "typer"}, 400),
    (["--help"], {"markdown_it", "rich.console", "typer"}, 540),
    (["status"], {"sqlite3", "rich.console", "typer"}, 470),
    (["links", "Tokens"], {"sqlite3", "rich.console", "typer"}, 430),
    (["search", "token"], set(LIGHT) - {"pydantic", "asyncio"}, 690),
    (["link", "Tokens"], set(LIGHT) - {"pydantic"}, 900),
    (["index"], set(LIGHT) - {"pydantic"}, 900),
]


# Sets have another order in each process of pytest-xdist, so they are no part of a name.
@pytest.mark.parametrize(
    ("words", "allowed", "most"), BUDGETS, ids=[" ".join(words) for words, _, _ in BUDGETS]
)
def test_a_command_loads_no_module_it_does_not_need(
    words: list[str], allowed: set[str], most: int, small_base: Path
) -> None:
    loaded = modules_of(f"from kb.cli.main import main\nmain({words!r})", small_base)
    assert {name for name in (*HEAVY, *LIGHT) if name in loaded} <= allowed
    assert len(loaded) <= most


def test_a_command_that_another_process_may_run_first_loads_next_to_nothing(small_base: Path) -> None:
    program = "from kb.cli.daemon.client import run_elsewhere\nassert run_elsewhere(['search', 'x']) is None"
    loaded = modules_of(program, small_base)
    assert not loaded & {*HEAVY, *LIGHT, "re", "json", "pathlib", "typing", "dataclasses", "kb.cli.app"}
    assert len(loaded) <= 75


def modules_of(program: str, folder: Path) -> set[str]:
    """The modules that are loaded once `program` has run."""
    told = (
        f"import sys, contextlib\nwith contextlib.suppress(SystemExit):\n{textwrap.indent(program, '    ')}\n"
        "print('LOADED', *sys.modules)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", told], cwd=folder, capture_output=True, text=True, check=True
    )
    return set(done.stdout.rsplit("LOADED", 1)[1].split())


def test_no_file_names_a_machine_or_a_registry() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)
    hosts = ("py" + "pi.org", "pythonhosted" + ".org", "npm" + "js.org", "deb.debian" + ".org")
    machine = re.compile(r"(?<![\w./~-])/(?:home|root|Users|work|opt)/\w")
    for name in listed.stdout.splitlines():
        file = ROOT / name
        if not file.is_file() or name == "LICENSE":
            continue
        text = file.read_text(encoding="utf-8", errors="replace")
        assert not any(host in text for host in hosts), name
        if name != "tests/test_architecture.py":
            assert not machine.search(text), name


MOST_LINES = 300


def test_modules_are_small() -> None:
    long = {
        file.relative_to(ROOT).as_posix(): lines
        for file in sources()
        if (lines := len(file.read_text(encoding="utf-8").splitlines())) > MOST_LINES
    }
    assert not long


def test_no_json_holds_what_is_not_json() -> None:
    """Python writes NaN unless it is told not to, and other programs cannot read it."""
    lenient = [
        f"{file.relative_to(ROOT)}:{node.lineno}"
        for file in sources()
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and ast.unparse(node.func) in ("json.dumps", "json.dump")
        and not any(keyword.arg == "allow_nan" for keyword in node.keywords)
    ]
    assert not lenient


def test_the_tests_that_the_security_page_names_are_there() -> None:
    text = (ROOT / "docs" / "SECURITY.md").read_text(encoding="utf-8")
    table = text.partition("## The faults that were found")[2].partition("\n## ")[0]
    named = set(re.findall(r"`([a-z0-9]+(?:_[a-z0-9]+)+)`", table))
    known = {
        name
        for file in (ROOT / "tests").rglob("test_*.py")
        for name in re.findall(r"^(?:async )?def test_(\w+)", file.read_text(encoding="utf-8"), re.MULTILINE)
    }
    assert len(named) > 40
    assert not named - known - {"allow_nan"}
    files = set(re.findall(r"`(tests/[\w/]+(?:\.py)?/?)`", text))
    assert not {file for file in files if not (ROOT / file).exists()}
