"""Makes the pictures of the documentation that show a browser: `make screenshots`. Real pages over the sample vault."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from tests.browser import Page, browser
from tests.serve.conftest import serving
from tests.support import run_kb

ROOT = Path(__file__).parents[1]
INTO = ROOT / "docs" / "screenshots"


def graph(page: Page, base: Path) -> None:
    file = base / "graph.html"
    assert run_kb("export", "graph", str(file), cwd=base).returncode == 0
    page.size(900, 560)
    page.goto(file.as_uri())
    page.until("document.documentElement.dataset.settled === 'yes'")
    page.click("#find")
    page.type("Forgetting curve")
    page.press("Enter")
    page.run("document.getElementById('fit').click()")
    page.picture(INTO / "graph.png")


def phone(page: Page, base: Path) -> None:
    with serving(base) as server:
        page.size(390, 640)
        page.goto(f"{server.address}/#token={server.token}")
        page.until("document.getElementById('told').textContent.endsWith('notes')")
        page.click("#words")
        page.type("What is a token?")
        page.press("Enter")
        page.until("document.querySelector('#main blockquote')")
        page.run(
            "document.getElementById('told').textContent = ''"
        )  # how long it took depends on the machine
        page.picture(INTO / "phone.png")


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder)
        for name in ("CONFIG", "DATA", "STATE", "CACHE"):
            os.environ[f"XDG_{name}_HOME"] = str(base / ".own" / name.lower())
        (base / "kb.toml").write_text(f'vault = "{ROOT / "vault"}"\nindex = "index"\n', encoding="utf-8")
        for words in (["trust", "--yes"], ["index"]):
            done = run_kb(*words, cwd=base)
            assert done.returncode == 0, done.stderr
        with browser() as page:
            graph(page, base)
            phone(page, base)


if __name__ == "__main__":
    sys.exit(main())  # type: ignore[func-returns-value]
