"""The server: its life, the documents it is told of, and which module answers what."""

from __future__ import annotations

import asyncio
import logging
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from lsprotocol import types
from pygls.exceptions import JsonRpcException
from pygls.lsp.server import LanguageServer

from kb.plugin_api import Cancellation, KbError, KnowledgeBase, Terminal, safe_line
from kb.plugin_api.editing import Drafts
from kb_plugins.lsp.actions import KINDS, actions
from kb_plugins.lsp.commands import COMMANDS, Work
from kb_plugins.lsp.desk import Desk
from kb_plugins.lsp.diagnostics import diagnostics
from kb_plugins.lsp.features import FEATURES
from kb_plugins.lsp.greeting import Greeted
from kb_plugins.lsp.hints import hints, wanted
from kb_plugins.lsp.keeping import Keeper
from kb_plugins.lsp.protocol import Protocol
from kb_plugins.lsp.renaming import FILES
from kb_plugins.lsp.worker import Worker

_PAUSE_SECONDS = 0.1  # without typing, before what was written is looked at
_LATER_SECONDS = 0.15  # after that, what can wait is worked out
_PATIENCE_SECONDS = 2.0  # for mentions, when somebody asked what can be done
_REQUEST_FAILED = -32803
_ENCODINGS = ("utf-8", "utf-16", "utf-32")


class KbServer(LanguageServer):
    """Speaks with one editor about one vault."""

    def __init__(self, terminal: Terminal, base: KnowledgeBase) -> None:
        # Whole texts rather than changes: pygls takes other characters than the protocol does for line ends.
        super().__init__(
            "kb", "1", text_document_sync_kind=types.TextDocumentSyncKind.Full, protocol_cls=Protocol
        )
        self.desk = Desk(Drafts.over(base), self._encoding, self.tell)
        self.worker = Worker(terminal)
        # Answers that are being made, by their progress token and by the request that asked.
        self.running: dict[str | int, Cancellation] = {}
        self.shows_mentions = False
        self._foreseeing: set[str] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._due: dict[str, asyncio.TimerHandle] = {}  # looks at notes that are being typed, by path
        self._tasks: list[asyncio.Task[None]] = []
        self._keeper: Keeper | None = None

    def _encoding(self) -> str:
        chosen = str(getattr(self.workspace.position_encoding, "value", self.workspace.position_encoding))
        return chosen if chosen in _ENCODINGS else "utf-16"

    def begin(self) -> None:
        """The editor is ready: bring the index in step, and learn what completion needs."""
        self._loop = asyncio.get_running_loop()
        drafts = self.desk.drafts
        self._keeper = Keeper(drafts, self._look_again, self.tell, self.desk.settle_moves)
        self._tasks = [
            asyncio.get_running_loop().create_task(work()) for work in (self._keeper.look, self._keeper.write)
        ]
        self._keeper.saved()
        self._watch_files()

    def _watch_files(self) -> None:
        watched = self.client_capabilities.workspace
        files = watched.did_change_watched_files if watched else None
        if files and files.dynamic_registration:
            wanted = types.DidChangeWatchedFilesRegistrationOptions(
                [types.FileSystemWatcher("**/*.md"), types.FileSystemWatcher("**/*.markdown")]
            )
            one = types.Registration("kb-notes", types.WORKSPACE_DID_CHANGE_WATCHED_FILES, wanted)
            self.client_register_capability(types.RegistrationParams([one]))

    def end(self) -> None:
        """Stop what goes on beside requests."""
        for task in self._tasks:
            task.cancel()
        for timer in self._due.values():
            timer.cancel()
        for cancellation in self.running.values():
            cancellation.cancel()
        self.worker.close()

    def later(self, work: Callable[[], object]) -> None:
        """Do something on the server's own thread; from any thread."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(work)

    def moved(self) -> None:
        """Files may lie elsewhere now."""
        self.desk.settle_moves()
        self.saved()

    def saved(self) -> None:
        """Files of the vault are others now."""
        if self._keeper:
            self._keeper.saved()

    def tell(self, sentence: str) -> None:
        """Show the person a sentence."""
        self.window_show_message(types.ShowMessageParams(types.MessageType.Warning, safe_line(sentence)))

    def typed(self, uri: str, text: str, *, at_once: bool = False) -> None:
        """A document was opened, or is another now."""
        path = self.desk.open(uri, text)
        if path is not None:
            self._look_soon(path, 0.0 if at_once else _PAUSE_SECONDS)

    def closed(self, uri: str) -> None:
        """A document was closed: nothing is said of it any more."""
        path = self.desk.close(uri)
        if path is None:
            return
        if timer := self._due.pop(path, None):
            timer.cancel()
        self.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, []))

    async def code_actions(self, params: types.CodeActionParams) -> list[types.CodeAction] | None:
        """What can be done in a range; mentions are among it once they are known, which is waited for when a person asked."""
        page = self.desk.page(params.text_document.uri)
        if page is None:
            return None
        asked = params.context.trigger_kind != types.CodeActionTriggerKind.Automatic
        mentions = await self.worker.mentions(page.path, page.note.text, _PATIENCE_SECONDS if asked else 0.0)
        page = self.desk.page(params.text_document.uri) or page
        sure = self.desk.drafts.settings.links.sure
        return actions(self.desk, page, params.range, mentions, sure)

    def _look_soon(self, path: str, seconds: float) -> None:
        if before := self._due.pop(path, None):
            before.cancel()
        self._due[path] = asyncio.get_running_loop().call_later(seconds, self._look, path)

    def _look(self, path: str) -> None:
        if path not in self.desk.open_paths:
            return
        found = diagnostics(self.desk, path)
        self.text_document_publish_diagnostics(types.PublishDiagnosticsParams(self.desk.uri_of(path), found))
        loop = asyncio.get_running_loop()
        self._due[path] = loop.call_later(
            _LATER_SECONDS, lambda: self._tasks.append(loop.create_task(self._foresee(path)))
        )

    async def _foresee(self, path: str) -> None:
        self._due.pop(path, None)
        self._tasks = [task for task in self._tasks if not task.done()]
        if path in self._foreseeing:
            return
        self._foreseeing.add(path)
        try:
            linked = self.desk.drafts.linked_from(path)
            self.desk.drafts.expect(path, await self.worker.likely(path, linked))
        except KbError:
            pass
        finally:
            self._foreseeing.discard(path)

    async def mentions(self, params: types.InlayHintParams) -> list[types.InlayHint] | None:
        """Mentions that are no links yet, as hints, if the editor wants them."""
        page = self.desk.page(params.text_document.uri)
        if page is None or not self.shows_mentions:
            return None
        found = await self.worker.mentions(page.path, page.note.text, _PATIENCE_SECONDS)
        return hints(page, params.range, found)

    def _look_again(self) -> None:
        for path in self.desk.open_paths:
            self._look_soon(path, 0.0)


@contextmanager
def _guarded(name: str) -> Iterator[None]:
    """An error reaches the editor as one sentence, and the log without any text of notes."""
    try:
        yield
    except KbError as error:
        raise JsonRpcException(safe_line(str(error)), _REQUEST_FAILED) from None
    except JsonRpcException:
        raise
    except Exception as error:  # noqa: BLE001 - one request that fails must not end the server, nor show a note
        place = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{type(error).__name__} in {place.name}, line {place.lineno} of {place.filename}"
        print(f"kb lsp: {name} failed: {where}", file=sys.stderr)  # noqa: T201 - the log of the server
        raise JsonRpcException(f"{name} failed: {where}. Please report it.", _REQUEST_FAILED) from None


def make_server(terminal: Terminal, base: KnowledgeBase) -> KbServer:
    """A server for `base`, the knowledge base that the command line chooses."""
    for name in ("pygls", "lsprotocol"):
        # They would write what they were sent, and that is the text of notes.
        logging.getLogger(name).addHandler(logging.NullHandler())
        logging.getLogger(name).propagate = False
    server = KbServer(terminal, base)

    _add_life(server)
    _add_documents(server)
    for name, work in COMMANDS.items():
        _add_command(server, name, work)
    for method, (answer, options) in FEATURES.items():
        _add(server, method, answer, options)
    return server


def _add_life(server: KbServer) -> None:
    @server.feature(types.INITIALIZED)
    def initialized(_: types.InitializedParams) -> None:
        server.begin()

    @server.feature(types.SHUTDOWN)
    def shutdown(_: None) -> None:
        server.end()

    @server.feature(types.WINDOW_WORK_DONE_PROGRESS_CANCEL)
    def cancel(params: types.WorkDoneProgressCancelParams) -> None:
        if cancellation := server.running.get(str(params.token)):
            cancellation.cancel()

    @server.feature(types.INITIALIZE)
    def initialize(params: types.InitializeParams) -> None:
        server.shows_mentions = wanted(params.initialization_options)

    @server.feature(types.TEXT_DOCUMENT_INLAY_HINT)
    async def inlay_hint(params: types.InlayHintParams) -> list[types.InlayHint] | None:
        with _guarded(types.TEXT_DOCUMENT_INLAY_HINT):
            return await server.mentions(params)

    @server.feature(types.TEXT_DOCUMENT_CODE_ACTION, types.CodeActionOptions(KINDS))
    async def code_action(params: types.CodeActionParams) -> list[types.CodeAction] | None:
        with _guarded(types.TEXT_DOCUMENT_CODE_ACTION):
            return await server.code_actions(params)


def _add_documents(server: KbServer) -> None:
    @server.feature(types.TEXT_DOCUMENT_DID_OPEN)
    def did_open(params: types.DidOpenTextDocumentParams) -> None:
        server.typed(params.text_document.uri, params.text_document.text, at_once=True)

    @server.feature(types.TEXT_DOCUMENT_DID_CHANGE)
    def did_change(params: types.DidChangeTextDocumentParams) -> None:
        uri = params.text_document.uri
        server.typed(uri, server.workspace.get_text_document(uri).source)

    @server.feature(types.TEXT_DOCUMENT_DID_CLOSE)
    def did_close(params: types.DidCloseTextDocumentParams) -> None:
        server.closed(params.text_document.uri)

    @server.feature(types.TEXT_DOCUMENT_DID_SAVE)
    def did_save(params: types.DidSaveTextDocumentParams) -> None:
        if server.desk.path_of(params.text_document.uri):
            server.saved()

    @server.feature(types.WORKSPACE_DID_RENAME_FILES, FILES)
    def did_rename_files(_: types.RenameFilesParams) -> None:
        server.moved()

    @server.feature(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    def did_change_files(_: types.DidChangeWatchedFilesParams) -> None:
        server.saved()


def _add(server: KbServer, method: str, answer: Callable[[Desk, Any], Any], options: Any) -> None:
    def feature(params: Any) -> Any:
        with _guarded(method):
            return answer(server.desk, params)

    server.feature(method, options)(feature)


def _add_command(server: KbServer, name: str, work: Work) -> None:
    async def command(*arguments: Any) -> Any:
        with _guarded(name):
            return await work(server, list(arguments))

    server.command(name)(command)


def serve(terminal: Terminal, base: KnowledgeBase, streams: Greeted | None, port: int | None) -> None:
    """Serve one editor over `streams`, or with `port` over TCP on this machine; returns when it leaves."""
    server = make_server(terminal, base)
    if streams is not None:
        both: Any = streams
        server.start_io(both, both)
    elif port is not None:
        server.start_tcp("127.0.0.1", port)
    server.desk.drafts.close()
