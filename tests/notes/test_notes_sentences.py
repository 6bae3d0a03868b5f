"""What counts as one quote, by example: a stretch of a note, and the sentences it holds."""

from __future__ import annotations

import pytest

from kb.notes.note import Span
from kb.notes.plain import plain_text
from kb.notes.sentences import split_sentences

SENTENCES = {
    "wrapped lines are joined": (
        "The kettle is filled to the\nbrim and left to boil. It\nwhistles.",
        ["The kettle is filled to the brim and left to boil.", "It whistles."],
    ),
    "abbreviations, initials and numbers": (
        "Prof. J. R. Miller paid approx. 3.50 a cup, i.e. too much. He left at 4 p.m. Tea went on.",
        ["Prof. J. R. Miller paid approx. 3.50 a cup, i.e. too much.", "He left at 4 p.m.", "Tea went on."],
    ),
    "German": (
        "Am 3. Oktober, d. h. morgen, kommt Dr. Weiß. Im 19. Jahrhundert trank man z. B. Mate.",
        ["Am 3. Oktober, d. h. morgen, kommt Dr. Weiß.", "Im 19. Jahrhundert trank man z. B. Mate."],
    ),
    "a year ends a sentence": ("It closed in 1998. Nobody came.", ["It closed in 1998.", "Nobody came."]),
    "an ellipsis goes on or ends": (
        "Wait ... what is it? Well… It is tea.",
        ["Wait ... what is it?", "Well…", "It is tea."],
    ),
    "quotation marks and brackets close with it": (
        "She said “stop.” He stopped. (It was late.) They left.",
        ["She said “stop.”", "He stopped.", "(It was late.)", "They left."],
    ),
    "no space in Chinese and Japanese": ("茶是饮料。咖啡也是！真的？", ["茶是饮料。", "咖啡也是！", "真的？"]),
    "versions and file names": ("Use v1.2.3 of kb.toml today. Done.", ["Use v1.2.3 of kb.toml today.", "Done."]),
    "items are quotes; an item may hold two": (
        "- green tea\n- black tea. It is strong.",
        ["green tea", "black tea.", "It is strong."],
    ),
    "a labelled item is one thought": (
        "- **Oolong**: half oxidised. Often rolled.\n- **Sencha:** green. Steamed.",
        ["Oolong: half oxidised. Often rolled.", "Sencha: green. Steamed."],
    ),
    "an item goes on in the next line": ("- a leaf that is\n  rolled\n- a bud", ["a leaf that is rolled", "a bud"]),
    "a lead-in and its short list": ("The kinds are:\n\n- green\n- black", ["The kinds are: green; black"]),
    "a lead-in and the first of long items": (
        "Steps:\n\n1. " + "Warm the pot with water. " * 6 + "\n2. " + "Pour it out again slowly. " * 6,
        [
            "Steps: Warm the pot with water.",
            *["Warm the pot with water."] * 5,
            *["Pour it out again slowly."] * 6,
        ],
    ),
    "a label on its own line": ("It was so.\nSummary:\nAll is well.", ["It was so.", "Summary: All is well."]),
    "a heading stands alone": ("## Brewing tea\n\nUse hot water.", ["Brewing tea", "Use hot water."]),
    "but goes with a bare word": ("## Port\n\n8080", ["Port: 8080"]),
    "underlined headings": ("Brewing tea\n---\n\nUse hot water.", ["Brewing tea", "Use hot water."]),
    "a parent item is context, not text": ("- Tea\n  - from China\n  - from Japan", ["Tea", "from China", "from Japan"]),
    "rows of a table": ("| leaf | time |\n|---|---|\n| green | 2 min |", ["leaf, time", "green, 2 min"]),
    "rows from the middle of a table": ("| green | 2 min |\n| black | 4 min |", ["green, 2 min", "black, 4 min"]),
    "lines of a chat": (
        "Ann: is it ready?\nBen: not yet. Wait!\n**Ann:** fine",
        ["Ann: is it ready?", "Ben: not yet.", "Wait!", "Ann: fine"],
    ),
    "lines of a log": ("[2024-03-09] bought tea\n[2024-03-10] drank it", ["[2024-03-09] bought tea", "[2024-03-10] drank it"]),
    "code, line by line": ("```py\nx = 1\n\ny = 2\n```", ["x = 1", "y = 2"]),
    "quotes and callouts": ("> [!tip] Hot\n> Use hot\n> water. Wait.", ["Hot Use hot water.", "Wait."]),
    "tasks": ("- [ ] buy tea\n- [x] boil water", ["buy tea", "boil water"]),
    "hard breaks part lines": ("Roses are red  \nViolets are blue", ["Roses are red", "Violets are blue"]),
    "markup is gone, addresses stay": (
        "See [[tea|the *tea*]] ==now== at https://example.org/a_b.",
        ["See the tea now at https://example.org/a_b."],
    ),
    "comments and rules are nothing": ("%% hidden %%\n\n---\n\nShown.", ["Shown."]),
    "properties are lines": ("type:: drink\norigin:: China", ["type: drink", "origin: China"]),
}  # fmt: skip


@pytest.mark.parametrize("name", SENTENCES)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_sentences(name: str, newline: str) -> None:
    text, expected = SENTENCES[name]
    text = text.replace("\n", newline)
    padded = f"Before.{newline}{newline}{text}{newline}{newline}After."
    start = padded.index(text)
    found = split_sentences(padded, Span(start, start + len(text)))
    assert [sentence.text for sentence in found] == expected
    for sentence in found:
        raw = padded[sentence.span.start : sentence.span.end]
        assert raw == raw.strip()
        assert sentence.line == padded.count("\n", 0, sentence.span.start) + 1


PLAIN = [
    ("**bold** and *thin* and ***both***", "bold and thin and both"),
    ("snake_case stays, _this_ goes", "snake_case stays, this goes"),
    ("2 * 3 * 4", "2 * 3 * 4"),
    ("`**code** [[stays]]`", "**code** [[stays]]"),
    (r"\*not thin\* \[\[x]]", "*not thin* [[x]]"),
    ("[label](https://example.org/x) and [[note|label]]", "label and label"),
    ("[[folder/note]] and [[note#part]]", "note and note part"),
    ("![a leaf](leaf.png)", "a leaf"),
    ("AT&amp;T &lt;b&gt; caf&eacute;", "AT&T <b> café"),
    ("a <b>bold</b> word<br>and", "a bold word and"),
    ("~~gone~~ ==seen==", "gone seen"),
    ("#tag/sub and C# and #1", "tag/sub and C# and #1"),
    ("text[^1] ^block-id", "text"),
    ("https://www.example.org/a/b?c", "example.org"),
    ("It wonâ€™t rain in MÃ¼nchen", "It won’t rain in München"),
    ("`%%` and `%%` are marks", "%% and %% are marks"),
    ("a %% secret %% b <!-- secret --> c", "a b c"),
    ("```js\nlet *x*\n```", "let *x*"),
    ("- [ ] task\n  - sub", "task\nsub"),
    ("> [!note]- Title\n> body", "Title\nbody"),
    ("| a | b \\| c |\n|:--|--:|\n| 1 | 2 |", "a, b | c\n1, 2"),
    ("| a |  | b |", "a, , b"),
    ("run cat *.log | wc -l", "run cat *.log | wc -l"),
    ("a || b", "a || b"),
    ("P(A|B)", "P(A|B)"),
    ("5 * 3 and *.txt", "5 * 3 and *.txt"),
    ("[x]: https://example.org\nseen", "seen"),
    ("id:: 1234\ncollapsed:: true\ntype:: drink", "type: drink"),
    ("$$x$$ costs $5", "x costs $5"),
]


@pytest.mark.parametrize(("markdown", "plain"), PLAIN)
def test_plain_text(markdown: str, plain: str) -> None:
    assert plain_text(markdown) == plain
