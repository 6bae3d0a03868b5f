"""From the model's bytes to the text a reader sees: whole characters, no thinking aloud, nothing after a stop."""

from __future__ import annotations

import codecs
from collections.abc import Sequence

# Reasoning models open their answer with one of these sections.
THINKING_TAGS = (("<think>", "</think>"), ("<thinking>", "</thinking>"), ("[THINK]", "[/THINK]"))


class TextStream:
    """Feed bytes, get the text that is certain so far; `stopped` turns true at a stop string."""

    def __init__(self, stops: Sequence[str] = ()) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._halves = codecs.getincrementaldecoder("utf-16-le")("replace")
        self._thinking = _ThinkingFilter()
        self._stops = _StopFilter(tuple(stop for stop in stops if stop))

    @property
    def stopped(self) -> bool:
        return self._stops.stopped

    def feed(self, piece: bytes) -> str:
        return self._stops.feed(self._thinking.feed(self._decoder.decode(piece)))

    def feed_text(self, piece: str) -> str:
        """As `feed`, for text; servers that count in UTF-16 may send an emoji in two halves."""
        return self.feed(self._halves.decode(piece.encode("utf-16-le", "surrogatepass")).encode())

    def finish(self) -> str:
        """What was held back, once no more will come."""
        text = self._thinking.feed(self._decoder.decode(b"", final=True)) + self._thinking.finish()
        return self._stops.feed(text) + self._stops.finish()


class _ThinkingFilter:
    """Drops a thinking section that opens the answer, and blanks before it; the same words later on are kept."""

    def __init__(self) -> None:
        self._held = ""
        self._end = ""  # the tag that closes the section we are in
        self._answering = False

    def feed(self, text: str) -> str:
        if self._answering:
            return text
        self._held += text
        if self._end:
            before, found, after = self._held.partition(self._end)
            if not found:
                self._held = before[-len(self._end) :]
                return ""
            self._held, self._end = after, ""
        self._held = self._held.lstrip()
        for opening, closing in THINKING_TAGS:
            if self._held.startswith(opening):
                self._held, self._end = self._held[len(opening) :], closing
                return self.feed("")
        if any(opening.startswith(self._held) for opening, _ in THINKING_TAGS):
            return ""
        return self.finish()

    def finish(self) -> str:
        text, self._held = "" if self._end else self._held, ""
        self._answering = not self._end
        return text


class _StopFilter:
    def __init__(self, stops: tuple[str, ...]) -> None:
        self._stops = stops
        self._held = ""
        self.stopped = False

    def feed(self, text: str) -> str:
        if self.stopped:
            return ""
        if not self._stops:
            return text
        self._held += text
        found = [at for stop in self._stops if (at := self._held.find(stop)) >= 0]
        if found:
            self.stopped = True
            text, self._held = self._held[: min(found)], ""
            return text
        keep = max(_overlap(self._held, stop) for stop in self._stops)
        text, self._held = self._held[: len(self._held) - keep], self._held[len(self._held) - keep :]
        return text

    def finish(self) -> str:
        text, self._held = self._held, ""
        return text


class StruckOut:
    """Strikes words out of a stream of text, also where they come in pieces; each becomes an ellipsis."""

    def __init__(self, words: Sequence[str]) -> None:
        self._words = tuple(word for word in words if word)
        self._held = ""

    def feed(self, text: str) -> str:
        """What is certain so far."""
        if not self._words:
            return text
        self._held += text
        for word in self._words:
            self._held = self._held.replace(word, "…")
        keep = max(_overlap(self._held, word) for word in self._words)
        text, self._held = self._held[: len(self._held) - keep], self._held[len(self._held) - keep :]
        return text

    def finish(self) -> str:
        """What was held back."""
        text, self._held = self._held, ""
        return text


def _overlap(text: str, stop: str) -> int:
    """How many characters at the end of `text` could be the beginning of `stop`."""
    for length in range(min(len(text), len(stop) - 1), 0, -1):
        if text.endswith(stop[:length]):
            return length
    return 0
