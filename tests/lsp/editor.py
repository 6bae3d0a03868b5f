"""An editor without a screen: pygls's own client, which speaks with the real `kb lsp` over stdin and stdout."""

from __future__ import annotations

import asyncio
import os
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from lsprotocol import types
from pygls.lsp.client import LanguageClient
from pygls.uris import to_fs_path

WAIT_SECONDS = 120.0  # for what comes at once on a machine that is not busy


class Editor:
    """One editor over one vault; every call waits for its answer."""

    def __init__(self, base: Path, encoding: str = "utf-16", options: Any = None, **variables: str) -> None:
        self.root = base / "vault"
        self.encoding = encoding
        self.options = options  # for the server
        self.diagnostics: dict[str, list[types.Diagnostic]] = {}
        self.published: dict[str, int] = {}  # how often, by URI
        self.messages: list[str] = []
        self.texts: dict[str, str] = {}  # of the open notes, by path
        self.shown: list[str] = []  # URIs of the documents that the server had shown
        self.applied: list[types.WorkspaceEdit] = []
        self.progress: list[Any] = []
        self._versions: dict[str, int] = {}
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self.client = LanguageClient("editor", "1")
        self._listen()
        environment = {**os.environ, **variables}
        self._run(self._start(base, environment))
        start = time.perf_counter()
        self.server = self._run(self.client.initialize_async(self._capabilities()))
        self.ready_seconds = time.perf_counter() - start
        self.tell(types.INITIALIZED, types.InitializedParams())

    async def _start(self, base: Path, environment: dict[str, str]) -> None:
        await self.client.start_io(sys.executable, "-m", "kb", "lsp", cwd=base, env=environment)

    def _capabilities(self) -> types.InitializeParams:
        return types.InitializeParams(
            types.ClientCapabilities(
                general=types.GeneralClientCapabilities(position_encodings=[self.encoding]),
                window=types.WindowClientCapabilities(
                    work_done_progress=True, show_document=types.ShowDocumentClientCapabilities(True)
                ),
                workspace=types.WorkspaceClientCapabilities(apply_edit=True),
                text_document=types.TextDocumentClientCapabilities(
                    rename=types.RenameClientCapabilities(prepare_support=True)
                ),
            ),
            root_uri=self.root.as_uri(),
            initialization_options=self.options,
        )

    def _listen(self) -> None:
        client = self.client

        @client.feature(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
        def publish(params: types.PublishDiagnosticsParams) -> None:
            self.diagnostics[params.uri] = list(params.diagnostics)
            self.published[params.uri] = self.published.get(params.uri, 0) + 1

        @client.feature(types.WINDOW_SHOW_MESSAGE)
        def message(params: types.ShowMessageParams) -> None:
            self.messages.append(params.message)

        @client.feature(types.WINDOW_SHOW_DOCUMENT)
        def show(params: types.ShowDocumentParams) -> types.ShowDocumentResult:
            self.shown.append(params.uri)
            return types.ShowDocumentResult(True)

        @client.feature(types.WORKSPACE_APPLY_EDIT)
        def apply(params: types.ApplyWorkspaceEditParams) -> types.ApplyWorkspaceEditResult:
            self.applied.append(params.edit)
            return types.ApplyWorkspaceEditResult(True)

        @client.feature(types.WINDOW_WORK_DONE_PROGRESS_CREATE)
        def create(params: types.WorkDoneProgressCreateParams) -> None:
            self.progress.append(params.token)

        @client.feature(types.PROGRESS)
        def progress(params: types.ProgressParams) -> None:
            self.progress.append(params.value)

    def _run(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(WAIT_SECONDS)

    def uri(self, path: str) -> str:
        return self.root.joinpath(path).as_uri()

    def document(self, path: str) -> types.TextDocumentIdentifier:
        return types.TextDocumentIdentifier(self.uri(path))

    def open(self, path: str, text: str | None = None) -> str:
        """Open a note; with `text`, one whose text is not saved."""
        if text is None:
            text = self.root.joinpath(path).read_bytes().decode("utf-8")
        uri = self.uri(path)
        self.texts[path] = text
        self._versions[uri] = 1
        item = types.TextDocumentItem(uri, "markdown", 1, text)
        self.tell(types.TEXT_DOCUMENT_DID_OPEN, types.DidOpenTextDocumentParams(item))
        return text

    def change(self, path: str, text: str) -> None:
        """Type: the whole text is another."""
        uri = self.uri(path)
        self.texts[path] = text
        self._versions[uri] += 1
        self.tell(
            types.TEXT_DOCUMENT_DID_CHANGE,
            types.DidChangeTextDocumentParams(
                types.VersionedTextDocumentIdentifier(self._versions[uri], uri),
                [types.TextDocumentContentChangeWholeDocument(text)],
            ),
        )

    def save(self, path: str, text: str) -> None:
        """Write the file, and say so."""
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode("utf-8"))
        self.tell(types.TEXT_DOCUMENT_DID_SAVE, types.DidSaveTextDocumentParams(self.document(path)))

    def close(self, path: str) -> None:
        self.texts.pop(path, None)
        self.tell(types.TEXT_DOCUMENT_DID_CLOSE, types.DidCloseTextDocumentParams(self.document(path)))

    def ask(self, method: str, params: Any) -> Any:
        """The answer to a request."""
        return self._run(self._request(method, params))

    async def _request(self, method: str, params: Any) -> Any:
        return await self.client.protocol.send_request_async(method, params)

    def tell(self, method: str, params: Any) -> None:
        """Send a notification."""
        self._loop.call_soon_threadsafe(self.client.protocol.notify, method, params)

    def at(self, kind: Any, path: str, line: int, character: int, **more: Any) -> Any:
        """Parameters of a request about a place."""
        return kind(text_document=self.document(path), position=types.Position(line, character), **more)

    def command(self, name: str, *arguments: Any) -> Any:
        return self.ask(types.WORKSPACE_EXECUTE_COMMAND, types.ExecuteCommandParams(name, list(arguments)))

    def wait(self, condition: Callable[[], Any]) -> Any:
        """Wait until `condition` gives something."""
        end = time.monotonic() + WAIT_SECONDS
        while not (found := condition()):
            assert time.monotonic() < end, "it did not come"
            time.sleep(0.05)
        return found

    def told(self, path: str) -> list[types.Diagnostic]:
        """What the server says of a note; waits until it has said anything."""
        return self.wait(lambda: self.published.get(self.uri(path))) and self.diagnostics[self.uri(path)]

    def codes(self, path: str) -> list[Any]:
        return [one.code for one in self.diagnostics.get(self.uri(path), [])]

    def after(self, edit: types.WorkspaceEdit) -> dict[str, str]:
        """What notes say after an edit, by path; files that move are named `old -> new`. Nothing is written."""
        found: dict[str, str] = {}
        for change in edit.document_changes:
            if isinstance(change, types.RenameFile):
                name = Path(to_fs_path(change.new_uri)).relative_to(self.root).as_posix()  # type: ignore[arg-type]
                found[f"{Path(to_fs_path(change.old_uri)).relative_to(self.root).as_posix()} -> {name}"] = ""  # type: ignore[arg-type]
                continue
            if isinstance(change, types.CreateFile):
                continue
            file = Path(to_fs_path(change.text_document.uri))  # type: ignore[arg-type]
            path = file.relative_to(self.root).as_posix()
            text = self.texts.get(path)
            if text is None:
                text = file.read_bytes().decode() if file.exists() else ""
            lines = text.split("\n")
            for one in sorted(
                change.edits, key=lambda one: (one.range.start.line, one.range.start.character)
            )[::-1]:
                first, last = one.range.start, one.range.end
                begin = lines[first.line].encode("utf-16-le")[: first.character * 2].decode("utf-16-le")
                end = lines[last.line].encode("utf-16-le")[last.character * 2 :].decode("utf-16-le")
                lines[first.line : last.line + 1] = (begin + one.new_text + end).split("\n")
            found[path] = "\n".join(lines)
        return found

    def quit(self) -> None:
        self.ask(types.SHUTDOWN, None)
        self.tell(types.EXIT, None)
        self._run(self.client.stop())  # type: ignore[no-untyped-call]
        self._loop.call_soon_threadsafe(self._loop.stop)
