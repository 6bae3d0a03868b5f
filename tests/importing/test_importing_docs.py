"""docs/moving-in.md, run from top to bottom: each command, and what it is said to print."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from tests.importing.exports import ENEX, PNG, put
from tests.support import run_kb

PAGE = (Path(__file__).parents[2] / "docs" / "moving-in.md").read_text(encoding="utf-8")


@pytest.mark.slow
def test_the_commands_of_the_page_do_what_it_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    (tmp_path / "vault").mkdir()
    (tmp_path / "kb.toml").write_text('vault = "vault"\n', encoding="utf-8")
    put(
        tmp_path,
        {"notes.enex": ENEX, "old-notes/Mill.md": "# Mill\n\n![](mill.png)\n", "old-notes/mill.png": PNG},
    )
    count = 0
    for block in re.findall(r"```console\n(.*?)```", PAGE, re.DOTALL):
        for step in block.removeprefix("$ ").split("\n$ "):
            command, *printed = step.strip("\n").split("\n")
            done = run_kb(*shlex.split(command)[1:], cwd=tmp_path)
            assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
            shown = f"{done.stdout}\n{done.stderr}"
            for line in printed:
                pattern = re.escape(line).replace("…", ".*")
                assert re.search(f"^{pattern}\\s*$", shown, re.MULTILINE), f"{command}\n{line}\n{shown}"
            count += 1
    assert count == 6
