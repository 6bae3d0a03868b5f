"""Code, math and comments are told apart, and comments can be left out without moving anything."""

from __future__ import annotations

import pytest

from kb.notes.opaque import opaque_spans, without_comments
from kb.notes.parse import parse_note


@pytest.mark.parametrize(
    ("text", "code", "math", "comments"),
    [
        ("a `b` $c$ %%d%% <!--e-->", ["`b`"], ["$c$"], ["%%d%%", "<!--e-->"]),
        ("a `%%` b %% c", ["`%%`"], [], []),
        ("a\n\n%% b `c`\n\nd", [], [], ["%% b `c`\n\nd"]),
        ("a <!-- b\n\n$c$", [], [], ["<!-- b\n\n$c$"]),
        ("```\n%%a%%\n```\n", ["```\n%%a%%\n```"], [], []),
        ("100 %% sure", [], [], []),
    ],
)
def test_each_kind_has_its_places(text: str, code: list[str], math: list[str], comments: list[str]) -> None:
    note = parse_note("N.md", text)
    found = opaque_spans(note)
    assert [text[span.start : span.end].strip("\n") for span in found.code] == code
    assert [text[span.start : span.end] for span in found.math] == math
    assert [text[span.start : span.end] for span in found.comments] == comments


def test_a_text_without_comments_keeps_its_length_and_lines() -> None:
    text = "a %%b\nc%% d <!-- e -->\nf"
    left = without_comments(parse_note("N.md", text))
    assert len(left) == len(text)
    assert left.split() == ["a", "d", "f"]
    assert left.count("\n") == 2
