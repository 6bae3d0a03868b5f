"""Org: outlines of Emacs, as notes that are only read."""

from __future__ import annotations

import re
from typing import BinaryIO

from orgparse import loads

from kb.notes.dates import read_moment
from kb.notes.decode import NotText, decode
from kb.notes.extract import Extract
from kb.sources.markdown import MarkdownText
from kb.sources.source import Asked, Unreadable

_MOST_BYTES = 5_000_000
_LINK = re.compile(r"\[\[(?:file:)?([^\[\]]++)\](?:\[([^\[\]]++)\])?\]")
_OPENING = re.compile(r"[ \t]*#\+begin_(\w+)(?:[ \t]+(\S+))?.*", re.IGNORECASE)
_CLOSING = re.compile(r"[ \t]*#\+end_\w+[ \t]*", re.IGNORECASE)
_KEYWORD = re.compile(r"[ \t]*#\+(\w+):[ \t]*(.*)")
_PLANNING = re.compile(r"[ \t]*(?:DEADLINE|SCHEDULED|CLOSED):[ \t]*[<\[]([^<>\[\]]*)[>\]]")
_RULE = re.compile(r"[ \t]*\|(?:[-+]+)\|?[ \t]*")
_STAMP = re.compile(r"[<\[](\d{4}-\d\d-\d\d[^<>\[\]]*)[>\]]")
_ADDRESS = re.compile(r"(?:https?|mailto|ftp):")


def read(file: BinaryIO, asked: Asked, /) -> Extract:  # noqa: ARG001 - every source is asked alike
    """The outline in `file`. Raises Unreadable."""
    data = file.read(_MOST_BYTES + 1)
    try:
        root = loads(decode(data[:_MOST_BYTES]).text)
    except NotText as error:
        raise Unreadable(f"is {error}") from error
    text = MarkdownText()
    tags: dict[str, None] = {}
    for node in root:
        text.place("line", max(1, node.linenumber))
        if node is not root:
            state = f"{node.todo} " if node.todo else ""
            text.heading(node.level, f"{state}{_LINK.sub(_shown, node.get_heading(format='raw'))}")
        tags |= dict.fromkeys(sorted(map(str, node.tags)))
        for block in _blocks(node.get_body(format="raw")):
            text.markdown(block)
    about = {name: root.get_file_property(name) or "" for name in ("TITLE", "AUTHOR", "DATE", "DESCRIPTION")}
    return text.extract(
        title=about["TITLE"],
        properties={name.lower(): about[name] for name in ("AUTHOR", "DESCRIPTION") if about[name]},
        tags=tuple(tags),
        created=read_moment(about["DATE"].strip("<>[]")) if about["DATE"] else None,
        is_markup=True,
        problems=("Only its first 5 MB are read.",) if len(data) > _MOST_BYTES else (),
    )


def _blocks(body: str) -> list[str]:
    """The body of a heading as Markdown: code fenced, links as Markdown has them."""
    lines: list[str] = []
    fence = ""
    for line in body.splitlines():
        if fence:
            closes = _CLOSING.fullmatch(line) is not None
            lines.append(fence if closes else line)
            fence = "" if closes else fence
        elif opening := _OPENING.fullmatch(line):
            is_code = opening[1].lower() in ("src", "example", "export")
            fence = "```" if is_code else ""
            lines += [f"```{opening[2] or ''}"] if is_code else []
        elif planned := _PLANNING.match(line):
            lines.append(planned[0].strip().replace("<", "").replace(">", ""))
        elif not (_CLOSING.fullmatch(line) or _KEYWORD.match(line)):
            lines.append(_in_prose(line))
    return ["\n".join([*lines, fence] if fence else lines)]


def _in_prose(line: str) -> str:
    if _RULE.fullmatch(line):
        return "|" + " --- |" * max(1, line.count("+") + 1)
    return _LINK.sub(_as_markdown, _STAMP.sub(r"\1", line))


def _as_markdown(link: re.Match[str]) -> str:
    target, words = link[1].strip(), (link[2] or "").strip()
    if target.startswith(("id:", "*", "#")) or "::" in target:
        return words or target.lstrip("*#")
    if _ADDRESS.match(target) or "." in target.rsplit("/", 1)[-1]:
        return f"[{words or target}](<{target}>)"
    return f"[[{target}|{words}]]" if words else f"[[{target}]]"


def _shown(link: re.Match[str]) -> str:
    return link[2] or link[1]
