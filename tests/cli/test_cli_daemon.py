"""The process that answers for `kb`: it says what the command itself would say, or nothing."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import signal
import socket
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from kb.cli.daemon import meeting
from kb.cli.daemon.client import connect, is_same_user, message
from kb.cli.daemon.fresh import Freshness
from tests.support import NOTES, run_kb, start_kb, write_notes

COMMANDS = (
    ("search", "token"),
    ("search", "--json", "growing intervals", "-n", "2"),
    ("--json", "search", "vocabulary"),
    ("search", "qqqqq", "--path", "nowhere"),
    ("search", ""),
    ("search", "-n", "0", "token"),
    ("status",),
    ("status", "--json"),
    ("links", "Tokens"),
    ("links", "No such note"),
    ("links",),
    ("graph", "--format", "dot"),
    ("doctor",),
    ("doctor", "--json"),
    ("ask", "What is a token?"),
    ("ask", "--json", "--style", "short", "Who described the forgetting curve?"),
    ("ask", "Who won the world cup of 1954?"),
    ("ask", "--style", "loud", "What?"),
    ("search", "--help"),
)


PROGRAM = (
    "import os, sys\n"
    "from kb.cli.daemon.client import run_elsewhere\n"
    "status = run_elsewhere(sys.argv[1:])\n"
    "os._exit(77 if status is None else status)\n"
)
NOBODY = 77  # exit status: no other process runs it


def made_in(base: Path) -> Path:
    """An indexed knowledge base, in a folder whose path is longer than a socket's may be."""
    base = base / ("long" * 30)
    write_notes(base / "vault", NOTES)
    (base / "kb.toml").write_text('vault = "vault"\nindex = "index"\n', encoding="utf-8")
    assert run_kb("index", cwd=base, XDG_STATE_HOME=str(base / "state")).returncode == 0
    return base


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory, own_home: None) -> Path:
    """A knowledge base for which nobody answers yet."""
    return made_in(tmp_path_factory.mktemp("base"))


def alone(base: Path, *words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """`kb` in a process of its own."""
    return run_kb(*words, cwd=base, XDG_STATE_HOME=str(base / "state"), KB_SERVE_LOCAL="off", **variables)


def asked(base: Path, *words: str, cwd: Path | None = None, **variables: str) -> subprocess.Popen[str]:
    """The process of a command that is run by another one, or by nobody."""
    environment = {**os.environ, "XDG_STATE_HOME": str(base / "state"), "NO_COLOR": "1", "COLUMNS": "80"}
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, *words],
        cwd=cwd or base,
        env=environment | variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def status_of(process: subprocess.Popen[str]) -> int:
    process.communicate(timeout=60)
    return process.returncode


def is_answered(base: Path, *words: str, cwd: Path | None = None, **variables: str) -> bool:
    """Whether another process runs the command."""
    return status_of(asked(base, *(words or ("links", "Tokens")), cwd=cwd, **variables)) != NOBODY


def within(seconds: float, true: Callable[[], object]) -> bool:
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def start(base: Path) -> subprocess.Popen[str]:
    server = start_kb("serve", "--local", cwd=base, XDG_STATE_HOME=str(base / "state"))
    assert within(60, lambda: is_answered(base))
    return server


def end(server: subprocess.Popen[str]) -> None:
    server.kill()
    server.communicate()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, own_home: None) -> Iterator[Path]:
    """The folder of a knowledge base for which a process answers."""
    base = made_in(tmp_path_factory.mktemp("served"))
    server = start(base)
    yield base
    end(server)


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_it_says_what_the_command_would_say(served: Path, words: tuple[str, ...]) -> None:
    expected = alone(served, *words)
    process = asked(served, *words)
    output, errors = process.communicate(timeout=120)
    assert process.returncode == expected.returncode
    assert untimed(output) == untimed(expected.stdout)
    assert untimed(errors) == untimed(expected.stderr)


def untimed(text: str) -> str:
    """Without the seconds that an answer took."""
    return re.sub(r"[\d.e-]+( s$|(?<=\d),?$)", "", text, flags=re.MULTILINE)


def on_terminal(base: Path, words: list[str], columns: int, **variables: str) -> bytes:
    """All that a command prints on a terminal of so many columns."""
    here, there = pty.openpty()
    fcntl.ioctl(there, termios.TIOCSWINSZ, struct.pack("4H", 50, columns, 0, 0))
    environment = {**os.environ, "XDG_STATE_HOME": str(base / "state"), "TERM": "xterm-256color", **variables}
    with subprocess.Popen(words, cwd=base, env=environment, stdin=there, stdout=there, stderr=there):
        os.close(there)
        shown = b""
        with suppress(OSError):  # of a terminal whose other side is closed
            while more := os.read(here, 65_536):
                shown += more
    os.close(here)
    return re.sub(rb"id=\d+", b"id=", shown)  # of a link, at random


@pytest.mark.parametrize("columns", [40, 120])
def test_a_terminal_shows_the_same_colours_and_lines(served: Path, columns: int) -> None:
    for command in (["search", "token"], ["links", "Tokens"]):
        mine = [sys.executable, "-m", "kb", *command]
        expected = on_terminal(served, mine, columns, KB_SERVE_LOCAL="off")
        shown = on_terminal(served, [sys.executable, "-c", PROGRAM, *command], columns)
        assert shown == expected
        assert b"\x1b[1m" in shown


def test_a_long_page_goes_to_the_pager_of_the_terminal(served: Path) -> None:
    """The pager is started by the command, for it needs its terminal."""
    pager = {"KB_PAGER": "sed s/^/paged:/", "LINES": "3"}
    mine = [sys.executable, "-m", "kb", "search", "token"]
    expected = on_terminal(served, mine, 80, KB_SERVE_LOCAL="off", **pager)
    shown = on_terminal(served, [sys.executable, "-c", PROGRAM, "search", "token"], 80, **pager)
    assert shown == expected
    assert shown.startswith(b"paged:")


def test_it_answers_below_the_folder_and_with_its_own_vault_only(served: Path, tmp_path: Path) -> None:
    (served / "vault" / "Learning").mkdir(exist_ok=True)
    assert is_answered(served, cwd=served / "vault" / "Learning")
    other = tmp_path / "vault"
    write_notes(other, {"Tea.md": "# Tea\n\nTea is a drink.\n"})
    assert not is_answered(served, "links", "Tokens", "--vault", str(other))
    assert not is_answered(served, KB_VAULT=str(other))
    assert not is_answered(served, cwd=tmp_path)
    assert not is_answered(served, KB_RETRIEVAL_CANDIDATES="5")
    assert not is_answered(served, LC_ALL="de_DE.UTF-8")


@pytest.mark.parametrize(
    "words", [("search", "token", "--open"), ("ask", "-"), ("link", "Tokens"), ("index",), ("tags",)]
)
def test_what_writes_asks_or_starts_a_program_is_run_by_the_command(
    served: Path, words: tuple[str, ...]
) -> None:
    assert not is_answered(served, *words)


def test_new_notes_and_settings_are_heeded(base: Path) -> None:
    server = start(base)
    try:
        (base / "vault" / "Oolong.md").write_text("# Oolong\n\nOolong is half oxidised.\n", encoding="utf-8")
        assert alone(base, "index").returncode == 0
        process = asked(base, "search", "oolong")
        assert "Oolong.md" in process.communicate(timeout=60)[0]
        assert process.returncode == 0
        (base / "kb.toml").write_text('vault = "vault"\nindex = "index"\n[answers]\nthreshold = 7\n')
        process = asked(base, "search", "oolong")
        assert "threshold" in process.communicate(timeout=60)[1]
        assert process.returncode == 1
    finally:
        (base / "kb.toml").write_text('vault = "vault"\nindex = "index"\n', encoding="utf-8")
        end(server)


def test_a_killed_process_is_replaced(base: Path) -> None:
    server = start(base)
    end(server)
    assert list((base / "state" / "kb" / "run").iterdir())
    assert not is_answered(base)
    assert alone(base, "serve", "--status").returncode == 1
    again = start(base)
    done = run_kb("serve", "--local", cwd=base, XDG_STATE_HOME=str(base / "state"))
    assert done.returncode == 2
    assert f"Process {again.pid} is already answering here" in done.stderr
    done = run_kb("serve", "--stop", cwd=base, XDG_STATE_HOME=str(base / "state"))
    assert (done.returncode, done.stderr) == (0, "Stopped.\n")
    again.communicate(timeout=10)
    assert again.returncode == 0
    assert not is_answered(base)


def test_a_process_that_hangs_holds_nothing_up(base: Path) -> None:
    server = start(base)
    try:
        server.send_signal(signal.SIGSTOP)
        assert run_kb("links", "Tokens", cwd=base, XDG_STATE_HOME=str(base / "state")).returncode == 0
        assert not is_answered(base)
        server.send_signal(signal.SIGCONT)
        assert within(10, lambda: is_answered(base))
    finally:
        end(server)


def test_many_at_once_are_all_answered_or_run_alone(served: Path) -> None:
    expected = alone(served, "search", "token").stdout
    environment = {**os.environ, "XDG_STATE_HOME": str(served / "state"), "NO_COLOR": "1", "COLUMNS": "80"}
    words = [sys.executable, "-m", "kb", "search", "token"]
    many = [
        subprocess.Popen(words, cwd=served, env=environment, stdout=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    assert [process.communicate(timeout=120)[0] for process in many] == [expected] * 4


@pytest.mark.slow
def test_ctrl_c_ends_the_command_and_not_the_process_that_answers(base: Path) -> None:
    """stdout is a pipe that nobody reads, so that the command is still being run."""
    write_notes(
        base / "vault",
        {f"Many/{n}.md": f"# Zebra {n}\n\n" + f"zebra{n}x stripe{n}y " * 40 for n in range(100)},
    )
    assert alone(base, "index").returncode == 0
    server = start(base)
    try:
        process = asked(base, "search", "zebra", "-n", "1000", "--json")
        assert not within(1.5, lambda: process.poll() is not None)
        process.send_signal(signal.SIGINT)
        assert within(20, lambda: process.poll() is not None)
        assert process.returncode == 130
        process.communicate()
        assert within(10, lambda: is_answered(base))
        assert server.poll() is None
    finally:
        end(server)


def test_a_folder_that_others_may_enter_is_not_used(base: Path) -> None:
    server = start(base)
    folder = base / "state" / "kb" / "run"
    try:
        assert {oct(file.stat().st_mode & 0o777) for file in folder.iterdir()} == {"0o600"}
        folder.chmod(0o755)
        assert not is_answered(base)
        done = run_kb("serve", "--local", cwd=base, XDG_STATE_HOME=str(base / "state"))
        assert done.returncode == 1
        assert f"chmod 700 {folder}" in done.stderr.replace("\n", "")
    finally:
        folder.chmod(0o700)
        end(server)


def test_only_this_user_is_let_in() -> None:
    here, there = socket.socketpair()
    with here, there:
        assert is_same_user(here)


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-"])
def test_a_command_with_a_closed_stream_runs_alone(served: Path, closed: str) -> None:
    """The connection would take its number."""
    environment = {**os.environ, "XDG_STATE_HOME": str(served / "state")}
    line = f'"{sys.executable}" -c "$PROGRAM" status {closed}'
    done = subprocess.run(
        ["sh", "-c", line],
        cwd=served,
        env=environment | {"PROGRAM": PROGRAM},
        capture_output=True,
        timeout=60,
    )
    assert done.returncode == NOBODY
    assert is_answered(served)


@pytest.mark.parametrize(
    "words", [["trust"], ["config", "set", "serve.local", "off"], ["ask", "-"], []], ids=repr
)
def test_whoever_speaks_to_it_gets_no_other_command(
    served: Path, words: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(served)
    monkeypatch.setenv("XDG_STATE_HOME", str(served / "state"))
    [place] = (served / "state" / "kb" / "run").glob("*[!k]")  # not the lock
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(30)
        connect(connection, str(place.parent), place.name)
        connection.sendall(message(words, ["utf-8"] * 3))
        assert connection.recv(1) == b"A"
        with Path(os.devnull).open("r+b") as nothing:
            socket.send_fds(connection, [b"G"], [nothing.fileno()] * 3)
        assert connection.recv(1) == b"N"
    assert within(20, lambda: is_answered(served))


def test_a_command_that_gave_up_before_the_writing_is_not_written_for(
    served: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """It runs alone by then, and everything would be there twice."""
    monkeypatch.chdir(served)
    monkeypatch.setenv("XDG_STATE_HOME", str(served / "state"))
    [place] = (served / "state" / "kb" / "run").glob("*[!k]")
    written = tmp_path / "written"
    with written.open("wb") as out, socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(30)
        connect(connection, str(place.parent), place.name)
        connection.sendall(message(["search", "token"], ["utf-8"] * 3))
        assert connection.recv(1) == b"A"
        socket.send_fds(connection, [b"G"], [out.fileno()] * 3)
        while connection.recv(1) != b"W":
            pass
    assert within(20, lambda: is_answered(served))
    assert written.read_bytes() == b""


def test_what_is_compiled_in_a_plugin_folder_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Python may run it in place of the source, so trust depends on it."""
    compiled = tmp_path / "plugins" / "one" / "__pycache__"
    compiled.mkdir(parents=True)
    (tmp_path / "kb.toml").write_text('vault = "."\n', encoding="utf-8")
    (compiled / "helper.cpython-311.pyc").write_bytes(b"one")
    monkeypatch.chdir(tmp_path)
    fresh = Freshness()
    assert fresh.is_so()
    (compiled / "helper.cpython-311.pyc").write_bytes(b"two")
    assert not fresh.is_so()


@pytest.mark.slow
def test_a_module_laid_beside_it_is_not_run_when_it_begins_anew(base: Path, tmp_path: Path) -> None:
    state, mark = str(base / "state"), tmp_path / "mark"
    environment = {**os.environ, "XDG_STATE_HOME": state, "PYTHONPATH": str(tmp_path / "path")}
    (tmp_path / "path").mkdir()
    folder = base / "vault" / "laid"
    folder.mkdir()
    server = subprocess.Popen(
        [sys.executable, "-m", "kb", "serve", "--local"],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    variables: dict[str, Any] = {"PYTHONPATH": str(tmp_path / "path")}
    try:
        assert within(60, lambda: is_answered(base, **variables))
        (folder / "kb.py").write_text(f"open({str(mark)!r}, 'w').close()\n", encoding="utf-8")
        (tmp_path / "path" / "something.py").touch()  # by which it knows that it is old
        assert not is_answered(base, **variables)
        assert within(60, lambda: is_answered(base, **variables))
        assert not mark.exists()
    finally:
        end(server)


@pytest.mark.slow
def test_watching_keeps_a_process_that_ends_with_it(base: Path) -> None:
    watching = start_kb("watch", cwd=base, XDG_STATE_HOME=str(base / "state"))
    try:
        assert within(60, lambda: is_answered(base))
    finally:
        watching.kill()  # it cannot tell its child
        watching.communicate()
    assert within(20, lambda: not is_answered(base))
    off = start_kb("watch", cwd=base, XDG_STATE_HOME=str(base / "state"), KB_SERVE_LOCAL="off")
    try:
        assert off.stdout is not None
        assert any("Watching" in line for line in off.stdout)
        assert run_kb("serve", "--status", cwd=base, XDG_STATE_HOME=str(base / "state")).returncode == 1
    finally:
        end(off)


@pytest.mark.slow
def test_a_newer_program_is_started_anew(base: Path, tmp_path: Path) -> None:
    """A package that came or went may be a plugin, or another version."""
    server = start_kb(
        "serve", "--local", cwd=base, XDG_STATE_HOME=str(base / "state"), PYTHONPATH=str(tmp_path)
    )
    try:
        assert within(60, lambda: is_answered(base, PYTHONPATH=str(tmp_path)))
        (tmp_path / "something.py").touch()
        assert not is_answered(base, PYTHONPATH=str(tmp_path))
        assert within(60, lambda: is_answered(base, PYTHONPATH=str(tmp_path)))
        assert server.poll() is None
    finally:
        end(server)


def test_names_of_sockets_are_short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", "/run/user/1000")
    assert len(f"{meeting.folder()}/{meeting.name(meeting.Wanted(['status']))}") < 60
