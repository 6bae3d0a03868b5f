"""A model of the user's choice checks answers again: it can refuse what the gates let pass, and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from kb.answering.answer import Answer
from kb.answering.events import Finished, Step
from kb.errors import ModelUnusable, SettingsError
from kb.knowledge_base import KnowledgeBase
from kb.settings import Settings, load_settings
from tests.answering.cross_encoders import write_cross_encoder
from tests.models.scripted_gguf import write_scripted_model
from tests.support import write_notes

pytestmark = pytest.mark.slow  # torch is imported

QUESTION = "Who described the forgetting curve?"
TRUE = "It was Hermann Ebbinghaus who described the forgetting curve."
ENTAILMENT = ("contradiction", "entailment", "neutral")

Asking = Callable[..., tuple[Answer, list[str]]]


@pytest.fixture
def ask(small_base: Path, tmp_path: Path) -> Iterator[Asking]:
    """Asks QUESTION of a model that says a given text, with a judge; returns the answer and what the judge said."""
    opened: list[KnowledgeBase] = []

    def asked(judge: str | Path, said: str = TRUE) -> tuple[Answer, list[str]]:
        settings = load_settings(start=small_base)
        model = write_scripted_model(tmp_path / "says.gguf", said)
        base = KnowledgeBase(
            replace(
                settings,
                models=replace(settings.models, path=str(model), context=32768),
                answers=replace(settings.answers, judge=str(judge)),
            )
        )
        opened.append(base)
        events = list(base.ask(QUESTION))
        assert isinstance(events[-1], Finished)
        opinions = [
            event.reason for event in events if isinstance(event, Step) and event.name == "Asking the judge"
        ]
        return events[-1].answer, opinions

    yield asked
    for base in opened:
        base.close()


def test_another_language_model_may_say_that_the_quotes_do_not_answer(ask: Asking, tmp_path: Path) -> None:
    answer, opinions = ask(write_scripted_model(tmp_path / "no.gguf", "no"))
    assert answer.abstained
    assert (answer.reason, answer.confidence) == ("not covered", 0.0)
    assert opinions
    assert "0.00 of 0.50" in opinions[0]
    answer, _ = ask(write_scripted_model(tmp_path / "yes.gguf", "yes"))
    assert "Ebbinghaus" in answer.text
    assert [sentence.verdict for sentence in answer.sentences] == ["supported"]


def test_the_language_model_itself_may_judge(ask: Asking) -> None:
    answer, opinions = ask("model", said="yes")
    assert "1.00" in opinions[0]
    assert "Ebbinghaus" in answer.text  # its "yes" is no answer: the quote speaks
    assert ask("model", said="no")[0].abstained


def test_a_model_for_questions_judges_the_quotes(ask: Asking, tmp_path: Path) -> None:
    answer, opinions = ask(write_cross_encoder(tmp_path / "no", {"LABEL_0": -3.0}))
    assert answer.abstained
    assert opinions[0].startswith("no: 0.05")
    answer, opinions = ask(write_cross_encoder(tmp_path / "yes", {"LABEL_0": 3.0}))
    assert opinions[0].startswith("yes: 0.95")
    assert [sentence.verdict for sentence in answer.sentences] == ["supported"]


def test_a_model_for_entailment_judges_the_sentences(ask: Asking, tmp_path: Path) -> None:
    contrary = dict(zip(ENTAILMENT, (3.0, 0.0, 0.0), strict=True))
    answer, opinions = ask(write_cross_encoder(tmp_path / "strict", contrary))
    assert not opinions  # of the question it has none
    refused, quoted = answer.sentences
    assert (refused.text, refused.supported, refused.citations) == (TRUE, False, ())
    assert refused.verdict == "strict does not find it in the quotes (0.05)"
    assert quoted.verdict == "quoted"
    follows = dict(zip(ENTAILMENT, (0.0, 3.0, 0.0), strict=True))
    answer, _ = ask(write_cross_encoder(tmp_path / "mild", follows))
    assert [sentence.verdict for sentence in answer.sentences] == ["supported"]


def test_not_entailment_is_not_taken_for_entailment(ask: Asking, tmp_path: Path) -> None:
    answer, _ = ask(write_cross_encoder(tmp_path / "two", {"not_entailment": 3.0, "entailment": 0.0}))
    assert not answer.sentences[0].supported


def test_what_the_gates_refuse_no_judge_lets_pass(ask: Asking, tmp_path: Path) -> None:
    follows = dict(zip(ENTAILMENT, (0.0, 3.0, 0.0), strict=True))
    answer, _ = ask(write_cross_encoder(tmp_path / "mild", follows), said="It was William James.")
    assert not answer.sentences[0].supported
    assert "James" not in answer.text


def test_the_bundled_model_can_be_asked(small_base: Path) -> None:
    settings = load_settings(start=small_base)
    base = KnowledgeBase(replace(settings, answers=replace(settings.answers, judge="model", style="quotes")))
    opinions = [event.reason for event in base.ask(QUESTION) if isinstance(event, Step)]
    base.close()
    assert any("SmolLM2" in opinion for opinion in opinions)


def test_a_judge_that_is_not_there_or_no_model_is_named(ask: Asking, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"answers\.judge"):
        ask(tmp_path / "nowhere.gguf")
    (tmp_path / "empty").mkdir()
    with pytest.raises(ModelUnusable, match=r"answers\.judge"):
        ask(tmp_path / "empty")


def test_its_path_is_taken_from_the_settings_folder(tmp_path: Path) -> None:
    write_notes(tmp_path / "vault", {"A.md": "Tea."})
    (tmp_path / "kb.toml").write_text(
        'vault = "vault"\n[answers]\njudge = "models/nli"\n[retrieval]\nreranker = "models/ranker"\n',
        encoding="utf-8",
    )
    settings: Settings = load_settings(start=tmp_path)
    assert settings.answers.judge == str(tmp_path / "models" / "nli")
    assert settings.retrieval.reranker == str(tmp_path / "models" / "ranker")
    (tmp_path / "kb.toml").write_text(
        'vault = "vault"\n[answers]\njudge = "model"\n[retrieval]\nreranker = "model"\n', encoding="utf-8"
    )
    settings = load_settings(start=tmp_path)
    assert settings.answers.judge == "model"  # the language model in force
    assert settings.retrieval.reranker == str(tmp_path / "model")  # a folder of that name
