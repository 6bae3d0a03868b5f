"""Makes links of suggestions, and a section of related notes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePosixPath

from kb.errors import VaultError
from kb.linking.advisor import LinkAdvisor
from kb.linking.reading.style import Place
from kb.linking.suggestions import LinkSuggestion
from kb.notes.edit import Edit
from kb.notes.edit_journal import EditJournal
from kb.notes.note import Note, Span
from kb.notes.parse import parse_note
from kb.notes.vault import RawNote, Vault

_HEADING = "Related"


def apply_links(
    advisor: LinkAdvisor,
    vault: Vault,
    journal: EditJournal,
    what: str,
    suggestions: Sequence[LinkSuggestion],
    *,
    settled_for: float = 0.0,
    related_for: str = "",
) -> tuple[list[str], list[str]]:
    """Write the links that `suggestions` wish for, as one step called `what`.

    A note that was saved since is read again: a link is made where the same words still want it. The note with path
    `related_for` also gets a section of related notes. Returns the paths of the changed notes, and a sentence for
    each note that was left as it is.
    """
    wished: dict[str, set[tuple[str, str]]] = {related_for: set()} if related_for else {}
    for one in suggestions:
        wished.setdefault(one.path, set()).add((one.mention, one.target))
    left: list[str] = []
    with journal.step(what) as step:
        for path, links in wished.items():
            try:
                raw = vault.read(path)
                edits = _link_edits(advisor, raw, links)
                if path == related_for:
                    edits += related_section(advisor, raw)
                if edits:
                    step.edit(raw, edits, settled_for)
                else:
                    left.append(f"These links no longer fit {path}.")
            except VaultError as error:
                left.append(str(error))
        return list(step.done), left


def related_section(advisor: LinkAdvisor, raw: RawNote, count: int = 5) -> list[Edit]:
    """What adds links to related notes under the heading "Related", which is made where it is missing."""
    note = parse_note(raw.path, raw.text)
    linked = {link.target for link in advisor.linker.read(note).prose.links}
    items = []
    for one in advisor.related(raw.path, raw.text, count):
        place = Place(raw.path, PurePosixPath(one.path).stem, in_table=False)
        if one.path not in linked and (text := advisor.linker.writer.write(place, one.path)):
            items.append(f"- {text}")
    if not items:
        return []
    newline = "\r\n" if "\r\n" in raw.text else "\n"
    end, before = _place(note, newline)
    return [Edit(Span(end, end), before + newline.join(items) + newline)]


def _place(note: Note, newline: str) -> tuple[int, str]:
    """Where the items go, and what stands before them."""
    for section in note.sections:
        if section.title.casefold() == _HEADING.casefold():
            body = note.text[section.span.start : section.span.end]
            end = section.span.start + len(body.rstrip())
            return end, newline
    end = len(note.text.rstrip())
    return end, f"{newline}{newline}## {_HEADING}{newline}{newline}"


def _link_edits(advisor: LinkAdvisor, raw: RawNote, links: set[tuple[str, str]]) -> list[Edit]:
    return [
        Edit(one.span, one.replacement)
        for one in (advisor.links(raw.path, raw.text, min_confidence=0.0) if links else ())
        if (one.mention, one.target) in links
    ]
