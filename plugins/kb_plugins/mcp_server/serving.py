"""How the server is reached: stdin and stdout, or HTTP on this machine for those with the token."""

from __future__ import annotations

import asyncio
import io
import socket
from collections.abc import Awaitable, Callable
from secrets import compare_digest, token_urlsafe
from typing import Any

import anyio
import uvicorn
from mcp.server.mcpserver import MCPServer
from mcp.server.stdio import stdio_server
from mcp.server.transport_security import TransportSecuritySettings

from kb.plugin_api import Terminal, UsageError
from kb_plugins.mcp_server.server import closing, make_server

HOST, PATH = "127.0.0.1", "/mcp"
_LEAST_TOKEN = 16  # characters; shorter ones can be guessed
Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]


def serve_stdio(terminal: Terminal) -> None:
    """Serve one program over stdin and stdout; returns when it leaves."""
    server, desk = make_server(terminal)

    async def run() -> None:
        # kb keeps the real stdout; whatever else is printed goes to stderr.
        answers = io.TextIOWrapper(terminal.answer_stream(), encoding="utf-8", newline="\n")
        try:
            async with closing(desk), stdio_server(stdout=anyio.wrap_file(answers)) as (received, sent):
                low = _low(server)
                await low.run(received, sent, low.create_initialization_options())
        finally:
            answers.detach()  # it is not ours to close

    asyncio.run(run())


def serve_http(terminal: Terminal, port: int) -> None:
    """Serve programs on this machine that show the token, until it is stopped. Raises UsageError for a port in use."""
    base = terminal.knowledge_base()
    token = base.settings.mcp.token
    base.close()
    if token and len(token) < _LEAST_TOKEN:
        raise UsageError(
            f"mcp.token is too short to keep others out. Give it {_LEAST_TOKEN} characters or more."
        )
    listening = _listen(port)
    address = f"http://{HOST}:{listening.getsockname()[1]}{PATH}"
    terminal.say(f"Serving at {address} (Ctrl-C stops it)")
    if token:
        terminal.say("Programs show the token of mcp.token or KB_MCP_TOKEN.")
    else:
        token = token_urlsafe(32)
        terminal.say(f"Token, for this run: {token}")
        terminal.say("To keep one, set KB_MCP_TOKEN.")
    server, desk = make_server(terminal)
    app = server.streamable_http_app(streamable_http_path=PATH, transport_security=_this_machine())
    config = uvicorn.Config(
        TokenGate(app, token), log_config=None, access_log=False, timeout_graceful_shutdown=2, ws="none"
    )

    async def run() -> None:
        async with closing(desk):
            await uvicorn.Server(config).serve([listening])

    asyncio.run(run())


class TokenGate:
    """Lets a request through only with `Authorization: Bearer TOKEN`."""

    def __init__(self, app: Callable[..., Awaitable[None]], token: str) -> None:
        self._app = app
        self._wanted = b"bearer " + token.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or self._is_known(scope):
            await self._app(scope, receive, send)
            return
        body = b'{"error": "Show the token of this server, as in: Authorization: Bearer TOKEN"}'
        headers = [
            (b"content-type", b"application/json"),
            (b"content-length", str(len(body)).encode()),
            (b"www-authenticate", b"Bearer"),
        ]
        await send({"type": "http.response.start", "status": 401, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    def _is_known(self, scope: Scope) -> bool:
        shown = [value for name, value in scope["headers"] if name == b"authorization"]
        if len(shown) != 1:
            return False
        kind, _, token = shown[0].partition(b" ")
        return compare_digest(kind.lower() + b" " + token.strip(), self._wanted)


def _listen(port: int) -> socket.socket:
    made = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind((HOST, port))
        made.listen()  # who comes before the server is ready waits
    except OSError as error:
        made.close()
        raise UsageError(f"Port {port} cannot be used: {error.strerror}. Choose another one.") from error
    return made


def _this_machine() -> TransportSecuritySettings:
    """A page in a browser must not reach the server by a name that leads to this machine."""
    names = [f"{name}:*" for name in (HOST, "localhost")]
    return TransportSecuritySettings(
        allowed_hosts=names, allowed_origins=[f"http://{name}" for name in names]
    )


def _low(server: MCPServer[Any]) -> Any:
    return server._lowlevel_server  # the SDK has no public way to run a server on given streams
