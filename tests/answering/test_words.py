import pytest

from kb.answering.words import content_words, numbers_of, same_word, words_of


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("reduces", "reducing"),
        ("quantisation", "quantization"),
        ("token", "tokens"),
        ("model's", "model"),
        ("gewicht", "gewichte"),
        ("trained", "training"),
        ("sell", "sold"),
        ("selling", "sold"),
        ("teach", "taught"),
        ("mice", "mouse"),
        ("gehen", "gegangen"),
        ("vendre", "vendu"),
        ("decir", "dijo"),
    ],
)
def test_forms_of_one_word_are_the_same(one: str, other: str) -> None:
    assert same_word(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("model", "modern"),
        ("car", "cat"),
        ("hat", "have"),
        ("thing", "think"),
        ("sold", "solid"),
        ("attention", "attend"),
        ("intern", "international"),
    ],
)
def test_different_words_are_not(one: str, other: str) -> None:
    assert not same_word(one, other)


def test_content_words_leave_out_what_only_builds_the_sentence() -> None:
    assert content_words("What does the context window of a model hold?") == [
        "context",
        "window",
        "model",
        "hold",
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("量子化", ["量子", "子化"]),
        ("用Rust写", ["rust", "用", "写"]),
        ("हिन्दी सीखी", ["हिन्दी", "सीखी"]),
        ("Anna’s cat didn't", ["anna's", "cat", "didn't"]),
        ("C++, not C#", ["c++", "not", "c#"]),
        ("the ﬁnal", ["the", "final"]),
    ],
)
def test_words_of_every_script(text: str, words: list[str]) -> None:
    assert words_of(text) == words


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("1,190 questions", ["1190"]),
        ("1.4 Trillion", ["1.4"]),
        ("3,5 GB", ["3.5"]),
        ("in 1885 and 2021", ["1885", "2021"]),
        ("GPT-3 has 175B", ["3", "175"]),
        ("none", []),
    ],
)
def test_numbers_read_alike_however_they_are_written(text: str, numbers: list[str]) -> None:
    assert numbers_of(text) == numbers


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("february", "feb", True),
        ("sept", "september", True),
        ("october", "oct", True),
        ("may", "mayor", False),
        ("march", "mar", True),
        ("june", "july", False),
        ("dec", "decision", False),
    ],
)
def test_a_month_may_be_written_short(one: str, other: str, same: bool) -> None:
    assert same_word(one, other) is same
    assert same_word(other, one) is same
