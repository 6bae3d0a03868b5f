"""Whatever stands in a file, it is parsed, in linear time, and every span is where it says it is."""

from __future__ import annotations

import time
from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kb.notes.note import Note, Span
from kb.notes.parse import parse_note
from kb.notes.passages import split_passages
from kb.notes.sentences import split_sentences

LIMIT = 200

# Pieces that Markdown is made of, whole and broken, to be thrown together in any order.
PIECES = st.sampled_from(
    [
        "# Heading\n", "## Sub *heading* [[link]]\n", "Setext\n===\n", "text ", "word. ", "\n", "\n\n", "\r\n", "\t",
        "- item\n", "  - nested\n", "\t\t- deep\n", "1. one\n", "- [ ] task\n", "- [x] done\n", "> quote\n",
        "> [!note] Title\n> body\n", "| a | b |\n|---|---|\n| 1 | 2 |\n", "```python\n", "```\n", "~~~\n", "    code\n",
        "[[note]]", "[[note|label]]", "[[note#heading]]", "[[note#^block]]", "![[embed]]", "[[", "]]", "[[a\\|b]]",
        "[text](path.md)", "[text](<a b.md>#x)", "![i](x.png)", "[", "](", ")", "$x$", "$$\n", "$", "`code`", "`", "``",
        "%% comment %%", "%%", "<!-- c -->", "<!--", "-->", "<b>", "</b>", "<", "==mark==", "#tag", "#a/b-ü", "#",
        "^id\n", " ^abc-1\n", "[^1]", "[^1]: note\n", "key:: value\n", "((0a1b2c3d))", "#[[tag]]", "---\n", "***\n",
        "---\ntitle: x\ntags: [a, b]\n---\n", "---\na: [\n---\n", "Term\n: definition\n", "https://example.org/a_b ",
        "\\", "\\[", "*", "**", "_", "é", "e\u0301", "中文。", "日本語", "ไทย", "🦊", "\u202e", "\x00", "\ufeff", "\u2028", "\x0b",
    ]
)  # fmt: skip
DOCUMENTS = st.one_of(st.lists(PIECES, max_size=60).map("".join), st.text(max_size=300))


def count_tokens(texts: Sequence[str]) -> list[int]:
    """Like word pieces: one for each four characters of a word, and one for each sign."""
    return [sum(1 + len(word) // 4 for word in text.split()) for text in texts]


def spans(note: Note) -> list[Span]:
    return [
        *(span for section in note.sections for span in (section.heading, section.span)),
        *(block.span for block in note.blocks),
        *(link.span for link in note.links),
        *(tag.span for tag in note.tags if tag.span),
        *(task.span for task in note.tasks),
        *note.block_ids.values(),
        note.body,
    ]


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(DOCUMENTS)
def test_anything_is_parsed_and_every_span_lies_in_the_text(text: str) -> None:
    note = parse_note("folder/name.md", text)
    assert note.text == text
    for span in spans(note):
        assert 0 <= span.start <= span.end <= len(text)
    for link in note.links:
        assert text.count("\n", 0, link.span.start) <= link.line - 1 <= link.span.start
        if link.kind in ("wiki", "embed") and "#" not in link.target:
            assert link.target.split("\\")[0].strip() in text[link.span.start : link.span.end]
    for tag in note.tags:
        if tag.span:
            assert text[tag.span.start : tag.span.end].startswith("#")
    for section in note.sections:
        assert section.span.start <= section.heading.start <= section.heading.end <= section.span.end


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(DOCUMENTS)
def test_passages_and_sentences_are_exact_pieces_of_the_note(text: str) -> None:
    note = parse_note("folder/name.md", text)
    passages = split_passages(note, count_tokens, LIMIT)
    for passage in passages:
        assert passage.text == text[passage.span.start : passage.span.end]
        assert passage.embed_text
        for sentence in split_sentences(passage.text, Span(0, len(passage.text))):
            assert 0 <= sentence.span.start < sentence.span.end <= len(passage.text)
            assert sentence.line >= 1
            assert sentence.text.strip()
    assert [passage.key for passage in split_passages(note, count_tokens, LIMIT)] == [p.key for p in passages]


SIZE = 1_000_000
WORST = {
    "opening brackets": "[[" * (SIZE // 2),
    "closing brackets": "]]" * (SIZE // 2),
    "single brackets": "[" * SIZE,
    "links without end": "[[a|" * (SIZE // 4),
    "images without end": "![a](" * (SIZE // 5),
    "nested quotes": ">" * SIZE,
    "nested bullets": "".join("  " * (n % 200) + "- x\n" for n in range(10_000)),
    "ten thousand levels": "".join(" " * n + "- x\n" for n in range(1_400)),
    "one line": "word " * (SIZE // 5),
    "one word": "x" * SIZE,
    "stars": "*" * SIZE,
    "alternating stars": "*a " * (SIZE // 3),
    "backticks": "`" * SIZE,
    "backticks of every length": " ".join("`" * n for n in range(1, 1_400)),
    "dollars": "$a" * (SIZE // 2),
    "comments without end": "<!--" * (SIZE // 4),
    "percent signs": "%%" * (SIZE // 2),
    "tags": "#tag " * (SIZE // 5),
    "hashes": "#" * SIZE,
    "tables": "| a " * 500 + "\n" + "|---" * 500 + "\n" + ("| a " * 500 + "\n") * 400,
    "footnotes": "".join(f"[^{n}]: x\n" for n in range(SIZE // 12)),
    "definitions": "".join(f"[{n}]: /x\n" for n in range(SIZE // 12)),
    "headings": "# h\n" * (SIZE // 4),
    "yaml brackets": "---\na: " + "[" * SIZE + "\n---\n",
    "unclosed front matter": "---\n" + "a: b\n" * (SIZE // 5),
    "blank lines": "\n" * SIZE,
    "Chinese": "中" * (SIZE // 3),
    "parentheses": "((" * (SIZE // 2),
    "angle brackets": "<a " * (SIZE // 3),
    "backslashes": "\\" * SIZE,
    "tabs": "\t" * SIZE,
    "ampersands": "&amp" * (SIZE // 4),
}
# Short patterns that made some rule, here or in a parser like it, look at the same text again and again.
PATTERNS = [
    " ", "[[", "[[a|", "[[a|[b]", "]]", "[", "[]", "[](", "[](()", "[a][b]", "![", "![a](b.png)", "![[a.png]]\n",
    "`a\n\n", "`` ` ", "`", "```\n", "`````\n", "~~~\n", "$", "$a", "$a\\", "$$a\n", "%%", "%% ", "%%a%",
    "<", "<a>", "<a:", "<a\n", "<!--", "<!-- -", "*", "*a", "**a ", "_", "_a_", "==", "~", "~~a",
    "#", "#a ", "#1", "#11111111 ", "a/", "((", "((abcdef", "{{", "{{embed ", "^", "a ^b\n", "[^a]", "[^a]: b\n",
    "https://a.b ", "http://", "https://a*)", "\\", "\\*", "&amp;", "&", ":", "a::", "a:: b\n", "A::b\n", "id:: x\n",
    ".", ". ", "e.g. ", "A. B. ", "!", '." ', "Hi. ", "Hi.\n", "… ", "1. ", "字", "字。", "a ", "a", "a\n", "a\r\n", "\r", "\n",
    "- ", "- a\n", "- A:\n", "- **A**: b\n", "- [ ] a\n", "- TODO a\n", "\t- a\n", "\t", "    a\n\n", " " * 50 + "\n",
    ">", "> ", "> a\n", "> [!a]\n> b\n\n", "A:\n", "12:30 a\n", "Ann: hi\n", "Ann ", "A.b-", "abcdefgh-",
    "|", "|a", "-|", "|-|-|\n", "|x|y|\n", "- - - ", "***\n", "---\n", "# a\n", "## a\n# b\n", "a\n===\n",
    "[a]: b\n", "[a\n", "[a]:\n", "a\n: b\n\n", "â€™", "\0",
]  # fmt: skip


def whole_way(text: str) -> float:
    """Seconds of the processor for all that is done with a note."""
    start = time.process_time()
    split_passages(parse_note("worst.md", text), count_tokens, LIMIT)
    split_sentences(text, Span(0, len(text)))
    return time.process_time() - start


@pytest.mark.slow
@pytest.mark.parametrize("end", ["", "]])}`"])
def test_four_times_the_text_takes_about_four_times_as_long(end: str) -> None:
    for pattern in PATTERNS:
        long = whole_way("x" + pattern * (80_000 // len(pattern)) + end)
        # Shorter times are noise on a busy machine; a quadratic rule takes many seconds here.
        if long > 1.5:
            short = whole_way("x" + pattern * (20_000 // len(pattern)) + end)
            assert long < 10 * short, f"{pattern!r} {long:.2f} s"


@pytest.mark.slow
@pytest.mark.parametrize("name", WORST)
def test_a_megabyte_of_the_worst_is_parsed_in_linear_time(name: str) -> None:
    """The bound only tells linear from quadratic; tests/bench/README.md states what was measured."""
    start = time.process_time()
    parse_note("worst.md", WORST[name])
    assert time.process_time() - start < 100
