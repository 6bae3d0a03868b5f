"""Puts one note at the end of another; what led to the one leads to the other, and its file goes."""

from __future__ import annotations

from kb.errors import NoteUnwritable
from kb.linking.renaming.block import block_mark
from kb.linking.renaming.relinking import Plan, RenameContext, Renamed, Rewritten, carry_out
from kb.notes.edit import Edit, apply_edits, check_markdown
from kb.notes.front_join import LISTS, join_front_matter, kept_in_text
from kb.notes.labels import own_labels
from kb.notes.link_forms import slug
from kb.notes.marks import texts_of
from kb.notes.note import Link, Note, Span
from kb.notes.parse import parse_note
from kb.notes.relink import Relinker
from kb.notes.renames import Moved, Renames
from kb.notes.resolve import names_of

_BY_HAND = "{} and {} cannot be merged without changing what their links mean. Merge them by hand."


def merge(context: RenameContext, old: str, into: str) -> Renamed:
    """Put the note at `old` at the end of the one at `into`. Raises NoteUnwritable, NoteChanged."""
    if old == into:
        raise NoteUnwritable(f"{old} cannot be merged with itself. Name two notes.")
    for path in (old, into):
        check_markdown(path)
    raw, other = context.vault.read(old), context.vault.read(into)
    newline = "\r\n" if "\r\n" in other.text else "\n"
    text = raw.text.replace("\r\n", "\n").replace("\r", "\n").replace("\n", newline)
    note, target = parse_note(old, text), parse_note(into, other.text)
    blocks, marks = _fresh_blocks(note, target)
    labelled = parse_note(old, apply_edits(text, [*own_labels(note, target), *marks]))
    if [(link.kind, link.target) for link in labelled.links] != [
        (link.kind, link.target) for link in note.links
    ]:
        raise NoteUnwritable(_BY_HAND.format(old, into))
    merger = _Merger(labelled, target, newline)
    merged = parse_note(into, merger.text(labelled.text, ()))
    moved = Moved(
        old,
        into,
        range(len(note.sections)),
        len(merged.sections) - len(note.sections),
        frozenset(block.casefold() for block in note.block_ids),
    )
    plan = Plan(
        old,
        into,
        f"{old} merged into {into}",
        Renames({old: into}, blocks=blocks, moved=moved),
        [names_of(merged)],
        [old],
        rewrite=merger.rewrite,
    )
    return carry_out(context, plan)


def _fresh_blocks(note: Note, target: Note) -> tuple[dict[tuple[str, str], str], list[Edit]]:
    """New ids for the blocks of `note` whose ids `target` has, too, and the edits that write them."""
    taken = {block.casefold() for one in (note, target) for block in one.block_ids}
    theirs = {block.casefold() for block in target.block_ids}
    names: dict[tuple[str, str], str] = {}
    edits = []
    for block in note.block_ids:
        if block.casefold() not in theirs:
            continue
        place = block_mark(note, block)
        if place is None:
            raise NoteUnwritable(
                f"{note.path} and {target.path} both have the block {block}. Merge them by hand."
            )
        new = next(
            f"{block}-{number}" for number in range(2, 9_999) if f"{block}-{number}".casefold() not in taken
        )
        taken.add(new.casefold())
        names[note.path, block.casefold()] = new
        edits.append(Edit(place, new))
    return names, edits


class _Merger:
    """Makes one text of two."""

    def __init__(self, note: Note, target: Note, newline: str) -> None:
        self.note, self.target, self.newline = note, target, newline

    def edits(self, text: str, links: tuple[Edit, ...]) -> list[Edit]:
        """The edits of the target that put `text`, the other note, behind it; `links` are those of its own links."""
        note = parse_note(self.note.path, text)
        joined = join_front_matter(note, self.target, self.newline)
        end = len(self.target.text.rstrip())
        kept = kept_in_text(joined.rest)
        parts = [text[note.body.start :].strip("\r\n").rstrip(), *([""] if kept else []), *kept]
        if not self._has_title():
            parts = ["#" * self._level() + f" {self.note.title}", "", *parts]
        gap = self.newline * 2 if end > self.target.body.start else ""
        added = gap + self.newline.join(parts) + self.newline
        return [
            *links,
            *joined.edits,
            Edit(Span(max(end, self.target.body.start), len(self.target.text)), added),
        ]

    def text(self, text: str, links: tuple[Edit, ...]) -> str:
        """The target with `text` behind it."""
        return apply_edits(self.target.text, self.edits(text, links))

    def rewrite(self, relinker: Relinker) -> Rewritten:
        """The merged note, each of whose links was proved. Raises NoteUnwritable."""
        ours, theirs = relinker.changes(self.note), relinker.changes(self.target)
        edits = self.edits(apply_edits(self.note.text, ours.edits), theirs.edits)
        merged = parse_note(self.target.path, apply_edits(self.target.text, edits))
        self._prove(merged, relinker, bool(ours.left or theirs.left))
        # Links in the target's properties may have changed.
        relinked = parse_note(self.target.path, apply_edits(self.target.text, theirs.edits))
        if not self._has_all(merged, relinked):
            raise NoteUnwritable(_BY_HAND.format(self.note.path, self.target.path))
        left = [f"{self.note.path}:{line}" for line in ours.left]
        left += [f"{self.target.path}:{line}" for line in theirs.left]
        return Rewritten({self.target.path: tuple(edits)}, gone=(self.note.path,), left=tuple(left))

    def _prove(self, merged: Note, relinker: Relinker, some_left: bool) -> None:
        """Every link of the two notes leads where it led, in the order of the text within each."""
        waiting = [(self.target.path, link) for link in self.target.links]
        waiting += [(self.note.path, link) for link in self.note.links]
        for link in merged.links:
            for number, (source, old) in enumerate(waiting):
                was = relinker.before.resolve(old, source)
                leads = was.path or was.candidates or old.target == link.target
                if leads and relinker.is_same(source, old, merged.path, link):
                    del waiting[number]
                    break
            else:
                if not some_left:
                    raise NoteUnwritable(_BY_HAND.format(self.note.path, self.target.path))
        # What both say in a property is said once.
        waiting = [one for one in waiting if one[1].kind != "property" or not self._is_said(one[1], relinker)]
        if waiting and not some_left:
            raise NoteUnwritable(_BY_HAND.format(self.note.path, self.target.path))

    def _is_said(self, link: Link, relinker: Relinker) -> bool:
        """Whether the target has the link in a property of the same name."""
        meant = relinker.before.resolve(link, self.note.path).path
        return any(
            one.relation == link.relation
            and (one.heading, one.block) == (link.heading, link.block)
            and relinker.before.resolve(one, self.target.path).path == meant
            for one in self.target.links
            if one.kind == "property"
        )

    def _has_all(self, merged: Note, relinked: Note) -> bool:
        """Whether tags, aliases and the target's properties are all there."""
        values = merged.properties
        return (
            {tag.name for one in (self.note, self.target) for tag in one.tags}
            <= {tag.name for tag in merged.tags}
            and {*self.note.aliases, *self.target.aliases} <= set(merged.aliases)
            and all(
                key in values and set(texts_of(value)) <= set(texts_of(values[key]))
                for key, value in relinked.properties.items()
                if key.casefold() not in LISTS
            )
            and len(merged.problems) <= len(self.note.problems) + len(self.target.problems)
        )

    def _has_title(self) -> bool:
        first = self.note.sections[0] if self.note.sections else None
        return (
            first is not None
            and slug(first.title) == slug(self.note.title)
            and not self.note.text[self.note.body.start : first.heading.start].strip()
        )

    def _level(self) -> int:
        """Of a heading above the note's own."""
        return max(1, min((one.level for one in self.note.sections), default=3) - 1)
