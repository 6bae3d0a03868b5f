"""A language model behind an OpenAI-compatible server: llama.cpp's, vLLM's, or a paid one."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import suppress
from typing import Any

from kb.errors import ModelUnreachable
from kb.models.grammar import checked_grammar
from kb.models.language_model import DEFAULT_OPTIONS, Cancellation, Message, Options, Usage
from kb.models.server import Server
from kb.models.server_reply import Delta, Fault, Reply, alternatives, read
from kb.models.text_stream import StruckOut, TextStream
from kb.settings import ModelSettings

_BYTES_A_TOKEN = 3  # fewer than real text has, so that estimates err on the safe side
_LONGEST_TOKEN = 64  # characters; what is longer than so many for each token asked for does not end
_SLACK = 4000  # characters; small limits are not all obeyed to the letter
_ALTERNATIVES = 20  # of a token, with how likely each is; servers tell no more
_LONGEST_NAME = 200  # characters of a model's name that are shown


class RemoteModel:
    """Talks to the server at `settings.url`; nothing is sent before the first question."""

    def __init__(self, settings: ModelSettings) -> None:
        self._settings = settings
        self._server = Server(settings.url, settings.key)
        self._model: dict[str, Any] | None = None
        self._lock = threading.Lock()
        self._usage = Usage()

    @property
    def url(self) -> str:
        """The server's address."""
        return self._server.url

    @property
    def leaves_machine(self) -> bool:
        """Whether passages of notes are sent to another machine."""
        return self._server.leaves_machine

    @property
    def name(self) -> str:
        return self._server.safe(self._name[:_LONGEST_NAME])

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
        text, struck_out = TextStream(options.stop), StruckOut(self._server.secrets)
        reply = Reply()
        started = time.perf_counter()
        first = 0.0
        pieces = 0
        spoke, finish = False, "cancelled"
        try:
            for said in self._said(request, cancellation):
                reply.take(said)
                if said.text:
                    first = first or time.perf_counter()
                    pieces += 1
                    if shown := struck_out.feed(text.feed_text(said.text)):
                        spoke = spoke or not shown.isspace()
                        yield shown
                if text.stopped or said.finish == "done":
                    break
                if reply.length > _LONGEST_TOKEN * options.max_tokens + _SLACK:
                    raise self._server.refusal(
                        "does not stop where it should", "Use another model or server."
                    )
            if cancellation.cancelled:
                return
            finish = "stop" if text.stopped else "length" if reply.finish == "length" else "end"
            rest = struck_out.feed(text.finish()) + struck_out.finish()
            if not text.stopped:
                self._require_whole(reply, spoke=spoke or bool(rest.strip()))
            if rest:
                yield rest
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
            for said in self._said(request, cancellation or Cancellation()):
                for token, likelihood in alternatives(said.chunk):
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
        self._server.close()

    def _request(self, messages: Sequence[Message], options: Options) -> dict[str, Any]:
        grammar = checked_grammar(options)
        request: dict[str, Any] = {
            "model": self._name,
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
        return request

    @property
    def _name(self) -> str:
        name = self._settings.server_model or self._described().get("id")
        return name if isinstance(name, str) and name else "model"

    def _described(self) -> dict[str, Any]:
        """What the server says about the model in use; asked once."""
        with self._lock:
            if self._model is None:
                wanted = self._settings.server_model
                chosen = [one for one in self._server.models() if not wanted or one.get("id") == wanted]
                self._model = chosen[0] if chosen else {}
            return self._model

    def _said(self, request: dict[str, Any], cancellation: Cancellation) -> Iterator[Delta]:
        """What the server says, event by event. Raises ModelUnreachable for a failure that it tells."""
        try:
            for event in self._server.events(request, cancellation):
                yield read(event)
        except Fault as fault:
            if not cancellation.cancelled:
                raise self._server.refusal(fault.what, fault.remedy) from fault

    def _require_whole(self, reply: Reply, *, spoke: bool) -> None:
        try:
            reply.require_whole(spoke=spoke)
        except Fault as fault:
            raise self._server.refusal(fault.what, fault.remedy) from fault
