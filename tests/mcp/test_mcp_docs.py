"""docs/mcp.md: every command in it works as it stands there."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.mcp.conftest import NOTES
from tests.support import run_kb, write_notes

pytestmark = pytest.mark.slow
PAGE = (Path(__file__).parents[2] / "docs" / "mcp.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


@pytest.fixture
def home(own_home: None) -> Path:
    """The home of someone whose notes are in ~/notes, indexed."""
    pytest.importorskip("mcp")
    home = Path(os.environ["HOME"])
    write_notes(home / "notes", NOTES)
    done = run_kb("index", "--vault", "~/notes", cwd=home)
    assert done.returncode == 0, done.stderr
    return home


def test_the_commands_of_the_recipes_start_a_server(home: Path) -> None:
    from mcp import Client
    from mcp.client.stdio import StdioServerParameters, stdio_client

    from tests.mcp.client import Talk

    commands = set()
    for block in blocks("json"):
        (servers,) = json.loads(block).values()
        commands.add((servers["kb"]["command"], *servers["kb"]["args"]))
    commands.add(tuple(re.search(r"claude mcp add kb -- (.+)", PAGE)[1].split()))
    assert len(blocks("json")) == 3
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    for command, *words in commands:
        server = StdioServerParameters(
            command=command, args=words, cwd=home, env={**os.environ, "PATH": path}
        )
        talk = Talk(lambda server=server: Client(stdio_client(server)))
        try:
            assert talk.call("status")["notes"] == len(NOTES)
            named = {tool.name for tool in talk.do(talk.client.list_tools()).tools}
            table = re.findall(r"`([a-z_]+)`", PAGE.partition("| tool |")[2].partition("\n\n")[0])
            assert named <= set(table)
        finally:
            talk.end()


def test_the_program_of_the_page_prints_an_answer(home: Path) -> None:
    (program,) = blocks("python")
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=home,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert "three minutes" in done.stdout, done.stderr


def test_writing_is_allowed_by_the_command_of_the_page(home: Path, tmp_path: Path) -> None:
    command = next(line for block in blocks("sh") for line in block.splitlines() if "config" in line)
    assert run_kb("init", str(home / "notes"), cwd=tmp_path).returncode == 0
    done = run_kb(*command.split()[1:], cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert '"on"' in (tmp_path / "kb.toml").read_text(encoding="utf-8")
