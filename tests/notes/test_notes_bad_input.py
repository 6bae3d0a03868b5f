"""Files that broke something once, or could: each is read, its body kept, or refused with its reason."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from kb.errors import NoteUnreadable
from kb.notes.parse import parse_note
from kb.notes.passages import split_passages
from kb.notes.vault import MAX_BYTES, READ_BYTES, Vault

BAD = Path(__file__).parent / "cases" / "bad"
UNREADABLE = {
    "escape-sequences.md": "binary data",
    "nul-bytes.md": "a program",
    "png-named-md.md": "a PNG image",
}
WITHOUT_BODY = {"empty.md", "only-blank-lines.md", "only-front-matter.md", "front-matter-unclosed.md"}
MISUNDERSTOOD = {
    "front-matter-alias-bomb.md",
    "front-matter-broken-yaml.md",
    "front-matter-deep.md",
    "front-matter-python-tag.md",
    "front-matter-tabs.md",
}
NAMES = sorted(file.name for file in BAD.glob("*.md"))


def count_tokens(texts: Sequence[str]) -> list[int]:
    return [len(text) // 4 for text in texts]


def test_there_are_many() -> None:
    assert len(NAMES) >= 30


@pytest.mark.parametrize("name", sorted(set(NAMES) - set(UNREADABLE)))
def test_the_note_is_read_and_its_body_is_kept(name: str) -> None:
    raw = Vault(BAD).read(name)
    note = parse_note(name, raw.text)
    passages = split_passages(note, count_tokens)
    assert passages, "every note is found by something"
    assert all(note.text[p.span.start : p.span.end] == p.text for p in passages)
    if name not in WITHOUT_BODY:
        words = " ".join(" ".join(passage.text for passage in passages).split())
        assert "The body is kept" in words or "The body" in words
    assert bool(note.problems) == (name in MISUNDERSTOOD)


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_is_no_text_is_refused_with_its_reason(name: str) -> None:
    with pytest.raises(NoteUnreadable, match=UNREADABLE[name]):
        Vault(BAD).read(name)


@pytest.mark.parametrize(
    ("name", "encoding", "words"),
    [
        ("utf8-bom.md", "utf-8", "With a mark"),
        ("utf16-le.md", "utf-16-le", "Der Körper"),
        ("utf16-be.md", "utf-16-be", "Breit"),
        ("latin1.md", "cp1252", "Äpfel, Möhren und Grünkohl für"),
        ("windows-1252.md", "cp1252", "he said… naïve café"),
    ],
)
def test_every_encoding_is_read_right(name: str, encoding: str, words: str) -> None:
    raw = Vault(BAD).read(name)
    assert raw.encoding == encoding
    assert words in raw.text
    assert not raw.text.startswith("\ufeff")


def test_mojibake_is_mended_in_what_is_searched_and_kept_in_the_note() -> None:
    note = parse_note("m.md", Vault(BAD).read("mojibake.md").text)
    [passage] = split_passages(note, count_tokens)
    assert "won’t" in passage.embed_text
    assert "wonâ€™t" in passage.text


def test_a_huge_file_is_read_in_part_and_a_monstrous_one_refused(tmp_path: Path) -> None:
    (tmp_path / "huge.md").write_text("A line of a log.\n" * (READ_BYTES // 10))
    raw = Vault(tmp_path).read("huge.md")
    assert not raw.complete
    assert len(raw.text) <= READ_BYTES
    with (tmp_path / "monstrous.md").open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    with pytest.raises(NoteUnreadable, match="larger than 50 MB"):
        Vault(tmp_path).read("monstrous.md")


def test_deleted_or_outside_or_a_folder(tmp_path: Path) -> None:
    (tmp_path / "vault" / "folder.md").mkdir(parents=True)
    (tmp_path / "secret.md").write_text("outside")
    (tmp_path / "vault" / "link.md").symlink_to(tmp_path / "secret.md")
    vault = Vault(tmp_path / "vault")
    for path, reason in [
        ("gone.md", "not there any more"),
        ("../secret.md", "outside the vault"),
        ("link.md", "outside the vault"),
        ("folder.md", "folder"),
    ]:
        with pytest.raises(NoteUnreadable, match=reason):
            vault.read(path)
    assert vault.scan() == []
