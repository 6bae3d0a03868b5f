"""Chroma's own HTTP client, with a clock, a bound, and one sentence for whatever goes wrong.

As it comes, it waits for ever, reads without end, and raises a bare Exception for what a proxy says.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NoReturn
from urllib.parse import quote

import httpx
import orjson
from chromadb.api.fastapi import FastAPI
from chromadb.api.models.Collection import Collection as Collection
from chromadb.config import Settings, System
from overrides import override

from kb.errors import SharedIndexAway, SharedIndexRefused
from kb.indexing.shared.place import SharedPlace
from kb.proxies import proxy_for
from kb.safe_text import safe_line, without_secrets

_CONNECT, _SILENCE, _PATIENCE = 5.0, 30.0, 120.0  # seconds: to connect, between two pieces, for an answer
_MOST = 64_000_000  # bytes of an answer
_SHOWN = 200  # characters of a server's own words
_BUSY = {408, 429, 502, 503, 504}
_GRAPH = "hnsw"  # is named where the server cannot read its vectors; of ~100 kills one leaves them so
# "ip" gives vectors back bit by bit, which "cosine" does not. Nothing is searched there, so the graph is as small as can be:
# of 1,000 passages it costs the server .34 s of the processor in place of 1.96 (tests/bench/README.md).
_SPACE = {"hnsw": {"space": "ip", "ef_construction": 8, "max_neighbors": 2}}


class NotThere(Exception):
    """The server knows no tenant, database or collection of that name."""


class AlreadyThere(Exception):
    """Another machine made it a moment before."""


class Broken(Exception):
    """The server cannot read the collection any more, as after a kill; `refusal` is what to say where nothing helps."""

    def __init__(self, refusal: SharedIndexRefused) -> None:
        super().__init__(str(refusal))
        self.refusal = refusal


class Api(FastAPI):
    """A database of a Chroma server. Every method raises SharedIndexAway or SharedIndexRefused."""

    def __init__(self, place: SharedPlace) -> None:
        # `_env_file`: as it comes, Chroma reads settings from a file .env in the folder one stands in.
        settings = Settings(
            _env_file=None,  # type: ignore[call-arg]
            anonymized_telemetry=False,
            chroma_api_impl="chromadb.api.fastapi.FastAPI",
            chroma_client_auth_provider=None,
            chroma_otel_collection_endpoint="",
            chroma_server_host=place.url,
            chroma_server_http_port=80,  # of no account: the address holds it
            chroma_server_ssl_enabled=False,
            chroma_server_ssl_verify=False,  # of a session that is replaced below before it is used
        )
        super().__init__(System(settings))
        self._place = place
        self._session.close()
        proxy = proxy_for(place.url, SharedIndexRefused) if place.leaves_machine else None
        self._session = httpx.Client(
            headers={"Content-Type": "application/json"}
            | ({"Authorization": f"Bearer {place.token}"} if place.token else {}),
            timeout=httpx.Timeout(_SILENCE, connect=_CONNECT),
            limits=self.http_limits,
            verify=httpx.create_ssl_context() if place.url.casefold().startswith("https:") else False,
            proxy=proxy,
            trust_env=False,  # the proxy is chosen above
            follow_redirects=False,  # the token is for this host
        )

    def database(self) -> None:
        """See to it that tenant and database are there."""
        tenant, database = self._place.tenant, self._place.database
        self._ensure(f"tenant {tenant}", lambda: self.get_tenant(tenant), lambda: self.create_tenant(tenant))
        self._ensure(
            f"database {database}",
            lambda: self.get_database(database, tenant),
            lambda: self.create_database(database, tenant),
        )

    def collection(self, name: str) -> Collection:
        """The collection of this name, made where there is none."""
        where = {"tenant": self._place.tenant, "database": self._place.database}
        with self.checked():
            model = self.create_collection(name, configuration=_SPACE, get_or_create=True, **where)  # type: ignore[arg-type]
            return Collection(client=self, model=model, embedding_function=None, data_loader=None)

    def names(self) -> list[str]:
        """The names of all collections there."""
        listed = self.list_collections(tenant=self._place.tenant, database=self._place.database)
        return [model.name for model in listed]

    def drop(self, name: str) -> None:
        """Delete the collection of this name, if it is there."""
        try:
            self.delete_collection(name, tenant=self._place.tenant, database=self._place.database)
        except NotThere:
            return

    def close(self) -> None:
        """Let go of connections."""
        self._session.close()

    @contextmanager
    def checked(self) -> Iterator[None]:
        """What Chroma's client raises when an answer is not what it should be, as one sentence."""
        try:
            yield
        except (SharedIndexAway, SharedIndexRefused, NotThere, AlreadyThere, Broken):
            raise
        except (ValueError, TypeError, KeyError, IndexError, AttributeError) as error:
            raise self.refused(
                f"does not answer like Chroma ({_short(str(error))})", "Check index.url."
            ) from error

    def refused(self, what: str, remedy: str) -> SharedIndexRefused:
        """That it cannot be used until somebody mends something."""
        return SharedIndexRefused(self._message(what, remedy))

    def _ensure(self, what: str, look: Callable[[], object], make: Callable[[], object]) -> None:
        with self.checked():
            try:
                look()
                return
            except NotThere:
                pass
            try:
                make()
            except AlreadyThere:
                return
            except SharedIndexRefused as error:
                raise self.refused(
                    f"has no {what}, and does not let kb make it",
                    "Have somebody with permission create it, or correct the name.",
                ) from error

    @override
    def _make_request(self, method: str, path: str, **values: Any) -> Any:
        content = (
            orjson.dumps(values["json"], option=orjson.OPT_SERIALIZE_NUMPY) if "json" in values else None
        )
        url = self._api_url + quote(path, safe="/")
        try:
            with self._session.stream(method, url, content=content, params=values.get("params")) as response:
                body = self._body(response)
        except httpx.ConnectError as error:
            self._refuse_connection(str(error), error)
        except httpx.ProxyError as error:
            raise self._away(
                "cannot be reached through the proxy", "Check the variable HTTPS_PROXY."
            ) from error
        except httpx.TimeoutException as error:
            raise self._away("took too long", "kb tries again later.") from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise self._away(f"broke off: {_short(str(error))}", "kb tries again later.") from error
        self._refuse_status(response, body)
        try:
            return orjson.loads(body)
        except ValueError as error:
            raise self.refused(
                f"sent something that is not JSON: {_short_bytes(body)}", "Check index.url."
            ) from error

    def _body(self, response: httpx.Response) -> bytes:
        pieces, size, end = [], 0, time.monotonic() + _PATIENCE
        for piece in response.iter_bytes():
            size += len(piece)
            if size > _MOST:
                raise self.refused("sends data without end", "Check index.url.")
            if time.monotonic() > end:
                raise httpx.ReadTimeout("it did not end")
            pieces.append(piece)
        return b"".join(pieces)

    def _refuse_connection(self, reason: str, error: Exception) -> NoReturn:
        if "CERTIFICATE" in reason:
            raise self.refused(
                "shows a certificate that cannot be checked",
                "Correct it, or set SSL_CERT_FILE to its authority's.",
            ) from error
        if "SSL" in reason:
            raise self.refused("does not speak https", "Correct index.url in kb.toml.") from error
        raise self._away("does not answer", "Start it, or correct index.url in kb.toml.") from error

    def _refuse_status(self, response: httpx.Response, body: bytes) -> None:
        """Raise what a status other than success means."""
        code = response.status_code
        if response.is_success:
            return
        if code in _BUSY:
            raise self._away(f"is busy (status {code})", "kb tries again later.")
        if code in (401, 403):
            what = "refuses the token" if self._place.token else "asks for a token"
            raise self.refused(what, "Set the variable KB_INDEX_TOKEN to a valid one.")
        if code == 413:
            raise self.refused(
                "finds a request too large", "Let the proxy in front of it accept requests of 1 MB."
            )
        if response.is_redirect:
            there = without_secrets(response.headers.get("location", "") or "it does not say where")
            raise self.refused(
                f"redirects elsewhere ({_short(there)})",
                "Write that address into index.url, if you trust it.",
            )
        error, reason = _chroma_error(body)
        if error == "NotFoundError":
            raise NotThere
        if code == 409:
            raise AlreadyThere
        if code == 404:
            raise self.refused("is not a Chroma server", "Correct index.url in kb.toml.")
        refusal = self.refused(
            f"answers with status {code}: {_short(reason)}",
            "See the server's own log; kb index --purge rebuilds its collection.",
        )
        raise Broken(refusal) if code == 500 and _GRAPH in reason.casefold() else refusal

    def _away(self, what: str, remedy: str) -> SharedIndexAway:
        return SharedIndexAway(self._message(what, remedy))

    def _message(self, what: str, remedy: str) -> str:
        text = f"The shared index at {self._place.shown} {what}. {remedy}"
        return safe_line(text.replace(self._place.token, "…") if self._place.token else text)


def _chroma_error(body: bytes) -> tuple[str, str]:
    """The name and the message of an error that Chroma sends; without a name, what was sent instead."""
    try:
        found = orjson.loads(body)
    except ValueError:
        return "", _short_bytes(body)
    if not isinstance(found, dict):
        return "", _short_bytes(body)
    return str(found.get("error", "")), str(found.get("message") or found.get("error") or "no reason")


def _short_bytes(body: bytes) -> str:
    return _short(body[: 4 * _SHOWN].decode("utf-8", "replace"))


def _short(text: str) -> str:
    line = safe_line(text)
    return line if len(line) <= _SHOWN else f"{line[:_SHOWN]}…"
