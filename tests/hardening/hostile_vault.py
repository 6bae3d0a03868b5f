"""A knowledge base in which everything that has a name, a title or a text tries to command the terminal."""

from __future__ import annotations

import json
import re
from pathlib import Path

# Each writes another thing into the terminal: the clipboard, a title, blinking magenta, a move, a bell, a direction.
EVIL = "\x1b]52;c;RVZJTA==\x07\x1b]0;EVIL\x1b\\\x1b[5;35;45mEVIL\x1b[2J\x9b31m\x9d8;;x\x9c\u202eLIVE\u202c\u2066\u200f\x7f\x08\r"
NAME = EVIL.replace("/", "")
_YAML = "".join(f"\\u{ord(character):04x}" if not character.isalnum() else character for character in EVIL)

NOTE = f"""---
title: "{_YAML} title"
aliases: ["{_YAML} alias", plain]
tags: [good, "{_YAML}"]
kind: "{_YAML}"
"{_YAML} key": "[[{_YAML}]]"
date: 2026-02-03
---
# Heading {EVIL} one

A zebra {EVIL} lives in the barn, says [[Nowhere {EVIL}]] and [[{NAME} note|label {EVIL}]] and ![[{EVIL}.png]]. #tag{EVIL}

[link {EVIL}](https://evil.example/{EVIL} "title {EVIL}") and <https://evil.example/{EVIL}>

> [!note] {EVIL} callout
> The zebra {EVIL} eats hay.

| animal {EVIL} | food {EVIL} |
| --- | --- |
| zebra {EVIL} | grass {EVIL} |

- [ ] feed the zebra {EVIL}
- [x] wash it {EVIL}

What does the zebra {EVIL} eat?::Hay {EVIL} and grass {EVIL} #flashcard

**Zebra {EVIL}** is an animal {EVIL} with stripes that lives in Africa {EVIL} and eats grass. The Barn is near {EVIL}.

```python {EVIL}
print("{EVIL}")
```

%% comment {EVIL} %% $x {EVIL}$ ^block{EVIL}
"""

PLUGIN = '''
"""{text}"""
import typer
from kb.plugin_api import Mode, hookimpl


def start(base):
    raise RuntimeError({evil!r})


@hookimpl
def kb_modes():
    return [Mode(name="evil", title={evil!r}, summary={evil!r}, argument={evil!r}, start=start, commands={{"/x": {evil!r}}})]


@hookimpl
def kb_commands():
    app = typer.Typer(help={evil!r})

    @app.command("evil-command", help={evil!r})
    def run(word: str = typer.Argument({evil!r}, help={evil!r})):
        raise RuntimeError({evil!r})

    return app
'''


def write_hostile(folder: Path) -> None:
    """Write `folder`/vault, its `.kb`, its `kb.toml` and its plugins."""
    vault = folder / "vault"
    room = vault / f"{NAME} room"
    (vault / ".kb" / "feedback").mkdir(parents=True)
    room.mkdir()
    (vault / f"{NAME} note.md").write_text(NOTE, encoding="utf-8")
    (room / "Barn.md").write_text(
        f"# Barn\n\nThe barn {EVIL} is red. See [[zebra]]. Zebra {EVIL} title.\n", encoding="utf-8"
    )
    (room / f"Copy {NAME}.md").write_text(NOTE, encoding="utf-8")
    (vault / f"{NAME}.bin.md").write_bytes(b"\0\xff" * 500)
    (vault / f"2026-02-0{1}.md").write_text(f"# Day\n\n- 10:00 the zebra {EVIL} slept\n", encoding="utf-8")
    (vault / "Templates").mkdir()
    (vault / "Templates" / f"{NAME}.md").write_text(f"{{{{title}}}} {EVIL}", encoding="utf-8")
    row = {
        "verdict": "bad",
        "question": f"What {EVIL} eats?",
        "at": "2026-01-01T00:00:00Z",
        "reason": EVIL,
        "quotes": [EVIL],
        "notes": [EVIL],
    }
    (vault / ".kb" / "feedback" / f"{NAME}.jsonl").write_text(json.dumps(row) + "\n" + EVIL, encoding="utf-8")
    (folder / "kb.toml").write_text('vault = "vault"\nindex = "index"\n', encoding="utf-8")
    plugins = folder / "plugins"
    plugins.mkdir()
    (plugins / "evil_plugin.py").write_text(PLUGIN.format(evil=EVIL, text="words"), encoding="utf-8")
    (plugins / "broken_plugin.py").write_text(f"raise RuntimeError({EVIL!r})\n", encoding="utf-8")
    (plugins / f"{NAME}.py").write_text("x = 1\n", encoding="utf-8")
    questions = folder / "questions"
    questions.mkdir()
    asked = {
        "id": EVIL,
        "question": f"What does the zebra {EVIL} eat?",
        "answers": [f"grass {EVIL}"],
        "note": f"{NAME} note.md",
    }
    (questions / "questions.jsonl").write_text(json.dumps(asked) + "\n", encoding="utf-8")


# What kb and the libraries that draw for it send of their own: links to files, the shape of the pointer, styles, moves, erasing, and modes of the
# terminal.
_OURS = re.compile(
    r"\x1b\]8;(?:id=\d+)?;(?:file:///[!-~]*)?\x1b\\|\x1b\]22;[a-z]*\x07|"
    r"\x1b\[[0-9;:]*m|\x1b\[\??[0-9;]*[A-HJKfhlnsu]|\x1b\[[<>=?][0-9;]*[a-zA-Z$]+|\x1b\[\?[0-9;]*\$p|\x1b\[[0-9;]*[ct]|"
    r"\x1b[=>78]|\x1b\[[0-9;]*r|\x1b\(B"
)
_THEIRS = re.compile(
    r"\x1b\][^\x07\x1b]*|\x1b\[5;35;45m|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]"
)


def leaks(shown: str) -> list[str]:
    """What in the text that a terminal was sent does not come from kb, each with what stands around it."""
    hostile = [shown[max(0, at - 60) : at + 40] for at in _places(shown, "\x1b[5;35;45m")]
    bare = _OURS.sub("", shown)
    return hostile + [bare[max(0, found.start() - 60) : found.end() + 40] for found in _THEIRS.finditer(bare)]


def _places(text: str, part: str) -> list[int]:
    return [found.start() for found in re.finditer(re.escape(part), text)]
