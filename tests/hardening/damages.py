"""Damages to the files of an index: what disks, syncers, other programs and strangers do to them.

    python -m tests.hardening.damages --damages 200

After each, the index is opened by a reader or a writer; it must come out equal to one made anew from the notes, and
answer searches in the same way.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np

from kb.errors import KbError
from kb.indexing.index import Index
from kb.indexing.words import word_match
from kb.notes.vault import Vault
from tests.support import HashingEmbedder, write_notes

EMBEDDER = HashingEmbedder()
WORDS = ("granite", "kettle", "willow", "lantern", "harbour", "saffron")
Damage = Callable[[Path, random.Random], None]


def note(number: int) -> str:
    sections = "\n".join(
        f"## Part {part}\n\n{WORDS[(number + part) % 6]} and {WORDS[number % 6]} number {number}.{part}, see [[{(number + 1) % 12}]].\n"
        for part in range(3)
    )
    return f"---\ntags: [{WORDS[number % 6]}]\naliases: [alias {number}]\n---\n# Note {number}\n\n{sections}"


def flip(file: Path, chance: random.Random) -> None:
    data = bytearray(file.read_bytes())
    for _ in range(chance.choice([1, 1, 3, 100])):
        if data:
            data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    file.write_bytes(data)


def flip_and_keep_the_date(file: Path, chance: random.Random) -> None:
    status = file.stat()
    flip(file, chance)
    os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))


def truncate(file: Path, chance: random.Random) -> None:
    os.truncate(file, chance.randrange(file.stat().st_size + 1))


def empty(file: Path, chance: random.Random) -> None:
    os.truncate(file, 0)


def zero(file: Path, chance: random.Random) -> None:
    file.write_bytes(bytes(file.stat().st_size))


def zero_a_page(file: Path, chance: random.Random) -> None:
    data = bytearray(file.read_bytes())
    start = chance.randrange(len(data) // 4096 + 1) * 4096
    data[start : start + 4096] = bytes(len(data[start : start + 4096]))
    file.write_bytes(data)


def noise(file: Path, chance: random.Random) -> None:
    file.write_bytes(chance.randbytes(chance.randrange(1, 5000)))


def append(file: Path, chance: random.Random) -> None:
    with file.open("ab") as stream:
        stream.write(chance.randbytes(chance.randrange(1, 5000)))


def delete(file: Path, chance: random.Random) -> None:
    file.unlink()


def into_a_folder(file: Path, chance: random.Random) -> None:
    file.unlink()
    (file / "inside").mkdir(parents=True)


def into_a_pipe(file: Path, chance: random.Random) -> None:
    file.unlink()
    os.mkfifo(file)


def into_a_link(file: Path, chance: random.Random) -> None:
    file.unlink()
    file.symlink_to(
        chance.choice(["/dev/zero", "/nowhere/at/all", str(file.parents[-2] / "etc" / "hostname")])
    )


def deep_brackets(file: Path, chance: random.Random) -> None:
    file.write_bytes(b"[" * 100_000)


OF_ANY_FILE: list[Damage] = [
    flip, flip, flip_and_keep_the_date, truncate, empty, zero, zero_a_page, noise, append, delete, into_a_folder,
    into_a_pipe, into_a_link, deep_brackets,
]  # fmt: skip

STATEMENTS = [
    "DROP TABLE tags", "DROP TABLE notes_fts", "DROP TABLE links", "DROP INDEX passages_by_key", "DELETE FROM passages",
    "DELETE FROM notes WHERE id % 2", "UPDATE passages SET text = 'forged'", "UPDATE passages SET start = -5",
    "UPDATE notes SET names = '{'", "UPDATE notes SET created = 'soon'", "UPDATE links SET resolved = '3.md'",
    "UPDATE passages SET heading_path = x'ff'", "DELETE FROM vectors", "UPDATE vectors SET vector = zeroblob(768)",
    "UPDATE vectors SET vector = x'00fe'", "UPDATE meta SET value = 'soon' WHERE name = 'schema_version'",
    "UPDATE meta SET value = '99' WHERE name = 'schema_version'", "DELETE FROM meta", "UPDATE meta SET value = x'ff'",
    "UPDATE meta SET value = 'other' WHERE name = 'embedding_model'", "UPDATE notes SET path = '../../etc/passwd' WHERE id = 1",
    "DELETE FROM notes_fts_idx", "DELETE FROM passages_fts_data WHERE id > 10",
    "UPDATE passages_fts_content SET c2 = 'forged'", "DELETE FROM pending; INSERT INTO pending VALUES ('x', 'y')",
    "UPDATE vectors SET vector = (SELECT max(vector) FROM vectors)", "DROP TABLE meta", "DROP TABLE vectors",
]  # fmt: skip


def forge(statement: str) -> Damage:
    def damage(folder: Path, chance: random.Random) -> None:
        connection = sqlite3.connect(folder / "catalog.sqlite")
        connection.executescript(statement)
        connection.close()

    return damage


def not_a_number(folder: Path, chance: random.Random) -> None:
    blob = np.full(384, np.nan, dtype=np.float16).tobytes()
    connection = sqlite3.connect(folder / "catalog.sqlite")
    with connection:
        connection.execute("UPDATE vectors SET vector = ?", (blob,))
    connection.close()


def strange_pointer(folder: Path, chance: random.Random) -> None:
    name = chance.choice(
        [
            "gen-1/../../../v",
            "../..",
            "gen-",
            "gen-0",
            "gen-99999999999999",
            "gen-١",
            "/etc",
            "",
            "gen-1\0",
            "current",
        ]
    )
    (folder / "chroma" / "current").write_text(name)


def leftover_log(folder: Path, chance: random.Random) -> None:
    (folder / "catalog.sqlite-wal").write_bytes(chance.randbytes(20_000))


def chroma_is_a_file(folder: Path, chance: random.Random) -> None:
    shutil.rmtree(folder / "chroma")
    (folder / "chroma").write_text("no folder")


def in_the_way(folder: Path, chance: random.Random) -> None:
    for name in ("next", "verifying"):
        (folder / name).write_text("no folder")


OF_THE_INDEX: list[Damage] = [
    *map(forge, STATEMENTS), not_a_number, strange_pointer, leftover_log, chroma_is_a_file, in_the_way,
]  # fmt: skip


class Damaged:
    """An index of a dozen notes, and what a fresh one answers."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "index"
        self.victim = folder / "v"
        write_notes(self.victim, {"precious.md": "not to be touched\n"})
        write_notes(folder / "vault", {f"{number}.md": note(number) for number in range(12)})
        self.vault = Vault(folder / "vault")
        index = Index(self.folder, EMBEDDER)
        index.sync(self.vault, lambda _: None)
        index.close()
        self.fresh = self.answers()

    def heal(self, index: Index) -> None:
        index.sync(self.vault, lambda _: None)

    def answers(self) -> list[object]:
        """What a reader, who may be the first to come, is told."""
        index = Index(self.folder, EMBEDDER, self.heal)
        try:
            catalog = index.catalog
            paths = {
                passage.id: (passage.note_path, passage.line)
                for note in catalog.notes()
                for passage in catalog.passages_of(note.path)
            }
            found: list[object] = [sorted(paths.values())]
            for word in WORDS:
                found.append(
                    sorted(
                        (paths[id], round(score, 6))
                        for id, score in catalog.lexical(word_match(word, catalog.languages()), 100)
                    )
                )
                near = index.dense(EMBEDDER.embed_queries([word])[0], 5)
                found.append(
                    [
                        (round(score, 3), sorted(paths[id] for id in catalog.passages_by_key([key])[key]))
                        for key, score in near
                    ]
                )
            found.append([(link.source, link.target, link.resolved) for link in catalog.links()])
            return found
        finally:
            index.close()

    def wrong_after(self, damage: Damage, place: Path, chance: random.Random) -> list[str]:
        damage(place, chance)
        wrong = []
        try:
            if chance.random() < 0.4:  # a writer comes first
                index = Index(self.folder, EMBEDDER)
                index.sync(self.vault, lambda _: None)
                index.close()
            if self.answers() != self.fresh:
                wrong.append("the answers differ from those of a fresh index")
            index = Index(self.folder, EMBEDDER)
            index.sync(self.vault, lambda _: None)
            wrong += [f"{one.where}: {one.what}" for one in index.verify(self.vault)]
            index.close()
        except KbError as error:
            wrong.append(f"an error: {error}")
        except Exception as error:  # noqa: BLE001 - any is what must not be
            wrong.append(f"a traceback: {error!r}")
        if (self.victim / "precious.md").read_text() != "not to be touched\n":
            wrong.append("a file outside was touched")
        return wrong

    def files(self) -> list[Path]:
        """Files that nothing in this process holds: one cut short under a memory map ends any process (SIGBUS).

        Chroma's threads let go of theirs only some time after it was closed.
        """
        held = {os.path.realpath(link) for link in Path("/proc/self/fd").glob("*")}
        maps = Path("/proc/self/maps")
        mapped = maps.read_text(encoding="utf-8", errors="replace") if maps.exists() else ""
        return sorted(
            file
            for file in self.folder.rglob("*")
            if file.is_file() and not file.is_symlink() and str(file) not in held and str(file) not in mapped
        )


def damage_often(damages: int, seed: int) -> list[str]:
    """What was wrong after any of the damages; every kind of file and of damage comes up."""
    chance = random.Random(seed)
    failures: list[str] = []
    slowest, kinds = 0.0, Counter[str]()
    with tempfile.TemporaryDirectory() as name:
        damaged = Damaged(Path(name))
        for number in range(damages):
            if number % 3 == 0:
                place, damage = damaged.folder, OF_THE_INDEX[number // 3 % len(OF_THE_INDEX)]
            else:
                files = damaged.files()
                # Chroma has many files; the others come up as often as all of them.
                group = [file for file in files if ("chroma" in file.parts) == (number % 3 == 1)]
                place, damage = chance.choice(group or files), chance.choice(OF_ANY_FILE)
            start = time.perf_counter()
            what = f"{number}: {damage.__name__} on {place.relative_to(damaged.folder)}"
            kinds[place.name] += 1
            if number % 20 == 0:
                print(f"{number} damages, {len(failures)} failures", flush=True)
            wrong = damaged.wrong_after(damage, place, chance)
            slowest = max(slowest, time.perf_counter() - start)
            if wrong:
                failures.append(f"{what}: {'; '.join(wrong)[:300]}")
                print(failures[-1], flush=True)
                shutil.rmtree(damaged.folder, ignore_errors=True)
                damaged.heal(Index(damaged.folder, EMBEDDER))
    print(
        f"{damages} damages to {dict(kinds)}: {len(failures)} left something wrong; slowest {slowest:.1f} s",
        flush=True,
    )
    return failures


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--damages", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    words = parser.parse_args()
    return int(bool(damage_often(words.damages, words.seed)))


if __name__ == "__main__":
    sys.exit(main())
