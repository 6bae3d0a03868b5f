"""How the server is reached: from this machine, or from its network where its owner says so, with a token."""

from __future__ import annotations

import ipaddress
import logging
import socket
from typing import Any
from urllib.parse import urlsplit

import uvicorn

from kb.plugin_api import Terminal
from kb_plugins.http_server.app import OPEN, make_app
from kb_plugins.serving.desk import Desk
from kb_plugins.serving.gate import HOST, App, Receive, Scope, Send, TokenGate, listen, refuse, token_for

_EVERYWHERE = "0.0.0.0"  # noqa: S104 - only with --lan
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_HEADERS = (
    (b"content-security-policy", _POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cache-control", b"no-store"),
)


def serve(terminal: Terminal, port: int, *, lan: bool) -> None:
    """Serve until it is stopped. Raises UsageError for a port in use or a token that is too short."""
    for name in ("uvicorn", "starlette"):
        # They would write what they were sent, and that is the text of notes.
        logger = logging.getLogger(name)
        logger.addHandler(logging.NullHandler())
        logger.propagate = False
    base = terminal.knowledge_base()
    settings = base.settings
    base.close()
    token, notices = token_for("serve", settings.serve.token)
    listening = listen(port, _EVERYWHERE if lan else HOST)
    port = listening.getsockname()[1]
    terminal.say(f"Serving at http://{HOST}:{port} (Ctrl-C stops it)")
    for sentence in notices:
        terminal.say(sentence)
    shown = "TOKEN" if settings.serve.token else token
    terminal.say(f"In a browser: http://{HOST}:{port}/#token={shown}")
    if lan:
        terminal.say(f"From your network: http://{own_address()}:{port}/#token={shown}")
        terminal.say("What is sent there is not encrypted: use it only on a network that you trust.")
    app = make_app(Desk(terminal), may_write=settings.serve.write == "on")
    gate = Doorkeeper(TokenGate(app, token, OPEN), lan=lan)
    config = uvicorn.Config(
        gate, log_config=None, access_log=False, timeout_graceful_shutdown=2, ws="none", server_header=False
    )
    uvicorn.Server(config).run([listening])


class Doorkeeper:
    """Lets in requests that name this machine by an address, and no page of another origin.

    A page elsewhere may have a name that leads to this machine; it must not reach the server by it.
    """

    def __init__(self, app: App, *, lan: bool) -> None:
        self._app, self._lan = app, lan

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        hosts = [value.decode("latin-1") for name, value in scope["headers"] if name == b"host"]
        origins = [value.decode("latin-1") for name, value in scope["headers"] if name == b"origin"]

        async def with_headers(message: dict[str, Any]) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message["headers"], *_HEADERS]}
            await send(message)

        if len(hosts) != 1 or not self._is_own(hosts[0]):
            await refuse(
                with_headers, 421, "This server answers only to its own address, not to another name."
            )
        elif any(origin != f"http://{hosts[0]}" for origin in origins):
            await refuse(with_headers, 403, "Pages from other origins are not let in.")
        else:
            await self._app(scope, receive, with_headers)

    def _is_own(self, host: str) -> bool:
        try:
            name = urlsplit(f"//{host}").hostname or ""
        except ValueError:
            return False
        if name in (HOST, "localhost"):
            return True
        try:
            ipaddress.ip_address(name)
        except ValueError:
            return False
        return self._lan


def own_address() -> str:
    """The address of this machine in its network. Nothing is sent to find it out."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # RFC 5737: an address that nobody has; it only chooses the way
        except OSError:
            return HOST
        return str(probe.getsockname()[0])
