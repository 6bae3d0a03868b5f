from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers

from kb.indexing.embedding_model import EmbeddingModel
from kb.indexing.word_pieces import WordPieceCounter, counts_words

VAULT = Path(__file__).parents[2] / "vault"


@cache
def tokenizer() -> Tokenizer:
    return EmbeddingModel("all-MiniLM-L6-v2").tokenizer


@cache
def counter() -> WordPieceCounter:
    return WordPieceCounter(tokenizer())


def by_library(text: str) -> int:
    return len(tokenizer().encode(text, add_special_tokens=False))


@pytest.mark.parametrize("file", sorted(VAULT.rglob("*.md")), ids=lambda file: file.stem)
def test_notes_have_the_pieces_that_the_library_counts(file: Path) -> None:
    texts = file.read_text(encoding="utf-8").split("\n\n")
    assert counter()(texts) == [by_library(text) for text in texts]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ein über-großes Wort, naïve Ärzte",
        "知識ベースは答える。 Kubernetes上",
        "[CLS] and [MASK] are marks of the model",
        "a\x00b c\x1fd e\x85f g\u200bh",
        "x" * 101 + " " + "y" * 100,
        "line\none\ttab\r\nand a\u00a0fixed space\u2028end",
        "don't e-mail me@home.example, C++ & #tags!",
        "👩‍👩‍👧 family",
    ],
)
def test_odd_texts_too(text: str) -> None:
    assert counter()([text]) == [by_library(text)]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.text(max_size=60), max_size=5))
def test_any_text_has_as_many(texts: list[str]) -> None:
    texts = [text.encode("utf-8", "replace").decode() for text in texts]
    assert counter()(texts) == [by_library(text) for text in texts]


def test_other_tokenizers_are_not_counted_so() -> None:
    assert counts_words(tokenizer())
    other = Tokenizer(models.WordPiece({"[UNK]": 0}, unk_token="[UNK]"))
    other.normalizer = normalizers.BertNormalizer(lowercase=False)
    other.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    assert not counts_words(other)
    assert not counts_words(Tokenizer(models.Unigram([("a", 0.0)], 0, False)))
