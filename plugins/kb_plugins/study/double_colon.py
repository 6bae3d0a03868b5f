"""Whether the `::` of a line parts a question from its answer, or belongs to a name, an address or a time."""

from __future__ import annotations

import re
from dataclasses import dataclass

from kb.plugin_api import content_words
from kb_plugins.study.page import CLOSED

_RUN = re.compile(r"(?<!:):{2,3}(?!:)")
_ASKS = ("?", "？", "؟")
_WORD_BEFORE = re.compile(r"(?<![^\s:])[^\s:]++$")
_WORD_AFTER = re.compile(r"[^\s:]+")
_TIME = re.compile(r"[0-9a-fA-F]{1,4}$")
# Parts of a program's name: one with a mark or a capital within, or a namespace that every reader of code knows.
_IN_CODE = re.compile(r"[_()<>{}\[\];&*=/\\]|->|[a-z][A-Z]")
_NAMESPACE = re.compile(
    r"(?:std|boost|crate|self|super|absl|fmt|chrono|ranges|filesystem|serde|tokio|io|fs|core|alloc|Self|Qt|Eigen|cv|torch|"
    r"ActiveRecord|ActiveSupport|Rails|Net|File|IO|Data|List|Math|POSIX|Time|before|after|p|a|div|span|li|ul|input)$"
)
_CODE_LINE = re.compile(r"^\.\.\s|\b(?:data|type|instance|class)\s+\w+.*::|^[#@.$][\w-]+")
_ORDERS = re.compile(
    r"(?:use|call|import|include|run|install|add|open|set|write|replace|prefer|avoid|derive|implement|style|see|nutze|benutze|"
    r"rufe|verwende)\b",
    re.IGNORECASE,
)
_ENDS_SENTENCE = (".", "!", "。", "！", ";", ",")


@dataclass(frozen=True, slots=True)
class Parting:
    """Where a line is parted."""

    start: int  # of the colons
    end: int
    both_ways: bool


def parting(content: str, free: bool) -> Parting | None:
    """Where the colons of the line `content` part a card; in `free` notes any do, since people say they hold cards."""
    runs = [match for match in _RUN.finditer(content) if not _in_braces(content, match.start())]
    asking = next((run for run in runs if content[: run.start()].rstrip().endswith(_ASKS)), None)
    if asking:
        return _parting(asking)
    if not runs or content.lstrip().startswith("|"):
        return None
    if free:
        best = next((run for run in runs if len(run[0]) == 3), None) or runs[0]
        return _parting(best)
    return _parting(runs[0]) if len(runs) == 1 and _parts(content, runs[0]) else None


def _parting(run: re.Match[str]) -> Parting:
    return Parting(run.start(), run.end(), len(run[0]) == 3)


def _in_braces(content: str, place: int) -> bool:
    """`{{1::gap}}`, and `[key:: value]` of a property within a line."""
    opened = content.rfind("{{", 0, place)
    if opened >= 0 and content.find("}}", opened) > place:
        return True
    opened = content.rfind("[", 0, place)
    return opened >= 0 and content[opened:place].count("]") == 0 and content[place:].count("]") > 0


def _parts(content: str, run: re.Match[str]) -> bool:
    """Whether the only colons of a line in a note that says nothing of cards make one."""
    front, back = content[: run.start()], content[run.end() :]
    if not front.strip() or not back.strip() or front.lstrip().startswith(":"):
        return False
    if back[0].isspace():
        return False  # a property, or a type
    if _CODE_LINE.search(content) or "://" in content:
        return False
    if front[-1].isspace():
        named = _NAMESPACE.match(_first(back)) or _TIME.match(_first(back))
        return len(run[0]) == 3 or (back[0].isalnum() and not named)
    before, after = _WORD_BEFORE.search(front), _first(back)
    last = before[0] if before else ""
    if CLOSED in (last[-1:], after[:1]):
        return True
    if _TIME.search(last) and _TIME.match(after) and any(sign.isdigit() for sign in last + after):
        return False
    if _IN_CODE.search(last) or _IN_CODE.search(after) or _NAMESPACE.match(last):
        return False
    if _is_function_word(after) or _is_function_word(last):
        return True
    if _ORDERS.match(front.lstrip()) and len(front.split()) > 1:
        return False
    # In the middle of a running sentence the colons belong to a name.
    return not (content.rstrip().endswith(_ENDS_SENTENCE) and len(front.split()) > 1)


def _first(text: str) -> str:
    match = _WORD_AFTER.match(text)
    return match[0].rstrip(".,;!") if match else ""


def _is_function_word(word: str) -> bool:
    return bool(word) and word.isalpha() and not content_words(word)
