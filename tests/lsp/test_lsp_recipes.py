"""docs/editors.md: each editor's recipe is in its own language and starts `kb lsp`. Neovim's is run by a test of its own."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

PAGE = (Path(__file__).parents[2] / "docs" / "editors.md").read_text(encoding="utf-8")


def recipe(editor: str, language: str) -> str:
    """The first block of `language` below an editor's heading."""
    section = PAGE.partition(f"\n## {editor}\n")[2].partition("\n## ")[0]
    _, mark, rest = section.partition(f"```{language}\n")
    assert mark, f"{editor} has no {language}"
    return rest.partition("```")[0]


def test_helix_is_told_of_the_server() -> None:
    held = tomllib.loads(recipe("Helix", "toml"))
    server = held["language-server"]["kb"]
    assert [server["command"], *server["args"]] == ["kb", "lsp"]
    [markdown] = held["language"]
    assert (markdown["name"], markdown["language-servers"]) == ("markdown", ["kb"])


def test_kate_is_told_of_the_server() -> None:
    server = json.loads(recipe("Kate", "json"))["servers"]["markdown"]
    assert server["command"] == ["kb", "lsp"]
    assert re.match(server["highlightingModeRegex"], "Markdown")


def test_emacs_is_told_of_the_server() -> None:
    text = recipe("Emacs", "elisp")
    assert text.count("(") == text.count(")")
    assert '("kb" "lsp")' in text


def test_the_extension_of_vs_code_is_whole(tmp_path: Path) -> None:
    held = json.loads(recipe("VS Code", "json"))
    assert held["main"] == "./main.js"
    script = recipe("VS Code", "js")
    assert 'command: "kb", args: ["lsp"]' in script
    assert set(re.findall(r'require\("([\w-]+)', script)) == {*held["dependencies"], "vscode"}
    if shutil.which("node") is None:
        pytest.skip("node, which reads the script, is not installed")
    file = tmp_path / "main.js"
    file.write_text(script, encoding="utf-8")
    subprocess.run(["node", "--check", str(file)], check=True, capture_output=True)
