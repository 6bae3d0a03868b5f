"""Random renames of every sort in vaults on disk: what links meant before and after, told without the code that changes them."""

from __future__ import annotations

import random
import re
import sys
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from unittest.mock import patch

from kb.errors import KbError
from kb.linking.renaming.alias import rename_alias
from kb.linking.renaming.extract import extract
from kb.linking.renaming.merge import merge
from kb.linking.renaming.note import rename, rename_folder
from kb.linking.renaming.part import rename_part
from kb.linking.renaming.relinking import RenameContext, Renamed
from kb.linking.renaming.tag import rename_tag, renamed_tag
from kb.notes.note import Link, Note
from kb.notes.parse import parse_note
from kb.notes.resolve import LinkResolver, names_of
from kb.notes.vault import Vault
from tests.linking.renaming import all_bytes, context_of

VAULTS = Path(__file__).parents[2].parent / "shared" / "vaults"
SORTS = ("note", "folder", "heading", "block", "tag", "alias", "merge", "extract")
# What names are made of, with what has a meaning in some link.
PARTS = [
    "Tea",
    "green tea",
    "Öl",
    "茶",
    "a (b)",
    "it's",
    "v1.2",
    "50%",
    "a&b",
    "x_y",
    "a$b",
    "a`b",
    "É",
    "A, b",
    "[",
    "to-do",
]
_LINK = re.compile(
    r"!?\[\[[^\]]*\]\]|#[^\s#]+|\]\([^)]*\)|\[[^\]]*\]:[^\r\n]*|[\s\\]+|\^\S+|```yaml.*", re.DOTALL
)
_FORMS = [
    "[[{stem}]]", "[[{stem}|{word}]]", "[[{bare}]]", "![[{stem}]]", "[{word}]({path})", "[{word}](/{path})", "[{word}](<{path}>)",
    "[[{stem}#{heading}]]", "[{word}]({path}#{slug})", "[[{stem}#^{block}]]", "[[{alias}]]", "[[{alias}|{word}]]", "[{word}][r{n}]",
    "| [[{stem}\\|{word}]] | x |\n|---|---|", "- [[{stem}]] #{tag}", "> [[{stem}#{heading}|{word}]]", "key:: [[{stem}]]", "`[[{stem}]]`",
]  # fmt: skip


def generated(seed: int, size: int = 10) -> dict[str, str]:
    """Notes with links of every form between them."""
    chance = random.Random(seed)
    names = [f"{chance.choice(['', 'a/', 'b b/', 'a/c/'])}{word} {number % 7}" for number, word in enumerate(chance.choices(
        ["Tea", "tea pot", "Öl", "茶", "x_y", "v1.2", "it's"], k=size))]  # fmt: skip
    paths = list(dict.fromkeys(f"{name}.md" for name in names))
    notes = {}
    for number, path in enumerate(paths):
        lines, definitions = [], []
        for n in range(chance.randrange(3, 9)):
            other = chance.choice(paths)
            index, up = paths.index(other), "../" * path.count("/")
            here = other if not up else up + other
            form = chance.choice(_FORMS)
            spot = {
                "stem": other.rsplit("/", 1)[-1][:-3], "bare": other[:-3], "word": chance.choice(["it", "that (one)"]),
                "path": here.replace(" ", "%20") if "<{path}" not in form else here, "heading": f"Part {index}",
                "slug": f"part-{index}", "block": f"b{index}", "alias": f"Name {index}", "tag": f"t{index % 3}/x", "n": n,
            }  # fmt: skip
            if "(/" in form:
                spot["path"] = other.replace(" ", "%20")
            lines.append(form.format(**spot))
            if "[r{n}]" in form:
                definitions.append(f"[r{n}]: {here.replace(' ', '%20')}")
        front = chance.choice(
            ["aliases: [Name {n}]\ntags: [t1, t2]", 'aliases:\n  - Name {n}\n  - "N: {n}"', "alias: Name {n}"]
        )
        half = len(lines) // 2
        body = [
            "# Top",
            *lines[:half],
            f"## Part {number}",
            f"Text {number}. ^b{number}",
            *lines[half:],
            "### Same",
            "End.",
            *definitions,
        ]
        notes[path] = f"---\n{front.format(n=number)}\n---\n" + "\n\n".join(body) + "\n"
    return notes


@lru_cache(maxsize=8)
def load(name: str) -> tuple[dict[str, str], tuple[str, ...]]:
    """The texts of a vault, and its other files."""
    vault = Vault(VAULTS / name)
    return {file.path: vault.read(file.path).text for file in vault.scan()}, tuple(vault.attachments())


def sample(name: str, chance: random.Random, size: int, sort: str) -> tuple[dict[str, str], tuple[str, ...]]:
    """Some notes of a vault that link to each other; with block ids and aliases, where they are to be renamed."""
    whole, files = load(name)
    notes = dict(chance.sample(sorted(whole.items()), min(size, len(whole))))
    paths = sorted(notes)
    for number, path in enumerate(
        chance.sample(paths, min(6, len(paths))) if sort in ("block", "alias") else ()
    ):
        other = chance.choice(paths)
        if sort == "block":
            notes[path] = f"{notes[path].rstrip()}\n\nA block. ^mark{number}\n"
            notes[other] = (
                f"{notes[other].rstrip()}\n\n[[/{path}#^mark{number}]] [x](/{path.replace(' ', '%20')}#^mark{number})\n"
            )
        elif not notes[path].startswith("---"):
            notes[path] = f"---\naliases: [Other name {number}, two]\n---\n{notes[path]}"
            notes[other] = f"{notes[other].rstrip()}\n\n[[Other name {number}]] [[other name {number}|x]]\n"
    return notes, files


@contextmanager
def remembered_reading() -> Iterator[None]:
    """Renames read whole vaults; in trials every text is read once, as the same text always reads the same."""
    with ExitStack() as stack:
        named = ("kb.linking.", "kb.notes.relink", "tests.linking.renaming")
        for module in [one for name, one in sys.modules.items() if name.startswith(named)]:
            if hasattr(module, "parse_note"):
                stack.enter_context(patch.object(module, "parse_note", _READ))
        yield


_READ = lru_cache(maxsize=2_000)(parse_note)


def _pair_off_labelled(missing: Counter[tuple[object, ...]]) -> None:
    """A link by a title that leads elsewhere now may be given that title as its label, so that it reads as before."""
    for one, count in list(missing.items()):
        labelled = (*one[:2], True, *one[3:])
        if one[1] == "wiki" and one[2] is False and count > 0 > missing[labelled]:
            moved = min(count, -missing[labelled])
            missing[one] -= moved
            missing[labelled] += moved


@dataclass
class Trial:
    """Renames in one vault on disk, each undone."""

    root: Path
    state: Path
    chance: random.Random
    sort: str = ""
    done: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    left: int = 0  # links named as to be changed by hand

    def __post_init__(self) -> None:
        with remembered_reading():
            self.context = context_of(self.root, self.state)
        self.bytes = all_bytes(self.root)
        self.notes: dict[str, Note] = {note.path: note for note in self.context.catalog.notes()}
        self.files = self.context.vault.attachments()

    def run(self, sort: str, count: int) -> None:
        """`count` random renames of a sort. Raises AssertionError at the first that loses something."""
        self.sort = sort
        with remembered_reading():
            self._run(sort, count)

    def _run(self, sort: str, count: int) -> None:
        for _ in range(count):
            act = getattr(self, f"_{sort}")()
            if act is None:
                self.refused["nothing to rename"] += 1
                continue
            what, work, place = act
            try:
                done = work(self.context)
            except KbError as error:
                self.refused[re.sub(r"[^ ]*[^a-z .,][^ ]*", "…", str(error))[:60]] += 1
                assert all_bytes(self.root) == self.bytes, (what, "a refusal changed something")
                continue
            self.done += 1
            self.left += len(done.left)
            lost = self._lost(done, place)
            assert not lost, (what, lost[:5])
            if done.notes or done.moved:
                self.context.journal.undo()
            assert all_bytes(self.root) == self.bytes, (what, "not undone")

    def _lost(self, done: Renamed, place: Callable[[str], str]) -> list[str]:
        vault = Vault(self.root)
        after: dict[str, Note] = {}
        # What was taken out of a note still counts as its own.
        made = {one.path for one in done.notes if not one.before} - set(done.left)
        [source] = [done.old.partition(".md#")[0] + ".md"] if made else [""]
        taken_out = done.old.rpartition("#")[2] if made else None
        for file in vault.scan():
            text = vault.read(file.path).text
            old = self.notes.get(file.path)
            after[file.path] = old if old is not None and old.text == text else _READ(file.path, text)
        left = {one.rpartition(":")[0] for one in done.left}
        skipped = left | {place(path) for path in left}
        was = self._meanings(self.notes, self.files, place, skipped, taken_out)
        now = self._meanings(
            after,
            vault.attachments(),
            lambda path: source if path in made else path,
            skipped,
            taken_out,
            made,
        )
        missing = Counter(was)
        missing.subtract(now)
        _pair_off_labelled(missing)
        merged = {place(path) for path in self.notes if place(path) != path and place(path) in self.notes}
        # What two merged notes say alike in a property is said once.
        lost = [
            str(one)
            for one, count in missing.items()
            if count > 0 and not (one[0] in merged and one[1] == "property" and one in now)
        ]
        if made and source not in skipped and not self._stays(after, source, made, missing):
            lost.append("no link stays behind")
        return lost

    def _stays(
        self, after: dict[str, Note], source: str, made: Collection[str], missing: Counter[tuple[object, ...]]
    ) -> bool:
        """Whether the note that lost a section leads to what was made of it, by a link that it did not have."""
        resolver = LinkResolver([names_of(note) for note in after.values()])
        leads = any(resolver.resolve(link, source).path in made for link in after[source].links)
        return leads and any(count < 0 and one[0] == source for one, count in missing.items())

    def _meanings(
        self,
        notes: dict[str, Note],
        files: list[str],
        place: Callable[[str], str],
        skipped: set[str],
        taken_out: str | None,
        made: Collection[str] = (),
    ) -> list[tuple[object, ...]]:
        """For each link that leads somewhere the note that it stands in, its form, and what a reader finds there."""
        resolver = LinkResolver([names_of(note) for note in notes.values()], files)
        found: list[tuple[object, ...]] = []
        for note in notes.values():
            if note.path in skipped:
                continue
            for link in note.links:
                target = resolver.resolve(link, note.path)
                form = (place(note.path), link.kind, bool(link.label))
                if target.path is not None and target.status not in ("ambiguous", "unresolved"):
                    # Links to the heading of an extracted section may lead to its note.
                    whole = target.path not in made
                    first = None if whole else notes[target.path].sections[0].title
                    meant = _place_of(link, notes[target.path], resolver, whole=whole)
                    if meant[0] == "part" and (self.sort == "heading" or meant[1] in (taken_out, first)):
                        meant = ("part", *meant[2:])
                    found.append((*form, target.status, place(target.path), *meant))
                elif target.status == "attachment" and target.candidates:
                    found.append((*form, "file", len(target.candidates)))
        return found

    def _new_name(self) -> str:
        return (
            f"{self.chance.choice(PARTS)}{self.chance.choice(['', ' x'])} {self.chance.randrange(30)}".strip()
        )

    def _folders(self) -> list[str]:
        return sorted(
            {"/".join(path.split("/")[:end]) for path in self.notes for end in range(1, path.count("/") + 1)}
        )

    def _note(self):  # type: ignore[no-untyped-def]
        old = self.chance.choice(sorted(self.notes))
        folder = self.chance.choice([*self._folders(), "", "new place", old.rpartition("/")[0]])
        stem = old.rpartition("/")[2].removesuffix(".md")
        name = self.chance.choice([stem, self._new_name(), self._new_name(), stem.swapcase()])
        new = f"{folder}/{name}.md".lstrip("/")
        return (
            (old, new),
            lambda context: rename(context, old, new),
            lambda path: new if path == old else path,
        )

    def _folder(self):  # type: ignore[no-untyped-def]
        if not (folders := self._folders()):
            return None
        old = self.chance.choice(folders)
        new = (
            self.chance.choice(["", "archive/", old.rpartition("/")[0] + "/"]).lstrip("/") + self._new_name()
        )

        def place(path: str) -> str:
            return new + path[len(old) :] if path.startswith(f"{old}/") else path

        return (old, new), lambda context: rename_folder(context, old, new), place

    def _heading(self):  # type: ignore[no-untyped-def]
        note = self.chance.choice([note for note in self.notes.values() if note.sections] or [None])
        if note is None:
            return None
        old, new = self.chance.choice(note.sections).title, self._new_name()
        return (note.path, old, new), lambda context: rename_part(context, note.path, old, new), str

    def _block(self):  # type: ignore[no-untyped-def]
        note = self.chance.choice([note for note in self.notes.values() if note.block_ids] or [None])
        if note is None:
            return None
        old, new = (
            self.chance.choice(sorted(note.block_ids)),
            self.chance.choice(["a", "B-1", "mark3", "new"]),
        )
        return (
            (note.path, old, new),
            lambda context: rename_part(context, note.path, f"^{old}", f"^{new}"),
            str,
        )

    def _alias(self):  # type: ignore[no-untyped-def]
        note = self.chance.choice([note for note in self.notes.values() if note.aliases] or [None])
        if note is None:
            return None
        old, new = self.chance.choice(note.aliases), self._new_name()
        return (note.path, old, new), lambda context: rename_alias(context, old, new, note.path), str

    def _tag(self):  # type: ignore[no-untyped-def]
        if not (tags := sorted({tag.name for note in self.notes.values() for tag in note.tags})):
            return None
        old, new = self.chance.choice(tags), self.chance.choice(["plot", "plot/beds", "a-b_c", "茶"])

        def work(context: RenameContext) -> Renamed:
            done = rename_tag(context, old, new)
            vault = Vault(self.root)
            now = {file.path: _READ(file.path, vault.read(file.path).text) for file in vault.scan()}
            for path, note in self.notes.items():
                if not any(one.startswith(f"{path}:") for one in done.left):
                    wanted = [renamed_tag(tag.name, old, new) or tag.name for tag in note.tags]
                    assert set(wanted) == {tag.name for tag in now[path].tags}, (path, old, new)
            return done

        return (old, new), work, str

    def _merge(self):  # type: ignore[no-untyped-def]
        old, into = self.chance.sample(sorted(self.notes), 2)
        return (
            (old, into),
            lambda context: merge(context, old, into),
            lambda path: into if path == old else path,
        )

    def _extract(self):  # type: ignore[no-untyped-def]
        note = self.chance.choice([note for note in self.notes.values() if note.sections] or [None])
        if note is None:
            return None
        part = "#".join(self.chance.choice(note.sections).path[-2:])
        name = self.chance.choice(["", "new place/", self._new_name()])
        return (note.path, part, name), lambda context: extract(context, note.path, part, name), str


def _place_of(link: Link, note: Note, resolver: LinkResolver, *, whole: bool) -> tuple[object, ...]:
    """What a reader finds where the link leads: a part by its title and text, all of the note, or a block."""
    if link.block:
        span = next(
            (span for block, span in note.block_ids.items() if block.casefold() == link.block.casefold()),
            None,
        )
        return ("block", _bare(note.text[span.start : span.end])) if span else ("no block",)
    number = resolver.section(note.path, link.heading) if link.heading else None if whole else 0
    if number is not None and number >= 0:
        section = note.sections[number]
        first = re.split(r"(?:\r\n?|\n){2,}", note.text[section.heading.end : section.span.end].strip())[0]
        return ("part", section.title, "" if first.startswith("#") else _bare(first)[:60])
    return ("note",)


def _bare(text: str) -> str:
    return _LINK.sub("", text)
