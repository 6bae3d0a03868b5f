"""What an event of a model server means: a piece of the answer, its end, or a failure, whatever the server's manner.

Read are OpenAI's chat completions, as a stream or as one object, with the forms that other servers give them: text in
parts, thoughts in a field of their own, failures as an object, a field or mere text.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from kb.files.small import parse_json
from kb.models.server_events import BODY, Event

_THOUGHTS = ("reasoning_content", "reasoning", "thinking")
_REASONS = ("message", "detail", "error", "msg", "reason", "title")  # where servers say what went wrong
_CODES = ("code", "status", "status_code", "statusCode", "success", "ok")  # what stands beside such a reason
_LONGEST_REASON = 200  # characters
_FAULTS = {  # reasons to end that make no answer: what the server does, and what to do about it
    "error": ("failed without saying why", "See its log, or try again."),
    "content_filter": (
        "held the answer back because of its content filter",
        "Ask differently, or use another model.",
    ),
}


class Fault(Exception):
    """A failure that the server tells of, or an answer that is none: what it does, and what to do about it."""

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(what)
        self.what, self.remedy = what, remedy


@dataclass(frozen=True, slots=True)
class Delta:
    """What one event adds to an answer."""

    text: str = ""
    thinks: bool = False  # it holds thoughts that are no part of the answer
    finish: str = ""  # why the answer ends, in the server's word
    chunk: Any = None  # the object it came in
    is_known: bool = True  # it has the form of an answer


def read(event: Event) -> Delta:
    """What `event` says. Raises Fault."""
    data = event.data.strip()
    if data == "[DONE]":
        return Delta(finish="done")
    try:
        value = parse_json(data)
    except ValueError:
        raise _no_json(event, data) from None
    if isinstance(value, list) and value and isinstance(value[0], dict):
        value = value[0]  # so Google's server sends its failures
    if event.name == "error" or (isinstance(value, dict) and value.get("error")):
        raise _failed(value)
    if not isinstance(value, dict):
        raise Fault("sent something that is not an answer", "Check models.url in kb.toml.")
    choices = value.get("choices")
    if not isinstance(choices, list):
        if _tells_a_failure(value):
            raise _failed(value)
        return Delta(chunk=value, is_known="usage" in value)
    choice = next((one for one in choices if isinstance(one, dict)), {})
    said = choice.get("delta") or choice.get("message") or {}
    said = said if isinstance(said, dict) else {"content": said}
    if failure := choice.get("error") or said.get("error"):
        raise _failed(failure)
    if isinstance(refusal := said.get("refusal"), str) and refusal.strip():
        raise Fault(f"refuses: {short(refusal)}", "Ask differently, or use another model.")
    finish = choice.get("finish_reason")
    is_whole = event.name == BODY and finish is None
    return Delta(
        text=_text_of(said.get("content", choice.get("text"))),
        thinks=any(said.get(name) for name in _THOUGHTS),
        finish="done" if is_whole else finish if isinstance(finish, str) else "",
        chunk=value,
    )


@dataclass(slots=True)
class Reply:
    """What an answer has come to so far."""

    finish: str = (
        ""  # why it ended, in the server's word; "done" where it only says that it has; empty before
    )
    length: int = 0  # characters
    thought: bool = False
    is_known: bool = True  # all of it had the form of an answer

    def take(self, said: Delta) -> None:
        """Hear one event."""
        self.length += len(said.text)
        self.thought = self.thought or said.thinks or bool(said.text.strip())
        self.is_known = self.is_known and said.is_known
        if said.finish and self.finish in ("", "done"):
            self.finish = said.finish

    def require_whole(self, *, spoke: bool) -> None:
        """Raise Fault when it ended as no answer does, or without a word: unless it `spoke`, nothing could be shown."""
        if self.finish in _FAULTS:
            raise Fault(*_FAULTS[self.finish])
        if spoke and not self.finish:
            raise Fault("broke off before the answer's end", "Try again, or see its log.")
        if spoke:
            return
        if not self.is_known:
            raise _in_another_form()
        if self.thought:
            raise Fault("only thought, and gave no answer", "Switch its thinking off, or use another model.")
        if self.finish in ("tool_calls", "function_call"):
            raise Fault("asked for a tool instead of answering", "Use another model.")
        if self.finish == "length":
            raise Fault("used up its tokens before it said anything", "See its log, or use another model.")
        # llama-cpp-python's server ends so when a prompt is longer than its context.
        raise Fault("returned an empty response", "Ask for fewer passages, or see its log.")


def alternatives(chunk: Any) -> Iterator[tuple[str, float]]:
    """What the chunk's first token could have been, and the logarithm of how likely; nothing if that is not told."""
    choices = chunk.get("choices") if isinstance(chunk, dict) else None
    content = _first(_first(choices).get("logprobs", {}), "content")
    others = _first(content).get("top_logprobs")
    for other in others if isinstance(others, list) else ():
        token, likelihood = (other.get("token"), other.get("logprob")) if isinstance(other, dict) else (0, 0)
        if isinstance(token, str) and isinstance(likelihood, int | float) and math.isfinite(likelihood):
            yield token, min(float(likelihood), 0.0)


def reason_in(value: Any) -> str:
    """What went wrong, in the words of the server's JSON, as one short line."""
    for _ in range(4):  # messages lie in objects that lie in objects
        if isinstance(value, list) and value:
            value = value[0]
        elif isinstance(value, dict):
            value = next((value[name] for name in _REASONS if value.get(name)), "")
        else:
            break
    return short(value if isinstance(value, str) else "")


def short(reason: str) -> str:
    """`reason` as one short line without its final stop."""
    return " ".join(reason.split())[:_LONGEST_REASON].rstrip(".") or "no reason given"


def is_web_page(text: str) -> bool:
    """Whether `text` is HTML or XML, as gateways and login pages send it."""
    return text.lstrip("\ufeff \t\r\n").startswith("<")


def _failed(value: Any) -> Fault:
    return Fault(f"failed: {reason_in(value)}", "See its log, or try again.")


def _tells_a_failure(value: dict[str, Any]) -> bool:
    """Whether an object that holds no answer says that there is none."""
    if "error" in (value.get("object"), value.get("type")) or "detail" in value:
        return True
    if not any(isinstance(value.get(name), str) and value[name] for name in _REASONS):
        return False
    return any(name in value for name in _CODES) or value.keys() <= set(_REASONS)


def _in_another_form() -> Fault:
    return Fault(
        "answers in a form other than OpenAI's chat completions",
        "Use an address that speaks it; it usually ends in /v1.",
    )


def _no_json(event: Event, data: str) -> Fault:
    if lines := list(_json_lines(data)):
        failure = next((line for line in lines if line.get("error") or _tells_a_failure(line)), None)
        return _failed(failure) if failure else _in_another_form()
    if event.name == "error":
        return Fault(f"failed: {short(data)}", "See its log, or try again.")
    if is_web_page(data):
        return Fault(
            "sent a web page, which is not JSON",
            "Check models.url in kb.toml, and whether a login is needed.",
        )
    if data[:1] in ("{", "["):
        return Fault("sent something that is not JSON, or was cut off", "Try again, or see its log.")
    return Fault(f"sent something that is not JSON: {short(data)}", "Check models.url in kb.toml.")


def _json_lines(data: str) -> Iterator[dict[str, Any]]:
    """The objects of a text that holds one a line, as Ollama's own protocol sends them."""
    first, is_more, _ = data.partition("\n")
    if not is_more or not first.rstrip().endswith("}"):
        return
    for line in data.split("\n"):
        try:
            value = parse_json(line)
        except ValueError:
            return
        if isinstance(value, dict):
            yield value


def _text_of(content: Any) -> str:
    """The text in the content of a message: a string, or parts of which some are text."""
    if content is None:
        return ""
    if isinstance(content, str):
        return content
    if isinstance(content, dict):
        content = [content]
    if not isinstance(content, list):
        raise Fault("sent an answer that is not text", "See its log, or use another model.")
    texts = [
        part if isinstance(part, str) else _first(part.get("text"), "value") or part.get("text")
        for part in content
        if isinstance(part, str)
        or (isinstance(part, dict) and part.get("type", "text") in ("text", "output_text"))
    ]
    return "".join(text for text in texts if isinstance(text, str))


def _first(value: Any, name: str = "") -> Any:
    """The first of a list, or what an object has under `name`; an empty object where that is not to be had."""
    if name:
        return value.get(name) if isinstance(value, dict) else {}
    return value[0] if isinstance(value, list) and value and isinstance(value[0], dict) else {}
