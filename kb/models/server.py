"""The way to a model server and back: proxies, time, size, what goes wrong, and what must not be told.

Each answer has a connection of its own, so that stopping is closing it: the server then stops too.
"""

from __future__ import annotations

import base64
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any
from urllib.parse import unquote, urlsplit

import httpx

from kb.errors import ModelUnreachable, PromptTooLong
from kb.files.small import parse_json
from kb.models.language_model import Cancellation
from kb.models.server_body import Clock, asked_wait, first_part, pieces
from kb.models.server_events import COMMENT, Endless, Event, events
from kb.models.server_reply import is_web_page, reason_in, short
from kb.proxies import leaves_machine, proxy_for
from kb.safe_text import safe_line, without_secrets

_CONNECT = 5.0  # seconds
_SILENCE = 120.0  # seconds between two pieces; a slow machine reads a long prompt first
_WAITS = (0.5, 1.5)  # seconds before the second and third attempt, where the server names none
_PATIENCE = 600.0  # seconds in which a server may only say that it is still there
_DAY = 86_400.0  # seconds; who names more names none
_LONGEST_WAIT = 20.0  # seconds that a busy server may name; nobody sits before a screen for longer
_BUSY = {429, 502, 503, 504}
_MOST = 64_000_000  # bytes of one answer; thoughts, and likelihoods of tokens, take many
_MOST_EVENTS = 100_000  # of one answer
_SHORTEST_SECRET = 3  # characters from which a key or password is struck out where it is repeated


class Server:
    """An OpenAI-compatible server at `url`; nothing is sent before it is asked. Raises ModelUnreachable for a proxy."""

    def __init__(self, url: str, key: str) -> None:
        self.url = url.rstrip("/")
        # A proxy from the environment has no business between kb and a server on the same machine.
        proxy = proxy_for(self.url) if self.leaves_machine else None
        self.secrets = _secrets(self.url, key, proxy)
        self._way = f" through the proxy at {proxy.url.host}" if proxy else ""
        self._client = httpx.Client(
            headers={"Accept-Encoding": "identity"} | ({"Authorization": f"Bearer {key}"} if key else {}),
            timeout=httpx.Timeout(_SILENCE, connect=_CONNECT),
            limits=httpx.Limits(max_keepalive_connections=0),
            # Certificates take a while to load, and nothing is sent on to another address.
            verify=httpx.create_ssl_context() if proxy or self.url.casefold().startswith("https:") else False,
            proxy=proxy,
            trust_env=False,  # the proxy is chosen above
        )

    @property
    def leaves_machine(self) -> bool:
        """Whether what is sent goes to another machine."""
        return leaves_machine(self.url)

    def models(self) -> list[dict[str, Any]]:
        """What the server tells of its models; nothing where it does not. Raises ModelUnreachable when it is not there."""
        for wait in (*_WAITS, None):
            try:
                with self._explained(), self._begun("GET", "/models", _Line(), _SILENCE) as response:
                    body = first_part(response)
                    if response.status_code in _BUSY:
                        self._refuse_failure(response, body)
                    found = parse_json(body) if response.is_success else None
            except _Busy as busy:
                if wait is None:
                    raise busy.refusal from busy
                time.sleep(min(self._wait(busy, wait), wait))
            except ValueError:
                return []
            else:
                listed = found.get("data") if isinstance(found, dict) else None
                return [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
        raise AssertionError("the last attempt returns or raises")

    def events(self, request: dict[str, Any], cancellation: Cancellation) -> Iterator[Event]:
        """What the server sends to a request for an answer. Asks again while it is busy and nothing has come yet.

        Ends early when cancelled. Raises ModelUnreachable, PromptTooLong.
        """
        for wait in (*_WAITS, None):
            begun = False
            try:
                for event in self._attempt(request, cancellation):
                    begun = True
                    yield event
                return
            except _Busy as busy:
                if wait is None or begun:
                    raise busy.refusal from busy
                if _cancelled_within(self._wait(busy, wait), cancellation):
                    return

    def refusal(self, what: str, remedy: str) -> ModelUnreachable:
        """The sentence that tells what the server does and what to do about it, without any secret."""
        return ModelUnreachable(
            self.safe(f"The model server at {without_secrets(self.url)} {what}. {remedy}")
        )

    def safe(self, text: str) -> str:
        """`text` on one line, without the key and passwords: a server may repeat what it was sent."""
        for secret in self.secrets:
            text = text.replace(secret, "…")
        return safe_line(text)

    def close(self) -> None:
        """Let go of connections."""
        self._client.close()

    def _attempt(self, request: dict[str, Any], cancellation: Cancellation) -> Iterator[Event]:
        line = _Line()
        unsubscribe = cancellation.subscribe(line.hang_up)
        try:
            if cancellation.cancelled:
                return
            with (
                self._explained(),
                self._begun("POST", "/chat/completions", line, _PATIENCE, request) as response,
            ):
                if not response.is_success:
                    self._refuse_failure(response, first_part(response))
                clock = Clock(_PATIENCE)
                for number, event in enumerate(events(pieces(response, _MOST, clock))):
                    if number > _MOST_EVENTS:
                        raise Endless
                    if event.name != COMMENT:
                        clock.wind()
                        yield event
        except (ModelUnreachable, _Busy):
            if not cancellation.cancelled:
                raise
        finally:
            unsubscribe()

    @contextmanager
    def _begun(
        self, method: str, path: str, line: _Line, seconds: float, request: dict[str, Any] | None = None
    ) -> Iterator[httpx.Response]:
        """A response whose head came within `seconds`: one that comes byte by byte is never silent, nor ever there."""
        late = threading.Event()

        def give_up() -> None:
            late.set()
            line.hang_up()

        timer = threading.Timer(seconds, give_up)
        timer.daemon = True
        timer.start()
        try:
            with self._client.stream(
                method, f"{self.url}{path}", json=request, extensions={"trace": line.watch}
            ) as response:
                timer.cancel()
                yield response
        except httpx.HTTPError as error:
            if late.is_set():
                raise httpx.ReadTimeout("it did not begin") from error
            raise
        finally:
            timer.cancel()

    def _wait(self, busy: _Busy, otherwise: float) -> float:
        """Seconds until the next attempt. Raises ModelUnreachable when the server asks for too many."""
        if busy.seconds is None:
            return otherwise
        if busy.seconds > _DAY:
            raise self.refusal(f"is busy (status {busy.status})", "Try again later.")
        if busy.seconds > _LONGEST_WAIT:
            raise self.refusal(
                f"is busy (status {busy.status}) for another {busy.seconds:.0f} s", "Try again then."
            ) from busy
        return busy.seconds

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """Turn what can go wrong on the way into one sentence."""
        try:
            yield
        except httpx.ProxyError as error:
            raise self.refusal(
                f"cannot be reached{self._way}: {short(str(error))}", "Check the variable HTTPS_PROXY."
            ) from error
        except httpx.ConnectError as error:
            raise self._unconnected(str(error)) from error
        except httpx.TimeoutException as error:
            raise self.refusal("took too long", "Try again, or ask for shorter answers.") from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise self.refusal(f"broke off: {short(str(error))}", "Try again.") from error
        except Endless as error:
            raise self.refusal("sends data without end", "Check models.url in kb.toml.") from error

    def _unconnected(self, reason: str) -> Exception:
        if "CERTIFICATE" in reason:
            return self.refusal(
                "shows a certificate that cannot be checked",
                "Correct it, or set SSL_CERT_FILE to its authority's.",
            )
        if "SSL" in reason:
            return self.refusal("does not speak https", "Correct models.url in kb.toml.")
        if self._way:
            return self.refusal(
                f"cannot be reached{self._way}", "Check the variable HTTPS_PROXY, or models.url."
            )
        return _Busy(self.refusal("does not answer", "Start it, or correct models.url in kb.toml."), 0, None)

    def _refuse_failure(self, response: httpx.Response, body: bytes) -> None:
        """Raise what a status other than success means."""
        code = response.status_code
        if code in _BUSY:
            raise _Busy(
                self.refusal(f"is busy (status {code})", "Try again later."), code, asked_wait(response)
            )
        if code in (401, 403):
            raise self.refusal("refuses the key", "Set the variable KB_MODELS_KEY to a valid one.")
        if code == 407:
            raise self.refusal("asks for a proxy's password", "Write it into the variable HTTPS_PROXY.")
        if response.is_redirect:
            there = short(without_secrets(response.headers.get("location", "") or "it does not say where"))
            raise self.refusal(
                f"redirects elsewhere ({there})", "Write that address into models.url, if you trust it."
            )
        if code == 404:
            raise self.refusal("returned 'not found'", "models.url in kb.toml usually ends in /v1.")
        reason = _reason(body)
        if code in (400, 413) and "context" in reason.lower():
            raise PromptTooLong(
                self.safe(f"The model server finds the prompt too long: {reason}. Ask for fewer passages.")
            )
        raise self.refusal(f"answers with status {code}: {reason}", "See the server's own log.")


class _Busy(Exception):
    """Worth another attempt; `refusal` is what to say after the last, `seconds` how long the server asks to wait."""

    def __init__(self, refusal: ModelUnreachable, status: int, seconds: float | None) -> None:
        super().__init__(str(refusal))
        self.refusal, self.status, self.seconds = refusal, status, seconds


class _Line:
    """The connection of one answer, which another thread may end."""

    def __init__(self) -> None:
        self._socket: socket.socket | None = None
        self._over = False

    def watch(self, event: str, info: dict[str, Any]) -> None:
        if event.endswith("connect_tcp.complete"):
            self._socket = info["return_value"].get_extra_info("socket")
            if self._over:
                self.hang_up()

    def hang_up(self) -> None:
        self._over = True
        if self._socket is not None:
            # Unlike closing, this wakes the thread that waits for the next piece.
            with suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)


def _secrets(url: str, key: str, proxy: httpx.Proxy | None) -> tuple[str, ...]:
    """What no text may hold, the longest first."""
    parts = urlsplit(url)
    name, written = unquote(parts.username or ""), parts.password or ""
    # As a server repeats it that tells what it was sent; a name alone may be a token.
    sent = base64.b64encode(f"{name}:{unquote(written)}".encode()).decode() if name or written else ""
    alone = "" if written else name
    known = {key, written, unquote(written), sent, alone, proxy.auth[1] if proxy and proxy.auth else ""}
    return tuple(sorted((one for one in known if len(one) >= _SHORTEST_SECRET), key=len, reverse=True))


def _reason(body: bytes) -> str:
    text = body.decode("utf-8", "replace")
    try:
        return reason_in(parse_json(text))
    except ValueError:
        return "it sent a web page" if is_web_page(text) else short(text)


def _cancelled_within(seconds: float, cancellation: Cancellation) -> bool:
    happened = threading.Event()
    unsubscribe = cancellation.subscribe(happened.set)
    try:
        return happened.wait(seconds)
    finally:
        unsubscribe()
