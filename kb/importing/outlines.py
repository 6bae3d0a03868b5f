"""Outlines of Roam and Logseq: blocks within blocks become lists, and references to blocks become links to them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from kb.importing.code import outside_code
from kb.importing.imported_note import Body, Ref
from kb.notes.dates import read_day

_EMBED = re.compile(r"\{\{(?:\[\[)?embed(?:-path|-children)?(?:\]\])?:?[ \t]*([^{}\n]++)\}\}")
_ALIASED = re.compile(
    r"(?<!!)\[([^\[\]\n]+)\]\((?:\[\[(?P<page>[^\[\]\n]+)\]\]|\(\((?P<block>[\w-]{6,40})\)\))\)"
)
_BLOCK = re.compile(r"\(\(([\w-]{6,40})\)\)")
_PAGE = re.compile(r"#?\[\[((?:[^\[\]\n]|\[\[[^\[\]\n]*\]\])+)\]\]")
_OPEN_FENCE = re.compile(r"([^`\n])(```)$")  # Roam closes code at the end of its last line
_HIGHLIGHT = re.compile(r"\^\^(\S(?:[^\n^]|\^(?!\^))*?)\^\^")
_SHOWN = 60  # characters of a block that a link to it shows
_DEEPEST = 60  # levels that are set in; what lies deeper stands at that one


@dataclass(frozen=True, slots=True)
class Block:
    """One block of an outline."""

    level: int  # from 0
    text: str
    id: str = ""
    heading: int = 0  # 1 to 3; 0 for none
    task: str = ""  # "[ ] " or "[x] "


class Outline:
    """Makes the text of a page. `blocks` holds the text of every block of the export by its id."""

    def __init__(self, body: Body, blocks: dict[str, str], plain: Callable[[str], str] = str) -> None:
        self._body = body
        self._blocks = blocks
        self._plain = plain  # the program's own marks to Markdown's

    def text(self, blocks: Iterable[Block]) -> str:
        """All of a page: headings at the top stay headings, all else is a list."""
        lines: list[str] = []
        base = 0
        for block in blocks:
            said = self._inline(_OPEN_FENCE.sub(r"\1\n\2", block.text))
            if block.level == 0 and block.heading:
                mark = self._body.ref(Ref("id", block.id)) if block.id else ""
                lines += ["", f"{'#' * (block.heading + 1)} {one_line(said)}{mark}", ""]
                base = 1
                continue
            if block.level == 0:
                base = 0
            indent = "  " * min(max(0, block.level - base), _DEEPEST)
            first, *rest = said.split("\n")
            marks = "#" * block.heading + " " if block.heading else ""
            # Where a block of several lines ends, an id would stand within its code.
            mark = self._body.ref(Ref("id", block.id, f"{indent}  ")) if block.id else ""
            ends = mark if not rest else ""
            lines.append(f"{indent}- {block.task}{marks}{first}{ends}".rstrip(" "))
            lines += [f"{indent}  {line}".rstrip(" ") for line in rest]
            if rest and mark:
                fenced = rest[-1].lstrip().startswith("```")
                lines[-1] += f"\n{indent}  {mark}" if fenced else mark
        return "\n".join(lines).strip("\n")

    def _inline(self, text: str) -> str:
        """Links left open, but for those in code."""
        return outside_code(text, self._links)

    def _links(self, text: str) -> str:
        text = _EMBED.sub(lambda match: self._embed(match[1].strip(), match[0]), text)
        text = _ALIASED.sub(lambda match: self._aliased(match), text)
        text = _BLOCK.sub(lambda match: self._block(match[1], "", match[0]), text)
        text = _PAGE.sub(lambda match: self._page(match[1], match[1]), text)
        return self._plain(text)

    def _embed(self, inner: str, written: str) -> str:
        if match := _BLOCK.fullmatch(inner):
            return self._block(match[1], "", written, embed=True)
        if match := _PAGE.fullmatch(inner):
            return self._body.ref(Ref("note", match[1], match[1], embed=True, otherwise=f"[[{match[1]}]]"))
        return written

    def _aliased(self, match: re.Match[str]) -> str:
        if match["page"]:
            return self._page(match["page"], match[1])
        return self._block(match["block"], match[1], match[0])

    def _block(self, identity: str, shown: str, written: str, *, embed: bool = False) -> str:
        if identity not in self._blocks:
            return written
        plain = _PAGE.sub(r"\1", self._blocks[identity])
        shown = shown or one_line(re.sub(r"[*_^`~]{2,}", "", plain))[:_SHOWN] or "block"
        return self._body.ref(Ref("note", "", shown, embed, block=identity, otherwise=written))

    def _page(self, name: str, shown: str) -> str:
        otherwise = f"[[{name}]]" if name == shown else f"[[{name}|{shown}]]"
        return self._body.ref(Ref("note", name, shown, otherwise=otherwise))


def one_line(text: str) -> str:
    """`text` without its line ends."""
    return " ".join(text.split())


def highlighted(text: str) -> str:
    """`text` with the `^^marks^^` of Roam and Logseq as Markdown has them."""
    return _HIGHLIGHT.sub(r"==\1==", text)


def day_of(title: str) -> date | None:
    """The day that a page of a journal is of, as Roam and Logseq write it."""
    return read_day(title) if re.search(r"\d{4}", title) and len(title) < 40 else None


def walk(
    roots: list[dict[str, object]], children: str = "children"
) -> Iterator[tuple[int, dict[str, object]]]:
    """(level, block) of all blocks, however deep, in order."""
    waiting = [(0, one) for one in reversed(roots)]
    while waiting:
        level, block = waiting.pop()
        yield level, block
        below = block.get(children)
        if isinstance(below, list):
            waiting += [(level + 1, one) for one in reversed(below) if isinstance(one, dict)]
