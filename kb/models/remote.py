"""A language model behind an OpenAI-compatible server: llama.cpp's, vLLM's, or a paid one.

Each answer has a connection of its own, so that stopping is closing it: the server then stops too.
"""

from __future__ import annotations

import json
import math
import socket
import threading
import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import httpx

from kb.errors import ModelUnreachable, PromptTooLong
from kb.models.grammar import checked_grammar
from kb.models.language_model import DEFAULT_OPTIONS, Cancellation, Message, Options, Usage
from kb.models.text_stream import TextStream
from kb.safe_text import without_secrets
from kb.settings import ModelSettings

_CONNECT = 5.0  # seconds
_SILENCE = 120.0  # seconds between two pieces; a slow machine reads a long prompt first
_WAITS = (0.5, 1.5)  # seconds before the second and third attempt
_BUSY = {429, 502, 503, 504}
_BYTES_A_TOKEN = 3  # fewer than real text has, so that estimates err on the safe side
_LONGEST_REASON = 200  # characters
_ALTERNATIVES = 20  # of a token, with how likely each is; servers tell no more


class RemoteModel:
    """Talks to the server at `settings.url`; nothing is sent before the first question."""

    def __init__(self, settings: ModelSettings) -> None:
        self.url = settings.url.rstrip("/")
        self._settings = settings
        self._model: dict[str, Any] | None = None
        self._lock = threading.Lock()
        self._usage = Usage()
        headers = {"Authorization": f"Bearer {settings.key}"} if settings.key else {}
        try:
            self._client = httpx.Client(
                headers=headers,
                timeout=httpx.Timeout(_SILENCE, connect=_CONNECT),
                limits=httpx.Limits(max_keepalive_connections=0),
                # A proxy from the environment has no business between kb and a server on the same machine.
                trust_env=self.leaves_machine,
            )
        # such as a SOCKS proxy, for which httpx wants another package, or a port that is no number
        except (ImportError, ValueError, httpx.InvalidURL) as error:
            raise ModelUnreachable(
                "The proxy that the environment names (HTTPS_PROXY, ALL_PROXY) cannot be used for the model server. "
                "Name one that begins with http://, or add the server to NO_PROXY."
            ) from error

    @property
    def leaves_machine(self) -> bool:
        """Whether passages of notes are sent to another machine."""
        host = urlsplit(self.url).hostname or ""
        try:
            return not ip_address(host).is_loopback
        except ValueError:
            return host != "localhost"

    @property
    def name(self) -> str:
        return self._settings.server_model or str(self._described().get("id", "model"))

    @property
    def context(self) -> int:
        about = self._described()
        meta = about.get("meta")
        known = [about.get("max_model_len"), meta.get("n_ctx_train") if isinstance(meta, dict) else None]
        return min([self._settings.context, *(size for size in known if isinstance(size, int) and size > 0)])

    def stream(
        self,
        messages: Sequence[Message],
        options: Options = DEFAULT_OPTIONS,
        cancellation: Cancellation | None = None,
    ) -> Generator[str]:
        cancellation = cancellation or Cancellation()
        request = self._request(messages, options)
        text = TextStream(options.stop)
        started = time.perf_counter()
        first = 0.0
        pieces = 0
        finish = "cancelled"
        try:
            for chunk in self._chunks(request, cancellation):
                choice = (chunk.get("choices") or [{}])[0]
                piece = (choice.get("delta") or {}).get("content")
                if piece:
                    first = first or time.perf_counter()
                    pieces += 1
                    if shown := text.feed(piece.encode("utf-8", "replace")):
                        yield shown
                if text.stopped:
                    finish = "stop"
                    return
                if choice.get("finish_reason"):
                    finish = "length" if choice["finish_reason"] == "length" else "end"
            if not cancellation.cancelled and (shown := text.finish()):
                yield shown
        finally:
            now = time.perf_counter()
            self._usage = Usage(
                generated_tokens=pieces,
                prefill_seconds=(first or now) - started,
                decode_seconds=now - (first or now),
                finish=finish,  # type: ignore[arg-type]
            )

    def complete(
        self,
        messages: Sequence[Message],
        options: Options = DEFAULT_OPTIONS,
        cancellation: Cancellation | None = None,
    ) -> str:
        return "".join(self.stream(messages, options, cancellation))

    def probabilities(
        self, messages: Sequence[Message], replies: Sequence[str], cancellation: Cancellation | None = None
    ) -> tuple[float, ...]:
        request = self._request(messages, Options(max_tokens=1))
        request |= {"logprobs": True, "top_logprobs": _ALTERNATIVES}
        chances = dict.fromkeys(replies, 0.0)
        # Some servers refuse to tell. One that is not there at all is found out with the next request.
        with suppress(ModelUnreachable):
            for chunk in self._chunks(request, cancellation or Cancellation()):
                for token, likelihood in _alternatives(chunk):
                    word = token.strip().casefold()
                    if word in chances:
                        chances[word] += math.exp(likelihood)
        whole = sum(chances.values())
        return tuple(chance / whole for chance in chances.values()) if whole else ()

    def count_tokens(self, text: str) -> int:
        """An estimate from above: servers do not agree on how to ask."""
        return -(-len(text.encode("utf-8", "replace")) // _BYTES_A_TOKEN)

    def counters(self) -> Usage:
        """Times and pieces; what the server reused it does not say."""
        return self._usage

    def close(self) -> None:
        self._client.close()

    def _request(self, messages: Sequence[Message], options: Options) -> dict[str, Any]:
        grammar = checked_grammar(replace(options, schema=None))
        request: dict[str, Any] = {
            "model": self.name,
            "messages": [{"role": message.role, "content": message.content} for message in messages],
            "max_tokens": options.max_tokens,
            "temperature": options.temperature,
            "seed": options.seed,
            "stream": True,
        }
        if options.stop:
            request["stop"] = list(options.stop)
        if options.repeat_penalty != 1.0:
            request["repeat_penalty"] = options.repeat_penalty
        if grammar is not None:
            request["grammar"] = grammar
        if options.schema is not None:
            request["response_format"] = {
                "type": "json_schema",
                "json_schema": {"name": "answer", "strict": True, "schema": dict(options.schema)},
            }
        return request

    def _described(self) -> dict[str, Any]:
        """What the server says about the model in use; asked once."""
        with self._lock:
            if self._model is None:
                listed = self._get_json(f"{self.url}/models").get("data")
                models = [model for model in listed or [] if isinstance(model, dict)]
                wanted = self._settings.server_model
                chosen = [model for model in models if not wanted or model.get("id") == wanted]
                self._model = chosen[0] if chosen else {}
            return self._model

    def _get_json(self, url: str) -> dict[str, Any]:
        try:
            with self._explained():
                response = self._client.get(url)
                self._refuse_failure(response)
                found = response.json()
        except _Busy as busy:
            raise busy.refusal from busy
        return found if isinstance(found, dict) else {}

    def _chunks(self, request: dict[str, Any], cancellation: Cancellation) -> Iterator[dict[str, Any]]:
        """The server's events. Tries again while the server is busy and nothing has come yet."""
        for wait in (*_WAITS, None):
            begun = False
            try:
                for chunk in self._attempt(request, cancellation):
                    begun = True
                    yield chunk
                if not begun and not cancellation.cancelled:
                    # llama-cpp-python's server ends so when a prompt is longer than its context.
                    raise self._refusal(
                        "returned an empty response", "Ask for fewer passages, or see its log."
                    )
                return
            except _Busy as busy:
                if wait is None or begun:
                    raise busy.refusal from busy
                if _cancelled_within(wait, cancellation):
                    return

    def _attempt(self, request: dict[str, Any], cancellation: Cancellation) -> Iterator[dict[str, Any]]:
        line = _Line()
        unsubscribe = cancellation.subscribe(line.hang_up)
        try:
            if cancellation.cancelled:
                return
            with (
                self._explained(),
                self._client.stream(
                    "POST", f"{self.url}/chat/completions", json=request, extensions={"trace": line.watch}
                ) as response,
            ):
                if response.is_error:
                    response.read()
                self._refuse_failure(response)
                for text in response.iter_lines():
                    if text.startswith("data:") and text != "data: [DONE]":
                        chunk = json.loads(text.removeprefix("data:"))
                        if isinstance(chunk, dict):
                            yield chunk
        except ModelUnreachable:
            if not cancellation.cancelled:
                raise
        finally:
            unsubscribe()

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """Turn what can go wrong on the way into one sentence."""
        try:
            yield
        except httpx.ConnectError as error:
            refusal = self._refusal("does not answer", "Start it, or correct models.url in kb.toml.")
            raise _Busy(refusal) from error
        except httpx.TimeoutException as error:
            raise self._refusal("took too long", "Try again, or ask for shorter answers.") from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise self._refusal(f"broke off: {_short(str(error))}", "Try again.") from error
        except ValueError as error:
            raise self._refusal("sent something that is not JSON", "Check models.url in kb.toml.") from error

    def _refuse_failure(self, response: httpx.Response) -> None:
        code = response.status_code
        if response.is_success:
            return
        if code in _BUSY:
            raise _Busy(self._refusal(f"is busy (status {code})", "Try again later."))
        if code in (401, 403):
            raise self._refusal("refuses the key", "Set the variable KB_MODELS_KEY to a valid one.")
        if code == 404 or response.is_redirect:
            raise self._refusal("returned 'not found'", "models.url in kb.toml usually ends in /v1.")
        reason = _short(_server_reason(response))
        if code == 400 and "context" in reason.lower():
            raise PromptTooLong(
                f"The model server finds the prompt too long: {reason} Ask for fewer passages."
            )
        raise self._refusal(f"answers with status {code}: {reason}", "See the server's own log.")

    def _refusal(self, what: str, remedy: str) -> ModelUnreachable:
        told = f"The model server at {without_secrets(self.url)} {what}. {remedy}"
        for secret in (self._settings.key, urlsplit(self.url).password or ""):
            told = (
                told.replace(secret, "…") if len(secret) > 2 else told
            )  # a server may repeat what it was sent
        return ModelUnreachable(told)


class _Busy(Exception):
    """Worth another attempt; `refusal` is what to say after the last."""

    def __init__(self, refusal: ModelUnreachable) -> None:
        super().__init__(str(refusal))
        self.refusal = refusal


class _Line:
    """The connection of one answer, which another thread may end."""

    def __init__(self) -> None:
        self._socket: socket.socket | None = None
        self._over = False

    def watch(self, event: str, info: dict[str, Any]) -> None:
        if event == "connection.connect_tcp.complete":
            self._socket = info["return_value"].get_extra_info("socket")
            if self._over:
                self.hang_up()

    def hang_up(self) -> None:
        self._over = True
        if self._socket is not None:
            # Unlike closing, this wakes the thread that waits for the next piece.
            with suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)


def _alternatives(chunk: dict[str, Any]) -> Iterator[tuple[str, float]]:
    """What the chunk's first token could have been, and the logarithm of how likely; nothing if that is not told."""
    told = ((chunk.get("choices") or [{}])[0].get("logprobs") or {}).get("content") or []
    for other in told[0].get("top_logprobs") or [] if told else []:
        if isinstance(other.get("token"), str) and isinstance(other.get("logprob"), int | float):
            yield other["token"], other["logprob"]


def _cancelled_within(seconds: float, cancellation: Cancellation) -> bool:
    happened = threading.Event()
    unsubscribe = cancellation.subscribe(happened.set)
    try:
        return happened.wait(seconds)
    finally:
        unsubscribe()


def _server_reason(response: httpx.Response) -> str:
    try:
        error = response.json().get("error")
    except (ValueError, AttributeError):
        return response.text
    return str(error.get("message", error)) if isinstance(error, dict) else str(error or response.text)


def _short(reason: str) -> str:
    return " ".join(reason.split())[:_LONGEST_REASON].rstrip(".") or "no reason given"
