"""Markdown to readable words: labels instead of links, no marks, entities decoded."""

from __future__ import annotations

import html
import re

_COMMENT = re.compile(r"%%[^%]*+(?:%(?!%)[^%]*+)*+%%|<!--[^-]*+(?:-(?!->)[^-]*+)*+-->")
_FENCE_LINE = re.compile(r"^[ \t>]*+(?:[-*+][ \t]++)?(?:`{3,}+[^`\n\r]*+|~{3,}+[^\n\r]*+)$", re.MULTILINE)
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
_HEADING_END = re.compile(r"[ \t]++\#++[ \t]*+$", re.MULTILINE)
_TABLE_EDGE = re.compile(r"^[ \t]*+\|[ \t]*+|[ \t]*+\|[ \t]*+$", re.MULTILINE)
_CELL = re.compile(r"[ \t]*+(?<!\\)\|[ \t]*+")
_CODE = re.compile(r"(?<!`)(`++)([^`]++(?:(?!\1(?!`))`++[^`]++)*+)\1(?!`)")
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
_STARS = re.compile(r"(?<![\s*])\*{1,3}|\*{1,3}(?![\s*])")
_UNDERSCORES = re.compile(r"(?<!\w)_{1,3}(?=\S)|(?<=\S)_{1,3}(?!\w)")
_PAIRS = re.compile(r"(?<!=)==(?!=)|~~")
_HASH = re.compile(r"(?<![\w&/#])#(?=[^\W\d][\w/-]*)")
_BLOCK_ID = re.compile(r"(?:^|[ \t]++)\^[A-Za-z0-9-]++[ \t]*+$", re.MULTILINE)
_PROPERTY = re.compile(r"^([^\W\d_][\w /.-]{0,60}+)::[ \t]++", re.MULTILINE)
_STASHED = re.compile("\x00(\\d+)\x00")
_SPACES = re.compile(r"[ \t\u00a0]{2,}+")
_BLANK = re.compile(r"\n[ \t]*+\n(?:[ \t]*+\n)*+")


def plain_text(markdown: str) -> str:
    """The words of a stretch of Markdown as a reader sees them; its lines stay lines."""
    text = markdown.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")
    stash: list[str] = []
    text = _strip_blocks(text)
    if "`" in text:
        text = _CODE.sub(lambda match: _keep(stash, match[2].strip()), text)
    if "\\" in text:
        text = _ESCAPE.sub(lambda match: _keep(stash, match[1]), text)
    text = _strip_inline(text)
    if "&" in text:
        text = html.unescape(text)
    if stash:
        text = _STASHED.sub(lambda match: stash[int(match[1])], text)
    text = _SPACES.sub(" ", text)
    lines = [line.strip() for line in text.split("\n")]
    return _BLANK.sub("\n", "\n".join(lines)).strip()


def plain_code(code: str) -> str:
    """Code as words: its lines as written, without the fences and the blank lines."""
    text = _FENCE_LINE.sub("", code.replace("\r\n", "\n").replace("\r", "\n"))
    return "\n".join(line.rstrip() for line in text.split("\n") if line.strip())


def one_line(text: str) -> str:
    """`text` with each run of white space as one space."""
    return " ".join(text.split())


def _keep(stash: list[str], text: str) -> str:
    stash.append(text)
    return f"\x00{len(stash) - 1}\x00"


def _strip_blocks(text: str) -> str:
    if "%%" in text or "<!--" in text:
        text = _COMMENT.sub("", text)
    if "```" in text or "~~~" in text:
        text = _FENCE_LINE.sub("", text)
    if "::" in text:
        text = _TECHNICAL.sub("", text)
    if "|" in text:
        text = _TABLE_RULE.sub("", text)
    if "]:" in text:
        text = _DEFINITION.sub("", text)
    text = _RULE_LINE.sub("", text)
    text = _LINE_START.sub("", text)
    text = _HEADING_END.sub("", text)
    if "^" in text:
        text = _BLOCK_ID.sub("", text)
    return text


def _strip_inline(text: str) -> str:
    if "[" in text:
        if "[[" in text:
            text = _WIKI.sub(_wiki_words, text)
        text = _FOOTNOTE.sub("", text)
        if "](" in text:
            # Twice, because an image may stand inside a link.
            text = _INLINE.sub(r"\1", _INLINE.sub(r"\1", text))
        if "][" in text:
            text = _REFERENCE.sub(r"\1", text)
    if "|" in text:
        text = _CELL.sub(", ", _TABLE_EDGE.sub("", text))
    if "{{" in text:
        text = _MACRO.sub("", text)
    if "<" in text:
        text = _TAG.sub("", _AUTOLINK.sub(r"\1", _BREAK.sub(" ", text)))
    if "://" in text:
        text = _URL.sub(r"\1", text)
    if "*" in text:
        text = _STARS.sub("", text)
    if "_" in text:
        text = _UNDERSCORES.sub("", text)
    if "==" in text or "~~" in text:
        text = _PAIRS.sub("", text)
    if "#" in text:
        text = _HASH.sub("", text)
    if "::" in text:
        text = _PROPERTY.sub(r"\1: ", text)
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
