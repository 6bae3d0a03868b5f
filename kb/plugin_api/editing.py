"""What plugins need that work where notes are written, such as the language server; part of `kb.plugin_api`, version 1.

A plugin keeps what an editor has open in `Drafts`, which is a KnowledgeBase over which unsaved texts lie:

    from kb.plugin_api.editing import Drafts

    drafts = Drafts.over(base)
    drafts.put("Tea.md", "See [[Oolong]].")
    for found in drafts.findings("Tea.md"):
        print(found.finding.message)

It stands apart from the rest because most plugins never need it, and importing it takes time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kb.plugin_api.lazy import EDITING, lazily

if TYPE_CHECKING:
    from kb.answering.answer import abstention
    from kb.answering.events import AnswerEvent, Finished, SentenceChecked, Step
    from kb.capture import Capture, Captured
    from kb.drafts.drafts import Drafts, Reference
    from kb.drafts.foresight import Foresight
    from kb.errors import NoteUnwritable
    from kb.indexing.diagnosis import Finding, NoteFinding
    from kb.linking.decisions import decided
    from kb.linking.related import RelatedNote
    from kb.linking.renaming.block import block_mark
    from kb.linking.renaming.part import title_span
    from kb.linking.renaming.relinking import Changed, Renamed
    from kb.linking.suggestions import LinkSuggestion
    from kb.linking.targets import LinkTarget
    from kb.notes.create import path_of_new_note
    from kb.notes.new_alias import new_alias
    from kb.notes.note import Link
    from kb.notes.outline import Item, outline
    from kb.notes.resolve import LinkResolver, NoteNames, Resolution
    from kb.notes.source import Lines
    from kb.notes.suffixes import stem
    from kb.notes.written import Written, parts_of


__all__ = [
    "AnswerEvent",
    "Capture",
    "Captured",
    "Changed",
    "Drafts",
    "Finding",
    "Finished",
    "Foresight",
    "Item",
    "Lines",
    "Link",
    "LinkResolver",
    "LinkSuggestion",
    "LinkTarget",
    "NoteFinding",
    "NoteNames",
    "NoteUnwritable",
    "Reference",
    "RelatedNote",
    "Renamed",
    "Resolution",
    "SentenceChecked",
    "Step",
    "Written",
    "abstention",
    "block_mark",
    "decided",
    "new_alias",
    "outline",
    "parts_of",
    "path_of_new_note",
    "stem",
    "title_span",
]

if not TYPE_CHECKING:
    __getattr__ = lazily(__name__, EDITING)
