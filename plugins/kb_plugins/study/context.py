"""What a sentence needs around it to be understood alone: the item or heading that it stands under."""

from __future__ import annotations

import re
from bisect import bisect_right

from kb.plugin_api import content_words, covers, plain_text, words_of
from kb_plugins.study.page import Line, Page
from kb_plugins.study.parents import parents_of

# A label that says what kind of thing follows, and not of what.
_SAYS_NOTHING = re.compile(
    r"(?:(?:my|the|gpt|chatgpt|ai|book'?s?|meine?|die)\s+)*(?:answers?|response|solutions?|summary|overview|introduction|contents?|notes?|details|"
    r"purpose|function|components?|tasks?|metrics?|definition|description|examples?|usage|features|benefits|explanation|in short|"
    r"antwort|lösung|zusammenfassung|inhalt|beispiele?|überblick|réponse|résumé|exemples?)$",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"\d{1,3}[.)] +")
_LABEL = re.compile(r"\*\*([^*\n]{2,80}?)[:：]?\*\*[:：]?(?:\s|$)|([^\n:：]{2,60})[:：]$")
_LONGEST = 80  # characters of what is told before a sentence
_SAID = 0.6  # share of a heading's content words from which a sentence names it itself


def line_at(page: Page, place: int) -> Line | None:
    """The line of the body that holds the character at `place`."""
    index = bisect_right(page.lines, place, key=lambda line: line.begin) - 1
    return page.lines[index] if index >= 0 else None


def context_of(page: Page, place: int, heading_path: tuple[str, ...], text: str) -> str:
    """What is to be told before `text`, which stands at `place`; empty where it says so itself."""
    said = words_of(text)
    for part in reversed((page.note.title, *heading_path, *above_in_list(page, place))):
        name = _NUMBER.sub("", " ".join(plain_text(part).split())).rstrip(":：")
        wanted = content_words(name)
        if not wanted or len(name) > _LONGEST or _SAYS_NOTHING.match(name):
            continue
        return "" if sum(covers(said, word) for word in wanted) >= _SAID * len(wanted) else name
    return ""


def above_in_list(page: Page, place: int) -> tuple[str, ...]:
    """The items above what stands at `place`, and the label of its own item where that comes before it."""
    line = line_at(page, place)
    if line is None:
        return ()
    item = item_of(page, line)
    label = _LABEL.match(page.text(item))
    own = (label[1] or label[2],) if label and item.start + label.end() <= place else ()
    return (*parents_of(page, item), *own)


def item_of(page: Page, line: Line) -> Line:
    """The first line of the list item that `line` continues, or the line itself."""
    place = line.number - page.lines[0].number
    while place > 0 and page.lines[place].indent is None and page.content(page.lines[place]):
        above = page.lines[place - 1]
        if above.quote != line.quote or not page.content(above):
            return line
        place -= 1
    return page.lines[place] if page.lines[place].indent is not None else line
