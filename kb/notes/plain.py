"""Markdown to readable words: labels instead of links, no marks, entities decoded."""

from __future__ import annotations

import html
import re
from collections.abc import Callable

_LEAD = r"^[ \t>]*+(?:[-*+][ \t]++)?"
_FENCE = r"`{3,}+[^`\n\r]*+|~{3,}+[^\n\r]*+"
_FENCE_LINE = re.compile(rf"{_LEAD}(?:{_FENCE})$", re.MULTILINE)
_CODE_LINE = re.compile(
    rf"{_LEAD}(?:{_FENCE}|\#\+(?:BEGIN|END)_\w++[^\n\r]*+)$", re.MULTILINE | re.IGNORECASE
)
_TABLE_RULE = re.compile(r"^[ \t>]*+\|?[ \t]*+:?-++:?[ \t]*+(?:\|[ \t]*+:?-*+:?[ \t]*+)++$", re.MULTILINE)
_TECHNICAL = re.compile(
    r"^[ \t]*+(?:[-*+][ \t]++)?(?:id|collapsed|heading|later|now|done|todo|card-[a-z-]++|created[-_]at|updated[-_]at"
    r"|background-color|logseq\.[\w.-]++|query-[a-z-]++|template-including-parent):: [^\n\r]*+$",
    re.MULTILINE,
)
_LINE_START = re.compile(
    r"^[ \t]*+(?:>[ \t]?+)*+[ \t]*+(?:(?:[-*+]|\d{1,9}[.)])(?:[ \t]++|$))?"
    r"(?:\[[^\[\]\n\r]\][ \t]++)?(?:\#{1,6}[ \t]++)?(?:\[![\w-]++\][-+]?[ \t]*+)?",
    re.MULTILINE,
)
_RULE_LINE = re.compile(
    r"^[ \t]*+(?:(?:-[ \t]*+){3,}+|(?:\*[ \t]*+){3,}+|(?:_[ \t]*+){3,}+|=++)$", re.MULTILINE
)
_HEADING_END = re.compile(r"(?<![ \t])[ \t]++\#++[ \t]*+$", re.MULTILINE)
_TABLE_EDGE = re.compile(r"^[ \t]*+\|[ \t]*+|(?:(?<![ \t])[ \t]++)?+\|[ \t]*+$", re.MULTILINE)
_CELL = re.compile(r"(?:(?<![ \t])[ \t]++)?+(?<!\\)\|[ \t]*+")
_CODE = re.compile(r"(?<!`)(`++)([^`]++(?:(?!\1(?!`))`++[^`]++)*+)\1(?!`)")
# Where another item, heading, row, quote or paragraph begins, and where a cell does.
_BLOCK_START = re.compile(r"^(?=[ \t>]*+(?:(?:[-*+]|\d{1,9}[.)])[ \t]|\#{1,6}[ \t]|\||$))", re.MULTILINE)
_BAR = re.compile(r"(?<!\\)(?=\|)")
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
_WIKI = re.compile(r"!?\#?\[\[([^\[\]\n\r|]*+)(?:\|([^\[\]\n\r]*+(?:\[[^\[\]\n\r]*+\][^\[\]\n\r]*+)*+))?\]\]")
_INLINE = re.compile(
    r"!?\[([^\[\]]*+)\]\((?:<[^<>\n\r]*+>|[^()\n\r]*+(?:\([^()\n\r]*+\)[^()\n\r]*+)*+)\)(?:\{[^{}\n\r]*+\})?"
)
_REFERENCE = re.compile(r"!?\[([^\[\]\n\r]++)\]\[[^\[\]\n\r]*+\]")
_DEFINITION = re.compile(r"^[ ]{0,3}\[[^\[\]\n\r^][^\[\]\n\r]*+\]:[ \t]*+\S++[^\n\r]*+$", re.MULTILINE)
_FOOTNOTE = re.compile(r"\[\^[^\[\]\s]++\]:?")
_MACRO = re.compile(r"\{\{(?:embed|query|video|youtube|renderer|tweet|cards?|function)\b[^{}]*+\}\}")
_TAG = re.compile(r"</?[a-zA-Z][^<>]*+>")
_BREAK = re.compile(r"<br\s*+/?>", re.IGNORECASE)
_AUTOLINK = re.compile(r"<([a-zA-Z][a-zA-Z0-9+.-]++:[^\s<>]*+)>")
_URL = re.compile(r"https?://(?:www\.)?([^\s<>\"/?#]++)[^\s<>\"]*+")
# Emphasis stands between stars that touch its words on both sides; a lone star, as in `*.log`, is a character.
_STARS = re.compile(r"(?<!\*)(\*{1,3})(?=[^\s*])([^*]{0,1000}[^\s*])\1(?!\*)")
_ROW = "\x01"  # at the end of a line: it is a table's row
_UNDERSCORES = re.compile(r"(?<!\w)_{1,3}(?=\S)|(?<=\S)_{1,3}(?!\w)")
_PAIRS = re.compile(r"(?<!=)==(?!=)|~~")
_HASH = re.compile(r"(?<![\w&/#])#(?=[^\W\d][\w/-]*)")
_BLOCK_ID = re.compile(r"(?:^|(?<![ \t])[ \t]++)\^[A-Za-z0-9-]++[ \t]*+$", re.MULTILINE)
_PROPERTY = re.compile(r"^([^\W\d_][\w /.-]{0,60}+)::[ \t]++", re.MULTILINE)
# Anything that makes plain_text do more than trim lines.
_MARKUP = re.compile(
    r"[`*_\[\]<>&|\#=~$%\\^{}\x00\râÃÂð\u00a0]|::|//|[ \t]{2}|(?:^|\n)[ \t]*+(?:[-+]|\d{1,9}[.)])"
)
_LEAST_BARS = 3
_STASHED = re.compile("\x00(\\d+)\x00")
_MOJIBAKE = re.compile(
    "[\u00c2-\u00df][\u0080-\u00bf\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2013-\u203a\u20ac\u2122]"
    "|[\u00e0-\u00f4][\u0080-\u00bf\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2013-\u203a\u20ac\u2122]{2,3}"
)
_UNDEFINED_IN_1252 = "\x81\x8d\x8f\x90\x9d"
_SPACES = re.compile(r"[ \t\u00a0]{2,}+")


def plain_text(markdown: str, *, keep_urls: bool = False) -> str:
    """The words of a stretch of Markdown as a reader sees them; its lines stay lines.

    A bare URL becomes its host's name, unless `keep_urls`.
    """
    if not _MARKUP.search(markdown):
        if "\n" not in markdown:
            return markdown.strip()
        return "\n".join(line for raw in markdown.split("\n") if (line := raw.strip()))
    return _without_markup(markdown, keep_urls, _strip_blocks, _strip_inline)


def plain_inline(markdown: str) -> str:
    """The same of a heading or title, in which numbers, dashes and bars at the front are words."""
    if not _MARKUP.search(markdown):
        return markdown.strip()
    return _without_markup(markdown, False, _strip_hidden, _strip_marks)


def _without_markup(
    markdown: str, keep_urls: bool, strip_blocks: Callable[[str], str], strip_inline: Callable[[str], str]
) -> str:
    text = markdown.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "").replace(_ROW, "")
    # What must not be read as markup is put away first: code, then escaped characters.
    stash: list[str] = []
    if "```" in text or "~~~" in text:
        text = _stash_fences(text, stash)
    if "`" in text:
        text = _stash_code(text, stash)
    if "\\" in text:
        text = _ESCAPE.sub(lambda match: _put(stash, match[1]), text)
    if keep_urls and "://" in text:
        text = _URL.sub(lambda match: _put(stash, match[0]), text)
    text = strip_inline(strip_blocks(text))
    if "&" in text:
        text = html.unescape(text)
    if stash:
        text = _STASHED.sub(lambda match: stash[int(match[1])], text)
    text = mend(text)
    if "  " in text or "\t" in text or "\u00a0" in text:
        text = _SPACES.sub(" ", text)
    lines = (line.strip() for line in text.split("\n"))
    return "\n".join(line for line in lines if line)


def plain_code(code: str) -> str:
    """Code as words: its lines as written, without the fences and the blank lines."""
    text = _CODE_LINE.sub("", code.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", ""))
    return "\n".join(line.rstrip() for line in text.split("\n") if line.strip())


def mend(text: str) -> str:
    """Undo UTF-8 that was once read as Windows-1252 (`itâ€™s`), where that is beyond doubt."""
    return _MOJIBAKE.sub(_mended, text) if any(mark in text for mark in "âÃÂð") else text


def _mended(match: re.Match[str]) -> str:
    try:
        data = b"".join(
            character.encode("latin-1" if character in _UNDEFINED_IN_1252 else "cp1252")
            for character in match[0]
        )
        return data.decode("utf-8")
    except UnicodeError:
        return match[0]


def one_line(text: str) -> str:
    """`text` with each run of white space as one space."""
    return " ".join(text.split())


def _put(stash: list[str], text: str) -> str:
    stash.append(text)
    return f"\x00{len(stash) - 1}\x00"


def _stash_code(text: str, stash: list[str]) -> str:
    """Put code between backticks away; they are paired within their paragraph, item or cell."""
    parts = _BLOCK_START.split(text) if "\n" in text else [text]
    cells = [
        cell for part in parts for cell in (_BAR.split(part) if part.lstrip(" \t>")[:1] == "|" else [part])
    ]
    return "".join(_CODE.sub(lambda match: _put(stash, match[2].strip()), cell) for cell in cells)


def _stash_fences(text: str, stash: list[str]) -> str:
    """Put fenced code away whole; an unclosed fence runs to the end, as in Markdown."""
    parts: list[str] = []
    position = opened = 0
    fence = ""
    for match in _FENCE_LINE.finditer(text):
        mark = match[0].lstrip(" \t>-*+")
        if not fence:
            parts.append(text[position : match.start()])
            fence, opened = mark[:3], match.end()
        elif mark.startswith(fence) and not mark.strip(fence[0] + " \t"):
            parts.append(_put(stash, plain_code(text[opened : match.start()])))
            fence, position = "", match.end()
    parts.append(_put(stash, plain_code(text[opened:])) if fence else text[position:])
    return "".join(parts)


def _cut_out(text: str, opening: str, closing: str) -> str:
    """`text` without what stands between the marks; finding from the left keeps it linear."""
    parts: list[str] = []
    position = 0
    while (start := text.find(opening, position)) >= 0:
        end = text.find(closing, start + len(opening))
        if end < 0:
            break
        parts.append(text[position:start])
        position = end + len(closing)
    return "".join((*parts, text[position:]))


def _strip_hidden(text: str) -> str:
    if "%%" in text:
        text = _cut_out(text, "%%", "%%")
    if "<!--" in text:
        text = _cut_out(text, "<!--", "-->")
    return _BLOCK_ID.sub("", text) if "^" in text else text


def _strip_blocks(text: str) -> str:
    text = _strip_hidden(text)
    if "::" in text:
        text = _TECHNICAL.sub("", text)
    if "|" in text:
        text = _TABLE_RULE.sub("", _mark_rows(text))
    if "]:" in text:
        text = _DEFINITION.sub("", text)
    text = _RULE_LINE.sub("", text)
    text = _LINE_START.sub("", text)
    return _HEADING_END.sub("", text) if "#" in text else text


def _mark_rows(text: str) -> str:
    """`text` with a mark at the end of each table row; bars in other lines are characters."""
    is_table = _TABLE_RULE.search(text) is not None
    return "\n".join(
        line + _ROW
        if "|" in line and (is_table or _is_row(line)) and not _TABLE_RULE.fullmatch(line)
        else line
        for line in text.split("\n")
    )


def _is_row(line: str) -> bool:
    """Whether a line is a row by itself, in a piece of a table without its rule."""
    bare = line.strip(" \t>")
    return bare.startswith("|") and bare.endswith("|") and bare.count("|") >= _LEAST_BARS


def _row_words(line: str) -> str:
    return _CELL.sub(", ", _TABLE_EDGE.sub("", line))


def _strip_inline(text: str) -> str:
    text = _strip_marks(text)
    if _ROW in text:
        lines = text.split("\n")
        text = "\n".join(_row_words(line[:-1]) if line.endswith(_ROW) else line for line in lines)
    return _PROPERTY.sub(r"\1: ", text) if "::" in text else text


def _strip_marks(text: str) -> str:
    if "[" in text:
        if "[[" in text:
            text = _WIKI.sub(_wiki_words, text)
        if "[^" in text:
            text = _FOOTNOTE.sub("", text)
        if "](" in text:
            # Twice, because an image may stand inside a link.
            text = _INLINE.sub(r"\1", _INLINE.sub(r"\1", text))
        if "][" in text:
            text = _REFERENCE.sub(r"\1", text)
    if "{{" in text:
        text = _MACRO.sub("", text)
    if "<" in text:
        text = _TAG.sub("", _AUTOLINK.sub(r"\1", _BREAK.sub(" ", text)))
    if "://" in text:
        text = _URL.sub(r"\1", text)
    if "*" in text:
        text = _STARS.sub(r"\2", _STARS.sub(r"\2", text))  # twice: emphasis may stand within emphasis
    if "_" in text:
        text = _UNDERSCORES.sub("", text)
    if "==" in text or "~~" in text:
        text = _PAIRS.sub("", text)
    if "#" in text:
        text = _HASH.sub("", text)
    return text.replace("$$", "")


def _wiki_words(match: re.Match[str]) -> str:
    if match[2] and match[2].strip():
        return match[2].strip()
    target = match[1].rstrip("\\").strip()
    name, _, anchor = target.partition("#")
    if not name:
        return anchor.replace("#", " ").lstrip("^").strip()
    words = name.rsplit("/", 1)[-1].removesuffix(".md")
    return f"{words} {anchor.replace('#', ' ')}".strip() if anchor and not anchor.startswith("^") else words
