"""Conversations as lists of messages with role and content: what most chat programs and their servers export.

Open WebUI and LibreChat among them, OpenAI's and Anthropic's own requests, and one message a line (JSONL).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from kb.errors import ExportUnreadable
from kb.files.small import parse_json
from kb.importing.chats import Turn, transcript
from kb.importing.imported_note import ImportedNote, short_hash
from kb.importing.importer import Export
from kb.importing.names import title_of
from kb.importing.shapes import line, moment, table, tables, text
from kb.importing.tree import MOST_JSON, Tree

_SPEAKERS = {
    "user": "You",
    "human": "You",
    "assistant": "Assistant",
    "model": "Assistant",
    "bot": "Assistant",
}


class Messages:
    """Each conversation is a note, called by its title, else by its file or first words."""

    name = "messages"
    label = "Chats"

    def fits(self, tree: Tree) -> bool:
        """Whether the first file holds messages."""
        return any(_conversations(_value(tree, name)) for name in tree.ending(".json", ".jsonl")[:1])

    def notes(self, export: Export) -> Iterator[ImportedNote]:
        """One for each conversation in which something was said."""
        for name in export.tree.ending(".json", ".jsonl"):
            conversations = _conversations(_value(export.tree, name))
            if not conversations:
                export.leave(name, "holds no messages in a form that kb knows")
            for about, messages in conversations:
                turns = list(_turns(messages))
                said = transcript(turns)
                if said:
                    stem = name.rpartition("/")[2].rpartition(".")[0]
                    title = line(about.get("title")) or line(about.get("name"))
                    title = title or (
                        stem if len(conversations) == 1 else title_of(_first_said(turns), "Conversation")
                    )
                    key = (
                        text(about.get("id")) or text(about.get("conversationId")) or short_hash(title + said)
                    )
                    yield ImportedNote(
                        key,
                        title,
                        said,
                        created=_moment(about, "created_at", "createdAt", "create_time", "timestamp"),
                        updated=_moment(about, "updated_at", "updatedAt", "update_time"),
                    )


def _value(tree: Tree, name: str) -> Any:
    if not name.lower().endswith(".jsonl"):
        return tree.json(name)
    try:
        return [parse_json(row) for row in tree.text(name, MOST_JSON).split("\n") if row.strip()]
    except ValueError as error:
        raise ExportUnreadable(f"{name} can't be read: it is damaged or not JSON.") from error


def _conversations(value: Any) -> list[tuple[dict[str, Any], list[dict[str, Any]]]]:
    """What is said of each conversation, and its messages."""
    if found := [one for one in tables(value) if _is_message(one)]:
        return [({}, found)]
    conversations = []
    for one in tables(value) or [table(value)]:
        chat = table(one.get("chat")) or one
        messages = tables(chat.get("messages")) or _history(table(chat.get("history")))
        if any(map(_is_message, messages)):
            conversations.append(({**chat, **one}, messages))
    return conversations


def _history(history: dict[str, Any]) -> list[dict[str, Any]]:
    """Open WebUI's tree of messages, from the first to the one that was shown last."""
    nodes, node = table(history.get("messages")), text(history.get("currentId"))
    branch: list[dict[str, Any]] = []
    seen: set[str] = set()
    while node in nodes and node not in seen:
        seen.add(node)
        branch.append(table(nodes[node]))
        node = text(table(nodes[node]).get("parentId"))
    return branch[::-1]


def _is_message(one: dict[str, Any]) -> bool:
    return _role(one) in _SPEAKERS and any(key in one for key in ("content", "text", "parts"))


def _role(message: dict[str, Any]) -> str:
    if isinstance(message.get("isCreatedByUser"), bool):  # LibreChat
        return "user" if message["isCreatedByUser"] else "assistant"
    return (text(message.get("role")) or text(message.get("sender"))).casefold()


def _turns(messages: list[dict[str, Any]]) -> Iterator[Turn]:
    for message in messages:
        if who := _SPEAKERS.get(_role(message)):
            content = message.get("content") or message.get("parts") or message.get("text")
            parts = (
                [text(part) if isinstance(part, str) else text(table(part).get("text")) for part in content]
                if isinstance(content, list)
                else [text(content)]
            )
            yield who, "\n\n".join(filter(str.strip, parts))


def _first_said(turns: list[Turn]) -> str:
    return next((what for _, what in turns if what.strip()), "")


def _moment(about: dict[str, Any], *keys: str) -> datetime | None:
    for key in keys:
        value = about.get(key)
        is_thousandths = isinstance(value, int | float) and value > 100_000_000_000
        if found := moment(value, 1000.0 if is_thousandths else 1.0):
            return found
    return None
