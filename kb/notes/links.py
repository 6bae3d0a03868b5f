"""Every link of a note's body, in any of the dialects: where it stands and what it says.

Scanning runs over text in which code, math and comments are blanked out, so that an offset there is an
offset in the note. Each pattern is built from negated classes with possessive quantifiers: linear, always.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from kb.notes.note import Link, LinkKind, Span
from kb.notes.source import Lines

_WIKI = re.compile(
    r"(?P<embed>!?)(?P<hash>\#?)\[\[(?P<target>[^\[\]\n\r|]*+)"
    r"(?:\|(?P<label>[^\[\]\n\r]*+(?:\[[^\[\]\n\r]*+\][^\[\]\n\r]*+)*+))?\]\]"
)
_BLOCK_REFERENCE = re.compile(r"\(\(([0-9a-fA-F]{8}-[0-9a-fA-F-]{27}|[A-Za-z0-9_-]{6,40})\)\)")
_AUTOLINK = re.compile(r"<([a-zA-Z][a-zA-Z0-9+.-]{1,31}:[^\s<>]*+)>")
_BARE_URL = re.compile(r"(?<![\w/])https?://[^\s<>\"`|\\^{}\[\]]++")
_BRACKET = re.compile(r"\\.|\[|\](?:\(|\[)?|(?:\r\n?|\n)[ \t]*+(?:\r\n?|\n)", re.DOTALL)
_DESTINATION = re.compile(
    r"\(\s*+(?:<([^<>\n\r]*+)>|([^()\n\r]*+(?:\([^()\n\r]*+\)[^()\n\r]*+)*+))\s*+[^()]?\)"
)
_TITLE = re.compile(r"""\s++(?:"[^"]*+"|'[^']*+')\s*+$""")
_DEFINITION = re.compile(
    r"^[ ]{0,3}\[(?P<label>[^\[\]\n\r^][^\[\]\n\r]*+)\]:[ \t]*+(?:<(?P<angle>[^<>\n\r]*+)>|(?P<plain>[^\s<]\S*+))"
    r"(?P<title>[ \t]++(?:\"[^\"\n\r]*+\"|'[^'\n\r]*+'|\([^()\n\r]*+\)))?[ \t]*+$",
    re.MULTILINE,
)
_SCHEME = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]{1,31}:(?!:)")
_PROPERTY_LINE = re.compile(r"^[ \t]*+(?:[-*+][ \t]++)?([^\W\d_][\w /.-]{0,60}+)::[ \t]++", re.MULTILINE)


def find_links(text: str, visible: str, lines: Lines, start: int = 0) -> tuple[Link, ...]:
    """The links from offset `start` on, in order; `visible` is `text` with code and comments blanked."""
    definitions = _definitions(visible, start)
    relations = {
        lines.line_at(match.start(1)): match[1].strip() for match in _PROPERTY_LINE.finditer(visible, start)
    }
    found: list[Link] = []
    taken: list[Span] = []
    for link in _wiki_links(text, visible, lines, start, relations, definitions):
        found.append(link)
        taken.append(link.span)
    for link in _bracket_links(text, visible, lines, start, definitions):
        found.append(link)
        taken.append(link.span)
    found.extend(_urls(visible, lines, start, taken))
    found.sort(key=lambda link: (link.span.start, -link.span.end))
    return tuple(found)


def _wiki_links(
    text: str,
    visible: str,
    lines: Lines,
    start: int,
    relations: Mapping[int, str],
    definitions: Mapping[str, str],
) -> Iterator[Link]:
    for match in _WIKI.finditer(visible, start):
        if match.start() and visible[match.start() - 1] == "\\":
            continue
        name, heading, block = split_target(text[match.start("target") : match.end("target")])
        if not name and not heading and not block:
            continue
        begin = match.start()
        kind: LinkKind = "wiki"
        if match["embed"] or visible.endswith("{{embed ", max(0, begin - 8), begin):
            kind = "embed"
        elif match["hash"]:
            kind = "tag"
        line = lines.line_at(begin)
        relation = relations.get(line)
        if relation and kind in ("wiki", "tag"):
            kind = "property"
        yield Link(
            kind,
            name,
            Span(*match.span()),
            line + 1,
            label=(match["label"] or "").strip() or None,
            heading=heading,
            block=block,
            relation=relation if kind == "property" else None,
            definition=definitions.get(fold_label(match["target"])),
        )
    for match in _BLOCK_REFERENCE.finditer(visible, start):
        number = lines.number_at(match.start())
        yield Link("block", "", Span(*match.span()), number, block=match[1])


def split_target(raw: str) -> tuple[str, str | None, str | None]:
    """`note#heading#sub` or `note#^block` as (name, heading, block)."""
    # In a table the bar before the label is escaped, and the backslash is left over here.
    raw = raw.rstrip("\\").strip()
    name, mark, anchor = raw.partition("#")
    if not mark and "^" in raw:
        name, _, anchor = raw.partition("^")
        return name.strip(), None, anchor.strip() or None
    head, caret, block = anchor.rpartition("^")
    if caret and (not head or head.endswith("#")):
        return name.strip(), head.strip("# ") or None, block.strip() or None
    return name.strip(), anchor.strip("# ") or None, None


def fold_label(label: str) -> str:
    """The form in which link labels are compared: case and white space do not count."""
    return " ".join(label.split()).casefold()


def _definitions(visible: str, start: int) -> dict[str, str]:
    if "]:" not in visible:
        return {}
    found: dict[str, str] = {}
    for match in _DEFINITION.finditer(visible, start):
        found.setdefault(fold_label(match["label"]), match["angle"] or match["plain"] or "")
    return found


def _bracket_links(
    text: str, visible: str, lines: Lines, start: int, definitions: Mapping[str, str]
) -> Iterator[Link]:
    """Inline links, reference links and images; brackets are matched with a stack, once over the text."""
    stack: list[int] = []
    pending: tuple[int, int] | None = None  # the `[text]` just before a `[label]`
    for match in _BRACKET.finditer(visible, start):
        mark = match[0]
        if mark[0] == "\\":
            continue
        if mark == "[":
            stack.append(match.start())
            continue
        if mark[0] != "]":
            stack.clear()
            pending = None
            continue
        if not stack:
            continue
        begin, close = stack.pop(), match.start()
        reference_text, pending = (pending if pending and pending[1] == begin - 1 else None), None
        if mark == "](" and (destination := _DESTINATION.match(visible, match.end() - 1)):
            inner = destination[1] if destination[1] is not None else _TITLE.sub("", destination[2] or "")
            if link := _markdown_link(text, visible, lines, begin, close, destination.end(), inner.strip()):
                yield link
        elif mark == "][":
            pending = (begin, close)
            stack.append(match.end() - 1)
        elif definitions:
            label = visible[begin + 1 : close] if close - begin < 1000 else ""
            if reference_text and not label.strip():
                label = visible[reference_text[0] + 1 : reference_text[1]][:1000]
            target = definitions.get(fold_label(label))
            if target and visible[close + 1 : close + 2] != ":" and visible[begin - 1 : begin] != "[":
                shown = reference_text or (begin, close)
                if link := _markdown_link(text, visible, lines, shown[0], shown[1], close + 1, target):
                    yield link


def _markdown_link(
    text: str, visible: str, lines: Lines, begin: int, close: int, end: int, target: str
) -> Link | None:
    # Logseq writes [label]([[page]]) and [label](((id))): the inner link is found already.
    if target.startswith(("[[", "((")) or (not target and close == begin + 1):
        return None
    image = visible[begin - 1 : begin] == "!" if begin else False
    label = text[begin + 1 : close]
    kind: LinkKind = "embed" if image else "markdown"
    heading = block = None
    if _SCHEME.match(target) or target.startswith("//"):
        kind = "url"
    else:
        name, mark, anchor = target.partition("#")
        if mark:
            target = name
            heading, block = (None, anchor[1:]) if anchor.startswith("^") else (anchor or None, None)
        if not target and not heading and not block:
            return None
    first = begin - 1 if image else begin
    return Link(kind, target, Span(first, end), lines.number_at(begin), label or None, heading, block)


def _trimmed(url: str) -> str:
    """A bare URL without the punctuation of the sentence it stands in; brackets it opened are its own."""
    extra = url.count(")") - url.count("(")
    end = len(url)
    while end and (url[end - 1] in ".,;:!?'*_~" or (url[end - 1] == ")" and extra > 0)):
        extra -= url[end - 1] == ")"
        end -= 1
    return url[:end]


def _urls(visible: str, lines: Lines, start: int, taken: list[Span]) -> Iterator[Link]:
    if "://" not in visible and "mailto:" not in visible:
        return
    taken.sort(key=lambda span: span.start)
    index, reached = 0, 0
    matches = [(match.start(), match.end(), match[1]) for match in _AUTOLINK.finditer(visible, start)]
    for match in _BARE_URL.finditer(visible, start):
        url = _trimmed(match[0])
        matches.append((match.start(), match.start() + len(url), url))
    matches.sort()
    for begin, end, url in matches:
        while index < len(taken) and taken[index].start <= begin:
            reached = max(reached, taken[index].end)
            index += 1
        if begin < reached:
            continue
        reached = end
        yield Link("url", url, Span(begin, end), lines.number_at(begin))
