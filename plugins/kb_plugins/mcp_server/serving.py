"""How the server is reached: stdin and stdout, or HTTP on this machine for those with the token."""

from __future__ import annotations

import asyncio
import io
from typing import Any

import anyio
import uvicorn
from mcp.server.mcpserver import MCPServer
from mcp.server.stdio import stdio_server
from mcp.server.transport_security import TransportSecuritySettings

from kb.plugin_api import Terminal
from kb_plugins.mcp_server.server import closing, make_server
from kb_plugins.serving.gate import HOST, TokenGate, listen, token_for

PATH = "/mcp"


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
    given = base.settings.mcp.token
    base.close()
    token, notices = token_for("mcp", given)
    listening = listen(port)
    terminal.say(f"Serving at http://{HOST}:{listening.getsockname()[1]}{PATH} (Ctrl-C stops it)")
    for sentence in notices:
        terminal.say(sentence)
    server, desk = make_server(terminal)
    app = server.streamable_http_app(streamable_http_path=PATH, transport_security=_this_machine())
    config = uvicorn.Config(
        TokenGate(app, token), log_config=None, access_log=False, timeout_graceful_shutdown=2, ws="none"
    )

    async def run() -> None:
        async with closing(desk):
            await uvicorn.Server(config).serve([listening])

    asyncio.run(run())


def _this_machine() -> TransportSecuritySettings:
    """A page in a browser must not reach the server by a name that leads to this machine."""
    names = [f"{name}:*" for name in (HOST, "localhost")]
    return TransportSecuritySettings(
        allowed_hosts=names, allowed_origins=[f"http://{name}" for name in names]
    )


def _low(server: MCPServer[Any]) -> Any:
    return server._lowlevel_server  # the SDK has no public way to run a server on given streams
