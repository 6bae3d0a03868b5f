"""Standard streams that are closed, full, narrow, or read by `head`, and code that prints where only kb should."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.support import run_kb, write_notes

pytestmark = pytest.mark.slow
KB = f"{sys.executable} -P -m kb"
QUESTION = "search repetition"


@pytest.fixture
def base(small_base: Path, tmp_path: Path) -> Path:
    shutil.copytree(small_base, tmp_path / "base")
    return tmp_path / "base"


def shell(command: str, cwd: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "NO_COLOR": "1", **variables}
    return subprocess.run(
        ["bash", "-o", "pipefail", "-c", command.replace("kb ", f"{KB} ", 1)],
        cwd=cwd, env=environment, capture_output=True, check=False, timeout=300,
        encoding=variables.get("PYTHONIOENCODING", "utf-8"),
    )  # fmt: skip


@pytest.mark.parametrize(
    "command",
    ["kb --help", "kb doctor", f"kb {QUESTION}", "kb graph --format dot", "kb status", "kb search --help"],
)
def test_a_reader_that_has_seen_enough_is_no_error(small_base: Path, command: str) -> None:
    done = shell(f"{command} | head -c 1", small_base)
    assert (done.returncode, done.stderr) == (0, "")


def test_work_is_done_to_its_end_without_a_reader(base: Path) -> None:
    write_notes(
        base / "vault", {f"New {number}.md": f"# New {number}\n\nA note on zebras.\n" for number in range(30)}
    )
    assert shell("kb index 2>&1 | head -c 1", base).returncode == 0
    hits = json.loads(run_kb("search", "zebras", "--json", "-n", "40", cwd=base).stdout)["hits"]
    found = {path for hit in hits for path in (hit["path"], *hit["also_in"])}
    assert found >= {f"New {number}.md" for number in range(30)}


@pytest.mark.parametrize("stream", [">/dev/full", ">/dev/full 2>&1", "1</dev/null"])
def test_a_stream_that_cannot_be_written_is_one_sentence(small_base: Path, stream: str) -> None:
    done = shell(f"kb {QUESTION} {stream}", small_base)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    if "2>&1" not in stream:
        assert done.stderr.startswith("kb: The output cannot be written")
        assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("closed", [">&-", "<&-", "2>&-", ">&- 2>&- <&-"])
@pytest.mark.parametrize("command", [f"kb {QUESTION}", "kb status --json"])
def test_closed_streams_are_as_good_as_none(small_base: Path, command: str, closed: str) -> None:
    done = shell(f"{command} {closed}", small_base)
    assert done.returncode == 0
    assert "Traceback" not in done.stderr + done.stdout


def test_a_conversation_without_input_ends(small_base: Path) -> None:
    done = shell("kb chat <&-", small_base)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("encoding", ["latin-1", "ascii", "cp1252"])
def test_what_a_terminal_cannot_show_is_replaced(base: Path, encoding: str) -> None:
    write_notes(base / "vault", {"Tea.md": "# Tea\n\nOolong 烏龍 is “half” fermented – Ω.\n"})
    run_kb("index", cwd=base)
    done = shell("kb search oolong", base, PYTHONIOENCODING=encoding)
    assert done.returncode == 0, done.stderr
    assert "Oolong ??" in done.stdout
    found = shell("kb search oolong --json", base, PYTHONIOENCODING=encoding)
    assert json.loads(found.stdout)["hits"][0]["text"].endswith("烏龍 is “half” fermented – Ω.")
    assert shell("kb --help", base, PYTHONIOENCODING=encoding).returncode == 0


@pytest.mark.parametrize(
    ("command", "lack", "words"),
    [
        # 20 kB a file; the library that tells languages unpacks its model where temporary files lie.
        (["index", "--rebuild"], "resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))", "No space is left"),
        (["index", "--rebuild"], "pathlib.Path.open = lambda *_, **__: bytearray(1 << 62)", "not enough memory"),
        (["ask", "What is Oolong?"], "import numpy; numpy.frombuffer = lambda *_, **__: bytearray(1 << 62)", "not enough memory"),
        (["quiz", "Tea"], "resource.setrlimit(resource.RLIMIT_AS, (250 << 20, 250 << 20))", "not enough memory"),
        (["index"], "resource.setrlimit(resource.RLIMIT_NOFILE, (6, 6))", "Too many files are open"),
        (["index", "--rebuild"], "resource.setrlimit(resource.RLIMIT_NOFILE, (9, 9))", "Too many files are open"),
        (["ask", "What is Oolong?"], "resource.setrlimit(resource.RLIMIT_NOFILE, (9, 9))", "Too many files are open"),
    ],
)  # fmt: skip
def test_what_the_machine_lacks_is_one_sentence(
    command: list[str], lack: str, words: str, base: Path
) -> None:
    program = f"import pathlib, resource\nfrom kb.cli.main import main\n{lack}\nmain({command})\n"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=base, capture_output=True, text=True, check=False
    )
    assert "Traceback" not in done.stderr
    assert done.returncode == 1, done.stderr
    assert words in done.stderr


def test_folders_that_cannot_be_opened_for_lack_of_files_do_not_lose_their_notes(base: Path) -> None:
    write_notes(
        base / "vault", {f"{'/'.join('abcdef'[:n])}/Note {n}.md": f"# Note {n}\n" for n in range(1, 6)}
    )
    assert run_kb("index", cwd=base).returncode == 0
    before = json.loads(run_kb("status", "--json", cwd=base).stdout)["notes"]
    for limit in range(5, 12):
        program = (
            "import resource\nfrom kb.cli.main import main\n"
            f"resource.setrlimit(resource.RLIMIT_NOFILE, ({limit}, {limit}))\nmain(['index'])\n"
        )
        subprocess.run([sys.executable, "-c", program], cwd=base, capture_output=True, check=False)
    assert json.loads(run_kb("status", "--json", cwd=base).stdout)["notes"] == before


@pytest.mark.parametrize("size", ["0", "-1", "", "wide"])
def test_a_terminal_of_no_size_is_written_to(size: str, base: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "kb", "status"],
        cwd=base,
        env={**os.environ, "COLUMNS": size, "LINES": size},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0
    assert "notes" in done.stdout


NAMES = [
    "\u200fShalom\u200e.md",
    "\u202aReport\u202c.md",
    "Tab\there.md",
    "Bell\x07.md",
    "C1\x9b31m.md",
    "Joined\u200dup.md",
]


def test_paths_in_json_open_the_files_they_name(base: Path) -> None:
    write_notes(
        base / "vault",
        {
            name: "# Zebra\n\nZebras graze at dawn.\n" + name.encode("unicode_escape").decode()
            for name in NAMES
        },
    )
    assert run_kb("index", cwd=base).returncode == 0
    done = run_kb("search", "zebras graze", "-n", "40", "--json", cwd=base)
    paths = [hit["path"] for hit in json.loads(done.stdout)["hits"]]
    assert set(NAMES) <= {
        path for hit in json.loads(done.stdout)["hits"] for path in (hit["path"], *hit["also_in"])
    }
    assert all((base / "vault" / path).exists() for path in paths)
    assert not any(character in done.stdout for character in "\u200f\u200e\u202a\u202c\x07\x9b")


NOISY = """
import os, subprocess, sys
print("loading")
os.write(1, b"from C\\n")
subprocess.run(["echo", "from a child"])
from kb.plugin_api import hookimpl
@hookimpl
def kb_status(base):
    print("in a hook")
    sys.__stdout__.write("by another name")
    return {"line": sys.stdin.readline()}
import atexit
atexit.register(print, "at exit")
"""


def test_only_kb_writes_to_stdout(base: Path) -> None:
    write_notes(base / "plugins", {"noisy.py": NOISY})
    assert run_kb("trust", "--yes", cwd=base).returncode == 0
    done = run_kb("status", "--json", cwd=base, input="for kb\n")
    assert json.loads(done.stdout)["plugins"]["line"] == ""
    for told in ("loading", "from C", "from a child", "in a hook", "at exit"):
        assert told in done.stderr
    assert json.loads(run_kb("plugins", "--json", cwd=base).stdout)["plugins"]


@pytest.mark.parametrize("wait", [0.05, 0.1, 0.15, 0.2, 0.3, 0.5, 0.8])
def test_ctrl_c_during_the_first_second_leaves_no_traceback(small_base: Path, wait: float) -> None:
    process = subprocess.Popen(
        [sys.executable, "-P", "-c", "import sys; sys.argv[0] = 'kb'; print(flush=True); from kb.cli import main; main()", "ask", "What is a token?"],
        cwd=small_base, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    process.stdout.readline()  # Python itself is there
    time.sleep(wait)
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=120)
    assert process.returncode in (130, 0), told
    assert "Traceback" not in told


SLOW = """
import sys, time
class Slow:
    def find_spec(self, name, path=None, target=None):
        if name == {module!r}:
            print(flush=True)
            time.sleep(60)
sys.meta_path.insert(0, Slow())
from kb.cli import main
main()
"""


@pytest.mark.parametrize("module", ["kb.cli.main", "kb.cli.app", "typer", "kb.knowledge_base", "numpy"])
def test_ctrl_c_within_an_import_leaves_no_traceback(small_base: Path, module: str) -> None:
    """However long it takes: the signal comes while `module` is being looked for."""
    process = subprocess.Popen(
        [sys.executable, "-P", "-c", SLOW.replace("{module!r}", repr(module)), "ask", "What is a token?"],
        cwd=small_base, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdout.readline() == "\n"
    time.sleep(0.1)  # it sleeps by now
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=120)
    assert process.returncode == 130, told
    assert "Traceback" not in told
