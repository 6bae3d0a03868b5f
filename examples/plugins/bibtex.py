"""A plugin for kb: `kb bibtex FILE` writes a note for each entry of a BibTeX file, as Zotero and others export it.

A note that exists is left alone, so that it can be run again; `kb undo` takes all of a run back.
To use it, put this file into the folder `plugins` beside your kb.toml and run: kb trust
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from kb.plugin_api import KnowledgeBase, Terminal, UsageError, hookimpl, safe_line

MOST_BYTES = 50_000_000
_ENTRY = re.compile(r"@(\w+)\s*\{\s*([^\s,{}]+)\s*,")
_FIELD = re.compile(r"\s*([\w-]+)\s*=\s*")
_NOT_IN_NAMES = re.compile(r"[^\w .-]+")


@dataclass(frozen=True)
class Entry:
    """A work."""

    kind: str
    key: str
    fields: dict[str, str]  # by name, lower case


def entries(text: str) -> Iterator[Entry]:
    """The works that a BibTeX file names."""
    for found in _ENTRY.finditer(text):
        if found[1].lower() in ("comment", "preamble", "string"):
            continue
        fields: dict[str, str] = {}
        at = found.end()
        while field := _FIELD.match(text, at):
            value, at = _value(text, field.end())
            fields[field[1].lower()] = " ".join(value.replace("{", "").replace("}", "").split())
            if text[at : at + 1] != ",":
                break
            at += 1
        yield Entry(found[1].lower(), found[2], fields)


def _value(text: str, at: int) -> tuple[str, int]:
    """A field's value that begins at `at`, and where it ends."""
    closing_mark = {"{": "}", '"': '"'}.get(text[at : at + 1], "")
    depth, start = 0, at
    for place in range(at, len(text)):
        letter = text[place]
        depth += (letter == "{") - (letter == "}")
        if closing_mark and place > start and letter == closing_mark and depth == 0:
            return text[start + 1 : place], _past_spaces(text, place + 1)
        if not closing_mark and (letter == "," or depth < 0):
            return text[start:place], place
    return text[start:].strip('{"'), len(text)


def _past_spaces(text: str, at: int) -> int:
    while text[at : at + 1].isspace():
        at += 1
    return at


def as_note(entry: Entry) -> str:
    """The note of a work."""
    fields = entry.fields
    title = safe_line(fields.get("title") or entry.key)
    authors = [safe_line(name) for name in re.split(r"\s+and\s+", fields.get("author", "")) if name]
    rows = {
        "aliases": [title, f"@{entry.key}"],
        "authors": authors,
        "year": fields.get("year", ""),
        "doi": fields.get("doi", ""),
        "tags": ["literature", f"literature/{entry.kind}"],
    }
    front = [f"{name}: {json.dumps(value, ensure_ascii=False)}" for name, value in rows.items() if value]
    body = [f"# {title}", fields.get("abstract", "")]
    return "\n".join(["---", *front, "---", "\n\n".join(part for part in body if part)]) + "\n"


def write_notes(base: KnowledgeBase, found: list[Entry], folder: str) -> list[str]:
    """Write the notes that are missing, as one step that can be undone; their paths."""
    with base.edits.step(f"works from BibTeX: {len(found)}") as step:
        for entry in found:
            path = f"{folder.strip('/')}/{_NOT_IN_NAMES.sub('-', entry.key).strip(' .-') or 'work'}.md"
            if path not in step.done and not (base.settings.vault / path).exists():
                step.create(path, as_note(entry))
        return list(step.done)


@hookimpl
def kb_commands(app: typer.Typer) -> None:
    """`kb bibtex`."""

    @app.command("bibtex")
    def command(
        context: typer.Context,
        file: Annotated[Path, typer.Argument(help="A .bib file.")],
        folder: Annotated[str, typer.Option(help="Where the notes go.")] = "Literature",
    ) -> None:
        """Write a note for each entry of a BibTeX file."""
        terminal: Terminal = context.obj
        if not file.is_file() or file.stat().st_size > MOST_BYTES:
            raise UsageError(f"{file} is no BibTeX file. Export one from your library, then name it.")
        with closing(terminal.knowledge_base()) as base:
            written = write_notes(base, list(entries(file.read_text("utf-8", "replace"))), folder)
        terminal.say(f"Notes written: {len(written)}. kb undo takes them back; kb index makes them found.")
