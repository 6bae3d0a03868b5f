"""Changes the links of a note when paths, headings or block ids get other names, and proves each change.

What is to be written is tried out: the changed note is read again, and every link in it must lead where it led. A link
that cannot be written so is left alone and named.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from kb.notes.edit import Edit, apply_edits
from kb.notes.link_forms import anchor_form, leads_from_root, path_forms, spelled_alike, written_path
from kb.notes.note import Link, Note, Span
from kb.notes.parse import parse_note
from kb.notes.resolve import LinkResolver, Resolution
from kb.notes.written import Written, parts_of


@dataclass(frozen=True, slots=True)
class Renames:
    """What gets which name."""

    paths: Mapping[str, str] = field(default_factory=dict)  # of notes
    files: Mapping[str, str] = field(default_factory=dict)  # of files that are no notes
    headings: Mapping[tuple[str, str], str] = field(
        default_factory=dict
    )  # (note's old path, old title) -> title
    blocks: Mapping[tuple[str, str], str] = field(default_factory=dict)  # (note's old path, old id) -> id
    aliases: Mapping[tuple[str, str], str] = field(default_factory=dict)  # (note's path, old alias) -> alias

    def path(self, path: str) -> str:
        """Where a note or file is afterwards."""
        return self.paths.get(path) or self.files.get(path, path)


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
            return was.status == "attachment" and any(path in self.renames.files for path in was.candidates)
        now = self.renames.path(was.path)
        return now != was.path or self._renamed_anchor(link, was.path) or self._now(link, source).path != now

    def changes(self, note: Note, own: Sequence[Edit] = ()) -> LinkChanges:
        """What to change in `note`, as it was read under its old path; `own` edits are made to it as well."""
        links = _all_links(note)
        wishes = [wish for index, link in enumerate(links) if (wish := self._wish(note, links, index))]
        given_up = {wish.index for wish in wishes if not wish.forms}
        wishes = [wish for wish in wishes if wish.forms]
        edits: tuple[Edit, ...] = ()
        while True:
            edits = _unique(edit for wish in wishes for edit in wish.forms[0])
            failed = self._failures(note, links, (*edits, *own)) - given_up
            if not failed:
                break
            if not failed & {wish.index for wish in wishes}:
                # An edit changed what its neighbours are: tried one by one, each tells on itself.
                failed = {wish.index for wish in wishes if self._fails(note, links, wish, own)}
            if not wishes:
                break
            for wish in wishes:
                if wish.index in failed or not failed:
                    wish.forms.pop(0)
            given_up |= {wish.index for wish in wishes if not wish.forms}
            wishes = [wish for wish in wishes if wish.forms]
        lines = {links[index].line for index in given_up}
        return LinkChanges(edits, tuple(sorted(lines)))

    def _fails(self, note: Note, links: Sequence[Link], wish: _Wish, own: Sequence[Edit]) -> bool:
        return bool(self._failures(note, links, (*wish.forms[0], *own)) & {wish.index, -1})

    def _failures(self, note: Note, links: Sequence[Link], edits: Sequence[Edit]) -> set[int]:
        """Numbers of the links that would no longer lead where they led; -1 when the links are no longer the same."""
        if not edits and self.renames.path(note.path) == note.path:
            return set()
        moved = parse_note(self.renames.path(note.path), apply_edits(note.text, edits))
        fresh = _all_links(moved)
        if len(fresh) != len(links) or len(moved.problems) != len(note.problems):
            return {-1}
        return {
            index
            for index, (old, new) in enumerate(zip(links, fresh, strict=True))
            if not self._same(note.path, old, moved.path, new)
        }

    def _same(self, old_source: str, old: Link, new_source: str, new: Link) -> bool:
        was, now = self.before.resolve(old, old_source), self.after.resolve(new, new_source)
        if (old.kind, bool(old.label)) != (new.kind, bool(new.label)):
            return False
        if was.path is None:
            # A link that led nowhere may lead somewhere now; one to a file must still find it.
            return not set(map(self.renames.path, was.candidates)) - set(now.candidates)
        wanted = self.renames.path(was.path)
        return now.path == wanted and (now.status == was.status or was.status == "ambiguous")

    def _wish(self, note: Note, links: Sequence[Link], index: int) -> _Wish | None:
        """What to write for a link; no forms at all when it cannot be written here."""
        link = links[index]
        if link.kind == "url" or (not link.target and not link.heading and not link.block):
            return None
        if index < len(note.links) and _is_defined_elsewhere(link):
            return None
        was = self.before.resolve(link, note.path)
        parts = parts_of(note.text, link, label_first=self._is_label_first(link, note.path))
        anchor = self._anchor_edit(link, was, parts)
        if was.path is None:
            forms = self._file_forms(note, was, parts)
        else:
            forms = self._path_forms(note, link, was, parts)
        if forms is None:
            return _Wish(index, [(anchor,)]) if anchor else None
        return _Wish(index, [(edit, anchor) if anchor else (edit,) for edit in forms])

    def _path_forms(
        self, note: Note, link: Link, was: Resolution, parts: Written | None
    ) -> list[Edit] | None:
        """Edits of the path, best first; None when it may stay."""
        assert was.path is not None
        moved, wanted = self.renames.path(note.path), self.renames.path(was.path)
        if not link.target:
            return None
        alias = self._new_alias(link, was.path)
        now = self._now(link, note.path)
        keeps = now.path == wanted and (now.status != "ambiguous" or was.status == "ambiguous")
        if parts is None:
            return None if keeps and alias is None else []
        if keeps and alias is None and spelled_alike(parts, (note.path, was.path), (moved, wanted)):
            return None
        from_root = leads_from_root(parts, was.path)
        forms = [alias] if alias else path_forms(parts, moved, wanted, from_root=from_root)
        return [Edit(parts.path_span, text) for text in forms if text != parts.raw_path]

    def _file_forms(self, note: Note, was: Resolution, parts: Written | None) -> list[Edit] | None:
        """The same for a link to a file that is no note, which other programs follow by its path."""
        moved = self.renames.path(note.path)
        if was.status != "attachment" or parts is None or len(was.candidates) != 1:
            return None
        [file] = was.candidates
        wanted = self.renames.path(file)
        if spelled_alike(parts, (note.path, file), (moved, wanted)):
            return None
        from_root = leads_from_root(parts, file)
        return [Edit(parts.path_span, text) for text in path_forms(parts, moved, wanted, from_root=from_root)]

    def _anchor_edit(self, link: Link, was: Resolution, parts: Written | None) -> Edit | None:
        if was.path is None or parts is None or parts.anchor_span is None:
            return None
        if link.block and (new := self.renames.blocks.get((was.path, link.block.casefold()))):
            return Edit(parts.anchor_span, f"^{new}")
        if link.heading:
            text = self.new_anchor(link, was.path, is_markdown=parts.is_markdown)
            return Edit(parts.anchor_span, text) if text is not None else None
        return None

    def new_anchor(self, link: Link, path: str, *, is_markdown: bool = False) -> str | None:
        """The anchor of a link to the note at `path` with its renamed headings; None when it holds none of them."""
        headings = {title: new for (noted, title), new in self.renames.headings.items() if noted == path}
        if not headings or not link.heading:
            return None
        return anchor_form(link.heading, headings, self.before.names(path), is_markdown)

    def _renamed_anchor(self, link: Link, path: str) -> bool:
        if link.block:
            return (path, link.block.casefold()) in self.renames.blocks
        return bool(link.heading) and any(noted == path for noted, _ in self.renames.headings)

    def _new_alias(self, link: Link, path: str) -> str | None:
        for (noted, old), new in self.renames.aliases.items():
            if noted == path and link.target.casefold() == old.casefold():
                return new
        return None

    def _now(self, link: Link, source: str) -> Resolution:
        """Where the link as it is written would lead afterwards."""
        if link.definition:
            old = self.before.resolve(Link("markdown", link.definition, link.span, link.line), source).path
            if old and self.renames.path(old) != old:
                link = replace(link, definition=f"/{written_path(self.renames.path(old))}")
        return self.after.resolve(link, self.renames.path(source))

    def _is_label_first(self, link: Link, source: str) -> bool:
        """Dendron's `[[label|target]]`."""
        if not link.label or link.kind not in ("wiki", "embed"):
            return False
        found, bare = (self.before.resolve(one, source).path for one in (link, replace(link, label=None)))
        return found is not None and bare is None


def _all_links(note: Note) -> list[Link]:
    return [*note.links, *note.definitions]


def _is_defined_elsewhere(link: Link) -> bool:
    """Whether the link's destination stands in a definition, which is changed for itself."""
    return link.written is not None and not (
        link.span.start <= link.written.start and link.written.end <= link.span.end
    )


def _unique(edits: Iterable[Edit]) -> tuple[Edit, ...]:
    """`edits` in order, each place once."""
    by_place: dict[Span, Edit] = {}
    for edit in edits:
        by_place.setdefault(edit.span, edit)
    return tuple(sorted(by_place.values(), key=lambda edit: edit.span.start))
