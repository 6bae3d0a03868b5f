"""Answers the editor's first message before the server is loaded, which takes longer than an editor likes to wait.

Whatever the editor sends meanwhile is read by the server, and so is the first message, once more.
"""

from __future__ import annotations

import json
import re
from typing import Any, BinaryIO

_LENGTH = re.compile(rb"Content-Length: (\d+)\r\n")
_ENCODINGS = ("utf-8", "utf-16", "utf-32")
_ALL_FILES = {"filters": [{"pattern": {"glob": "**"}, "scheme": "file"}]}
COMMANDS = (
    "kb.related",
    "kb.addRelated",
    "kb.backlinks",
    "kb.daily",
    "kb.createNote",
    "kb.neverLink",
    "kb.ask",
)


class Greeted:
    """stdin with the first message still to be read, and stdout that passes over what was answered."""

    def __init__(self, stdin: BinaryIO, stdout: BinaryIO) -> None:
        self._in, self._out = stdin, stdout
        self._again: list[bytes] = []  # of the first message: its header lines, then its body
        self._answered = False

    def greet(self) -> None:
        """Read the first message, and answer it if it is a greeting."""
        length = 0
        while line := self._in.readline():
            self._again.append(line)
            if found := _LENGTH.fullmatch(line):
                length = int(found[1])
            if not line.strip():
                break
        body = self._in.read(length)
        self._again.append(body)
        try:
            message = json.loads(body)
        except ValueError:
            return  # for the server to tell
        if isinstance(message, dict) and message.get("method") == "initialize" and "id" in message:
            params = message.get("params")
            self._answer({"id": message["id"], "jsonrpc": "2.0", "result": result(params or {})})

    def _answer(self, message: dict[str, Any]) -> None:
        data = json.dumps(message, allow_nan=False).encode()
        self._out.write(b"Content-Length: %d\r\n\r\n%s" % (len(data), data))
        self._out.flush()
        self._answered = True

    def readline(self) -> bytes:
        """The next line."""
        return self._again.pop(0) if self._again else self._in.readline()

    def read(self, count: int) -> bytes:
        """The next bytes."""
        return self._again.pop(0) if self._again else self._in.read(count)

    def write(self, data: bytes) -> int:
        """Send; the server's own answer to the greeting, its first message, is passed over."""
        if self._answered:
            self._answered = False
            return len(data)
        return self._out.write(data)

    def flush(self) -> None:
        """Send what is held back."""
        self._out.flush()

    def close(self) -> None:
        """Hang up."""
        self._out.close()


def result(params: dict[str, Any]) -> dict[str, Any]:
    """What the server answers to a greeting; a test compares it with what pygls makes of the features."""
    client = params.get("capabilities") or {}
    offered = _at(client, "general", "positionEncodings") or []
    encoding = next((one for one in offered if one in _ENCODINGS), "utf-16")
    prepares = _at(client, "textDocument", "rename", "prepareSupport")
    moves = _at(client, "workspace", "fileOperations") or {}
    files = {name: _ALL_FILES for name in ("willRename", "didRename") if moves.get(name)}
    return {
        "capabilities": {
            "positionEncoding": encoding,
            "textDocumentSync": {"openClose": True, "change": 1, "save": True},
            "completionProvider": {"triggerCharacters": ["[", "#", "^", "(", "/"], "resolveProvider": True},
            "hoverProvider": True,
            "definitionProvider": True,
            "referencesProvider": True,
            "documentSymbolProvider": True,
            "codeActionProvider": {
                "codeActionKinds": ["quickfix", "refactor.extract", "refactor.rewrite", "source"]
            },
            "codeLensProvider": {"resolveProvider": False},
            "documentLinkProvider": {"resolveProvider": False},
            "workspaceSymbolProvider": {"resolveProvider": False},
            "renameProvider": {"prepareProvider": True} if prepares else True,
            "foldingRangeProvider": True,
            "executeCommandProvider": {"commands": list(COMMANDS)},
            "inlayHintProvider": {"resolveProvider": False},
            "workspace": {
                "workspaceFolders": {"supported": True, "changeNotifications": True},
                "fileOperations": files,
            },
        },
        "serverInfo": {"name": "kb", "version": "1"},
    }


def _at(value: Any, *names: str) -> Any:
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value
