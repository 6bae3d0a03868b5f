"""Writes an imported note as the vault's own are: properties in front matter or Logseq's way, links in its style."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from posixpath import relpath
from typing import Protocol
from uuid import UUID, uuid5

from kb.importing.imported_note import ImportedNote, Ref, with_refs
from kb.importing.outline import outline
from kb.importing.properties import entries, from_front, front_matter, page_properties
from kb.importing.target_vault import TargetVault
from kb.linking.reading.style import Place, Writer
from kb.notes.grammar.inline import read_line
from kb.notes.headings import read_heading
from kb.notes.link_forms import written_path
from kb.notes.note import PropertyValue
from kb.notes.resolve import LinkResolver
from kb.notes.suffixes import stem

_UNSAFE = re.compile(r"[\[\]|`$<>\\\r\n\x00]+|%%")
_EMBEDDED = re.compile(
    r"\.(?:png|jpe?g|gif|svg|webp|avif|bmp|heic|tiff?|mp[34]|m4a|wav|ogg|3gp|flac|webm|mov|mkv|pdf)$",
    re.IGNORECASE,
)
_LABELLED = re.compile(r"^(\[\[[^|\]]*?)\\?\|[^\]]*\]\]$")
_LONGEST_LABEL = 80  # characters
_LOGSEQ_IDS = UUID("6f2b3f0e-6c0b-4f0e-9d7e-5b1d0f0c4a11")  # under which other programs' ids become Logseq's


class Targets(Protocol):
    """What links of the export mean."""

    def note(self, ref: Ref) -> str | None:
        """The path of the one note that is meant; None for none, or several."""

    def file(self, key: str) -> str | None:
        """The path of the attachment called `key`."""

    def is_named(self, block: str) -> bool:
        """Whether any link leads to a block."""


class Texts:
    """Makes the texts of notes. `resolver` knows the vault as it will be."""

    def __init__(self, home: TargetVault, resolver: LinkResolver, targets: Targets) -> None:
        self._home = home
        self._resolver = resolver
        self._targets = targets
        self._writer = Writer(home.style, resolver, {one.path: one for one in resolver.all_names()})
        self.unlinked: list[str] = []  # "path: text" of links whose targets were not found

    def of(self, found: ImportedNote, path: str, mark: str) -> str:
        """The whole text of the note to lie at `path`, known again by `mark`."""
        body = self._with_links(found, path).strip("\n")
        if self._home.is_logseq and found.front:
            found = from_front(found)
        properties = {key: self._value(value, found, path) for key, value in found.properties.items()}
        added = entries(replace(found, properties=properties), path, mark, self._home)
        if self._home.is_logseq:
            return f"{page_properties(added)}\n{outline(body)}".rstrip() + "\n"
        if found.headed and not _has_title(body, found.title):
            body = f"# {found.title}\n\n{body}"
        return f"{front_matter(found.front, added)}\n{body}".rstrip() + "\n"

    def _with_links(self, found: ImportedNote, path: str) -> str:
        def written(line: str) -> str:
            in_table = line.lstrip().startswith("|")
            return with_refs(line, lambda number: self._written(found, number, path, in_table))

        return "\n".join(map(written, found.text.split("\n")))

    def _value(self, value: PropertyValue, found: ImportedNote, path: str) -> PropertyValue:
        """A property's value with its links."""
        if isinstance(value, tuple):
            return tuple(self._value(one, found, path) for one in value)
        if not isinstance(value, str):
            return value
        return with_refs(value, lambda number: self._written(found, number, path, False))

    def _written(self, found: ImportedNote, number: int, path: str, in_table: bool) -> str:
        if number >= len(found.refs):
            return ""
        ref = found.refs[number]
        if ref.kind == "id":
            return self._id(ref)
        text = self._file(ref, path, in_table) if ref.kind == "file" else self._note(ref, path, in_table)
        if text is None:
            if not ref.otherwise.startswith("[["):  # a note that is yet to be written
                self.unlinked.append(f"{path}: {ref.shown or ref.target}")
            return ref.otherwise or ref.shown or ref.target
        return text

    def _id(self, ref: Ref) -> str:
        if not self._targets.is_named(ref.target):
            return ""
        name = block_name(ref.target, logseq=self._home.is_logseq)
        return f"\n{ref.shown}id:: {name}" if self._home.is_logseq else f" ^{name}"

    def _note(self, ref: Ref, path: str, in_table: bool) -> str | None:
        target = self._targets.note(ref)
        if target is None:
            return None
        name = block_name(ref.block, logseq=self._home.is_logseq) if ref.block else ""
        if self._home.is_logseq and name:
            return f"{{{{embed (({name}))}}}}" if ref.embed else f"(({name}))"
        names = self._resolver.names(target)
        shown = label(ref.shown) or label(names.title if names else stem(target)) or stem(target)
        text = self._writer.write(
            Place(path, shown, in_table), target, f"^{name}" if name else ref.heading or None
        )
        return "!" + _LABELLED.sub(r"\1]]", text) if text and ref.embed else text

    def _file(self, ref: Ref, path: str, in_table: bool) -> str | None:
        target = self._targets.file(ref.target)
        if target is None:
            return None
        mark = "!" if ref.embed and _EMBEDDED.search(target) else ""
        for text in self._file_forms(target, path, label(ref.shown), mark):
            links = read_line(text)
            meant = self._resolver.resolve(links[0], path) if len(links) == 1 else None
            if meant and (meant.path == target or meant.candidates == (target,)):
                return text.replace("|", "\\|") if in_table else text
        return None

    def _file_forms(self, target: str, path: str, shown: str, mark: str) -> Iterator[str]:
        name = target.rsplit("/", 1)[-1]
        shown = shown if shown != name else ""
        wiki = [f"{mark}[[{one}|{shown}]]" if shown else f"{mark}[[{one}]]" for one in (name, target)]
        near = relpath(target, path.rpartition("/")[0] or ".")
        text = shown or ("" if mark else name)
        markdown = [f"{mark}[{text}]({written_path(one)})" for one in (near, f"/{target}")]
        first_markdown = self._home.style.markdown or self._home.is_logseq
        yield from (*markdown, *wiki) if first_markdown else (*wiki, *markdown)


def block_name(block: str, *, logseq: bool) -> str:
    """The id of a block as the vault's program can hold it."""
    if not logseq:
        return re.sub(r"[^A-Za-z0-9-]", "-", block)
    try:
        return str(UUID(block))
    except ValueError:
        return str(uuid5(_LOGSEQ_IDS, block))


def label(text: str) -> str:
    """`text` as a link can show it."""
    plain = " ".join(_UNSAFE.sub(" ", text.replace("[", "(").replace("]", ")")).split())
    return plain if len(plain) <= _LONGEST_LABEL else f"{plain[:_LONGEST_LABEL].rstrip()}…"


def _has_title(body: str, title: str) -> bool:
    first = body.lstrip("\n").partition("\n")[0]
    return first.startswith("# ") and read_heading(first.removeprefix("# "))[0].casefold() == title.casefold()
