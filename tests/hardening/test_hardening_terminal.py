"""No byte of a note, a name, a plugin or a server commands the terminal: every command, in every mode."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer

from kb.cli.app import app
from tests.hardening.hostile_vault import EVIL, NAME, leaks, write_hostile
from tests.models.made_up_server import Handler, Server
from tests.support import run_kb
from tests.terminal import Terminal

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1200)]

ASKED = "What does the zebra eat?"
NOTE = f"{NAME} note.md"
# One line or more for every command; `watch` stands last, for it runs until it is stopped.
COMMANDS: list[list[str]] = [
    ["index", "--rebuild"], ["index"], ["index", "--verify"], ["index", "--purge"], ["status"], ["doctor"], ["tags"],
    ["search", "zebra"], ["search", f"zebra {EVIL}"], ["search", f"tag:{EVIL} zebra"], ["search", f"before:{EVIL}"],
    ["search", "--tag", EVIL, "zebra"], ["search", "--path", NAME, "barn"], ["search", EVIL], ["search", "zebra", "--after", EVIL],
    ["ask", ASKED], ["ask", "--explain", "--style", "quotes", ASKED], ["ask", "--style", EVIL, ASKED], ["ask", f"Who {EVIL} knows?"],
    ["chat"], ["chat", "--mode", EVIL], ["chat", "--mode", "evil"], ["pick", "zebra"],
    ["conversations"], ["conversations", "show", "1"], ["conversations", "reopen", "1"], ["conversations", "export", "1"], ["conversations", "export", "1", EVIL], ["conversations", "show", EVIL],
    ["new", f"New {EVIL}"], ["new", f"New {EVIL}", "--template", EVIL], ["new", "Fresh", "--text", EVIL], ["new", "Barn"],
    ["daily", "--print", "2026-02-01"], ["daily", EVIL], ["capture", f"thought {EVIL}"], ["capture", EVIL, "--to", NOTE], ["capture", "x", "--to", EVIL],
    ["open", NOTE], ["open", EVIL], ["edit", NOTE], ["edit", EVIL],
    ["links", NOTE], ["links", EVIL], ["links", "Barn"], ["link"], ["link", "--all"], ["link", NOTE, "--related"], ["link", EVIL],
    ["mv", NOTE, f"Moved {EVIL}", "--dry-run"], ["mv", NOTE, f"Moved {NAME}"], ["mv", EVIL, "x"], ["undo"], ["undo"],
    ["aliases"], ["aliases", "rename", EVIL, "x"], ["merge", EVIL, "x"], ["extract", EVIL],
    ["tags", "rename", "good", f"bad{EVIL}", "--dry-run"], ["tags", "rename", EVIL, "x"],
    ["graph"], ["graph", "--format", "dot"], ["graph", "--format", "mermaid"], ["graph", "--format", EVIL],
    ["init", f"vault/{NAME} room"], ["trust"], ["trust", "--yes"], ["help"], ["help", "search"], ["help", EVIL],
    ["import", EVIL], ["import", f"vault/{NAME} room", "--from", "text", "--dry-run"],
    ["eval", "--from-feedback"], ["eval", "questions", "--failures"], ["eval", EVIL], ["eval", "--retrieval", "--sample", "2"],
    ["config"], ["config", "get", "vault"], ["config", "get", EVIL], ["config", "set", "answers.style", EVIL], ["config", "set", EVIL, "1"], ["config", "edit"],
    ["models"], ["models", "get", f"https://127.0.0.1:1/{EVIL}.gguf"], ["models", "get", EVIL], ["models", "use", NAME], ["models", "use", EVIL],
    ["models", "judge", EVIL], ["models", "test", NAME], ["models", "test", EVIL], ["models", "remove", EVIL], ["models", "remove", NAME],
    ["plugins"], ["plugins", "enable", EVIL], ["plugins", "disable", EVIL], ["plugins", "trust"], ["plugins", "new", EVIL], ["plugins", "export", "quiz", f"{NAME}.txt"], ["plugins", "export", EVIL],
    ["quiz", NOTE], ["quiz", "--stats"], ["quiz", "--put-away", EVIL], ["quiz", EVIL], ["quiz", "--anki", f"{NAME}.apkg"],
    ["tutor", NOTE, "--templates"], ["tutor", EVIL], ["study", NOTE], ["study", EVIL], ["summarize", NOTE], ["summarize", NOTE, "--extract"], ["summarize", EVIL], ["summarize", "Barn", "--save"],
    ["export", "answer", ASKED, f"../{NAME}.md"], ["export", "conversations", f"../{NAME}.html"], ["export", "quiz", f"../{NAME}.html"], ["export", "graph", f"../{NAME}.json"],
    ["export", "statistics", f"../{NAME}s.html"], ["export", "site", f"../{NAME} site"], ["export", "graph", EVIL], ["export", "site", EVIL, "--notes", EVIL], ["export", EVIL],
    ["evil-command"], [EVIL], ["--vault", EVIL, "status"], ["--index", EVIL, "status"], ["watch"],
]  # fmt: skip

# Runs all of them in one process, for each start of Python costs a second.
DRIVER = """
import json, os, signal, sys
from kb.cli import streams
from kb.cli.main import run
streams.prepare()
signal.signal(signal.SIGALRM, lambda *_: os.kill(os.getpid(), signal.SIGINT))
for number, words in enumerate(json.loads(sys.stdin.readline())):
    sys.stderr.write(f"@@ {number}\\n")
    if words[-1] == "watch":
        signal.alarm(8)
    try:
        run(words)
    except BaseException as error:
        sys.stderr.write(f"@@ {words!a} left by {type(error).__name__}\\n")
    streams.answer().flush()
"""


@pytest.fixture(scope="module")
def hostile(
    tmp_path_factory: pytest.TempPathFactory, own_home: None
) -> Iterator[tuple[Path, dict[str, str]]]:
    """The knowledge base, and the variables that give it a hostile server and a hostile model file."""
    folder = tmp_path_factory.mktemp("hostile")
    write_hostile(folder)
    models = folder / "data" / "kb" / "models"
    models.mkdir(parents=True)
    (models / f"{NAME}.gguf").write_bytes(b"GGUF" + bytes(200))
    with Server.running() as server:
        server.answering = blurt
        kept, Handler.do_GET = Handler.do_GET, listed  # type: ignore[assignment, method-assign]
        yield (
            folder,
            {
                "XDG_DATA_HOME": str(folder / "data"), "EDITOR": "true", "KB_PAGER": "cat", "KB_MODELS_URL": server.url, "TERM": "xterm-256color",
                "COLUMNS": "100", "LINES": "40",
            },
        )  # fmt: skip
        Handler.do_GET = kept  # type: ignore[method-assign]


def listed(handler: Handler) -> None:
    handler.reply(200, {"data": [{"id": f"model {EVIL}"}]})


def blurt(handler: Handler) -> None:
    """Says something of every question, or fails with hostile words every other time."""
    if len(handler.server.asked) % 2:
        handler.reply(500, {"error": {"message": f"out of memory {EVIL}"}})
    else:
        handler.begin()
        handler.say(f"The zebra {EVIL} eats grass {EVIL}.", finish="stop")
        handler.event("[DONE]")


def named() -> set[str]:
    """Every command of kb and of its bundled plugins."""
    found = set()

    def walk(command: typer.core.TyperGroup, path: tuple[str, ...]) -> None:
        for name, child in command.commands.items():
            found.add(" ".join((*path, name)))
            if hasattr(child, "commands"):
                walk(child, (*path, name))  # type: ignore[arg-type]

    walk(typer.main.get_group(app), ())
    exports = {
        f"export {kind}" for kind in ("answer", "conversations", "quiz", "graph", "statistics", "site")
    }
    return found | exports | {"quiz", "tutor", "study", "summarize"}


def test_every_command_is_tried() -> None:
    tried = {" ".join(words[:count]) for words in COMMANDS for count in (1, 2)}
    assert named() <= tried


@pytest.mark.parametrize(
    "mode", ["on a terminal", "json", "help", pytest.param("plain", marks=pytest.mark.soak)]
)
def test_no_command_lets_anything_through(mode: str, hostile: tuple[Path, dict[str, str]]) -> None:
    folder, variables = hostile
    commands = COMMANDS
    if mode == "json":
        commands = [["--json", *words] for words in COMMANDS]
    elif mode == "help":
        commands = [
            ["--help"],
            *([*name.split(), "--help"] for name in sorted(named())),
            ["evil-command", "--help"],
        ]
    shown = run_all(commands, folder, variables, on_terminal=mode == "on a terminal")
    assert leaks(shown) == []
    assert "Traceback" not in shown
    assert "left by" not in shown, "every command ends by itself"
    assert f"@@ {len(commands) - 1}" in shown, "all were run"
    if mode != "help":
        assert shown.count("EVIL") > 100


def run_all(commands: list[list[str]], folder: Path, variables: dict[str, str], *, on_terminal: bool) -> str:
    """All that the commands write, on a terminal or into pipes."""
    environment = {**os.environ, **variables, "PYTHONIOENCODING": "utf-8"}
    environment.pop("NO_COLOR", None)
    ours, theirs = pty.openpty() if on_terminal else os.pipe()
    child = subprocess.Popen(
        [sys.executable, "-c", DRIVER], stdin=subprocess.PIPE, stdout=theirs, stderr=theirs, cwd=folder, env=environment,
        start_new_session=True,
    )  # fmt: skip
    os.close(theirs)
    pieces = list[bytes]()

    def read() -> None:
        try:
            while piece := os.read(ours, 65_536):
                pieces.append(piece)
        except OSError:
            pass  # a terminal that is closed

    reading = threading.Thread(target=read)
    reading.start()
    assert child.stdin is not None
    child.stdin.write(json.dumps(commands).encode() + b"\n" + f"{ASKED}\n/why\n/sources\n".encode())
    child.stdin.close()
    child.wait(1100)
    reading.join(30)
    os.close(ours)
    return b"".join(pieces).decode("utf-8", "surrogateescape")


def test_no_screen_lets_anything_through(
    hostile: tuple[Path, dict[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The interface, screen by screen: notes, an answer, a card, a search, a note, links, settings, the log."""
    folder, variables = hostile
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    run_kb("trust", "--yes", cwd=folder)
    run_kb("index", cwd=folder)
    with Terminal([sys.executable, "-m", "kb"], folder) as terminal:
        terminal.wait_for("EVIL", 120)
        for keys, shows in (
            (f"{ASKED}\r", "EVIL"), ("/why\r", "EVIL"), ("/sources\r", "EVIL"), ("\x06", "Search"), ("zebra", "EVIL"), ("\r", "EVIL"),
            ("\x1b", ""), ("\x1b", ""), ("\x0f", "EVIL"), ("\x1b", ""), ("\x1bOR", ""), ("\x1b", ""), ("\x1bOQ", ""), ("\x1b", ""),
            ("\x1bOP", ""), ("\x1b", ""), ("\x0c", ""), ("\x1b", ""), ("/mode quiz\r", ""), ("/mode evil\r", ""),
        ):  # fmt: skip
            terminal.type(keys)
            if shows:
                terminal.wait_for(shows, 120)
        terminal.type("\x11")
        terminal.end()
        assert leaks(terminal.shown) == []
        assert terminal.shown.count("EVIL") > 20
