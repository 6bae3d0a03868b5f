import pytest

from kb.answering.draft import sentences_of


@pytest.mark.parametrize(
    ("stream", "sentences"),
    [
        (["One is here. Two ", "is there."], ["One is here.", "Two is there."]),
        (["It costs 3.5 GB, e.g. on a laptop. Fine."], ["It costs 3.5 GB, e.g. on a laptop.", "Fine."]),
        (["A claim [1]. Another [2, 3]."], ["A claim.", "Another."]),
        (["- a list\n- of two"], ["a list", "of two"]),
        (["这是第一句。这是第二句。"], ["这是第一句。", "这是第二句。"]),
        ([" ", "\n\n", "..."], []),
        (["no final stop"], ["no final stop"]),
    ],
)
def test_a_stream_is_cut_into_sentences_without_the_models_own_citations(
    stream: list[str], sentences: list[str]
) -> None:
    assert list(sentences_of(stream)) == sentences


def test_a_sentence_comes_as_soon_as_it_is_complete() -> None:
    told: list[str] = []

    def stream():
        yield "First. "
        told.append("asked for more")
        yield "Second."

    sentences = sentences_of(stream())
    assert next(sentences) == "First."
    assert told == []
