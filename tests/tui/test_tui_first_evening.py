"""docs/first-evening.md, "In the interface": its keys are pressed in a real terminal, and its screens come.

KB_WRITE_SCREENS=1 writes the screens into the page anew, once each has stood still for some seconds.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.tui.tmux import Tmux

PAGE = Path(__file__).parents[2] / "docs" / "first-evening.md"
STEP = re.compile(r"^```keys\n(?P<keys>.*?)^```\n\n```text\n(?P<screen>.*?)^```$", re.MULTILINE | re.DOTALL)
WRITES = bool(os.environ.get("KB_WRITE_SCREENS"))
BUSY = re.compile(r"Working|Learning from|Embedding|Reading notes|Filling|watching|pending")
KEY = re.compile(r"<(.+)>")
_SECONDS, _STILL_SECONDS = 120.0, 8.0
# What differs from evening to evening, and what stands for it in the page.
VARYING = (
    (r"\d{4}-\d\d-\d\d", "2026-11-28"),
    (r"\b\d\d:\d\d\b", "21:07"),
    (r"\b\d+\.\d s\b", "0.4 s"),
    (r"\S*/kb\.toml", "kb.toml"),
    (r"just now|\b\d+ minutes ago", "just now"),
    (r"\b\d+ days\b", "8 days"),  # a card comes back some days earlier or later, so that not all come at once
)


def usual(screen: str) -> str:
    """`screen` with what varies as the page has it."""
    for pattern, usually in VARYING:
        screen = re.sub(pattern, usually, screen)
    return "\n".join(line.rstrip() for line in screen.rstrip().splitlines()).strip("\n") + "\n"


def bare(screen: str) -> list[str]:
    """Its lines without widths: a longer time moves what stands beside it."""
    return [" ".join(line.split()) for line in usual(screen).splitlines()]


@pytest.fixture
def terminal() -> Iterator[Tmux]:
    folder = Path(tempfile.mkdtemp(prefix="kb"))  # pytest's own are longer than a line of the page
    own = {f"XDG_{name}_HOME": str(folder / name.lower()) for name in ("CONFIG", "DATA", "STATE")}
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    (folder / "evening").mkdir()
    opened = Tmux(folder, "cd evening; exec env PS1='$ ' bash --norc --noprofile", (80, 24), PATH=path, **own)
    yield opened
    opened.close()
    shutil.rmtree(folder, ignore_errors=True)


def test_the_page_shows_a_first_evening() -> None:
    steps = list(STEP.finditer(PAGE.read_text("utf-8")))
    screens = [step["screen"] for step in steps]
    for told in ("[[Sourdough]]", "240 degrees", "don't answer this", "1 of 1 right"):
        assert any(told in screen for screen in screens), told
    assert all(usual(screen) == screen for screen in screens)
    assert all(len(line) <= 80 for screen in screens for line in screen.splitlines())


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed")
def test_the_screens_of_the_page_come(terminal: Tmux) -> None:
    text = PAGE.read_text("utf-8")
    terminal.shows("$")
    seen = []
    for step in STEP.finditer(text):
        play(terminal, step["keys"].splitlines())
        seen.append(still(terminal) if WRITES else awaited(terminal, step["screen"]))
    if WRITES:
        screens = iter(seen)
        PAGE.write_text(
            STEP.sub(lambda step: f"```keys\n{step['keys']}```\n\n```text\n{next(screens)}```", text), "utf-8"
        )


def play(terminal: Tmux, lines: list[str]) -> None:
    for line in lines:
        before = terminal.screen()
        at_prompt = is_at_prompt(before)
        end = time.monotonic() + _SECONDS
        if key := KEY.fullmatch(line):
            terminal.press(key[1])
            while line != lines[-1] and terminal.screen() == before:  # else Esc and a letter are one key
                assert time.monotonic() < end, before
                time.sleep(0.2)
        else:
            terminal.type(line)
        while at_prompt and line != lines[-1] and not is_at_prompt(terminal.screen()):
            assert time.monotonic() < end, terminal.screen()
            time.sleep(0.2)


def is_at_prompt(screen: str) -> bool:
    return screen.rstrip().rpartition("\n")[2] == "$"


def awaited(terminal: Tmux, wanted: str) -> str:
    end = time.monotonic() + _SECONDS
    while bare(screen := terminal.screen()) != bare(wanted):
        if time.monotonic() > end:
            assert usual(screen) == wanted
        time.sleep(0.3)
    return usual(screen)


def still(terminal: Tmux) -> str:
    shown, since = terminal.screen(), time.monotonic()
    while time.monotonic() < since + _STILL_SECONDS:
        time.sleep(0.3)
        if (now := terminal.screen()) != shown or BUSY.search(now):
            shown, since = now, time.monotonic()
    return usual(shown)
