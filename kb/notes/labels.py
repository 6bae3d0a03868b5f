"""Labels that hold within one note: of footnotes and of link definitions. A text that moves takes them along."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from kb.notes.edit import Edit
from kb.notes.grammar.definition import fold_label
from kb.notes.note import Link, Note, Span
from kb.notes.source import blank_out

_FOOTNOTE = re.compile(r"\[\^([^\[\]\s]+)\]")
_DEFINED = re.compile(r"\[((?:[^\[\]\\]|\\.)+)\]:", re.DOTALL)
_USE = re.compile(r"\[((?:[^\[\]\\]|\\.)*)\]$", re.DOTALL)


def taken_along(note: Note, stretches: Sequence[Span]) -> list[str]:
    """The footnotes and definitions that `stretches` use and that stand outside of them, as they are written."""
    text, visible = note.text, _visible(note)
    used = {one[1] for part in stretches for one in _FOOTNOTE.finditer(visible, part.start, part.end)}
    spans = [span for label, span in footnotes(note).items() if label in used]
    for link in note.links if note.definitions else ():
        if _is_inside(link.span, stretches):
            spans += [one.span for one in note.definitions if _is_used(one, link, text)]
    return [text[span.start : span.end] for span in dict.fromkeys(spans) if not _is_inside(span, stretches)]


def footnotes(note: Note) -> dict[str, Span]:
    """Where each footnote is written."""
    found: dict[str, Span] = {}
    for block in note.blocks:
        if block.kind == "footnote" and (label := _FOOTNOTE.match(note.text, block.span.start)):
            found.setdefault(label[1], block.span)
    return found


def own_labels(note: Note, other: Note) -> Iterator[Edit]:
    """What to change in `note` so that none of its labels is one of `other`'s."""
    theirs = set(_footnote_labels(other))
    new = _fresh({*theirs, *_footnote_labels(note)})
    for one in _FOOTNOTE.finditer(_visible(note)):
        if one[1] in theirs:
            yield Edit(Span(*one.span(1)), new(one[1]))
    defined = {_label(definition, other.text): definition for definition in reversed(other.definitions)}
    ours = {_label(definition, note.text) for definition in note.definitions}
    new = _fresh({*defined, *ours})
    for definition in note.definitions:
        label = _label(definition, note.text)
        if label in defined:
            match = _DEFINED.match(note.text, definition.span.start)
            assert match is not None
            yield Edit(Span(*match.span(1)), new(label))
            yield from _uses(note, definition, new(label))


def _uses(note: Note, definition: Link, label: str) -> Iterator[Edit]:
    for link in note.links:
        if link.written != definition.written:
            continue
        written = note.text[link.span.start : link.span.end]
        use = _USE.search(written)
        if use is None:
            continue
        start = link.span.start + use.start()
        if use.start() and written[use.start() - 1] == "]":
            yield Edit(Span(start + 1, link.span.end - 1), label)
        else:
            yield Edit(Span(link.span.end, link.span.end), f"[{label}]")


def _fresh(taken: set[str]) -> Callable[[str], str]:
    given: dict[str, str] = {}

    def fresh(label: str) -> str:
        if label not in given:
            number = next(
                one for one in range(2, len(taken) + len(given) + 3) if f"{label}-{one}" not in taken
            )
            given[label] = f"{label}-{number}"
            taken.add(given[label])
        return given[label]

    return fresh


def _footnote_labels(note: Note) -> Iterable[str]:
    return (one[1] for one in _FOOTNOTE.finditer(_visible(note)))


def _visible(note: Note) -> str:
    return blank_out(note.text, [Span(0, note.body.start), *note.code, *note.hidden])


def _label(definition: Link, text: str) -> str:
    match = _DEFINED.match(text, definition.span.start)
    return fold_label(match[1]) if match else ""


def _is_used(definition: Link, link: Link, text: str) -> bool:
    """Whether the link leads where the definition says."""
    if link.definition is not None:
        return _label(definition, text) == fold_label(link.target)
    return link.written == definition.written


def _is_inside(span: Span, stretches: Iterable[Span]) -> bool:
    return any(part.start <= span.start and span.end <= part.end for part in stretches)
