"""The documentation as tests read it: files that a page shows, commands that it runs, and what they print."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"
_BLOCK = re.compile(r'^```(\w+)(?: title="([^"\n]+)")?\n(.*?)^```$', re.MULTILINE | re.DOTALL)


@dataclass
class File:
    """A file that a page shows, to be written where its title says."""

    name: str
    text: str


@dataclass
class Step:
    """A command of a page, what is typed into it and what it prints."""

    command: str
    typed: list[str] = field(default_factory=list)
    printed: list[str] = field(default_factory=list)


def parts(page: Path) -> list[File | Step]:
    """The files and commands of a page, in order."""
    found: list[File | Step] = []
    for language, title, text in _BLOCK.findall(page.read_text("utf-8")):
        if title:
            found.append(File(title, text))
        elif language == "console":
            found += steps(text)
    return found


def steps(text: str) -> list[Step]:
    found: list[Step] = []
    for line in text.splitlines():
        if line.startswith("$ "):
            found.append(Step(line.removeprefix("$ ")))
        elif line.startswith("< "):
            found[-1].typed.append(line.removeprefix("< "))
        else:
            found[-1].printed.append(line)
    return found


def shell_commands(page: Path) -> list[str]:
    """Lines of shell that a page tells to type and no test can run, such as downloads."""
    return [
        line.strip()
        for language, _, text in _BLOCK.findall(page.read_text("utf-8"))
        if language == "sh"
        for line in text.replace("\\\n", " ").splitlines()
    ]


def follow(page: Path, home: Path) -> None:
    """Do all that a page says, in a home of its own; what is printed is compared line by line, `…` stands for anything."""
    own = {
        f"XDG_{name}_HOME": str(home / ".own" / name.lower()) for name in ("CONFIG", "DATA", "STATE", "CACHE")
    }
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, **own, "HOME": str(home), "PATH": path, "NO_COLOR": "1", "COLUMNS": "80"}
    for part in parts(page):
        if isinstance(part, File):
            file = home / part.name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(part.text, encoding="utf-8")
            continue
        done = subprocess.run(
            ["bash", "-c", part.command],
            cwd=home,
            env=environment,
            input="".join(f"{line}\n" for line in part.typed),
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
        shown = f"{done.stdout}\n{done.stderr}"
        # A search that finds nothing says so with its exit status; what is refused is refused in one sentence.
        assert done.returncode in (0, 1, 2), f"{part.command}\n{shown}"
        assert "Traceback" not in shown
        refused = any(line.startswith("kb: ") for line in part.printed)
        assert refused == ("\nkb: " in shown), f"{part.command}\n{shown}"
        for line in part.printed:
            pattern = re.escape(line).replace("…", ".*")
            assert re.search(f"^{pattern}\\s*$", shown, re.MULTILINE), f"{part.command}\n{line}\n{shown}"
