"""`[label]: destination "title"`: where it stands, and where in it the destination is written."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from markdown_it.rules_block import StateBlock, reference

from kb.notes.grammar.destination import Destination, read_destination
from kb.notes.note import Span

_LABEL = re.compile(r"\[((?:[^\[\]\\]|\\.)++)\]:\s*+", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Definition:
    """What a label of reference links stands for."""

    label: str  # folded
    destination: Destination
    span: Span


Definitions = Mapping[str, Definition]


def definition_lines(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """A block rule in the place of markdown-it's `reference`: notes which lines a definition takes."""
    if not reference(state, start, end, silent):
        return False
    begin = [state.bMarks[number] + state.tShift[number] for number in range(start, state.line)]
    lengths = [
        len(state.src[first : state.eMarks[start + index]].rstrip()) for index, first in enumerate(begin)
    ]
    state.env.setdefault("definitions", []).append((start, lengths))
    return True


def read_definition(prose: str, span: Span) -> Definition | None:
    """The definition that stands at `span` of `prose`, in which the marks of quotes are blanked."""
    label = _LABEL.match(prose, span.start, span.end)
    found = read_destination(prose, label.end(), span.end) if label else None
    if label is None or found is None:
        return None
    return Definition(fold_label(label[1]), found, span)


def fold_label(label: str) -> str:
    """The form in which link labels are compared: case and white space do not count."""
    return " ".join(label.split()).casefold()
