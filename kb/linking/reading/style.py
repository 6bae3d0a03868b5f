"""How this vault writes a link, and how a given mention is written so that it means a given note."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from posixpath import relpath
from urllib.parse import quote

from kb.linking.reading.prose import Prose
from kb.notes.grammar.inline import read_line
from kb.notes.grammar.wiki import split_target
from kb.notes.link_forms import written_path
from kb.notes.note import Link, Span
from kb.notes.resolve import LinkResolver, NoteNames
from kb.notes.suffixes import SUFFIX, page_name, stem
from kb.text.characters import fold

# These would end the link, or pair with the same mark elsewhere in the note.
_UNSAFE_TARGET = re.compile(r"[\[\]|#^`$<>\\\r\n\x00]|%%")
_UNSAFE_LABEL = re.compile(r"[\[\]|`$<>\\\r\n\x00]|%%")


@dataclass(frozen=True, slots=True)
class Style:
    """What most links of the vault look like."""

    markdown: bool = False  # [label](path.md) rather than [[name]]
    by_path: bool = False  # [[folder/name]] where [[name]] would do
    by_title: bool = False  # [[title]] or [[alias]] where the file has another name
    loose_case: bool = False  # [[name]] for a note called Name
    from_root: bool = False  # Markdown paths begin at the vault's root
    suffix: bool = True  # Markdown paths end in .md


def style_of(proses: Iterable[Prose], names: dict[str, NoteNames]) -> Style:
    """The style of the links in these notes."""
    count = _Counts()
    for prose in proses:
        for one in prose.links:
            count.add(one.link, one.target, prose.path, names.get(one.target))
    return Style(
        markdown=count.markdown > count.wiki,
        by_path=count.path * 2 > count.wiki > 0,
        by_title=count.title * 2 > count.other_name > 0,
        loose_case=count.loose * 2 > count.other_case > 0,
        from_root=count.root * 2 > count.in_folders > 0,
        suffix=count.suffix * 2 >= count.markdown,
    )


@dataclass(slots=True)
class _Counts:
    markdown: int = 0
    wiki: int = 0
    path: int = 0
    title: int = 0
    other_name: int = 0  # links to notes whose title is not their file's name
    loose: int = 0
    other_case: int = 0
    root: int = 0
    in_folders: int = 0
    suffix: int = 0

    def add(self, link: Link, target: str, source: str, names: NoteNames | None) -> None:
        if link.kind == "markdown":
            self.markdown += 1
            self.suffix += SUFFIX.search(link.target) is not None
            if "/" in source:
                self.in_folders += 1
                self.root += link.target.startswith("/") or (
                    "/" in link.target and link.target.split("#")[0] == target
                )
            return
        self.wiki += 1
        file = {stem(target), page_name(target)}
        folded = {fold(name) for name in file}
        self.path += "/" in link.target and link.target not in file
        if names and not {fold(name) for name in (names.title, *names.aliases)} <= folded:
            self.other_name += 1
            self.title += fold(link.target) not in folded and "/" not in link.target
        shown = link.label or link.target
        if fold(shown) in folded and shown not in file:
            self.other_case += 1
            self.loose += link.label is None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a link is to stand."""

    source: str  # path of the note
    mention: str  # what it is to show
    in_table: bool = False


class Writer:
    """Writes links in a style, each checked to mean what it should."""

    def __init__(self, style: Style, resolver: LinkResolver, names: dict[str, NoteNames]) -> None:
        self.style = style
        self._resolver = resolver
        self._names = names

    def write(self, place: Place, target: str, heading: str | None = None) -> str | None:
        """The link's text, or None when no way of writing it is sure to mean `target`."""
        if _UNSAFE_LABEL.search(place.mention):
            return None
        for anchor in dict.fromkeys((heading, None)):
            for text in self._forms(place, target, anchor):
                if self._means(text, place, target):
                    return text.replace("|", "\\|") if place.in_table else text
        return None

    def _forms(self, place: Place, target: str, heading: str | None) -> Iterator[str]:
        ways = (self._markdown, self._wiki) if self.style.markdown else (self._wiki, self._markdown)
        for way in ways:
            yield from way(place, target, heading)

    def _wiki(self, place: Place, target: str, heading: str | None) -> Iterator[str]:
        if heading and _UNSAFE_LABEL.search(heading):
            return
        anchor = f"#{heading}" if heading else ""
        for name in self._targets(place, target):
            if _UNSAFE_TARGET.search(name) or split_target(name)[0] != name:
                continue
            if name == place.mention and not anchor:
                yield f"[[{name}]]"
            else:
                yield f"[[{name}{anchor}|{place.mention}]]"

    def _targets(self, place: Place, target: str) -> Iterator[str]:
        """Ways to call a note, the vault's own way first."""
        bare = SUFFIX.sub("", target)
        names = self._names.get(target)
        spelled = [page_name(target), stem(target)]
        if names and self.style.by_title:
            spelled = [*names.aliases, names.title, *spelled]
            if place.mention in spelled:
                yield place.mention
            spelled = [names.title, page_name(target), stem(target)]
        if self.style.by_path:
            yield bare
        if place.mention in spelled or (self.style.loose_case and fold(place.mention) in map(fold, spelled)):
            yield place.mention
        yield from spelled
        yield bare

    def _markdown(self, place: Place, target: str, heading: str | None) -> Iterator[str]:
        bare = target if self.style.suffix else SUFFIX.sub("", target)
        folder = place.source.rpartition("/")[0]
        path = f"/{bare}" if self.style.from_root else relpath(bare, folder or ".")
        anchor = "#" + quote(heading, safe="") if heading else ""
        for form in (path, f"/{bare}"):
            yield f"[{place.mention}]({written_path(form)}{anchor})"

    def _means(self, text: str, place: Place, target: str) -> bool:
        links = read_line(text)
        if len(links) != 1 or links[0].span != Span(0, len(text)):
            return False
        found = self._resolver.resolve(links[0], place.source)
        return found.path == target and found.status == "resolved"
