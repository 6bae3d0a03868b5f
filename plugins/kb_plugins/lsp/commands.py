"""The server's commands: related notes, the note of the day, new notes, answers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from lsprotocol import types
from pygls.uris import from_fs_path

from kb.plugin_api import Cancellation, KnowledgeBase, UsageError
from kb.plugin_api.editing import decided
from kb_plugins.lsp.asking import as_markdown, ask, scratch
from kb_plugins.lsp.changes import document_edit
from kb_plugins.lsp.desk import Page, start_of_file

if TYPE_CHECKING:
    from kb_plugins.lsp.server import KbServer

_RELATED = 10
Work = Callable[["KbServer", list[Any]], Awaitable[Any]]


async def related(server: KbServer, arguments: list[Any]) -> list[dict[str, Any]]:
    """Notes that belong with the document [uri] and that it neither links nor mentions."""
    page = _page(server, arguments)
    text = page.note.text
    found = await server.worker.do(lambda base: base.links.related(page.path, _RELATED, text))
    return [
        {
            "path": one.path,
            "uri": server.desk.uri_of(one.path),
            "reasons": list(one.reasons),
            "quote": one.quote,
        }
        for one in found
    ]


async def add_related(server: KbServer, arguments: list[Any]) -> bool:
    """Give the document [uri] a section of links to related notes; whether there were any."""
    page = _page(server, arguments)
    text = page.note.text
    edits = await server.worker.do(lambda base: base.links.related_edits(page.path, text))
    if not edits:
        return False
    made = [types.TextEdit(page.places.span(one.span), one.text) for one in edits]
    edit = types.WorkspaceEdit(document_changes=[document_edit(page.uri, made)])
    await server.workspace_apply_edit_async(types.ApplyWorkspaceEditParams(edit, "Related notes"))
    return True


async def backlinks(server: KbServer, arguments: list[Any]) -> list[types.Location]:
    """Where the document [uri] is linked from."""
    page = _page(server, arguments)
    return [
        types.Location(
            server.desk.uri_of(one.note.path), server.desk.places(one.note.text).span(one.link.span)
        )
        for one in server.desk.drafts.references(page.path)
        if one.note.path != page.path
    ]


async def daily(server: KbServer, _: list[Any]) -> str:
    """Open the note of today, which is made where it is missing; its URI."""
    made = await server.worker.do(lambda base: base.capture.daily())
    return await _show_note(server, made.path)


async def create_note(server: KbServer, arguments: list[Any]) -> str:
    """Write the new note [name] as `kb new` does, and open it; its URI."""
    name = _text(arguments, "a name")
    made = await server.worker.do(lambda base: base.capture.new(name))
    return await _show_note(server, made.path)


async def never_link(server: KbServer, arguments: list[Any]) -> bool:
    """Suggest no link for the words [name] any more, in any note."""
    name = _text(arguments, "words")

    def remember(base: KnowledgeBase) -> None:
        base.links.decisions.add(decided("never", name))

    await server.worker.do(remember)
    server.worker.forget()
    return True


async def answer(server: KbServer, arguments: list[Any]) -> dict[str, Any] | None:
    """Answer [question] from the notes, in a document of its own; None when it was cancelled."""
    question = _text(arguments, "a question")
    cancellation, token = Cancellation(), str(uuid4())
    progress = server.work_done_progress
    request = server.protocol.msg_id
    server.running[token] = cancellation
    if request is not None:
        server.running[request] = cancellation
    can_tell = bool(
        server.client_capabilities.window and server.client_capabilities.window.work_done_progress
    )
    if can_tell:
        await progress.create_async(token)
        progress.begin(token, types.WorkDoneProgressBegin("Asking your notes", cancellable=True))

    def report(text: str) -> None:
        if can_tell:
            server.later(lambda: progress.report(token, types.WorkDoneProgressReport(message=text)))

    try:
        found = await server.worker.do(lambda base: ask(base, question, cancellation, report))
    finally:
        del server.running[token]
        if request is not None:
            server.running.pop(request, None)
        if can_tell:
            progress.end(token, types.WorkDoneProgressEnd())
    if found is None:
        return None
    markdown = as_markdown(found, server.desk.uri_of)
    uri = str(from_fs_path(scratch(markdown)))
    await _show(server, uri)
    return {"uri": uri, "markdown": markdown, "answered": not found.abstained}


def _page(server: KbServer, arguments: list[Any]) -> Page:
    page = server.desk.page(_text(arguments, "the URI of a document"))
    if page is None:
        raise UsageError("This document is not a note of the vault. Open a note first.")
    return page


def _text(arguments: list[Any], what: str) -> str:
    if not arguments or not isinstance(arguments[0], str) or not arguments[0].strip():
        raise UsageError(f"This command needs {what} as its argument.")
    return arguments[0].strip()


async def _show_note(server: KbServer, path: str) -> str:
    server.saved()
    uri = server.desk.uri_of(path)
    await _show(server, uri)
    return uri


async def _show(server: KbServer, uri: str) -> None:
    """Have the editor open a document, if it can."""
    window = server.client_capabilities.window
    if window and window.show_document and window.show_document.support:
        start = types.Range(start_of_file(), start_of_file())
        await server.window_show_document_async(
            types.ShowDocumentParams(uri, take_focus=True, selection=start)
        )


COMMANDS: Mapping[str, Work] = {
    "kb.related": related,
    "kb.addRelated": add_related,
    "kb.backlinks": backlinks,
    "kb.daily": daily,
    "kb.createNote": create_note,
    "kb.neverLink": never_link,
    "kb.ask": answer,
}
