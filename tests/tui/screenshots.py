"""Makes the pictures of the README: `make screenshots`. Real answers over a copy of the sample vault."""

from __future__ import annotations

import asyncio
import re
import shutil
import sys
import tempfile
from pathlib import Path

from textual.pilot import Pilot
from textual.widgets import Input

from kb.knowledge_base import KnowledgeBase
from kb.settings import Settings
from kb.tui.app import KbApp
from kb.tui.messages import OpenNote
from kb.tui.screens.note import NoteScreen
from kb.tui.widgets.note_side import NoteSide
from tests.tui.interface import ready, send, until

ROOT = Path(__file__).parents[2]
SIZE = (120, 34)
TALL = (120, 42)  # room for an answer and a question without one
# A picture that is looked at must not fetch a font from somewhere.
_FONTS = re.compile(r"@font-face \{.*?\}", re.DOTALL)


async def pictures(app: KbApp, into: Path) -> None:
    async with app.run_test(size=SIZE) as pilot:
        await ready(pilot)
        await pilot.resize_terminal(*TALL)
        await send(pilot, "What is a token?")
        await send(pilot, "Who painted the Mona Lisa?")
        await save(pilot, into / "ask.svg")
        await pilot.resize_terminal(*SIZE)
        await pilot.press("ctrl+f", *"forgetting curve")
        await until(pilot, lambda: bool(app.screen._hits))
        await save(pilot, into / "search.svg")
        await pilot.press("escape", "ctrl+n")
        await send(pilot, "/mode quiz")
        await send(pilot, "Learning/")
        await save(pilot, into / "quiz.svg")
        await send(pilot, "/quit")
        await pilot.press("ctrl+n")
        await send(pilot, "/mode tutor")
        await send(pilot, "Forgetting curve")
        await send(pilot, "Something about memory?")
        await save(pilot, into / "tutor.svg")
        app.post_message(OpenNote("Language models/Token.md", 14, "The program that cuts text into tokens"))
        await until(pilot, lambda: isinstance(app.screen, NoteScreen))
        await until(pilot, lambda: len(app.screen.query_one(NoteSide).targets) > 1)
        await save(pilot, into / "note.svg")
        await pilot.press("escape", "f3")
        await until(pilot, lambda: bool(getattr(app.screen, "_queue", [])))
        await save(pilot, into / "links.svg")


async def save(pilot: Pilot[None], file: Path) -> None:
    pilot.app.main.status.doing = ""  # how long it took depends on the machine
    for line in pilot.app.screen.query(Input):
        line.cursor_blink = False
    await pilot.pause(0.3)
    file.write_text(_FONTS.sub("", pilot.app.export_screenshot(title="kb")), encoding="utf-8")
    print(file)


def main(into: Path) -> None:
    into.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copytree(ROOT / "vault", folder / "vault", ignore=shutil.ignore_patterns(".kb"))
        settings = Settings(folder / "vault", folder / "index", root=folder)
        base = KnowledgeBase(settings)
        base.index()
        base.close()
        asyncio.run(pictures(KbApp(lambda: settings, watch=False), into))


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "screenshots")
