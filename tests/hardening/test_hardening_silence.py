"""kb is silent: no command connects to anything but the machine itself, and none opens a port."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.hardening.no_sockets import ENDED, is_possible
from tests.hardening.test_hardening_terminal import COMMANDS as ALL_COMMANDS
from tests.hardening.test_hardening_terminal import DRIVER
from tests.support import NOTES, run_kb, write_notes

ROOT = Path(__file__).parents[2]

# An audit hook sees what Python's own socket module is asked for, and says what it was. Libraries with sockets of their own
# (onnxruntime reports to its makers, Chroma is written in Rust) are stopped by the kernel: see no_sockets.py.
WATCHED = """
import sys
from tests.hardening.no_sockets import forbid_sockets, is_possible

def hear(event, arguments):
    if event in ("socket.connect", "socket.sendto", "socket.bind"):
        address = arguments[1]
        local = not isinstance(address, tuple) or str(address[0]) in ("127.0.0.1", "::1", "localhost")
        if not local or event == "socket.bind":
            print("NETWORK", event, address, file=sys.stderr, flush=True)
    elif event in ("socket.getaddrinfo", "socket.gethostbyname") and arguments[0] not in (None, "localhost", "127.0.0.1"):
        print("NETWORK", event, arguments[0], file=sys.stderr, flush=True)

sys.addaudithook(hear)
if is_possible():
    forbid_sockets()
from kb.cli.main import main
main(sys.argv[1:])
"""
COMMANDS = [
    ["--version"], ["index"], ["index", "--rebuild"], ["index", "--verify"], ["status"], ["search", "token"],
    ["ask", "What is a token?"], ["ask", "--json", "How many parameters?"], ["link", "Tokens"], ["links", "Tokens"],
    ["doctor"], ["models"], ["plugins"], ["quiz"], ["study"], ["summarize", "Tokens"], ["socratic", "Tokens"],
]  # fmt: skip


def run(words: list[str], base: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-c", WATCHED, *words],
        cwd=base,
        env=watched_environment(),
        input="",
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert "Traceback" not in done.stderr, done.stderr
    assert done.returncode != ENDED, "a library opened a socket"
    return done.stderr


def watched_environment() -> dict[str, str]:
    """The variables of a user: nothing that keeps a library silent but what kb itself says."""
    loud = ("TELEMETRY", "TRACK", "OFFLINE")
    kept = {name: value for name, value in os.environ.items() if not any(word in name for word in loud)}
    return {**kept, "NO_COLOR": "1", "PYTHONPATH": str(ROOT)}


def test_the_hook_hears_a_connection(tmp_path: Path) -> None:
    """The test can fail: a program that does connect is heard."""
    program = WATCHED.replace(
        "from kb.cli.main import main\nmain(sys.argv[1:])",
        "import socket\nsocket.socket(socket.AF_INET, socket.SOCK_DGRAM).connect(('192.0.2.1', 9))",
    )
    program = program.replace("forbid_sockets()\n", "pass\n")
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert "NETWORK socket.connect ('192.0.2.1', 9)" in done.stderr


@pytest.mark.skipif(not is_possible(), reason="the kernel cannot be asked to forbid sockets here")
@pytest.mark.parametrize("family", ["AF_INET", "AF_INET6"])
def test_the_kernel_ends_what_opens_a_socket(family: str) -> None:
    """So it is with a library that the hook does not hear."""
    program = (
        "import ctypes, socket\n"
        "from tests.hardening.no_sockets import forbid_sockets\n"
        "forbid_sockets()\n"
        "socket.socketpair()  # within the machine\n"
        f"ctypes.CDLL(None).socket(int(socket.{family}), int(socket.SOCK_DGRAM), 0)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=False)
    assert done.returncode == ENDED


@pytest.mark.slow
@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_no_command_reaches_the_network(words: list[str], small_base: Path) -> None:
    assert "NETWORK" not in run(words, small_base)


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_no_command_of_all_reaches_the_network(small_base: Path, tmp_path: Path) -> None:
    """Every command but those that fetch a model, one after another in one process, over notes of their own."""
    base = shutil.copytree(small_base, tmp_path / "base")
    commands = [words for words in ALL_COMMANDS if words[:2] != ["models", "get"]]
    program = WATCHED.partition("from kb.cli.main")[0] + DRIVER
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=base,
        env=watched_environment() | {"EDITOR": "true", "KB_PAGER": "cat"},
        input=f"{json.dumps(commands)}\nWhat is a token?\n",
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert "NETWORK" not in done.stderr
    assert f"@@ {len(commands) - 1}" in done.stderr, "all were run"


@pytest.mark.slow
@pytest.mark.skipif(not is_possible(), reason="the kernel cannot be asked to forbid sockets here")
def test_nothing_is_reported_while_kb_stays_open(small_base: Path) -> None:
    """onnxruntime collects what it is used for, and sends it some seconds after it was loaded."""
    chat = subprocess.Popen(
        [sys.executable, "-c", WATCHED, "chat"],
        cwd=small_base,
        env=watched_environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert chat.stdin is not None
    assert chat.stdout is not None
    chat.stdin.write("What is a token?\n")
    chat.stdin.flush()
    assert chat.stdout.readline(), "it has answered, so that every library is loaded"
    end = time.monotonic() + 20  # without the mend it was ended after five
    while time.monotonic() < end and chat.poll() is None:
        time.sleep(0.2)
    _, errors = chat.communicate(timeout=60)
    assert chat.returncode == 0, errors
    assert "NETWORK" not in errors


@pytest.mark.slow
def test_kb_and_its_libraries_write_into_folders_of_kb_alone(tmp_path: Path) -> None:
    """No library keeps a number of its user, or what it would report of him, in the home folder."""
    home = tmp_path / "home"
    home.mkdir()
    base = tmp_path / "base"
    write_notes(base / "vault", NOTES)
    places = ("CACHE", "CONFIG", "DATA", "STATE")
    variables = {f"XDG_{place}_HOME": str(home / place.lower()) for place in places} | {"HOME": str(home)}
    for words in (["init", "vault"], ["index"], ["ask", "What is a token?"], ["models"], ["quiz"]):
        run_kb(*words, cwd=base, **variables)
    assert {path.name for place in home.iterdir() for path in place.iterdir()} == {"kb"}


@pytest.mark.slow
@pytest.mark.parametrize(
    "text",
    [
        "CHROMA_SERVER_HTTP_PORT=not a number\n",
        "CHROMA_PRODUCT_TELEMETRY_IMPL=nowhere.Evil\n",
        "CHROMA_OTEL_COLLECTION_ENDPOINT=http://127.0.0.1:9\nCHROMA_OTEL_GRANULARITY=nonsense\n",
    ],
)
def test_a_file_of_settings_for_chroma_in_the_folder_is_not_read(tmp_path: Path, text: str) -> None:
    """A folder from elsewhere may hold `.env`, which Chroma reads where one stands."""
    write_notes(tmp_path / "vault", NOTES)
    (tmp_path / ".env").write_text(text, encoding="utf-8")
    done = run_kb("index", "--vault", "vault", "--index", "index", cwd=tmp_path)
    assert (done.returncode, "3 added" in done.stdout, done.stderr) == (0, True, "")
