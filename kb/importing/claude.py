"""Claude: the archive of "Export data", or the conversations.json in it; documents of projects, too."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kb.importing.chatgpt import conversation_files
from kb.importing.chats import Turn, fenced, transcript
from kb.importing.imported_note import ImportedNote
from kb.importing.importer import Export
from kb.importing.shapes import line, moment, table, tables, text
from kb.importing.tree import Tree

_SPEAKERS = {"human": "You", "user": "You", "assistant": "Claude"}


class Claude:
    """Each conversation is a note, and so is each document of a project."""

    name = "claude"
    label = "Claude"

    def fits(self, tree: Tree) -> bool:
        """Whether a file holds conversations as lists of messages with senders."""
        return any(
            any("chat_messages" in one for one in tables(tree.json(name))[:5])
            for name in conversation_files(tree)[:1]
        )

    def notes(self, export: Export) -> Iterator[ImportedNote]:
        """One for each conversation in which something was said, then the documents."""
        for name in conversation_files(export.tree):
            for number, one in enumerate(tables(export.tree.json(name)), 1):
                title = line(one.get("name")) or "Untitled conversation"
                said = transcript(_turns(one))
                if not said:
                    export.leave(title, "says nothing")
                    continue
                key = text(one.get("uuid"))
                yield ImportedNote(
                    key or f"{name} {number} {title}",
                    title,
                    said,
                    created=moment(one.get("created_at")),
                    updated=moment(one.get("updated_at")),
                    source=f"https://claude.ai/chat/{key}" if len(key) == 36 else "",
                )
        for name in [
            name for name in export.tree.ending("projects.json", ".json") if "project" in name.lower()
        ]:
            value = export.tree.json(name)
            for project in tables(value) or [table(value)]:
                yield from _documents(project)


def _documents(project: dict[str, Any]) -> Iterator[ImportedNote]:
    folder = line(project.get("name")) or "Project"
    for number, one in enumerate(tables(project.get("docs")), 1):
        name, content = line(one.get("filename")), text(one.get("content"))
        if content.strip():
            yield ImportedNote(
                text(one.get("uuid")) or f"{text(project.get('uuid'))} {number} {name}",
                name.removesuffix(".md").removesuffix(".txt") or "Untitled",
                content,
                folder=folder.replace("/", "-"),
                created=moment(one.get("created_at")),
            )


def _turns(conversation: dict[str, Any]) -> Iterator[Turn]:
    for message in tables(conversation.get("chat_messages")):
        who = _SPEAKERS.get(text(message.get("sender")), "")
        parts = [
            text(part.get("text")) for part in tables(message.get("content")) if part.get("type") == "text"
        ]
        said = [part for part in parts if part.strip()] or [text(message.get("text"))]
        for file in tables(message.get("attachments")):
            name, content = line(file.get("file_name")), text(file.get("extracted_content"))
            said.append(
                f"**{name or 'Pasted text'}**\n\n{fenced(content)}" if content.strip() else f"({name})"
            )
        said += [
            f"({name})" for file in tables(message.get("files")) if (name := line(file.get("file_name")))
        ]
        if who:
            yield who, "\n\n".join(filter(str.strip, said))
