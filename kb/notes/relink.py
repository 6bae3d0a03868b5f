"""Changes the links of a note when paths, headings or block ids get other names, and proves each change.

What is to be written is tried out: the changed note is read again, and every link in it must lead where it led. A link
that cannot be written so is left alone and named.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product

from kb.notes.edit import Edit, apply_edits, unique_edits
from kb.notes.link_forms import (
    anchor_form,
    leads_from_root,
    path_forms,
    repeated_anchors,
    spelled_alike,
    written_path,
)
from kb.notes.note import Link, Note, Span
from kb.notes.parse import parse_note
from kb.notes.renames import Renames
from kb.notes.resolve import LinkResolver, Resolution
from kb.notes.shown import keeps_words, label_edits, new_name
from kb.notes.written import Written, parts_of, quote_of
from kb.notes.yaml_quotes import with_escapes


@dataclass(frozen=True, slots=True)
class LinkChanges:
    """What a rename asks of one note."""

    edits: tuple[Edit, ...]
    left: tuple[int, ...]  # lines with a link that must be changed by hand


@dataclass(slots=True)
class _Wish:
    """A link that needs other words, and the ways to write them, best first."""

    index: int  # of the link among the note's
    forms: list[tuple[Edit, ...]]


class Relinker:
    """Knows the vault before and after."""

    def __init__(self, before: LinkResolver, after: LinkResolver, renames: Renames) -> None:
        self.before, self.after, self.renames = before, after, renames

    def concerns(self, source: str, link: Link) -> bool:
        """Whether `link`, standing in the note at `source`, needs a look."""
        if link.kind == "url":
            return False
        was = self.before.resolve(link, source)
        if was.path is None:
            if was.status != "attachment":
                return False
            wanted = set(map(self.renames.path, was.candidates))
            # One that moves is found by its name still, but not by its path, which other programs follow.
            return wanted != set(was.candidates) or wanted != set(
                self.after.resolve(link, self.renames.path(source)).candidates
            )
        now = self.wanted(link, was)
        if now != was.path or (was.path in self.renames.anchored and (link.heading or link.block)):
            return True
        means = self._now(link, source, self.renames.path(source))
        return means.path != now or (means.status == "ambiguous" != was.status)

    def wanted(self, link: Link, was: Resolution) -> str:
        """Path of the note that `link` must mean afterwards, of which `was` tells what it means now."""
        assert was.path is not None
        moved = self.renames.moved
        if moved and was.path == moved.source:
            if link.block and link.block.casefold() in moved.blocks:
                return moved.target
            number = self.before.section(was.path, link.heading) if link.heading else None
            if number is not None and number in moved.sections:
                return moved.target
        return self.renames.path(was.path)

    def changes(self, note: Note, own: Sequence[Edit] = (), place: str = "") -> LinkChanges:
        """What to change in `note`, as it was read under its old path; `own` edits are made to it as well.

        `place` is its path afterwards, where it is another than the renames say.
        """
        place = place or self.renames.path(note.path)
        links = [*note.links, *note.definitions]
        wishes = [wish for index in range(len(links)) if (wish := self._wish(note, links, index, place))]
        given_up = {wish.index for wish in wishes if not wish.forms}
        wishes = [wish for wish in wishes if wish.forms]
        edits: tuple[Edit, ...] = ()
        while True:
            edits = unique_edits(edit for wish in wishes for edit in wish.forms[0])
            failed = self._failures(note, links, (*edits, *own), place) - given_up
            if not failed:
                break
            if not failed & {wish.index for wish in wishes}:
                # An edit changed what its neighbours are: tried one by one, each tells on itself.
                failed = {wish.index for wish in wishes if self._fails(note, links, wish, own, place)}
            if not wishes:
                given_up |= failed - {-1}
                break
            for wish in wishes:
                if wish.index in failed or not failed:
                    wish.forms.pop(0)
            given_up |= {wish.index for wish in wishes if not wish.forms}
            wishes = [wish for wish in wishes if wish.forms]
        lines = {links[index].line for index in given_up}
        return LinkChanges(edits, tuple(sorted(lines)))

    def _fails(self, note: Note, links: Sequence[Link], wish: _Wish, own: Sequence[Edit], place: str) -> bool:
        return bool(self._failures(note, links, (*wish.forms[0], *own), place) & {wish.index, -1})

    def _failures(self, note: Note, links: Sequence[Link], edits: Sequence[Edit], place: str) -> set[int]:
        """Numbers of the links that would no longer lead where they led; -1 when the links are no longer the same."""
        if not edits and place == note.path:
            return set()
        moved = parse_note(place, apply_edits(note.text, edits))
        fresh = [*moved.links, *moved.definitions]
        if len(fresh) != len(links) or len(moved.problems) != len(note.problems):
            return {-1}
        return {
            index
            for index, (old, new) in enumerate(zip(links, fresh, strict=True))
            if not self.is_same(note.path, old, place, new)
        }

    def is_same(self, old_source: str, old: Link, new_source: str, new: Link) -> bool:
        """Whether the link `new` leads where `old` led."""
        was, now = self.before.resolve(old, old_source), self.after.resolve(new, new_source)
        if old.kind != new.kind or not keeps_words(old, new, was.path or "", self.renames):
            return False
        if was.path is None:
            # A link that led nowhere may lead somewhere now; one to a file must still find it.
            return not set(map(self.renames.path, was.candidates)) - set(now.candidates)
        if now.path != self.wanted(old, was) or not (now.status == was.status or was.status == "ambiguous"):
            return False
        return self._is_same_part(was.path, old, now.path, new)

    def _is_same_part(self, old_path: str, old: Link, new_path: str, new: Link) -> bool:
        if old.block:
            block = self.renames.blocks.get((old_path, old.block.casefold()), old.block)
            return new.block is not None and new.block.casefold() == block.casefold()
        number = self.before.section(old_path, old.heading) if old.heading else None
        if number is None:
            return True
        _, wanted = self.renames.section(old_path, number)
        if new.heading is None:
            return self._opens(old_path, number)
        return self.after.section(new_path, new.heading) == wanted

    def _opens(self, path: str, number: int) -> bool:
        """Whether the section is afterwards a note's whole text."""
        moved = self.renames.moved
        return moved is not None and moved.opens and path == moved.source and number == moved.sections.start

    def _wish(self, note: Note, links: Sequence[Link], index: int, place: str) -> _Wish | None:
        """What to write for a link; no forms at all when it cannot be written here."""
        link = links[index]
        if link.kind == "url" or (not link.target and not link.heading and not link.block):
            return None
        if index < len(note.links) and _is_defined_elsewhere(link):
            return None
        was = self.before.resolve(link, note.path)
        mark = quote_of(note, link)
        parts = parts_of(note.text, link, label_first=self._is_label_first(link, note.path), mark=mark)
        anchors = self._anchor_forms(link, was, parts)
        if was.path is None:
            paths = self._file_forms(note, link, was, parts, place)
        else:
            paths = self._path_forms(note, link, was, parts, place)
        if paths is None and anchors is None:
            return None
        ends = [None] if anchors is None else anchors
        labels: list[Edit | None] = [None]
        alias = None
        if was.path and paths is not None:
            labels = label_edits(note, link, parts, was.path, self.renames)
            alias = new_name(link, was.path, self.renames)
        named = [Edit(parts.path_span, alias)] if parts and alias else []
        ways = [*product(ends, named, [None]), *product(ends, [None] if paths is None else paths, labels)]
        forms = [
            tuple(replace(edit, text=with_escapes(edit.text, mark)) for edit in (path, anchor, label) if edit)
            for anchor, path, label in ways
        ]
        return _Wish(index, [form for form in forms if form])

    def _path_forms(
        self, note: Note, link: Link, was: Resolution, parts: Written | None, place: str
    ) -> Sequence[Edit] | None:
        """Edits of the path, best first; None when it may stay."""
        assert was.path is not None
        wanted = self.wanted(link, was)
        if link.kind == "block" or (not link.target and wanted == place):
            return None
        now = self._now(link, note.path, place)
        keeps = now.path == wanted and (now.status != "ambiguous" or was.status == "ambiguous")
        if parts is None:
            return None if keeps else []
        if keeps and spelled_alike(parts, (note.path, was.path), (place, wanted)):
            return None
        from_root = leads_from_root(parts, note.path, was.path)
        forms = path_forms(parts, place, wanted, from_root=from_root)
        return [Edit(parts.path_span, text) for text in forms if text != parts.raw_path]

    def _file_forms(
        self, note: Note, link: Link, was: Resolution, parts: Written | None, place: str
    ) -> Sequence[Edit] | None:
        """The same for a link to a file that is no note, which other programs follow by its path."""
        if was.status != "attachment" or parts is None or len(was.candidates) != 1:
            return None
        [file] = was.candidates
        wanted = self.renames.path(file)
        keeps = self.after.resolve(link, place).candidates == (wanted,)
        slash = "/" if parts.path.endswith("/") else ""
        file, wanted = file.rstrip("/"), wanted.rstrip("/")
        if keeps and spelled_alike(parts, (note.path, file), (place, wanted)):
            return None
        forms = path_forms(parts, place, wanted, from_root=leads_from_root(parts, note.path, file))
        return [Edit(parts.path_span, text + slash) for text in forms if text + slash != parts.raw_path]

    def _anchor_forms(
        self, link: Link, was: Resolution, parts: Written | None
    ) -> Sequence[Edit | None] | None:
        """Edits of the anchor, best first; None among them, or in place of them, when it may stay."""
        if was.path is None:
            return None
        if link.block:
            new = self.renames.blocks.get((was.path, link.block.casefold()))
            if new and link.kind == "block" and link.written:
                return [Edit(link.written, new)]
            return [Edit(parts.anchor_span, f"^{new}")] if new and parts and parts.anchor_span else None
        if not link.heading or parts is None or parts.anchor_span is None:
            return None
        number = self.before.section(was.path, link.heading)
        found: list[Edit | None] = []
        if number is not None and self._opens(was.path, number):
            found.append(Edit(Span(parts.anchor_span.start - 1, parts.anchor_span.end), ""))
        renamed = self.new_anchor(link, was.path, is_markdown=parts.is_markdown)
        if renamed is not None:
            return [*found, Edit(parts.anchor_span, renamed)]
        path, wanted = self.renames.section(was.path, number if number is not None else -1)
        if number is None or self.after.section(path, link.heading) == wanted:
            return [*found, None] if found else None
        names = self.after.names(path)
        forms = repeated_anchors(names.headings, wanted, parts.is_markdown) if names and wanted >= 0 else ()
        return [*found, *(Edit(parts.anchor_span, form) for form in forms)]

    def part(self, path: str, anchor: str) -> tuple[str, str]:
        """Path and anchor afterwards of `#Heading` or `#^block` in the note at `path`, as canvases name them."""
        block = anchor[2:] if anchor.startswith("#^") else None
        link = Link(
            "wiki", path, Span(0, 0), 1, heading=anchor.lstrip("#") if not block else None, block=block
        )
        if self.before.names(path) is None:
            return self.renames.path(path), anchor
        place = self.wanted(link, Resolution(path, "resolved"))
        if block:
            return place, f"#^{self.renames.blocks.get((path, block.casefold()), block)}"
        if renamed := self.new_anchor(link, path):
            return place, f"#{renamed}"
        number = self.before.section(path, link.heading or "")
        target, wanted = self.renames.section(path, -1 if number is None else number)
        names = self.after.names(target)
        if number is None or names is None or self.after.section(target, link.heading or "") == wanted:
            return place, anchor
        return place, "#" + list(repeated_anchors(names.headings, wanted, is_markdown=False))[-1]

    def new_anchor(self, link: Link, path: str, *, is_markdown: bool = False) -> str | None:
        """The anchor of a link to the note at `path` with its renamed headings; None when it holds none of them."""
        headings = {title: new for (noted, title), new in self.renames.headings.items() if noted == path}
        if not headings or not link.heading:
            return None
        return anchor_form(link.heading, headings, self.before.names(path), is_markdown)

    def _now(self, link: Link, source: str, place: str) -> Resolution:
        """Where the link as it is written would lead afterwards."""
        if link.definition:
            old = self.before.resolve(Link("markdown", link.definition, link.span, link.line), source).path
            if old and self.renames.path(old) != old:
                link = replace(link, definition=f"/{written_path(self.renames.path(old))}")
        return self.after.resolve(link, place)

    def _is_label_first(self, link: Link, source: str) -> bool:
        """Dendron's `[[label|target]]`."""
        if not link.label or link.kind not in ("wiki", "embed"):
            return False
        found, bare = (self.before.resolve(one, source).path for one in (link, replace(link, label=None)))
        return found is not None and bare is None


def _is_defined_elsewhere(link: Link) -> bool:
    """Whether the link's destination stands in a definition, which is changed for itself."""
    return link.written is not None and not (
        link.span.start <= link.written.start and link.written.end <= link.span.end
    )
