import pytest

from kb.indexing.tokens import unspaced_bigrams


@pytest.mark.parametrize(
    ("text", "bigrams"),
    [
        ("语言模型", ["语言", "言模", "模型"]),
        ("トークンとは", ["トー", "ーク", "クン", "ンと", "とは"]),
        ("only words", []),
        ("GPT是一个模型 model", ["是一", "一个", "个模", "模型"]),
        ("水", ["水"]),
        ("ภาษา", ["ภา", "าษ", "ษา"]),
    ],
)
def test_scripts_without_spaces_become_bigrams(text: str, bigrams: list[str]) -> None:
    assert unspaced_bigrams(text) == bigrams
