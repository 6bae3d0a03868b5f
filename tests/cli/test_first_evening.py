"""docs/first-evening.md, run from top to bottom: each command, and what it is said to print."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from tests.docs.pages import Step, parts
from tests.support import run_kb

PAGE = Path(__file__).parents[2] / "docs" / "first-evening.md"


def steps() -> list[Step]:
    return [part for part in parts(PAGE) if isinstance(part, Step)]


def test_the_page_goes_from_a_new_folder_to_a_quiz() -> None:
    names = [step.command.split()[1] for step in steps()]
    assert names[0] == "init"
    assert {"new", "index", "capture", "link", "ask", "quiz"} <= set(names)
    assert all(step.printed for step in steps())


@pytest.mark.slow
def test_the_evening_goes_as_the_page_says(tmp_path: Path) -> None:
    (tmp_path / "notes").mkdir()
    own = {"XDG_STATE_HOME": str(tmp_path / "state"), "XDG_CONFIG_HOME": str(tmp_path / "config")}
    for step in steps():
        today = next(
            (file.relative_to(tmp_path / "notes") for file in (tmp_path / "notes").glob("Daily/*.md")), ""
        )
        words = shlex.split(step.command.replace("$TODAY", str(today)))
        typed = "".join(f"{line}\n" for line in step.typed) or None
        done = run_kb(*words[1:], cwd=tmp_path, input=typed, **own)
        assert done.returncode == 0, f"{step.command}\n{done.stdout}{done.stderr}"
        shown = f"{done.stdout}\n{done.stderr}"
        for line in step.printed:
            pattern = re.escape(line).replace("…", ".*")
            assert re.search(f"^{pattern}\\s*$", shown, re.MULTILINE), f"{step.command}\n{line}\n{shown}"
