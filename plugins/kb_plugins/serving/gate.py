"""Who is let in over HTTP: programs that show the token, at addresses that are this machine's own."""

from __future__ import annotations

import json
import socket
from collections.abc import Awaitable, Callable
from secrets import compare_digest, token_urlsafe
from typing import Any

from kb.plugin_api import UsageError

HOST = "127.0.0.1"
_LEAST_TOKEN = 16  # characters; shorter ones can be guessed
Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
App = Callable[..., Awaitable[None]]


class TokenGate:
    """Lets a request through only with `Authorization: Bearer TOKEN`, or where its path is `open` to all."""

    def __init__(self, app: App, token: str, open: frozenset[str] = frozenset()) -> None:
        self._app, self._open = app, open
        self._wanted = b"bearer " + token.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in self._open or self._is_known(scope):
            await self._app(scope, receive, send)
            return
        message = "Send the token of this server, as in: Authorization: Bearer TOKEN"
        await refuse(send, 401, message, (b"www-authenticate", b"Bearer"))

    def _is_known(self, scope: Scope) -> bool:
        shown = [value for name, value in scope["headers"] if name == b"authorization"]
        if len(shown) != 1:
            return False
        kind, _, token = shown[0].partition(b" ")
        return compare_digest(kind.lower() + b" " + token.strip(), self._wanted)


async def refuse(send: Send, status: int, message: str, *more: tuple[bytes, bytes]) -> None:
    """Answer with one sentence."""
    body = json.dumps({"error": message}, allow_nan=False).encode()
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
        *more,
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def token_for(section: str, given: str) -> tuple[str, list[str]]:
    """The token to be shown, `given` by the settings or a new one, and what to tell of it. Raises UsageError for a short one."""
    variable = f"KB_{section.upper()}_TOKEN"
    if given and len(given) < _LEAST_TOKEN:
        raise UsageError(
            f"{section}.token is too short to keep others out. Give it {_LEAST_TOKEN} characters or more."
        )
    if given:
        return given, [f"Programs send the token of {section}.token or {variable}."]
    token = token_urlsafe(32)
    return token, [f"Token, for this run: {token}", f"To keep one, set {variable}."]


def listen(port: int, host: str = HOST) -> socket.socket:
    """A socket on which requests wait; port 0 takes any free one. Raises UsageError for one in use."""
    made = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind((host, port))
        made.listen()  # who comes before the server is ready waits
    except OSError as error:
        made.close()
        raise UsageError(f"Port {port} cannot be used: {error.strerror}. Choose another one.") from error
    return made
