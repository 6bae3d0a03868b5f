"""ChatGPT: the archive of "Export data", or the conversations.json in it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any

from kb.importing.chats import Turn, fenced, transcript
from kb.importing.imported_note import Attachment, Body, ImportedNote
from kb.importing.importer import Export
from kb.importing.shapes import line, moment, table, tables, text, texts
from kb.importing.tree import Tree

_FILE = re.compile(r"(?:^|/)conversations(?:[-_]\d+)?\.json$", re.IGNORECASE)
_POINTER = re.compile(r"[a-z-]+://(.+)")
_SPEAKERS = {"user": "You", "assistant": "ChatGPT"}
_LONGEST_BRANCH = 100_000  # messages


class ChatGpt:
    """Each conversation is a note, as it was shown last: of answers that were made again, the one that stayed."""

    name = "chatgpt"
    label = "ChatGPT"

    def fits(self, tree: Tree) -> bool:
        """Whether a file holds conversations as trees of messages."""
        return any(
            any("mapping" in one for one in tables(tree.json(name))[:5])
            for name in conversation_files(tree)[:1]
        )

    def notes(self, export: Export) -> Iterator[ImportedNote]:
        """One for each conversation in which something was said."""
        pictures = _pictures(export.tree)
        for name in conversation_files(export.tree):
            for number, one in enumerate(tables(export.tree.json(name)), 1):
                body = Body()
                said = transcript(_turns(one, body, export.tree, pictures))
                title = line(one.get("title")) or "Untitled conversation"
                key = text(one.get("conversation_id")) or text(one.get("id")) or f"{name} {number} {title}"
                if not said:
                    export.leave(title, "says nothing")
                    continue
                yield ImportedNote(
                    key,
                    title,
                    said,
                    tuple(body.refs),
                    created=moment(one.get("create_time")),
                    updated=moment(one.get("update_time")),
                    source=f"https://chatgpt.com/c/{key}" if re.fullmatch(r"[0-9a-f-]{36}", key) else "",
                    properties={"model": line(one.get("default_model_slug"))},
                    files=body.files,
                )


def conversation_files(tree: Tree) -> list[str]:
    """The files that hold conversations: by their names, or the only one there is."""
    named = [name for name in tree.names() if _FILE.search(name)]
    return named or (tree.names() if len(tree.names()) == 1 and tree.ending(".json") else [])


def _turns(conversation: dict[str, Any], body: Body, tree: Tree, pictures: dict[str, str]) -> Iterator[Turn]:
    for message in _branch(conversation):
        who = _SPEAKERS.get(text(table(message.get("author")).get("role")), "")
        metadata = table(message.get("metadata"))
        if not who or metadata.get("is_visually_hidden_from_conversation") is True:
            continue
        content = table(message.get("content"))
        said = [*_said(message, content, body, tree, pictures)]
        shown = {text(part.get("asset_pointer")) for part in tables(content.get("parts"))}
        for file in tables(metadata.get("attachments")):
            identity = text(file.get("id"))
            if identity and not any(identity in pointer for pointer in shown):
                name = pictures.get(identity, "")
                said.append(body.file(_picture(tree, name)) if name else f"({line(file.get('name'))})")
        yield who, "\n\n".join(said)


def _branch(conversation: dict[str, Any]) -> list[dict[str, Any]]:
    """The messages from the first to the one that was shown last."""
    nodes = table(conversation.get("mapping"))
    node = text(conversation.get("current_node"))
    if node not in nodes:  # the newest leaf
        leaves = [(key, table(one)) for key, one in nodes.items() if not table(one).get("children")]
        node = max(leaves, key=lambda leaf: _time_of(leaf[1]), default=("", {}))[0]
    branch: list[dict[str, Any]] = []
    seen: set[str] = set()
    while node in nodes and node not in seen and len(seen) < _LONGEST_BRANCH:
        seen.add(node)
        branch.append(table(table(nodes[node]).get("message")))
        node = text(table(nodes[node]).get("parent"))
    return branch[::-1]


def _time_of(node: dict[str, Any]) -> float:
    value = table(node.get("message")).get("create_time")
    return float(value) if isinstance(value, int | float) and abs(value) < 1e15 else 0.0


def _said(
    message: dict[str, Any], content: dict[str, Any], body: Body, tree: Tree, pictures: dict[str, str]
) -> Iterator[str]:
    kind, recipient = content.get("content_type"), text(message.get("recipient")) or "all"
    if recipient.startswith("canmore."):
        yield from _canvas(texts(content.get("parts")) or [text(content.get("text"))])
    elif recipient != "all":
        if kind == "code" and recipient == "python":
            yield fenced(text(content.get("text")), "python")
    elif kind == "code":
        yield fenced(text(content.get("text")), text(content.get("language")).replace("unknown", ""))
    elif kind in ("text", "multimodal_text"):
        parts = content.get("parts")
        for part in parts if isinstance(parts, list) else ():
            if isinstance(part, str):
                yield text(part)
                continue
            pointer = _POINTER.match(text(table(part).get("asset_pointer")))
            name = pictures.get(pointer[1].partition("#")[0], "") if pointer else ""
            if name:
                yield body.file(_picture(tree, name))
            elif words := text(table(part).get("text")):
                yield words  # what was spoken


def _canvas(parts: list[str]) -> Iterator[str]:
    """A document that was written beside the conversation."""
    for part in parts:
        try:
            document = table(json.loads(part))
        except (ValueError, RecursionError):
            continue
        written = text(document.get("content"))
        if written:
            kind = text(document.get("type"))
            name = line(document.get("name"))
            code = kind.removeprefix("code/") if kind.startswith("code/") else ""
            yield "\n\n".join(
                filter(None, (f"**{name}**" if name else "", fenced(written, code) if code else written))
            )


def _picture(tree: Tree, name: str) -> Attachment:
    """The file by the name it had before it was sent, where the export has that behind its id."""
    file = tree.attachment(name)
    return replace(file, name=re.sub(r"^file[-_][A-Za-z0-9]+-(?=.)", "", file.name))


def _pictures(tree: Tree) -> dict[str, str]:
    """Files of the export by the ids that their names begin with."""
    found: dict[str, str] = {}
    for name in tree.names():
        stem = PurePosixPath(name).name
        if match := re.match(r"(file[-_][A-Za-z0-9]+)", stem):
            found.setdefault(match[1], name)
    return found
