"""A vault of ordinary and hostile notes, and what `kb export` makes of it."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from tests.support import run_kb, write_notes

PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
# Each would set `window.bad`, or fetch something, in a page that believes it.
EVIL = (
    "<script>window.bad = 1</script> <img src=x onerror='window.bad=1'>\n\n"
    "</script><script>window.bad=1</script>\n\n<!-- --><svg onload=window.bad=1>\n\n"
    "[click](javascript:window.bad=1) [data](data:text/html,<script>window.bad=1</script>) <javascript:window.bad=1>\n\n"
    '[[Tea|<img src=x onerror=window.bad=1>]] ["onmouseover=window.bad=1](<x" onclick="window.bad=1>)\n\n'
    "![far](http://evil.example/a.png) ![[evil.svg]] ![[page.html]] [page](page.html) ![[http://evil.example/b.png]]\n\n"
    "```html\n<script>window.bad = 1</script> [[Tea]] ==x==\n```\n\n`</script><b>` \ue1200\ue121 \x1b[31m\n"
)
NOTES = {
    "Tea.md": (
        '---\naliases: [Camellia]\ntags: [drink]\nis: "[[Places/Taiwan]]"\n---\n# Tea\n\nSee [[Oolong#Brewing|how to brew]], '
        "[[Oolong^heat]], [[Rooibos]] and [Taiwan](Places/Taiwan.md). %%a comment that nobody reads%%\n\n"
        "- [ ] buy some ^buy\n- [x] drink some\n\n> [!tip] A tip ^tip\n> Warm the ==pot==.\n\n| a | b |\n| - | - |\n| [[Oolong\\|x]] | $a_1 * b_2$ |\n\n"
        "![[pixel.png]] and https://example.org/tea\n"
    ),
    "Oolong.md": (
        "---\ntags: [drink/tea]\n---\n# Oolong\n\nOolong is half oxidised, between green and black [[Tea]].\n\n"
        "## Brewing\n\nSteep it for three minutes at 90 degrees. ^heat\n\nWhat is oolong::a half oxidised tea\n"
    ),
    "Places/Taiwan.md": "# Taiwan\n\nMountains where [[Oolong|the oolong]] grows, near [[Private]].\n",
    "Odd/a #1 %2e%2e ü? \"'&<b>.md": "# Odd </title><script>window.bad=1</script>\n\nA note with an odd name. [[Tea]]\n",
    "index.md": (
        "# A note called index\n\n[[tags]] [[Odd/a #1 %2e%2e ü? \"'&<b>|odd]] [[Tea#^buy]] [[Tea#^tip]]\n\n"
        "- a block of Logseq\n  id:: 64a0c6f0-1111-4222-8333-444455556666\n- [[Tea]] first\n  id:: 64a0c6f0-1111-4222-8333-444455556667\n"
    ),
    "tags.md": (
        "# [[index]] A note called tags\n\n((64a0c6f0-1111-4222-8333-444455556666)) "
        "((64a0c6f0-1111-4222-8333-444455556667)) [[tags#A note called tags]]\n"
    ),
    f"{'long' * 60}.md": "# Long\n\n[[Tea]]\n",
    "Evil.md": f"---\ntags: ['<b>x', drink]\n---\n# Evil\n\n{EVIL}",
    "Private.md": "# Private\n\n#secret The code is Xylophone. [[Tea]]\n",
}


@pytest.fixture(scope="session")
def export_base(tmp_path_factory: pytest.TempPathFactory, own_home: None) -> Path:
    """An indexed knowledge base of these notes; tests write beside it only."""
    base = tmp_path_factory.mktemp("export")
    write_notes(base / "vault", NOTES)
    (base / "vault" / "pixel.png").write_bytes(PIXEL)
    svg = '<svg xmlns="http://www.w3.org/2000/svg"><script>window.bad=1</script><image href="http://evil.example/c"/></svg>'
    (base / "vault" / "evil.svg").write_text(svg, encoding="utf-8")
    (base / "vault" / "page.html").write_text("<script>window.bad=1</script>", encoding="utf-8")
    (base / "kb.toml").write_text('vault = "vault"\nindex = "index"\n', encoding="utf-8")
    done = run_kb("index", cwd=base)
    assert done.returncode == 0, done.stderr
    return base


@pytest.fixture(scope="session")
def site(export_base: Path) -> Path:
    """The whole vault as a site."""
    done = run_kb("export", "site", "site", cwd=export_base)
    assert done.returncode == 0, done.stderr
    return export_base / "site"


@pytest.fixture(scope="session")
def asked_base(export_base: Path) -> Path:
    """The same, after a conversation."""
    done = run_kb(
        "chat", cwd=export_base, input="How long is oolong steeped?\nWho won <b>the</b> war?\n/quit\n"
    )
    assert done.returncode == 0, done.stderr
    return export_base
