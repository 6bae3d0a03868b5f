import pytest

from kb.answering.words import content_words, numbers_of, same_word


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("reduces", "reducing"),
        ("quantisation", "quantization"),
        ("token", "tokens"),
        ("model's", "model"),
        ("gewicht", "gewichte"),
        ("trained", "training"),
    ],
)
def test_forms_of_one_word_are_the_same(one: str, other: str) -> None:
    assert same_word(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("model", "modern"), ("car", "cat"), ("attention", "attend"), ("intern", "international")],
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


def test_scripts_without_spaces_give_bigrams() -> None:
    assert content_words("量子化") == ["量子", "子化"]


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
