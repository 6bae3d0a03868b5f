"""A client without an assistant: the SDK's own, which speaks with the real `kb mcp`."""

from __future__ import annotations

import asyncio
import json
import os
import re
import sys
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from concurrent.futures import Future
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, TypeVar

import httpx2
from mcp import Client
from mcp.client.stdio import StdioServerParameters, stdio_client
from mcp.client.streamable_http import streamable_http_client

from tests.support import start_kb

Result = TypeVar("Result")
WAIT_SECONDS = 240.0  # for what comes at once on a machine that is not busy


class Talk:
    """A client that stays connected, for many tests; what it does is done on a loop of its own."""

    def __init__(self, connect: Callable[[], AbstractAsyncContextManager[Client]]) -> None:
        self._connect = connect
        self._loop = asyncio.new_event_loop()
        self._end = asyncio.Event()
        self._ready: Future[Client] = Future()
        self._thread = threading.Thread(target=self._loop.run_until_complete, args=[self._live()])
        self._thread.start()
        self.client = self._ready.result(WAIT_SECONDS)

    async def _live(self) -> None:
        try:
            async with self._connect() as client:
                self._ready.set_result(client)
                await self._end.wait()
        except BaseException as error:
            if self._ready.done():
                raise
            self._ready.set_exception(error)

    def do(self, work: Coroutine[Any, Any, Result]) -> Result:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(WAIT_SECONDS)

    def call(self, tool: str, **arguments: Any) -> dict[str, Any]:
        """What a tool gives back; its text says the same."""
        found = self.do(self.client.call_tool(tool, arguments))
        assert not found.is_error, found.content
        assert json.loads(found.content[0].text) == found.structured_content
        return found.structured_content

    def refused(self, tool: str, **arguments: Any) -> str:
        """The sentence with which a tool refuses."""
        found = self.do(self.client.call_tool(tool, arguments))
        assert found.is_error, found.content
        return found.content[0].text

    def end(self) -> None:
        self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join(WAIT_SECONDS)
        self._loop.close()


@asynccontextmanager
async def over_stdio(base: Path, mode: str = "auto", **variables: str) -> AsyncIterator[Client]:
    """A client of a `kb mcp` of its own, started as assistants start it; what it logs is put into `mcp.log` of `base`."""
    server = StdioServerParameters(
        command=sys.executable, args=["-m", "kb", "mcp"], cwd=base, env={**os.environ, **variables}
    )
    with (base / "mcp.log").open("a") as log:
        async with Client(stdio_client(server, log), mode=mode) as client:
            yield client


@contextmanager
def http_server(base: Path, *words: str, **variables: str) -> Iterator[tuple[str, str]]:
    """Address and token of a `kb mcp --http`."""
    child = start_kb("mcp", "--http", "0", *words, cwd=base, **variables)
    drain = threading.Thread(target=child.stderr.read, daemon=True)
    try:
        told = ""
        while "To keep one" not in told and "KB_MCP_TOKEN." not in told:
            line = child.stderr.readline()
            assert line, told
            told += line
        address = re.search(r"http://\S+", told)[0]
        token = re.search(r"Token, for this run: (\S+)", told)
        drain.start()
        yield address, token[1] if token else ""
    finally:
        child.terminate()
        assert child.stdout.read() == ""
        child.wait(60)
        drain.join(60)
        child.stdout.close()
        child.stderr.close()


@asynccontextmanager
async def over_http(address: str, token: str, mode: str = "auto") -> AsyncIterator[Client]:
    headers = {"Authorization": f"Bearer {token}"}
    async with (
        httpx2.AsyncClient(headers=headers, timeout=WAIT_SECONDS) as http,
        Client(streamable_http_client(address, http_client=http), mode=mode) as client,
    ):
        yield client
