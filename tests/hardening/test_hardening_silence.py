"""kb is silent: no command connects to anything but the machine itself, and none opens a port."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

# An audit hook sees what Python's own socket module is asked for, in every library above it. Libraries with sockets of
# their own (gRPC within Chroma's client) are seen by the calls of the system, in the test after it.
WATCHED = """
import sys

def hear(event, arguments):
    if event in ("socket.connect", "socket.sendto", "socket.bind"):
        address = arguments[1]
        local = not isinstance(address, tuple) or str(address[0]) in ("127.0.0.1", "::1", "localhost")
        if not local or event == "socket.bind":
            print("NETWORK", event, address, file=sys.stderr, flush=True)
    elif event in ("socket.getaddrinfo", "socket.gethostbyname") and arguments[0] not in (None, "localhost", "127.0.0.1"):
        print("NETWORK", event, arguments[0], file=sys.stderr, flush=True)

sys.addaudithook(hear)
from kb.cli.main import main
main(sys.argv[1:])
"""
COMMANDS = [
    ["index"], ["index", "--rebuild"], ["index", "--verify"], ["status"], ["search", "token"],
    ["ask", "What is a token?"], ["ask", "--json", "How many parameters?"], ["link", "Tokens"], ["links", "Tokens"],
    ["doctor"], ["models"], ["plugins"], ["quiz"], ["study"], ["summarize", "Tokens"], ["socratic", "Tokens"],
]  # fmt: skip


def run(words: list[str], base: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-c", WATCHED, *words],
        cwd=base,
        env={**os.environ, "NO_COLOR": "1"},
        input="",
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done.stderr


def test_the_hook_hears_a_connection(tmp_path: Path) -> None:
    """The test can fail: a program that does connect is heard."""
    program = WATCHED.replace(
        "from kb.cli.main import main\nmain(sys.argv[1:])",
        "import socket\nsocket.socket(socket.AF_INET, socket.SOCK_DGRAM).connect(('192.0.2.1', 9))",
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert "NETWORK socket.connect ('192.0.2.1', 9)" in done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_no_command_reaches_the_network(words: list[str], small_base: Path) -> None:
    assert "NETWORK" not in run(words, small_base)
