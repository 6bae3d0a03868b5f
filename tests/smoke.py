"""What an environment must do in which nothing but the wheel was installed. Its own Python runs this; `make smoke` makes one.

PYTHON_OF_THE_ENVIRONMENT tests/smoke.py
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from importlib.resources import files
from pathlib import Path

BUNDLED = ("export", "lsp", "mcp", "quiz", "serve", "socratic", "study", "summarize")
NOTES = {
    "Owls.md": "---\ntags: [birds]\n---\n# Owls\n\nOwls hunt at night. They turn their heads by 270 degrees.\n\nWhat do owls eat::mice\n",
    "Oaks.md": "# Oaks\n\nOaks live for a thousand years. [[Owls]] nest in them.\n",
}
PROGRAM = """\
from kb import KnowledgeBase
with KnowledgeBase.open() as base:
    [found] = base.models.read("Who wrote it?", ["Ada wrote it in May."])
    print(found.best() is not None, base.models.language.name)
"""


def run(home: Path, program: str, *words: str, typed: str = "") -> str:
    """What a program of this environment prints; it must end well and know no other environment."""
    own = {f"XDG_{name}_HOME": str(home / name.lower()) for name in ("CONFIG", "DATA", "STATE", "CACHE")}
    kept = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "PYTHONHOME")}
    done = subprocess.run(
        [str(Path(sys.executable).parent / program), *words],
        cwd=home,
        input=typed,
        env=kept | own | {"NO_COLOR": "1", "COLUMNS": "80"},
        capture_output=True,
        text=True,
        check=False,
        timeout=900,
    )
    assert done.returncode == 0, f"{program} {' '.join(words)}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def smoke(home: Path) -> None:
    """Index, search, ask, study and export, with the weights and pages that lie in the wheel."""
    for name, text in NOTES.items():
        file = home / "notes" / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, encoding="utf-8")
    assert re.fullmatch(r"kb \d+\.\d+\.\d+\n", run(home, "kb", "--version"))
    run(home, "kb", "init", "notes")
    assert "2 added" in run(home, "kb", "index")
    assert "Oaks.md" in run(home, "kb", "search", "thousand years")
    assert "270 degrees" in run(home, "kb", "ask", "By how many degrees do owls turn their heads?")
    assert "answer this" in run(home, "kb", "ask", "Who invented the bicycle?")
    assert "The note's answer" in run(home, "kb", "quiz", "Owls", typed="mice\n3\n/quit\n")
    plugins = run(home, "kb", "plugins")
    for name in BUNDLED:
        assert re.search(rf"^{name}  on  kb-notes ", plugins, re.MULTILINE), plugins
    assert "bundled" in run(home, "kb", "models")
    run(home, "kb", "export", "site", "site")
    assert "270 degrees" in (home / "site" / "notes" / "Owls.html").read_text("utf-8")
    page = files("kb_plugins.http_server") / "web"
    assert {"app.css", "app.js", "index.html"} <= {one.name for one in page.iterdir()}
    assert run(home, "python", "-c", PROGRAM).startswith("True SmolLM2")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        smoke(Path(folder).resolve())
    print(f"The wheel works on Python {sys.version.split()[0]}.")
