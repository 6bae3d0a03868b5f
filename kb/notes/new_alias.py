"""Gives a note one more alias, in the form in which it lists them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from kb.notes.edit import Edit, apply_edits
from kb.notes.note import Note, Span
from kb.notes.parse import parse_note

_UNFIT = re.compile(r"[#^|\[\]\r\n]|%%|^\s*$")
_PLAIN = re.compile(r"[^\W\d_][\w -]*[^\W_]")
_WORDS_OF_YAML = {"true", "false", "yes", "no", "on", "off", "null"}
_IN_BRACKETS = re.compile(r"^alias(?:es)?[ \t]*:[ \t]*\[[^\]\r\n]*\]", re.MULTILINE | re.IGNORECASE)
_BELOW = re.compile(
    r"^alias(?:es)?[ \t]*:[ \t]*(?:\r\n?|\n)(?:[ \t]*-[ \t][^\r\n]*(?:\r\n?|\n))+",
    re.MULTILINE | re.IGNORECASE,
)
_LAST_ITEM = re.compile(r"^([ \t]*+-[ \t]++)[^\r\n]*+(\r\n?|\n)\Z", re.MULTILINE)


def new_alias(note: Note, alias: str) -> Edit | None:
    """The edit that makes `alias` one of the note's; None where it is one by now, or the list is none we can write."""
    alias = " ".join(alias.split())
    if _UNFIT.search(alias) or alias.casefold() in (one.casefold() for one in (*note.aliases, note.title)):
        return None
    bare = _PLAIN.fullmatch(alias) and alias.casefold() not in _WORDS_OF_YAML
    written = alias if bare else json.dumps(alias, ensure_ascii=False, allow_nan=False)
    wanted = (*note.aliases, alias)
    for edit in _edits(note, written):
        after = parse_note(note.path, apply_edits(note.text, (edit,)))
        if after.aliases == wanted and after.text[after.body.start :] == note.text[note.body.start :]:
            return edit
    return None


def _edits(note: Note, written: str) -> Iterator[Edit]:
    front = note.text[: note.body.start]
    newline = "\r\n" if "\r\n" in note.text else "\n"
    if not front.strip():
        yield Edit(Span(0, 0), f"---{newline}aliases: [{written}]{newline}---{newline}")
        return
    if found := _IN_BRACKETS.search(front):
        gap = ", " if front[: found.end() - 1].rstrip()[-1:] != "[" else ""
        yield Edit(Span(found.end() - 1, found.end() - 1), gap + written)
    elif (found := _BELOW.search(front)) and (item := _LAST_ITEM.search(found[0])):
        yield Edit(Span(found.end(), found.end()), f"{item[1]}{written}{item[2]}")
    else:
        end = front.rstrip().rfind("\n") + 1 or front.rstrip().rfind("\r") + 1
        yield Edit(Span(end, end), f"aliases: [{written}]{newline}")
