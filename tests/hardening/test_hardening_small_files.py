"""Small files that a folder from elsewhere may hold: pipes, devices, links, floods and depths; none hangs or crashes kb."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.errors import (
    IgnoreFileUnreadable,
    NoteUnreadable,
    PluginError,
    SettingsError,
    UsageError,
    VaultMissing,
)
from kb.evaluation.grep import GrepBaseline
from kb.evaluation.questions import load_questions
from kb.files.small import Unfit, parse_json, read_small
from kb.linking.renaming.note import rename
from kb.machine_log import MachineLog
from kb.machine_name import known_machine_name, machine_name
from kb.models.state_file import read_state
from kb.notes.vault import Vault
from kb.plugin_trust import PluginChoices
from kb.settings import load_settings
from kb.settings.writing import write_settings
from kb.tui.keymap import read_keymap
from tests.linking.renaming import context_of
from tests.support import NOTES, run_kb, write_notes

ROW = b'{"verdict": "always", "name": "Tea", "at": "2030-01-01T00:00:00+00:00"}\n'


def pipe(file: Path) -> None:
    os.mkfifo(file)


def endless(file: Path) -> None:
    file.symlink_to("/dev/zero")


def folder(file: Path) -> None:
    file.mkdir()


def huge(file: Path) -> None:
    with file.open("wb") as stream:
        stream.truncate(3_000_000_000)  # sparse


def loop(file: Path) -> None:
    file.symlink_to(file.name)


def socket(file: Path) -> None:
    os.mknod(file, 0o140600)


UNFIT: list[Callable[[Path], None]] = [pipe, endless, folder, huge, loop, socket]


@pytest.fixture
def base(tmp_path: Path) -> Path:
    write_notes(tmp_path / "vault", NOTES)
    (tmp_path / "kb.toml").write_text('vault = "vault"\nindex = "index"\n', encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("make", UNFIT)
def test_what_is_no_small_file_is_refused_at_once(make: Callable[[Path], None], tmp_path: Path) -> None:
    make(tmp_path / "file")
    with pytest.raises(OSError, match=r".") as raised:
        read_small(tmp_path / "file")
    assert raised.value.strerror


def test_a_file_of_the_largest_size_is_read_and_one_byte_more_is_not(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"x" * 1000)
    assert read_small(file, 1000) == b"x" * 1000
    with pytest.raises(Unfit, match="larger than 999"):
        read_small(file, 999)


@pytest.mark.parametrize("make", UNFIT)
def test_an_ignore_file_of_another_kind_is_named_and_hides_nothing_silently(
    make: Callable[[Path], None], base: Path
) -> None:
    make(base / "vault" / ".kbignore")
    with pytest.raises(IgnoreFileUnreadable, match=r"\.kbignore cannot be read: .*remove it"):
        Vault(base / "vault").scan()


def test_a_link_in_place_of_an_ignore_file_is_refused_as_git_does(base: Path, tmp_path: Path) -> None:
    (tmp_path / "rules").write_text("Tokens.md\n")
    (base / "vault" / ".kbignore").symlink_to(tmp_path / "rules")
    with pytest.raises(IgnoreFileUnreadable, match="symbolic link"):
        Vault(base / "vault").scan()


@pytest.mark.parametrize(
    "rule",
    [
        "*a*a*a*a*a*a*ab",
        "*" * 200 + "b",
        "a*" * 100 + "b",
        "**/a/" * 40 + "b",
        "?*?*?*?*?*?*?*?*b",
        "[a-z]*" * 30 + "!",
        "(a+)+$",
    ],
)
def test_no_rule_takes_longer_than_linear_time(rule: str, tmp_path: Path) -> None:
    write_notes(tmp_path, {f"{'a' * 200}{number}.md": "# A\n" for number in range(20)})
    deep = Path(*["a"] * 100)
    write_notes(tmp_path, {str(deep / "x.md"): "# A\n"})
    (tmp_path / ".kbignore").write_text(f"{rule}\nhidden.md\n")
    write_notes(tmp_path, {"hidden.md": "# Hidden\n"})
    start = time.process_time()
    found = Vault(tmp_path).scan()
    assert time.process_time() - start < 60
    assert "hidden.md" not in {file.path for file in found}


def test_a_flood_of_rules_is_read_in_time(tmp_path: Path) -> None:
    (tmp_path / ".kbignore").write_text("".join(f"*{number}*a*.tmp\n" for number in range(7_000)) + "no.md\n")
    write_notes(tmp_path, {"yes.md": "# Y\n", "no.md": "# N\n"})
    start = time.process_time()
    assert [file.path for file in Vault(tmp_path).scan()] == ["yes.md"]
    assert time.process_time() - start < 200


@pytest.mark.parametrize(
    ("rules", "hidden"),
    [
        (b"\xef\xbb\xbfsecret.md\n", {"secret.md"}),
        (b"secret.md\r\nprivate/\r\n", {"secret.md", "private/diary.md"}),
        (b"*.md\n!open.md\n", {"secret.md", "private/diary.md"}),
        (b"[z-a].md\nsecret.md\n", {"secret.md"}),
        (b"\xff\xfe broken\nsecret.md\n", {"secret.md"}),
    ],
)
def test_rules_hide_what_gits_rules_would(rules: bytes, hidden: set[str], tmp_path: Path) -> None:
    names = {"open.md", "secret.md", "private/diary.md"}
    write_notes(tmp_path, dict.fromkeys(names, "# A\n"))
    (tmp_path / ".kbignore").write_bytes(rules)
    assert names - {file.path for file in Vault(tmp_path).scan()} == hidden


@pytest.mark.parametrize("make", UNFIT)
def test_a_log_of_another_kind_is_passed_over_and_the_others_are_read(
    make: Callable[[Path], None], tmp_path: Path
) -> None:
    log = MachineLog(tmp_path, ".kb/links", lambda: "m")
    (tmp_path / ".kb" / "links").mkdir(parents=True)
    (tmp_path / ".kb" / "links" / "good.jsonl").write_bytes(ROW)
    make(tmp_path / ".kb" / "links" / "bad.jsonl")
    assert [row["name"] for row in log.rows()] == ["Tea"]


@pytest.mark.parametrize(
    "line",
    [b"[" * 100_000, b'{"a":' * 50_000, b"9" * 50_000, b'{"rating": NaN}', b"\xff\xfe\x00", b'"' * 99_999],
    ids=["brackets", "braces", "digits", "nan", "bytes", "quotes"],
)
def test_a_line_that_is_no_row_costs_nothing_else(line: bytes, tmp_path: Path) -> None:
    (tmp_path / "links").mkdir()
    (tmp_path / "links" / "m.jsonl").write_bytes(line + b"\n" + ROW)
    assert [row["name"] for row in MachineLog(tmp_path, "links", lambda: "m").rows()] == ["Tea"]


@pytest.mark.slow
@pytest.mark.parametrize("make", [pipe, endless, huge])
def test_status_and_search_do_not_wait_for_a_log(make: Callable[[Path], None], small_base: Path) -> None:
    places = [small_base / "vault" / ".kb" / name for name in ("reviews", "links", "feedback")]
    for place in places:
        place.mkdir(parents=True, exist_ok=True)
        make(place / "evil.jsonl")
        (place / "deep.jsonl").write_bytes(b"[" * 100_000 + b"\n")
    try:
        for words in (["status"], ["search", "token"], ["link", "Tokens"]):
            done = run_kb(*words, cwd=small_base)
            assert done.returncode == 0, done.stderr
            assert "Traceback" not in done.stderr
    finally:
        for place in places:
            shutil.rmtree(place)


@pytest.mark.parametrize(
    "content",
    [
        b"a = " + b"[" * 100_000,
        b"\xff\xfe",
        b"\0",
        b"a" * 2_000_000,
        b"a." * 20_000 + b"a = 1",
        b"vault = nan",
        b"vault = 'vault'\n#" + b"x" * 1_000_000,
    ],
    ids=["brackets", "bytes", "nul", "large", "dots", "nan", "sound and large"],
)
def test_settings_that_are_none_are_one_sentence(content: bytes, base: Path) -> None:
    (base / "kb.toml").write_bytes(content)
    start = time.process_time()
    with pytest.raises(SettingsError):
        load_settings(start=base, environment={})
    assert time.process_time() - start < 60


@pytest.mark.parametrize("make", [pipe, endless, folder, socket])
def test_settings_of_another_kind_are_none_and_not_waited_for(
    make: Callable[[Path], None], base: Path
) -> None:
    (base / "kb.toml").unlink()
    make(base / "kb.toml")
    with pytest.raises(VaultMissing):
        load_settings(start=base, environment={})


@pytest.mark.parametrize(
    "content", [b"vim = " + b"[" * 100_000, b"a." * 20_000 + b"a = 1", b"\xff\xfe", b"vim = nan"]
)
def test_keys_that_are_none_are_named_and_cost_no_time(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "keys.toml").write_bytes(content)
    start = time.process_time()
    assert len(read_keymap(tmp_path / "keys.toml").problems) == 1
    assert time.process_time() - start < 60


def test_keys_may_begin_with_a_byte_order_mark(tmp_path: Path) -> None:
    (tmp_path / "keys.toml").write_bytes(b"\xef\xbb\xbfvim = true\n")
    assert read_keymap(tmp_path / "keys.toml").vim


def test_settings_are_written_through_no_link_and_keep_their_permissions(base: Path, tmp_path: Path) -> None:
    target = tmp_path / "precious"
    target.write_text("mine")
    (base / ".kb.toml.new").symlink_to(target)
    (base / "kb.toml").chmod(0o600)
    write_settings(base / "kb.toml", {"answers.quotes": 2})
    assert target.read_text() == "mine"
    assert load_settings(start=base, environment={}).answers.quotes == 2
    assert (base / "kb.toml").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("make", [pipe, endless, folder])
def test_a_note_that_became_something_else_is_not_waited_for(
    make: Callable[[Path], None], base: Path
) -> None:
    vault = Vault(base / "vault")
    vault.scan()
    (base / "vault" / "Tokens.md").unlink()
    make(base / "vault" / "Tokens.md")
    with pytest.raises(NoteUnreadable):
        vault.read("Tokens.md")


@settings(max_examples=300, deadline=None)
@given(
    st.one_of(
        st.binary(max_size=300),
        st.text(alphabet='[]{}":,0123456789eENaIinfty-+.', max_size=60).map(str.encode),
    )
)
def test_json_is_a_value_or_a_value_error(data: bytes) -> None:
    with contextlib.suppress(ValueError):
        parse_json(data)


ODD_BYTES = [
    b"\xff\xfe\x00",
    b"[" * 100_000,
    b'{"id": NaN}',
    b'{"id": 1}',
    b"null",
    b'"\\ud800"',
    b"\0" * 3000,
]


@pytest.mark.parametrize("make", UNFIT)
def test_a_question_set_of_another_kind_is_one_sentence(make: Callable[[Path], None], tmp_path: Path) -> None:
    make(tmp_path / "questions.jsonl")
    with pytest.raises(UsageError, match="cannot be read"):
        load_questions(tmp_path)


@pytest.mark.parametrize("data", ODD_BYTES)
def test_a_line_that_is_no_question_is_named(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "questions.jsonl").write_bytes(data)
    with pytest.raises(UsageError, match=r"questions\.jsonl"):
        load_questions(tmp_path)


@pytest.mark.parametrize("make", UNFIT)
def test_the_baseline_of_an_evaluation_passes_over_what_is_no_note(
    make: Callable[[Path], None], tmp_path: Path
) -> None:
    make(tmp_path / "a.md")
    (tmp_path / "b.md").write_text("kettle")
    assert list(GrepBaseline(tmp_path).rank("the kettle")) == ["b.md"]


@pytest.mark.parametrize(
    "canvas",
    [
        "[" * 100_000,
        '{"text": "[[Tea]] \\ud800"}',
        '{"file": "Tea.md", "text": ' + "[" * 5000 + "]" * 5000 + "}",
    ],
    ids=["deep", "surrogate", "half deep"],
)
def test_a_canvas_that_is_none_ends_no_rename(canvas: str, tmp_path: Path) -> None:
    write_notes(tmp_path / "v", {"Tea.md": "tea\n", "a.canvas": canvas})
    done = rename(context_of(tmp_path / "v", tmp_path / "state"), "Tea.md", "Green.md")
    assert (tmp_path / "v" / "Green.md").is_file()
    assert done.left or (tmp_path / "v" / "a.canvas").read_text() == canvas.replace("[[Tea]]", "[[Green]]")


@pytest.mark.parametrize("data", ODD_BYTES)
def test_what_this_machine_kept_and_a_disk_spoiled_is_done_without(data: bytes, tmp_path: Path) -> None:
    for name in ("machine", "plugins.json", "verdict.json"):
        (tmp_path / name).write_bytes(data)
    assert re.fullmatch(r"[\w-]+", machine_name(tmp_path))
    assert known_machine_name(tmp_path) == machine_name(tmp_path)
    with contextlib.suppress(PluginError):
        PluginChoices(tmp_path).disabled()
    read_state(tmp_path / "verdict.json")


@pytest.mark.parametrize("make", [pipe, endless, huge])
def test_what_this_machine_kept_is_not_waited_for(make: Callable[[Path], None], tmp_path: Path) -> None:
    make(tmp_path / "plugins.json")
    make(tmp_path / "verdict.json")
    with pytest.raises(PluginError, match="Delete it"):
        PluginChoices(tmp_path).disabled()
    assert read_state(tmp_path / "verdict.json") is None
