"""What a list of results shows of a passage."""

from __future__ import annotations

import pytest

from kb.retrieval.excerpt import as_read, excerpt


@pytest.mark.parametrize(
    ("passage", "query", "marked"),
    [
        ("The forgetting curve falls.", "forget", ["forgetting"]),
        ("Tea and teas, but no team and no steam.", "tea", ["Tea", "teas"]),
        ("Ein Café in Köln, Cafes auch.", "cafe köln", ["Café", "Köln", "Cafes"]),
        ("See [[Forgetting curve|the curve]] and **bold** words.", "curve bold", ["curve", "bold"]),
        ("---\ntags: [tea]\n---\nOolong is a tea.", "tea", ["tea"]),
        ("一种乌龙茶，半发酵。", "乌龙茶", ["乌龙茶"]),
        ("We sold it and went.", "sell go", ["sold", "went"]),
        ("Wir sind gegangen.", "gehen", ["gegangen"]),
        ("用Rust写的，在C++里", "rust C++", ["Rust", "C++"]),
        ("the ﬁnal ze\u200bro", "final zero", ["ﬁnal", "ze\u200bro"]),
        ("The gardening of greenhouses", "gard house", ["gardening", "greenhouses"]),
        ("도서관에서 책을 읽었다", "도서관 책", ["도서관에서", "책을"]),
        ("a -> b 🚀", "-> 🚀", ["->", "🚀"]),
        ("class InvoiceParser", "invoice", ["InvoiceParser"]),
        ("हिन्दी में", "हिन्दी", ["हिन्दी"]),
        ("Nothing of it.", "kettle", []),
    ],
)
def test_words_that_match_are_marked(passage: str, query: str, marked: list[str]) -> None:
    shown = excerpt(passage, query, 240)
    assert [shown.text[mark.start : mark.end] for mark in shown.marks] == marked


def test_the_first_match_is_in_sight() -> None:
    shown = excerpt("word " * 200 + "the kettle whistles " + "word " * 200, "kettle", 100)
    assert shown.text.startswith("… ")
    assert shown.text.endswith(" …")
    assert "kettle whistles" in shown.text[:60]  # what a narrow list shows of it
    assert len(shown.text) <= 106


def test_front_matter_is_not_shown_but_where_nothing_else_is_there() -> None:
    front = "---\naliases:\n  - Ebbinghaus\n  - Curve\nof: '[[Memory]]'\n---\n"
    assert excerpt(front + "It falls.", "curve", 100).text == "It falls."
    assert excerpt(front, "curve", 100).text == "aliases: Ebbinghaus, Curve · of: Memory"


def test_a_passage_is_read_with_its_lines_and_with_labels_for_links() -> None:
    passage = "---\ntags: [tea]\n---\n## Making it\n\n- See [[Oolong|blue tea]], [[Kettle]] and [[Tea#Green]].\n- `[[code]]` ![a](a.png)"
    assert (
        as_read(passage)
        == "## Making it\n\n- See blue tea, Kettle and Tea > Green.\n- `[[code]]` ![a](a.png)"
    )
