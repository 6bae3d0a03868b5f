"""The documentation: what it says to type works, the reference is complete, and it builds without a warning."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.pages import DOCS, Step, follow, parts, shell_commands, steps

ROOT = DOCS.parent
ELSEWHERE = ("first-evening", "moving-in")  # run by tests of their own
RUN = [
    page
    for page in sorted(DOCS.rglob("*.md"))
    if page.stem not in ELSEWHERE and any(isinstance(part, Step) for part in parts(page))
]
WRITTEN = sorted([*DOCS.rglob("*.md"), ROOT / "README.md", ROOT / "CONTRIBUTING.md"])


# What runs each block of a page that `follow` does not, or why none does.
BLOCKS = {
    "CONTRIBUTING sh": "names and options, below",
    "CONTRIBUTING": "a picture of folders",
    "README sh": "names and options, below",
    "README": "tests/docs/test_docs.py: the first transcript",
    "architecture mermaid": "a drawing",
    "editors elisp": "tests/lsp/test_lsp_recipes.py",
    "editors file": "tests/lsp/test_lsp_neovim.py",
    "editors js": "tests/lsp/test_lsp_recipes.py",
    "editors json": "tests/lsp/test_lsp_recipes.py",
    "editors keys": "tests/lsp/test_lsp_neovim.py",
    "editors lua": "tests/lsp/test_lsp_neovim.py",
    "editors note": "tests/lsp/test_lsp_neovim.py",
    "editors problems": "tests/lsp/test_lsp_neovim.py",
    "editors toml": "tests/lsp/test_lsp_recipes.py",
    "faster sh": "tests/cli/test_cli_daemon.py",
    "first-evening console": "tests/cli/test_first_evening.py",
    "first-evening keys": "tests/tui/test_tui_first_evening.py",
    "first-evening text": "tests/tui/test_tui_first_evening.py",
    "http python": "tests/serve/test_serve_docs.py",
    "http sh": "tests/serve/test_serve_docs.py; the server itself by tests/serve",
    "install sh": "needs a network; names and options, below",
    "mcp json": "tests/mcp/test_mcp_docs.py",
    "mcp python": "tests/mcp/test_mcp_docs.py",
    "mcp sh": "tests/mcp/test_mcp_docs.py; the server itself by tests/mcp",
    "models sh": "downloads; tests/models/test_models_get.py does them from a server of its own",
    "moving-in console": "tests/importing/test_importing_docs.py",
    "plugins sh": "needs pipx; tests/plugins/test_plugins_cli.py has each kind found by kb and its test pass",
    "python python": "tests/examples/test_python_docs.py",
    "shared-index sh": "needs servers; tests/cli/test_cli_shared_index.py starts its own",
    "shared-index text": "the settings of another program",
    "shared-index toml": "tests/cli/test_cli_shared_index.py sets the same",
}


def test_no_block_of_a_page_is_run_by_nothing() -> None:
    """A block of a new kind, or on a new page, gets a test that runs it and a line here."""
    found = set()
    for page in WRITTEN:
        for language, title in re.findall(
            r'^```(\w*)(?: title="([^"\n]+)")?\n.*?^```$', page.read_text("utf-8"), re.M | re.S
        ):
            if page not in RUN or (not title and language != "console"):
                found.add(f"{page.stem} {language}".strip())
    assert found == set(BLOCKS)
    for told in BLOCKS.values():
        for name in re.findall(r"tests/[\w/]+\.py", told):
            assert (ROOT / name).is_file(), name


@pytest.mark.slow
def test_the_first_transcript_of_the_readme_is_what_the_sample_notes_give(tmp_path: Path) -> None:
    """Each line of the answer, in its order; how long it took and how the terminal breaks lines may differ."""
    shutil.copytree(ROOT / "vault", tmp_path / "vault")
    (tmp_path / "kb.toml").write_text('vault = "vault"\nindex = "index"\n', encoding="utf-8")
    transcript = re.search(
        r"^```\n(\$ kb index\n.*?)^```$", (ROOT / "README.md").read_text("utf-8"), re.M | re.S
    )
    assert transcript
    for step in steps(transcript[1]):
        done = subprocess.run(
            [sys.executable, "-m", "kb", *shlex.split(step.command)[1:]],
            cwd=tmp_path, capture_output=True, text=True, check=False, env={**os.environ, "NO_COLOR": "1", "COLUMNS": "80"},
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        shown = " ".join(f"{done.stdout}\n{done.stderr}".split())
        wanted = " ".join(" ".join(step.printed).split())
        for piece in re.split(r"\s*\b\d+\.\d s\.?\s*", wanted):
            assert piece in shown, f"{piece}\n{shown}"


@pytest.mark.slow
@pytest.mark.parametrize("page", RUN, ids=lambda page: page.stem)
def test_what_a_page_says_works(page: Path, tmp_path: Path) -> None:
    follow(page, tmp_path)


@pytest.mark.parametrize("page", WRITTEN, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_command_that_is_only_shown_is_one(page: Path) -> None:
    """Its name and its options are known; nothing is run."""
    for line in shell_commands(page):
        words = shlex.split(line, comments=True)
        while words and re.fullmatch(r"[A-Z_]+=.*", words[0]):
            words = words[1:]
        if words[:1] == ["kb"] and "|" not in words:
            check_words(words[1:])


def check_words(words: list[str]) -> None:
    """Parse words as the command line does. Fails for what it does not know."""
    import typer.main

    from kb.cli.app import app

    command = typer.main.get_command(app)
    parent = command.make_context("kb", [], resilient_parsing=True)
    while words and hasattr(command, "commands"):
        child = command.get_command(parent, words[0])  # type: ignore[attr-defined]
        if child is None:
            break
        command, words = child, words[1:]
    names = {option for one in command.params for option in (*one.opts, *one.secondary_opts)}
    known = {*names, "--vault", "--index", "--json", "--help", "--version", "--install-completion"}
    for word in words:
        if word.startswith("-") and word != "-" and not re.fullmatch(r"-\d+|-\w+:.*", word):
            assert word.partition("=")[0] in known, f"{command.name}: {word}"
    if hasattr(command, "commands"):
        assert not words or words[0].startswith("-"), f"{command.name} has no command {words[0]}"


@pytest.mark.parametrize("page", [ROOT / "README.md", ROOT / "CONTRIBUTING.md"], ids=lambda page: page.stem)
def test_every_link_of_a_page_that_is_not_built_leads_to_a_file(page: Path) -> None:
    text = re.sub(r"`[^`\n]*`", "", page.read_text("utf-8"))
    links = re.findall(r"\]\(([^()\s]+)\)", text)
    local = [link.partition("#")[0] for link in links if "://" not in link and not link.startswith("#")]
    assert local
    assert [link for link in local if not (page.parent / link).exists()] == []


def test_a_command_that_is_none_is_found() -> None:
    check_words(["search", "tomato", "-n", "5"])
    for words in (["serach", "tomato"], ["search", "tomato", "--nonsense"]):
        with pytest.raises(AssertionError):
            check_words(words)


def test_the_reference_holds_every_command_setting_and_hook() -> None:
    from kb.plugin_api import Hooks
    from kb.settings.listing import setting_names
    from tools.reference_pages import commands_page, plugin_api_page, settings_page

    commands = commands_page()
    for name in ("ask", "export site", "plugins new", "quiz", "serve", "tags rename"):
        assert f"\n## kb {name}\n" in commands
    assert "| `--kind" in commands
    settings = settings_page()
    at_the_top = [name for name in setting_names() if "." not in name]
    assert [name for name in at_the_top if f"`{name}`" not in settings] == []
    for name in set(setting_names()) - set(at_the_top):
        row = next(line for line in settings.splitlines() if line.startswith(f"| `{name}`"))
        assert name in ("models.seed",) or row.rsplit("| ", 1)[1] != "|", f"{name} has no meaning"
    hooks = plugin_api_page()
    for name in vars(Hooks):
        assert not name.startswith("kb_") or f"| `{name}(" in hooks


def test_the_reference_for_programs_holds_every_call_and_operation() -> None:
    pytest.importorskip("pydantic")
    from kb_plugins.http_server.operations import OPERATIONS

    from kb import KnowledgeBase
    from tools.program_pages import http_page, python_page

    python = python_page()
    for name in dir(KnowledgeBase):
        assert name.startswith("_") or re.search(rf"^\| `{name}\b[^|]*\| \S", python, re.MULTILINE), name
    assert "| `search(query, limit=10) -> list[SearchHit]` | The passages" in python
    assert "see kb." not in python
    http = http_page()
    for operation in OPERATIONS:
        assert f"\n## {operation.method} {operation.path}\n" in http
    for name in re.findall(r"\]\(#(\w+)\)", http):
        assert re.search(rf"^## {name}$", http, re.MULTILINE | re.IGNORECASE), name


@pytest.mark.slow
def test_the_documentation_builds_without_a_warning(tmp_path: Path) -> None:
    pytest.importorskip("material", reason="the group docs is not installed")
    words = ["-m", "mkdocs", "build", "--strict", "--site-dir", str(tmp_path / "site")]
    done = subprocess.run(
        [sys.executable, "-W", "ignore", *words],
        cwd=ROOT,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "WARNING" not in done.stderr
    pages = {file.relative_to(tmp_path / "site").as_posix() for file in (tmp_path / "site").rglob("*.html")}
    assert {
        "index.html",
        "reference/commands.html",
        "reference/settings.html",
        "reference/plugin-api.html",
        "reference/python-api.html",
        "reference/http-api.html",
    } <= pages
    home = (tmp_path / "site" / "index.html").read_text("utf-8")
    assert not re.findall(r'<(?:script|link|img)[^>]+(?:src|href)="https?://', home), (
        "nothing is fetched from elsewhere"
    )
