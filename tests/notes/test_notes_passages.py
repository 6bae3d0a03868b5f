"""How a note is cut: along its structure, small enough for the embedding model, each piece in its place."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from kb.notes.note import Passage
from kb.notes.parse import parse_note
from kb.notes.passages import split_passages


def count_tokens(texts: Sequence[str]) -> list[int]:
    return [len(text.split()) for text in texts]


def cut(text: str, limit: int = 200) -> tuple[Passage, ...]:
    return split_passages(parse_note("Tea.md", text), count_tokens, limit)


def test_small_neighbours_of_a_section_stay_together() -> None:
    [passage] = cut("# Tea\n\nFirst.\n\nSecond.\n\n- a\n- b\n")
    assert passage.text == "First.\n\nSecond.\n\n- a\n- b"


def test_a_heading_is_never_crossed_and_leads_what_is_embedded() -> None:
    first, second = cut("# Tea\n\n## Oolong\n\nHalf oxidised.\n\n## Green\n\nNot oxidised.\n")
    assert (first.text, second.text) == ("Half oxidised.", "Not oxidised.")
    assert first.heading_path == ("Tea", "Oolong")
    assert first.embed_text == "Tea > Oolong\nHalf oxidised."
    assert (first.line, second.line) == (5, 9)


def test_markup_is_kept_in_the_text_and_left_out_of_what_is_embedded() -> None:
    [passage] = cut("A **bold** [[Oolong|dark tea]] from [here](https://example.org/x) %%hidden%% `code`.")
    assert "**bold**" in passage.text
    assert passage.embed_text == "Tea\nA bold dark tea from here code."


def test_no_passage_is_longer_than_the_limit() -> None:
    text = "# Tea\n\n" + "Leaves are picked by hand. " * 200 + "\n\n- " + "item " * 300 + "\n\n" + "x" * 5000
    passages = cut(text, 50)
    assert max(count_tokens([passage.embed_text for passage in passages])) <= 50
    assert len(passages) > 20


def test_a_deep_outline_is_cut_at_items_that_carry_their_parents() -> None:
    text = "- Drinks\n" + "".join(
        f"\t- Kind {n}\n\t\t- Detail {n} with some more words to make it long\n" for n in range(30)
    )
    passages = cut(text, 60)
    assert len(passages) > 3
    assert all("Drinks" in passage.embed_text for passage in passages)
    assert "Drinks" not in passages[1].text


def test_a_table_is_kept_whole_where_it_fits_and_repeats_its_header_where_not() -> None:
    rows = "".join(f"| tea {n} | {n} minutes |\n" for n in range(40))
    table = f"| Kind | Time |\n|---|---|\n{rows}"
    assert len(cut(table, 400)) == 1
    pieces = cut(table, 60)
    assert len(pieces) > 1
    assert all("Kind" in piece.embed_text and "Time" in piece.embed_text for piece in pieces)


def test_code_is_kept_whole_where_it_fits() -> None:
    code = "```python\ndef brew(leaf):\n\n    return leaf\n```"
    passages = cut(f"Intro.\n\n{code}\n", 200)
    assert any(code in passage.text for passage in passages)


@pytest.mark.parametrize("text", ["", "\n\n", "---\naliases: [Chai]\n---\n", "# Tea\n"])
def test_a_note_without_a_body_is_still_found(text: str) -> None:
    passages = cut(text)
    assert passages
    assert "Tea" in passages[0].embed_text


def test_aliases_and_properties_can_be_found() -> None:
    passages = cut("---\naliases: [Chai, Cha]\norigin: Yunnan\n---\nA leaf.\n")
    everything = " ".join(passage.embed_text for passage in passages)
    assert "Chai" in everything
    assert "Yunnan" in everything
