"""A real Chroma server on loopback, a small proxy that asks for tokens before it, and machines with copies of a vault."""

from __future__ import annotations

import http.client
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from hashlib import blake2b
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from kb.indexing.index import Index
from kb.indexing.shared.exchange import SharedVectors
from kb.indexing.shared.place import SharedPlace, shared_place
from kb.indexing.sync import SyncOptions, SyncReport
from kb.notes.vault import Vault
from kb.settings import SharedIndexSettings
from tests.support import HashingEmbedder, write_notes

TEAM_KEY = "the key of the team, long enough"
_STARTS = "from chromadb.cli.cli import app; app()"


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


class ChromaServer:
    """`chroma run` in a process of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        words = ["run", "--path", str(self.folder / "db"), "--host", "127.0.0.1", "--port", str(self.port)]
        self._process = subprocess.Popen(
            [sys.executable, "-c", _STARTS, *words],
            cwd=self.folder,
            env={**os.environ, "HOME": str(self.folder), "ANONYMIZED_TELEMETRY": "False"},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        until = time.monotonic() + 120
        while not self._answers():
            assert self._process.poll() is None, "the server ended"
            assert time.monotonic() < until, "the server does not start"
            time.sleep(0.05)

    def kill(self) -> None:
        """End it as a power cut would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def _answers(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/api/v2/heartbeat")
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()


class Gate:
    """A reverse proxy that lets tokens in, each to one tenant: what Chroma from 1.0 on leaves to a proxy."""

    def __init__(self, server: ChromaServer, tokens: Mapping[str, str]) -> None:
        gate = self
        self.answer: tuple[int, dict[str, str], bytes] | None = None  # instead of the server's
        self.asked: list[str] = []  # tokens
        self.broken = ""  # id of a collection that can be read no more

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            _OPEN: ClassVar[tuple[str, ...]] = ("/api/v2/heartbeat", "/api/v2/pre-flight-checks")

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

            def do_GET(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                token = (self.headers.get("Authorization") or "").removeprefix("Bearer ")
                gate.asked.append(token)
                if gate.answer is not None:
                    self._send(*gate.answer)
                    return
                if gate.broken and gate.broken in self.path:
                    told = "Failed to apply logs to the hnsw segment writer"
                    self._send(500, {}, json.dumps({"error": "InternalError", "message": told}).encode())
                    return
                tenant = tokens.get(token)
                if tenant is None:
                    self._send(401, {}, b"no")
                elif self.path not in self._OPEN and not f"{self.path}/".startswith(
                    f"/api/v2/tenants/{tenant}/"
                ):
                    self._send(403, {}, b"not yours")
                else:
                    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
                    connection.request(
                        self.command,
                        self.path,
                        body,
                        {"Content-Type": "application/json", "Host": "127.0.0.1"},
                    )
                    got = connection.getresponse()
                    self._send(got.status, {"Content-Type": got.getheader("Content-Type") or ""}, got.read())
                    connection.close()

            do_POST = do_DELETE = do_PUT = do_GET  # noqa: N815

            def _send(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class CountingEmbedder(HashingEmbedder):
    """Writes down which texts it embedded, in a file that processes share; takes its time when asked to."""

    def __init__(self, log: Path, seconds: float = 0.0) -> None:
        super().__init__()
        self._log, self._seconds = log, seconds

    def embed_passages(self, texts: Sequence[str], *, many: bool | None = None) -> NDArray[np.float32]:
        time.sleep(self._seconds * len(texts))
        lines = "".join(
            f"{os.getpid()} {blake2b(one.encode(), digest_size=16).hexdigest()}\n" for one in texts
        )
        with self._log.open("a", encoding="utf-8") as log:
            log.write(lines)
        return super().embed_passages(texts, many=many)


def embedded(log: Path) -> list[tuple[int, str]]:
    """(process, passage) of all that was embedded so far."""
    if not log.exists():
        return []
    rows = [line.split() for line in log.read_text(encoding="utf-8").splitlines()]
    return [(int(process), key) for process, key in rows]


class Machine:
    """A machine with its copy of the notes and its index."""

    def __init__(self, folder: Path, url: str, log: Path, seconds: float = 0.0, **settings: str) -> None:
        self.folder, self.log = folder, log
        (folder / "vault").mkdir(parents=True, exist_ok=True)
        values = {"url": url, "team_key": TEAM_KEY} | settings
        self.place = place_of(SharedIndexSettings(**values), folder)
        self.embedder = CountingEmbedder(log, seconds)
        self.index = Index(folder / "index", self.embedder, shared=SharedVectors(self.place))

    def write(self, notes: Mapping[str, str]) -> None:
        write_notes(self.folder / "vault", dict(notes))

    def sync(self, **options: Any) -> SyncReport:
        return self.index.sync(Vault(self.folder / "vault"), lambda _: None, SyncOptions(**options))

    def known(self) -> dict[str, bytes]:
        """Every passage and its vector, as searches here use them."""
        keys, matrix = self.index.catalog.vectors(self.embedder.name)
        passages = {row[0] for row in self.index.catalog.rows("SELECT key FROM passages")}
        return {key: row.tobytes() for key, row in zip(keys, matrix, strict=True) if key in passages}

    def close(self) -> None:
        self.index.close()


def place_of(settings: SharedIndexSettings, folder: Path) -> SharedPlace:
    place = shared_place(settings, folder / "index", folder / "state")
    assert place is not None
    return place


def fresh_build(folder: Path, notes: Path) -> dict[str, bytes]:
    """What an index holds that was made of these notes anew and alone."""
    embedder = HashingEmbedder()
    index = Index(folder, embedder)
    index.sync(Vault(notes), lambda _: None)
    keys, matrix = index.catalog.vectors(embedder.name)
    index.close()
    return {key: row.tobytes() for key, row in zip(keys, matrix, strict=True)}
