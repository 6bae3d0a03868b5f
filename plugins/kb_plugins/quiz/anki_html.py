"""Markdown of a card as Anki shows it: HTML, formulas for MathJax, pictures and sound from the package."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from kb.plugin_api import plain_text
from kb_plugins.study.card import CLOSES, HINTS, OPENS

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

# The name under which a file of the vault, named as the note names it, is in the package; empty when there is none.
Media = Callable[[str], str]

_EMBED = re.compile(r"!\[\[([^\[\]\r\n|#]+)(?:#[^\[\]\r\n|]*)?(?:\|[^\[\]\r\n]*)?\]\]")
_WIKI = re.compile(r"\[\[[^\[\]\r\n]+\]\]")
_MARKED = re.compile(r"==(?=\S)([^\r\n]{1,1000}?)(?<=\S)==")
_COMMENT = re.compile(r"%%.*?%%|<!--(?:(?!<!--).)*?-->", re.DOTALL)
_BLOCK_ID = re.compile(r"[ \t]\^[A-Za-z0-9-]+[ \t]*$", re.MULTILINE)
_CLOZE = re.compile(f"{OPENS}(?P<key>[^{OPENS}{HINTS}]*+){HINTS}(?P<hint>[^{OPENS}{CLOSES}]*+){CLOSES}")
_SOUND = (".mp3", ".wav", ".m4a", ".ogg", ".oga", ".flac", ".opus", ".3gp", ".aac")
_PICTURE = (".png", ".jpg", ".jpeg", ".gif", ".svg", ".webp", ".bmp", ".avif", ".tif", ".tiff")
_KEPT = "\ue110{}\ue111"  # stands for finished HTML while the rest is read as Markdown
_STAND_IN = re.compile("\ue110(\\d+)\ue111")
_CODE = re.compile(
    r"(?P<fence>^[ \t]*+(?P<mark>`{3,}+|~{3,}+)[^\r\n]*\n.*?(?:^[ \t]*+(?P=mark)[ \t]*$|\Z))|"
    r"(?<!`)(?P<ticks>`++).+?(?<!`)(?P=ticks)(?!`)",
    re.MULTILINE | re.DOTALL,
)


def to_html(markdown: str, media: Media) -> str:
    """`markdown` as HTML of a field."""
    return _Reader(media).read(markdown)


def cloze_html(front: str, media: Media) -> str:
    """A text with its gaps marked, as the field of a cloze note; what Anki could misread is parted."""
    reader = _Reader(media)

    def kept(match: re.Match[str]) -> str:
        inner = reader.read_inline(match["key"])
        # Anki looks for `::` and `}}` before a browser decodes anything.
        inner = inner.replace("::", ":&#58;").replace("}}", "}&#125;")
        hint = f"::{html.escape(match['hint'])}" if match["hint"] else ""
        return reader.keep(f"{{{{c1::{inner}{hint}}}}}")

    return reader.read(_CLOZE.sub(kept, front))


def reads_media(name: str) -> bool:
    """Whether a file of this name is a picture or a sound."""
    return name.casefold().endswith((*_SOUND, *_PICTURE))


class _Reader:
    """Reads Markdown; what is finished HTML already is set aside meanwhile."""

    def __init__(self, media: Media) -> None:
        self._media = media
        self._kept: list[str] = []

    def keep(self, finished: str) -> str:
        self._kept.append(finished)
        return _KEPT.format(len(self._kept) - 1)

    def read(self, markdown: str) -> str:
        rendered = _markdown().render(self._prepared(markdown), {"media": self._media}).strip()
        if rendered.startswith("<p>") and rendered.count("<p>") == 1 and rendered.endswith("</p>"):
            rendered = rendered[3:-4]
        return self._restored(rendered)

    def read_inline(self, markdown: str) -> str:
        rendered = _markdown().renderInline(self._prepared(markdown), {"media": self._media}).strip()
        return self._restored(rendered)

    def _restored(self, text: str) -> str:
        while _STAND_IN.search(text):
            text = _STAND_IN.sub(lambda match: self._kept[int(match[1])], text)
        return text

    def _prepared(self, markdown: str) -> str:
        """What CommonMark does not know put into its terms; code is left alone."""
        parts, position = [], 0
        for code in _CODE.finditer(markdown):
            parts += [self._plain(markdown[position : code.start()]), code[0]]
            position = code.end()
        return "".join((*parts, self._plain(markdown[position:])))

    def _plain(self, text: str) -> str:
        text = _BLOCK_ID.sub("", _COMMENT.sub("", text))
        text = _EMBED.sub(lambda match: self.keep(_embedded(match[1].strip(), self._media)), text)
        text = _WIKI.sub(lambda match: self.keep(html.escape(plain_text(match[0]))), text)
        return _MARKED.sub(lambda match: f"{self.keep('<mark>')}{match[1]}{self.keep('</mark>')}", text)


def _embedded(target: str, media: Media) -> str:
    name = media(target)
    if not name:
        return html.escape(target)
    if name.casefold().endswith(_SOUND):
        return f"[sound:{html.escape(name)}]"
    return f'<img src="{html.escape(name, quote=True)}">'


@cache
def _markdown() -> MarkdownIt:
    from markdown_it import MarkdownIt
    from mdit_py_plugins.dollarmath import dollarmath_plugin

    parser = MarkdownIt("commonmark", {"html": False, "breaks": True}).enable(["table", "strikethrough"])
    parser.use(dollarmath_plugin, allow_space=False, allow_digits=False, double_inline=True)
    for name, (opening, closing) in {
        "math_inline": ("\\(", "\\)"),
        "math_inline_double": ("\\[", "\\]"),
        "math_block": ("\\[", "\\]"),
    }.items():
        parser.add_render_rule(name, _formula(opening, closing))
    parser.add_render_rule("image", _image)
    return parser


def _formula(opening: str, closing: str) -> Callable[..., str]:
    def render(_self: Any, tokens: Any, index: int, _options: Any, _environment: Any) -> str:
        return f"{opening}{html.escape(tokens[index].content.strip(), quote=False)}{closing}"

    return render


def _image(_self: Any, tokens: Any, index: int, _options: Any, environment: Any) -> str:
    source = str(tokens[index].attrs.get("src", ""))
    if "://" in source:
        return html.escape(tokens[index].content or source)  # nothing is fetched
    return _embedded(unquote(source), environment["media"])
