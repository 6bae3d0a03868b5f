"""Markdown of notes and answers as HTML that does nothing: what is HTML in a note is shown as text."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import cache
from html import escape
from typing import TYPE_CHECKING, Any

from kb.plugin_api import Note, Span, opaque_spans, safe_text

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

    from kb.plugin_api.editing import Link

# How a link is shown: HTML of it, whose text is the HTML of its label.
ShowLink = Callable[["Link", str], str]

CITED = "cited"  # the id of the place that a page was opened for
_FIRST = ("```", "~~~", "|", "<")  # marks of code, tables and HTML that nothing may stand before
_MARKS_FIRST = ("code", "table", "math", "html")
_KEPT = "\ue120{}\ue121"  # stands for finished HTML while the rest is read as Markdown
_STAND_IN = re.compile("\ue120(\\d+)\ue121")
_PRIVATE = re.compile("[\ue120\ue121]")
_HEADING_MARK = re.compile(r"[ \t>]*+(?:(?:[-*+]|\d{1,9}[.)])[ \t]++)*+(?:#{1,6}[ \t]++)?+")
_LINE_END = re.compile(r"\r\n?")
# What names a block and is not to be read: Obsidian's mark, and the property of Logseq.
_BLOCK_ID = re.compile(
    r"(?:^|[ \t])\^[A-Za-z0-9-]+[ \t]*$|^[ \t]*+id:: [0-9a-fA-F-]{36}[ \t]*$\n?", re.MULTILINE
)
_TASK = re.compile("<li>(\\s*+(?:<p>)?+(?:\ue120\\d+\ue121)*+)\\[(.)\\] ")
_CALLOUT = re.compile("<blockquote>\n<p>((?:\ue120\\d+\ue121)*+)\\[!([\\w-]++)\\][-+]?[ \\t]*+([^\\n<]*+)")
_MARKED = re.compile(r"==(?=\S)([^\r\n=<>]{1,1000})(?<=\S)==")
_ADDRESS = re.compile(r"(?:https?://|mailto:)\S+", re.IGNORECASE)


def as_html(markdown: str) -> str:
    """Markdown without links of its own, such as an answer: a link in it is shown as its label."""
    return _finished(_markdown().render(_PRIVATE.sub("", _readable(markdown))))


def note_html(note: Note, show_link: ShowLink, cited: int = 0) -> str:
    """The body of a note; headings have the ids `h-0`, `h-1` … in their order, blocks those that the note gives them.

    The line `cited`, counted from 1, begins with an element of the id `cited`, or the block does that it stands in.
    """
    return _NoteReader(note, show_link, cited).html()


def web_address(target: str) -> str:
    """`target` where it is an address that a reader may follow; empty for any other."""
    return target if _ADDRESS.fullmatch(target) else ""


def outside_link(address: str, label: str) -> str:
    """A link to the web; `label` is HTML. Where it leads is told of nothing."""
    return f'<a href="{escape(address, quote=True)}" rel="noopener noreferrer">{label}</a>'


class _NoteReader:
    """Reads one note; what is finished HTML already is set aside meanwhile."""

    def __init__(self, note: Note, show_link: ShowLink, cited: int) -> None:
        self._note, self._show_link, self._cited = note, show_link, cited
        self._text = _PRIVATE.sub(" ", note.text)
        self._kept: list[str] = []

    def html(self) -> str:
        source = _BLOCK_ID.sub("", _LINE_END.sub("\n", self._replaced()))
        finished = _finished(_markdown().render(_readable(source)))
        while _STAND_IN.search(finished):
            finished = _STAND_IN.sub(lambda found: self._kept[int(found[1])], finished)
        return finished

    def _keep(self, html: str) -> str:
        self._kept.append(html)
        return _KEPT.format(len(self._kept) - 1)

    def _replaced(self) -> str:
        """The body with links, formulas and comments replaced by what stands for them, and marks at headings."""
        note = self._note
        opaque = opaque_spans(note)
        pieces = [(span, "") for span in opaque.comments]
        pieces += [(span, self._formula(span)) for span in opaque.math]
        pieces += [(link.span, self._link(link)) for link in note.links if link.kind != "property"]
        for number, section in enumerate(note.sections):
            mark = _HEADING_MARK.match(self._text, section.heading.start, section.heading.end)
            at = mark.end() if mark else section.heading.start
            pieces.append((Span(at, at), self._keep(f'<a id="h-{number}"></a>')))
        for name, span in note.block_ids.items():
            pieces.append(self._anchor(span.start, name))
        lines = self._text.split("\n")
        cited = sum(len(line) + 1 for line in lines[: self._cited - 1])
        if self._cited > 0 and note.body.start <= cited < len(self._text):
            pieces.append(self._anchor(cited, CITED))
        parts, position = [], note.body.start
        # A place comes before what begins there, and is kept within what is replaced.
        pieces.sort(key=lambda piece: (piece[0].start, piece[0].end > piece[0].start, -piece[0].end))
        for span, stands in pieces:
            if span.start == span.end and note.body.start <= span.start < position:
                parts.append(stands)
            elif span.start >= position:
                parts += [self._text[position : span.start], stands]
                position = span.end
        return "".join((*parts, self._text[position : note.body.end]))

    def _anchor(self, start: int, name: str) -> tuple[Span, str]:
        """A place of that name at the first word of the line at `start`, or before it where a mark must stand first."""
        mark = self._keep(f'<a id="{escape(name, quote=True)}"></a>')
        blocks = self._note.blocks
        block = next((one for one in blocks if one.span.start <= start < one.span.end), None)
        first = self._text.rfind("\n", 0, block.span.start if block else start) + 1
        line = self._text.rfind("\n", 0, start) + 1
        while not (block and block.kind in _MARKS_FIRST):
            found = _HEADING_MARK.match(self._text, line)
            at = found.end() if found else line
            if not self._text.startswith(_FIRST, at):
                return Span(at, at), mark
            if line <= first:
                break
            line = self._text.rfind("\n", 0, line - 1) + 1
        return Span(first, first), f"{mark}\n\n"

    def _formula(self, span: Span) -> str:
        return self._keep(f'<span class="math">{escape(safe_text(self._text[span.start : span.end]))}</span>')

    def _link(self, link: Link) -> str:
        if link.kind == "tag":
            return self._text[link.span.start : link.span.end]
        label = link.label or " › ".join(
            part for part in (link.target, *(link.heading or "").split("#")) if part
        )
        if link.kind in ("markdown", "url") and link.label:
            label = _markdown().renderInline(safe_text(label))
        else:
            label = escape(safe_text(label or link.block or ""))
        return self._keep(self._show_link(link, label))


def _finished(html: str) -> str:
    html = _TASK.sub(lambda found: f'<li class="task">{found[1]}{"☐" if found[2] == " " else "☑"} ', html)
    return _CALLOUT.sub(
        lambda found: (
            f"<blockquote><p>{found[1]}<strong>{found[3].strip() or found[2].capitalize()}</strong><br>"
        ),
        html,
    )


def _readable(markdown: str) -> str:
    return safe_text(_LINE_END.sub("\n", markdown))


@cache
def _markdown() -> MarkdownIt:
    from markdown_it import MarkdownIt
    from mdit_py_plugins.footnote import footnote_plugin

    parser = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"]).use(footnote_plugin)
    # Links are shown by whoever knows where they lead; one that only markdown-it took for one is its text.
    parser.add_render_rule("image", _alone)
    parser.add_render_rule("text", _words)
    for name in ("link_open", "link_close"):
        parser.add_render_rule(name, _nothing)
    return parser


def _alone(_: Any, tokens: Any, index: int, _options: Any, _environment: Any) -> str:
    return escape(tokens[index].content)


def _words(_: Any, tokens: Any, index: int, _options: Any, _environment: Any) -> str:
    return _MARKED.sub(r"<mark>\1</mark>", escape(tokens[index].content))


def _nothing(*_: Any) -> str:
    return ""


def listed(rows: Iterable[str]) -> str:
    """Rows of HTML as a list; empty for none."""
    items = "".join(f"<li>{row}</li>\n" for row in rows)
    return f"<ul>\n{items}</ul>\n" if items else ""
