import pytest

from kb.answering.gates.negation import contradicts, polarity


@pytest.mark.parametrize(
    ("sentence", "source"),
    [
        (
            "Neural engines are used for training.",
            "Neural engines are used for inference rather than training.",
        ),
        ("It changes what the model knows.", "It does not change what the model knows."),
        ("Models do not store facts.", "Models store facts in their weights."),
        ("Das Modell speichert Fakten.", "Das Modell speichert keine Fakten."),
        ("It never forgets.", "It forgets quickly."),
        ("Le modèle conserve les faits.", "Le modèle ne conserve pas les faits."),
        ("El modelo guarda datos.", "El modelo no guarda datos."),
        ("Het model bewaart feiten.", "Het model bewaart geen feiten."),
        ("模型保存事实。", "模型不保存事实。"),
        ("我没有买茶。", "我有买茶。"),
    ],
)
def test_what_is_denied_here_and_affirmed_there_contradicts(sentence: str, source: str) -> None:
    assert contradicts(polarity(sentence), polarity(source))


@pytest.mark.parametrize(
    ("sentence", "source"),
    [
        (
            "Neural engines are used for inference.",
            "Neural engines are used for inference rather than training.",
        ),
        ("It does not change what a model knows.", "Temperature does not change what the model knows."),
        ("两个模型不同。", "两个模型很不同。"),
        ("我喜欢茶。", "我喜欢茶，不喜欢咖啡。"),
        ("It is slow and costly.", "It is not only slow but costly."),
        ("It does not need a GPU.", "It runs without a GPU, and does not need one."),
    ],
)
def test_saying_the_same_or_less_does_not(sentence: str, source: str) -> None:
    assert not contradicts(polarity(sentence), polarity(source))
