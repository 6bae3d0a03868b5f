"""What lies among the notes and is none: copies of conflicts, what programs keep, and data in place of words."""

from __future__ import annotations

import base64
import random
import time
from pathlib import Path

import pytest

from kb.indexing.copies import near_copies
from kb.notes.data import is_data
from kb.notes.parse import parse_note
from kb.notes.passages import split_passages
from kb.notes.vault import Vault
from tests.notes.test_notes_properties import count_tokens


def write(root: Path, *names: str, text: str = "text") -> None:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)


def listed(root: Path) -> list[str]:
    return [file.path for file in Vault(root).scan()]


@pytest.mark.parametrize(
    "copy",
    [
        "Tea.sync-conflict-20260710-070952-ABCDEFG.md",
        "Tea (Ann's conflicted copy 2026-07-10).md",
        "Tea (conflicted copy 2026-07-10 070952).md",
        "Tea (Conflicted copy phone 202607100709).md",
        "Tea (Case Conflict 1).md",
        "Tea (Konfliktkopie von Ann 2026-07-10).md",
        "Tea (Copie en conflit de Ann 2026-07-10).md",
        "Tea (Copia en conflicto de Ann 2026-07-10).md",
        "Tea (Ann の競合コピー 2026-07-10).md",
        "Tea (SFConflict ann@example.org 2026-07-10-07-09-52).md",
        "Tea_conflict-20260710-070952.md",
        "Tea.conflicted.md",
        "Tea [conflicted].md",
        "Tea (Conflict copy 2026-07-10 Ann).md",
        "Tea (conflict 2026-07-10).md",
        "Tea_DiskStation_Jul-10-070952-2026_Conflict.md",
        "Tea-DESKTOP-AB12CD3.md",
        "Tea~HEAD.md",
    ],
)
def test_a_conflict_copy_is_no_note_and_is_named(tmp_path: Path, copy: str) -> None:
    write(tmp_path, "a/Tea.md", f"a/{copy}")
    vault = Vault(tmp_path)
    assert [file.path for file in vault.scan()] == ["a/Tea.md"]
    assert vault.left_out() == {f"a/{copy}": "a conflict copy of Tea.md"}


def test_a_name_that_only_looks_like_a_copy_is_a_note(tmp_path: Path) -> None:
    names = [
        "Green-pc-tea1.md",
        "War (conflict).md",
        "Tea (conflicting views).md",
        "Tea.md",
        "Tea-top-tea.md",
    ]
    write(tmp_path, *names)
    assert listed(tmp_path) == sorted(names)


def test_what_drives_and_archivers_keep_is_left_out_and_said(tmp_path: Path) -> None:
    write(tmp_path, "Tea.md", "@eaDir/Tea.md/x.md", "a/#recycle/Tea.md", "__MACOSX/Tea.md")
    vault = Vault(tmp_path)
    assert [file.path for file in vault.scan()] == ["Tea.md"]
    assert set(vault.left_out()) == {"@eaDir/", "a/#recycle/", "__MACOSX/"}


@pytest.mark.parametrize("name", ["Tea.bak.md", "Tea.orig.md", "Tea.BACKUP.md"])
def test_a_backup_beside_its_note_is_no_note(tmp_path: Path, name: str) -> None:
    write(tmp_path, name)
    assert listed(tmp_path) == [name]
    write(tmp_path, "Tea.md")
    vault = Vault(tmp_path)
    assert [file.path for file in vault.scan()] == ["Tea.md"]
    assert vault.left_out() == {name: "a backup of Tea.md"}


@pytest.mark.parametrize("name", ["Tea 2.md", "Tea (1).md", "Tea copy.md", "Tea - Copy.md", "Tea-LAPTOP.md"])
def test_a_copy_is_known_by_its_text_as_well(tmp_path: Path, name: str) -> None:
    lines = [f"Line {number}." for number in range(10)]
    write(tmp_path, f"a/{name}", text="\n\n".join([*lines[:-1], "Changed."]))
    write(tmp_path, "a/Tea.md", text="\n\n".join(lines))
    vault = Vault(tmp_path)
    paths = {file.path for file in vault.scan()}
    assert list(near_copies(vault, paths)) == [(f"a/{name}", "a/Tea.md")]
    write(tmp_path, f"a/{name}", text="\n".join([*lines[:4], *"abcdef"]))
    assert list(near_copies(vault, paths)) == []


@pytest.mark.parametrize(
    "name", ["Tea (conflicted copy 2026-07-10).md", "Tea (draft).md", "How to solve a conflict.md"]
)
def test_what_has_no_other_is_a_note(tmp_path: Path, name: str) -> None:
    write(tmp_path, name)
    assert listed(tmp_path) == [name]


def test_what_logseq_keeps_is_left_out_in_its_graphs_only(tmp_path: Path) -> None:
    write(
        tmp_path,
        "graph/pages/Tea.md",
        "graph/logseq/bak/pages/Tea/2026.md",
        "graph/secret/a.md",
        "graph/b.md",
    )
    write(
        tmp_path,
        "graph/logseq/config.edn",
        text='{:meta/version 1 ; :hidden ["/pages"]\n :hidden ["/secret" "b.md"]}',
    )
    write(tmp_path, "other/logseq/About.md")
    assert listed(tmp_path) == ["graph/pages/Tea.md", "other/logseq/About.md"]
    assert sorted(Vault(tmp_path).left_out()) == ["graph/b.md", "graph/logseq/", "graph/secret/"]


def test_obsidians_excluded_files_are_left_out(tmp_path: Path) -> None:
    write(tmp_path, "a.md", "old/b.md", "templates/deep/c.md")
    write(
        tmp_path, ".obsidian/app.json", text='{"userIgnoreFilters": ["templates/", "old/b.md", "/^x.*/", 7]}'
    )
    assert listed(tmp_path) == ["a.md"]


@pytest.mark.parametrize("settings", ["", "[]", "{", '{"userIgnoreFilters": {"a": 1}}', "[" * 10_000])
def test_broken_settings_of_another_program_hide_nothing(tmp_path: Path, settings: str) -> None:
    write(tmp_path, "a.md")
    write(tmp_path, ".obsidian/app.json", text=settings)
    assert listed(tmp_path) == ["a.md"]


def test_a_rule_of_ones_own_brings_notes_back(tmp_path: Path) -> None:
    write(tmp_path, "a.md", "logseq/bak/b.md", "_trash/c.md", "Tea.md", "Tea (conflicted copy 2026-07-10).md")
    write(tmp_path, "logseq/config.edn", text="{}")
    assert listed(tmp_path) == ["Tea.md", "a.md"]
    write(tmp_path, ".kbignore", text="!/logseq/\n!/_trash/\n!Tea (conflicted*\n")
    assert len(listed(tmp_path)) == 5


def test_a_linked_folder_is_said_to_be_left_out(tmp_path: Path) -> None:
    write(tmp_path, "vault/a.md", "elsewhere/b.md")
    (tmp_path / "vault" / "more").symlink_to(tmp_path / "elsewhere")
    assert Vault(tmp_path / "vault").left_out() == {"more/": "a link to another folder"}


def noise(size: int) -> str:
    return base64.b64encode(random.Random(1).randbytes(size)).decode()


LINES = "\n\n".join(noise(200_000)[at : at + 256] for at in range(0, 260_000, 256))


@pytest.mark.parametrize(
    "data",
    [
        f"%%\n# Drawing\n```compressed-json\n{LINES}\n```\n%%",
        f"%%\n{LINES}\n%%",
        f"```\n{noise(200_000)}\n```",
        noise(200_000),
        noise(200_000).replace("/", "").lower().encode().hex(),
        '<path d="' + "M1.5,2.25L" * 20_000 + '"/>',
        '{"a":[' + "12,34,56," * 20_000 + "7]}",
        "-----BEGIN KEY-----\n" + "\n".join(noise(100_000)[at : at + 64] for at in range(0, 120_000, 64)),
        "| " + " | ".join(str(number) for number in range(30_000)) + " |",
    ],
)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_data_makes_no_passages_and_is_read_in_linear_time(data: str, newline: str) -> None:
    text = f"# Pump\n\nPump layout ^abc123\n\n{data}\n".replace("\n", newline)
    start = time.process_time()
    passages = split_passages(parse_note("Drawing.md", text), count_tokens)
    assert time.process_time() - start < 30
    assert [passage.text for passage in passages] == ["Pump layout ^abc123"]


@pytest.mark.parametrize(
    "text",
    [
        "The pump stands in the cellar. " * 200,
        "泵在地下室里。" * 300,
        "ปั๊มอยู่ในห้องใต้ดิน" * 100,
        "- [A long title of a page](https://example.org/with/a/very/long/path/that/goes/on/and/on/and/on)\n"
        * 30,
        "| year | cost |\n|---|---|\n" + "| 2019 | 1,200.50 |\n" * 50,
        "def work(pump):\n    return pump.pressure * 2\n" * 50,
        "sha256:" + "a1b2c3d4" * 8,
    ],
)
def test_what_is_read_is_no_data(text: str) -> None:
    assert not is_data(text)


def test_a_kanban_board_has_no_settings_among_its_text() -> None:
    text = '---\nkanban-plugin: board\n---\n\n## Todo\n\n- [ ] buy seals\n\n%% kanban:settings\n```\n{"list-collapse":[false]}\n```\n%%\n'
    passages = split_passages(parse_note("board.md", text), count_tokens)
    assert [passage.text for passage in passages] == ["- [ ] buy seals"]
