"""Over generated notes: nothing that is no prose is touched, making links twice changes nothing, links mean their target."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kb.linking.ranking.linker import Linker, train
from kb.linking.suggestions import suggest_links, with_links
from kb.notes.note import Note
from kb.notes.parse import parse_note
from kb.notes.resolve import LinkResolver, names_of

VAULT = {
    "Tea.md": "---\naliases: [chai, hot leaf water]\n---\n# Tea\n\nSee [[Coffee]] and [[Oolong tea|oolong]].\n",
    "Coffee.md": "# Coffee\n\nNot [[Tea]]. Ground by the [[Grinder]], see [[C#]] or [[Cost $5]].\n",
    "Oolong tea.md": "# Oolong tea\n\nA [[Tea|kind of tea]] between [[Green tea]] and black.\n",
    "drinks/Green tea.md": "# Green tea\n\n[[Tea]] not oxidised.\n",
    "drinks/Grinder.md": "# Grinder\n\nGrinds [[Coffee|beans]].\n",
    "old/Grinder.md": "# Grinder\n\nAnother one.\n",
    "C#.md": "# C#\n\nA language.\n",
    "Cost $5.md": "# Cost $5\n\nMoney.\n",
    "a|b.md": "# Bar\n\nNo link can name it.\n",
    "Über Größe.md": "# Über Größe\n\nÜber [[Tea|Tee]].\n",
    "茶.md": "# 茶\n\n[[Tea]]\n",
    "the.md": "# the\n\nA word like any other. [[Tea]]\n",
}
MARKDOWN = {
    path: text.replace("[[Tea]]", "[Tea](Tea.md)").replace("[[Coffee]]", "[Coffee](Coffee.md)")
    for path, text in VAULT.items()
} | {"more/One.md": "[Green tea](../drinks/Green%20tea.md) and [Tea](../Tea.md) and [Coffee](../Coffee.md)\n"}

WORDS = (
    "Tea tea teas TEA coffee Coffee's oolong Oolong tea Green tea grinder Grinder kind of tea beans chai hot leaf "
    "water C# Cost $5 Bar 茶 Über Größe über größe the of see a_b tea.md x/tea tea-time"
).split(" ")
# Each holds names; none of its characters may change. The mark on either side makes it findable in the result.
FIXED = (
    "`Tea and coffee`",
    "``Tea ` Coffee``",
    "$Tea + coffee$",
    "$$Tea\n+ coffee$$",
    "[[Tea]]",
    "[[Coffee|Green tea]]",
    "![[Tea]]",
    "![[Coffee|Tea]]",
    "[Green tea](https://example.org/Tea)",
    "[Green tea](Tea.md)",
    "![Tea](Coffee.png)",
    "https://example.org/Tea/Coffee",
    "<https://example.org/Tea>",
    "%% Tea Coffee %%",
    "<!-- Tea Coffee -->",
    "#Tea #green/Coffee",
    '<span title="Tea">',
    "<a href='x'>Tea Coffee</a>",
    "<kbd>Tea</kbd>",
    "[Tea:: Coffee]",
    "{{embed Tea}}",
    "tea@coffee.example",
    "[^Tea]",
)
FIXED_BLOCKS = (
    "# Tea and Coffee",
    "Tea and Coffee\n---",
    "> ## Green tea",
    "- # Oolong tea",
    "```\nTea\nCoffee\n```",
    "~~~ Tea\nCoffee\n~~~",
    "- item\n  ```\n  Tea\n  ```",
    "    Tea Coffee",
    "$$\nTea\n$$",
    "<div>\nTea Coffee\n</div>",
    "<!--\nTea\n\nCoffee\n-->",
    "%%\nTea\n\nCoffee\n%%",
    "Tea:: Coffee",
    "[Tea]: https://example.org/Coffee",
)
FRONT = ("", "---\ntitle: Tea\nis: '[[Coffee]]'\ntags: [Tea]\n---\n", "---\nTea\n")

words = st.lists(st.sampled_from(WORDS), min_size=1, max_size=8).map(" ".join)
inline = st.lists(st.one_of(words, words, st.sampled_from(FIXED)), min_size=1, max_size=5)
marks = st.sampled_from(("", "- ", "1. ", "> ", "- [ ] ", "  - ", "**", "_", "(", "!", "[", "| "))
ends = st.sampled_from(("", ".", "**", "_", ")", "]", " |", ": ", "(x)", " `", " $", " [", "|"))
paragraph = st.tuples(marks, inline, ends)
block = st.one_of(paragraph, paragraph, st.sampled_from(FIXED_BLOCKS))
notes = st.tuples(
    st.sampled_from(FRONT), st.lists(block, max_size=7), st.sampled_from(("\n\n", "\n", "\r\n", "\r\n\r\n"))
)


@cache
def linker(markdown: bool) -> Linker:
    vault = [parse_note(path, text) for path, text in (MARKDOWN if markdown else VAULT).items()]
    names = [names_of(note) for note in vault]
    return train(vault, names, LinkResolver(names), {})


def written(parts: tuple[str, list[object], str]) -> str:
    front, blocks, gap = parts
    lines = [one if isinstance(one, str) else f"{one[0]}{' '.join(one[1])}{one[2]}" for one in blocks]
    return (front + gap.join(lines)).replace("\n", "\r\n" if "\r" in gap else "\n").replace("\r\r", "\r")


def check(parts: tuple[str, list[object], str], markdown: bool) -> None:
    text = written(parts)
    judge = linker(markdown)
    note = parse_note("drinks/New.md", text)
    # Every candidate, however unlikely: what may not be touched must not hang on the ranker.
    found = suggest_links(judge, note, min_confidence=0.0)
    after_text = with_links(text, found)
    after = parse_note("drinks/New.md", after_text)

    made = made_spans(found)
    assert all(text[one.span.start : one.span.end] == one.mention for one in found)
    assert unlinked(after_text, made, found) == text
    untouched(note, after, made)
    by_span = {(link.span.start, link.span.end): link for link in after.links}
    for (start, end), one in zip(made, found, strict=True):
        assert (start, end) in by_span, (text, one)
        resolved = judge.resolver.resolve(by_span[start, end], note.path)
        assert (resolved.path, resolved.status) == (one.target, "resolved"), (text, one)
    assert suggest_links(judge, after, min_confidence=0.0) == [], text
    likely = parse_note(note.path, with_links(text, suggest_links(judge, note, min_confidence=0.5)))
    assert suggest_links(judge, likely, min_confidence=0.5) == [], text


def made_spans(found: Any) -> list[tuple[int, int]]:
    made, shift = [], 0
    for one in found:
        start = one.span.start + shift
        made.append((start, start + len(one.replacement)))
        shift += len(one.replacement) - len(one.mention)
    return made


def unlinked(text: str, made: list[tuple[int, int]], found: Any) -> str:
    parts, position = list[str](), 0
    for (start, end), one in zip(made, found, strict=True):
        parts += text[position:start], one.mention
        position = end
    return "".join((*parts, text[position:]))


def untouched(before: Note, after: Note, made: list[tuple[int, int]]) -> None:
    """Everything that is no prose reads the same, and nothing became something else."""
    assert before.text[: before.body.start] == after.text[: after.body.start]
    assert before.properties == after.properties
    assert [code_of(before)] == [code_of(after)]
    assert [before.text[s.heading.start : s.heading.end] for s in before.sections] == [
        after.text[s.heading.start : s.heading.end] for s in after.sections
    ]
    assert [tag.name for tag in before.tags] == [tag.name for tag in after.tags]
    assert [block.kind for block in before.blocks] == [block.kind for block in after.blocks]
    old = [before.text[link.span.start : link.span.end] for link in before.links]
    new = [
        after.text[link.span.start : link.span.end]
        for link in after.links
        if (link.span.start, link.span.end) not in made
    ]
    assert old == new, before.text


def code_of(note: Note) -> list[str]:
    return [note.text[code.start : code.end] for code in note.code]


@given(notes)
@settings(max_examples=500, deadline=None, suppress_health_check=list(HealthCheck))
def test_only_prose_is_linked_and_only_once(parts: tuple[str, list[object], str]) -> None:
    check(parts, markdown=False)


@given(notes)
@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
def test_the_same_in_a_vault_of_markdown_links(parts: tuple[str, list[object], str]) -> None:
    check(parts, markdown=True)


@pytest.mark.soak
@pytest.mark.timeout(3600)
@given(notes, st.booleans())
@settings(max_examples=5_000, deadline=None, suppress_health_check=list(HealthCheck))
def test_only_prose_is_linked_in_thousands_of_notes(
    parts: tuple[str, list[object], str], markdown: bool
) -> None:
    check(parts, markdown)


INLINE_PLACES = (
    "{}",
    "Tea {} Coffee",
    "- a\n- {}\n- Tea",
    "> {}\n> Tea",
    "| Tea | {} |\n|---|---|\n| {} | Tea |",
)
BLOCK_PLACES = ("{}", "Tea\n\n{}\n\nCoffee", "- Tea\n\nx\n\n{}\n")
CASES = [
    # A second line is another row, quote or item where those stand, and a mark ends with its block.
    *((fixed, place) for fixed in FIXED for place in INLINE_PLACES if "\n" not in fixed or place[0] in "{T"),
    *((fixed, place) for fixed in FIXED_BLOCKS for place in BLOCK_PLACES),
]


@pytest.mark.parametrize(("fixed", "place"), CASES)
def test_what_is_no_prose_stays_byte_by_byte(fixed: str, place: str) -> None:
    text = place.replace("{}", fixed)
    note = parse_note("drinks/New.md", text)
    after = with_links(text, suggest_links(linker(False), note, min_confidence=0.0))
    assert after.count(fixed) >= text.count(fixed)
