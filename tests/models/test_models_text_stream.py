"""What of the model's bytes a reader sees."""

from __future__ import annotations

import pytest

from kb.models.text_stream import TextStream

CASES = {
    "plain text passes": (["Hello", " world"], (), "Hello world"),
    "a character cut in two is put together": (["\xe6\x9c", "\x88"], (), "月"),
    "bytes that are no text become a replacement sign": (["a\xff", "b"], (), "a\ufffdb"),
    "an answer ends before a stop string": (["one two", " END three"], ("END",), "one two "),
    "a stop string may come in pieces": (["one E", "N", "D two"], ("END",), "one "),
    "what only looked like a stop string is shown": (["one E", "N", "Ough"], ("END",), "one ENOugh"),
    "the earliest stop string counts": (["a b c"], ("c", "b"), "a "),
    "a stop string at the very end is not shown": (["a.", "\n", "\n"], ("\n\n",), "a."),
    "thinking aloud is dropped": (["<think>", "hm\n", "</think>", "\n\nYes."], (), "Yes."),
    "thinking may come in pieces": (["<th", "ink>h", "m</th", "ink>", "\n", "Yes."], (), "Yes."),
    "two thinking sections are dropped": (["<think></think>\n<think>hm</think> Yes."], (), "Yes."),
    "thinking that never ends shows nothing": (["<think>hm"], (), ""),
    "a stop string in the thinking is no stop": (["<think>END</think>Yes. END"], ("END",), "Yes. "),
    "later talk of the tag is kept": (["The tag <think> opens", " it."], (), "The tag <think> opens it."),
    "an answer that begins like a tag is kept": (["<th", "ree> is it"], (), "<three> is it"),
    "an answer that is the beginning of a tag is kept": (["<thi"], (), "<thi"),
    "blanks before the answer are dropped": (["\n", " ", "Yes"], (), "Yes"),
}


@pytest.mark.parametrize(("pieces", "stops", "expected"), CASES.values(), ids=CASES.keys())
def test_text(pieces: list[str], stops: tuple[str, ...], expected: str) -> None:
    stream = TextStream(stops)
    # In the cases, \x80 to \xff stand for single bytes.
    bytes_of = [piece.encode("utf-8") if not _raw(piece) else piece.encode("latin-1") for piece in pieces]
    shown = "".join(stream.feed(piece) for piece in bytes_of)
    if not stream.stopped:
        shown += stream.finish()
    assert shown == expected


def _raw(piece: str) -> bool:
    return any(0x80 <= ord(character) <= 0xFF for character in piece)
