"""A page of HTML that is complete in itself: nothing is fetched, and no script runs but its own."""

from __future__ import annotations

import json
from base64 import b64encode
from functools import cache
from hashlib import sha256
from html import escape
from importlib.resources import files
from typing import Any

from kb.plugin_api import safe_line


def asset(name: str) -> str:
    """A file that comes with this plugin."""
    return (files("kb_plugins.export") / "assets" / name).read_text("utf-8")


def whole_page(title: str, body: str, *, script: str = "", data: Any = None, style: str = "") -> str:
    """A page with its style, script and data within; `body` is HTML, the rest is escaped."""
    css = _css() + style
    policy = [
        "default-src 'none'",
        f"style-src '{_hash(css)}'",
        f"script-src '{_hash(script)}'" if script else "",
        "img-src data:",
        "base-uri 'none'",
        "form-action 'none'",
    ]
    held = (
        f'<script type="application/json" id="data">{as_script(data)}</script>\n' if data is not None else ""
    )
    run = f"<script>{script}</script>\n" if script else ""
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{"; ".join(part for part in policy if part)}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n<link rel="icon" href="data:,">\n'
        f"<title>{text(title)}</title>\n<style>{css}</style>\n</head>\n<body>\n{body}\n{held}{run}</body>\n</html>\n"
    )


def text(value: str) -> str:
    """`value` on one line, as text of HTML or of an attribute."""
    return escape(safe_line(value), quote=True)


def as_script(data: Any) -> str:
    """`data` as JSON within a page: no text of it can end the element it stands in."""
    written = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    for mark in "<>&\u2028\u2029":
        written = written.replace(mark, f"\\u{ord(mark):04x}")
    return "".join(f"\\u{ord(one):04x}" if "\ud800" <= one <= "\udfff" else one for one in written)


@cache
def _css() -> str:
    return asset("page.css")


def _hash(inline: str) -> str:
    return f"sha256-{b64encode(sha256(inline.encode()).digest()).decode()}"
