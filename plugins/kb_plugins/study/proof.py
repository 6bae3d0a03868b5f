"""Proves cards with the reader: asked over the note it must find the answer, asked over the question alone it must not.

What the reader is sure to find elsewhere in the section asks for something else than the note says: such a card is
refused. Where it only hesitates the card is left open, and comes after those that are proved. Of 90 cards read by us
30 were open, most of them good, and 4 refused, 3 of them bad (tests/bench/README.md): it may not decide more than that.
Verdicts are kept by a hash of all that they rest on, in the user's state folder: they belong to this machine.
"""

from __future__ import annotations

import json
from hashlib import blake2b
from pathlib import Path
from typing import Literal, get_args

from kb.plugin_api import KnowledgeBase, ModelError, Note, Reading, Span, content_words, covers, words_of
from kb_plugins.quiz.item import WRITTEN, Item
from kb_plugins.study.card import GAP

Verdict = Literal["proved", "open", "refused"]
_AROUND = 700  # characters of the section read on either side of the card's source
_OPEN, _ELSEWHERE = 4.0, 6.5  # logits by which another stretch may be the likelier answer
_ANSWERED = 0.5  # logit from which the passage answers the question at all
_VERSION = "2"
_MOST_KEPT = 20_000  # verdicts; beyond, the oldest half is forgotten
_TOLD = 0.5  # of the key's words, from which what was found in the question tells it


class Prover:
    """Reads cards when they are to be asked, each once."""

    def __init__(self, base: KnowledgeBase) -> None:
        self._base = base
        self._file: Path = base.settings.state / "study-proofs.jsonl"
        self._known: dict[str, Verdict] | None = None

    def verdict(self, item: Item, note: Note) -> Verdict:
        """What the reader makes of `item`, made from `note`; without the reader every card is proved."""
        if item.rule in (*WRITTEN, "relation") or self._base.models.reader.problem():
            return "proved"  # properties are no text that can be read
        passage = _passage(item, note)
        body = note.text[passage.start : passage.end]
        name = _digest(_VERSION, item.stem, item.key, str(item.span.start - passage.start), body)
        known = self._load()
        if name not in known:
            known[name] = self._read(item, passage, body)
            self._keep(name, known[name])
        return known[name]

    def _read(self, item: Item, passage: Span, body: str) -> Verdict:
        question = item.stem.replace(GAP, "…")
        try:
            over_note, over_question = self._base.models.read(question, [body, question])
        except ModelError:
            return "proved"
        if _gives_away(over_question, question, item):
            return "refused"
        return _found(over_note, item, passage)

    def _load(self) -> dict[str, Verdict]:
        if self._known is None:
            self._known = {}
            try:
                # A pipe there would be waited for.
                lines = self._file.read_text(encoding="utf-8").splitlines() if self._file.is_file() else []
            except (OSError, UnicodeDecodeError):
                lines = []
            for line in lines[-_MOST_KEPT // 2 :]:
                try:
                    name, verdict = json.loads(line)
                except (ValueError, TypeError, RecursionError):
                    continue
                if verdict in get_args(Verdict):
                    self._known[str(name)] = verdict
            if len(lines) > _MOST_KEPT:
                self._write("".join(f"{line}\n" for line in lines[-_MOST_KEPT // 2 :]), "w")
        return self._known

    def _keep(self, name: str, verdict: Verdict) -> None:
        self._write(json.dumps([name, verdict], allow_nan=False) + "\n", "a")

    def _write(self, text: str, mode: str) -> None:
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            with self._file.open(mode, encoding="utf-8") as file:
                file.write(text)
        except OSError:
            return  # what is not kept is read again


def _passage(item: Item, note: Note) -> Span:
    """The part of the item's section that stands around its source."""
    section = next(
        (one.span for one in reversed(note.sections) if one.span.start <= item.source.start < one.span.end),
        note.body,
    )
    start = max(section.start, item.source.start - _AROUND)
    end = min(max(section.end, item.source.end), item.source.end + _AROUND)
    return Span(start, end)


def _found(reading: Reading, item: Item, passage: Span) -> Verdict:
    """Whether what the reader takes for the answer overlaps the card's answer, or how much likelier it is."""
    best = reading.best()
    own = reading.best(max(0, item.span.start - passage.start), item.span.end - passage.start)
    if best is None or own is None:
        return "open"
    start, end = best.start + passage.start, best.end + passage.start
    ahead = best.logit - own.logit
    if (start < item.span.end and item.span.start < end) or ahead < _OPEN:
        return "proved"
    return "refused" if ahead > _ELSEWHERE and reading.answerable < _ANSWERED else "open"


def _gives_away(reading: Reading, question: str, item: Item) -> bool:
    best = reading.best()
    if best is None or reading.answerable < 0:
        return False
    said, wanted = words_of(question[best.start : best.end]), content_words(item.key)
    return bool(wanted) and sum(covers(said, word) for word in wanted) >= _TOLD * len(wanted)


def _digest(*parts: str) -> str:
    return blake2b("\n".join(parts).encode("utf-8", "replace"), digest_size=10).hexdigest()
