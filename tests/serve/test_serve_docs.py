"""docs/http.md: its programs and commands do what it says."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from kb_plugins.http_server.operations import OPERATIONS

from tests.serve.conftest import Server
from tests.support import run_kb

pytestmark = pytest.mark.slow
PAGE = (Path(__file__).parents[2] / "docs" / "http.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


def run(words: list[str], server: Server) -> str:
    variables = {"KB_SERVER": server.address, "KB_SERVE_TOKEN": server.token}
    done = subprocess.run(
        words, env={**os.environ, **variables}, capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_program_prints_an_answer(server: Server) -> None:
    (program,) = blocks("python")
    shown = run([sys.executable, "-c", program], server)
    assert shown.startswith("Oolong.md 10\n")
    assert "three minutes at 90 degrees [1]." in shown


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_curl_hears_each_event(server: Server) -> None:
    (command,) = [block for block in blocks("sh") if "curl" in block]
    shown = run(["bash", "-c", command.replace("curl -N", "curl -sN")], server)
    assert re.findall(r"^event: (\w+)$", shown, re.MULTILINE)[-2:] == ["sentence", "answer"]


def test_the_table_names_every_operation() -> None:
    for operation in OPERATIONS:
        assert operation.path in PAGE, operation.name


def test_writing_is_allowed_by_the_command_of_the_page(serve_base: Path, tmp_path: Path) -> None:
    assert run_kb("init", str(serve_base / "vault"), cwd=tmp_path).returncode == 0
    (command,) = [line for block in blocks("sh") for line in block.splitlines() if "config" in line]
    done = run_kb(*command.split()[1:], cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert '"on"' in (tmp_path / "kb.toml").read_text(encoding="utf-8")
