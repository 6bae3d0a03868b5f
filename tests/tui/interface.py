"""Drives the terminal interface as its user does, over a real knowledge base."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from textual.pilot import Pilot

from kb.settings import Settings
from kb.tui.app import KbApp
from kb.tui.widgets.conversation import Conversation

NOTES = {
    "Tea/Oolong.md": (
        "---\ntags: [tea]\naliases: [blue tea]\n---\n# Oolong\n\n**Oolong** is a tea that is half oxidised. "
        "It was first made in Fujian in 1725.\n\nIt comes from the [[Tea plant]] and likes water of 90 degrees.\n\n"
        "## Making it\n\n**Withering** is the drying of fresh leaves in the sun. **Bruising** is the shaking of the "
        "leaves, which lets air into their edges.\n"
    ),
    "Tea/Tea plant.md": (
        "---\ntags: [tea, plants]\n---\n# Tea plant\n\nThe **tea plant** is an evergreen bush that grows in warm "
        "and rainy hills. Its young leaves are picked by hand.\n"
    ),
    "Tea/Green tea.md": "# Green tea\n\nGreen tea is not oxidised at all. Compare [[Oolong]] and the [[Tea plant]].\n",
    "Kettle.md": "# Kettle\n\nA **kettle** boils water for [[Green tea]] and [[Oolong]] in three minutes.\n",
    "Diary.md": "# Diary\n\nToday I made Green tea and read about the tea plant.\n",
}

HOLD = """
import sys
from pathlib import Path
from kb.indexing.lock import WriteLock
lock = WriteLock(Path(sys.argv[1]))
lock.acquire("watching")
print("held", flush=True)
sys.stdin.read()
lock.release()
"""

# Textual's own patience with a busy machine is 30 seconds.
Pilot._wait_for_screen.__defaults__ = (600.0,)

Steps = Callable[[Pilot[None]], Awaitable[None]]


def settings_of(folder: Path) -> Settings:
    return Settings(folder / "vault", folder / "index", root=folder)


@contextmanager
def watched_by_another_process(folder: Path) -> Iterator[None]:
    """Another process keeps the index in step; what this one holds itself, the interface waits for."""
    words = [sys.executable, "-c", HOLD, str(folder / "index")]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        yield
        other.communicate()


def drive(app: KbApp, steps: Steps, size: tuple[int, int] = (120, 40)) -> None:
    """Run `steps` in the running interface."""

    async def run() -> None:
        async with app.run_test(size=size) as pilot:
            await steps(pilot)

    asyncio.run(run())


async def until(pilot: Pilot[None], condition: Callable[[], bool], seconds: float = 300) -> None:
    """Wait until `condition` holds."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        await pilot.pause(0.05)


async def ready(pilot: Pilot[None]) -> None:
    """Wait until notes and modes are there."""
    await until(pilot, lambda: bool(pilot.app.notes) and bool(pilot.app.modes))


async def send(pilot: Pilot[None], line: str) -> None:
    """Write a line, send it, and wait for the end of the turn."""
    conversation = pilot.app.main.query_one(Conversation)
    before = len(conversation.transcript)
    await pilot.press(*line, "enter")
    await pilot.pause()
    if not line.startswith("/mode"):
        await until(pilot, lambda: len(conversation.transcript) > before)
    await until(pilot, lambda: not pilot.app.main.is_busy)
    await pilot.pause()


def said(app: KbApp) -> str:
    """The conversation so far."""
    return "\n".join(app.main.query_one(Conversation).transcript)
