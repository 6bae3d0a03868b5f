"""A model of the user's choice checks answers again: what it says of a question counts, a sentence it can only refuse."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from kb.answering.answer import Answer
from kb.answering.events import Finished, Step
from kb.answering.verifier.calibration_examples import CALIBRATION_EXAMPLES
from kb.errors import ModelUnusable, SettingsError
from kb.knowledge_base import KnowledgeBase
from kb.models.bundled import bundled_model
from kb.settings import Settings, load_settings
from kb.workspace import workspace
from tests.answering.cross_encoders import write_cross_encoder
from tests.models.made_up_server import Answering, Handler, Server
from tests.models.scripted_gguf import write_scripted_model
from tests.support import own_state, write_notes

pytestmark = pytest.mark.slow  # torch is imported

QUESTION = "Who described the forgetting curve?"
TRUE = "It was Hermann Ebbinghaus who described the forgetting curve."
ENTAILMENT = ("contradiction", "entailment", "neutral")

Asking = Callable[..., tuple[Answer, list[str]]]


@pytest.fixture
def notices() -> list[str]:
    return []


@pytest.fixture
def ask(
    small_base: Path, tmp_path: Path, notices: list[str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Asking]:
    """Asks QUESTION of a model, with a judge; returns the answer and what the judge said.

    The model says a given text, or is a server's; then it judges as well.
    """
    own_state(tmp_path / "state", monkeypatch)  # what a judge is worth is remembered there
    opened: list[KnowledgeBase] = []

    def asked(
        judge: str | Path, said: str = TRUE, url: str = "", style: str = "full"
    ) -> tuple[Answer, list[str]]:
        settings = load_settings(start=small_base)
        model = "" if url else str(write_scripted_model(tmp_path / "says.gguf", said))
        base = KnowledgeBase(
            replace(
                settings,
                models=replace(settings.models, path=model, url=url, context=32768),
                answers=replace(settings.answers, judge=str(judge), style=style),
            ),
            notice=notices.append,
        )
        opened.append(base)
        events = list(base.ask(QUESTION))
        assert isinstance(events[-1], Finished)
        opinions = [
            event.reason
            for event in events
            if isinstance(event, Step) and event.name == "Weighing what the judge says"
        ]
        return events[-1].answer, opinions

    yield asked
    for base in opened:
        base.close()


@pytest.fixture
def server() -> Iterator[Server]:
    with Server.running() as running:
        yield running


def knows(deserved: set[str], *, likely: bool) -> Answering:
    """A server's model that knows the references and says yes to those that deserve it, and to what is in `deserved`.

    Where it is `likely` to tell, its yes has at most half the odds of its no.
    """
    yes = {
        asked for reference in CALIBRATION_EXAMPLES for asked in (reference.answered, reference.true)
    } | deserved

    def answering(handler: Handler) -> None:
        handler.begin()
        last = handler.body["messages"][-1]["content"]
        if not last.endswith("yes or no:"):
            handler.say(TRUE, finish="stop")
        elif likely and "logprobs" in handler.body:
            sure = any(asked in last for asked in yes)
            handler.weigh([("no", -0.5), ("yes", -1.2 if sure else -4.0 - len(last) / 1000)])
        else:
            handler.say("yes" if any(asked in last for asked in yes) else "no", finish="stop")

    return answering


@pytest.mark.parametrize("likely", [True, False])
def test_a_language_model_is_measured_and_then_heard(
    ask: Asking, server: Server, notices: list[str], likely: bool
) -> None:
    server.answering = knows(set(), likely=likely)
    answer, opinions = ask("model", url=server.url)
    assert answer.abstained
    assert answer.reason == "not covered"
    assert answer.confidence < 0.4
    assert len(opinions) == 1, "another way of searching brings the same quotes, which are not judged again"
    measured = len(server.asked)
    server.answering = knows({QUESTION, TRUE}, likely=likely)
    answer, opinions = ask("model", url=server.url)
    assert "Ebbinghaus" in answer.text
    assert [sentence.verdict for sentence in answer.sentences] == ["supported"]
    assert "stone-7b says" in opinions[0]
    last = [handler.body["messages"][-1]["content"] for handler in server.asked]
    assert any(CALIBRATION_EXAMPLES[-1].answered in asked for asked in last[:measured])
    assert not any(CALIBRATION_EXAMPLES[-1].answered in asked for asked in last[measured:]), (
        "it is remembered"
    )
    assert not notices


def test_a_sentence_the_judge_does_not_find_is_dropped(ask: Asking, server: Server) -> None:
    server.answering = knows({QUESTION}, likely=True)
    refused, quoted = ask("model", url=server.url)[0].sentences
    assert (refused.text, refused.supported) == (TRUE, False)
    assert refused.verdict.startswith("stone-7b doesn't find it in the quotes")
    assert quoted.verdict == "quoted"


def test_a_model_that_cannot_judge_is_told_and_not_heard(
    ask: Asking, tmp_path: Path, notices: list[str]
) -> None:
    answer, opinions = ask(write_scripted_model(tmp_path / "no.gguf", "no"))
    assert "Ebbinghaus" in answer.text
    assert not opinions
    assert len(notices) == 2  # of questions, and of sentences
    assert notices[0].startswith("no is not asked whether quotes answer a question")
    assert "answers.judge" in notices[0]
    ask(tmp_path / "no.gguf")
    assert len(notices) == 2, "what was told is not told again with every question"


def test_the_bundled_model_can_be_asked(ask: Asking, notices: list[str]) -> None:
    answer, opinions = ask(bundled_model(), style="quotes")
    assert "Ebbinghaus" in answer.text
    assert bool(opinions) != bool(notices), "it is heard, or else it is told why not"


def test_a_model_for_questions_judges_the_quotes(ask: Asking, tmp_path: Path) -> None:
    answer, opinions = ask(write_cross_encoder(tmp_path / "no", {"LABEL_0": -3.0}))
    assert answer.abstained
    assert opinions[0].startswith("no says 0.05")
    answer, opinions = ask(write_cross_encoder(tmp_path / "yes", {"LABEL_0": 3.0}))
    assert opinions[0].startswith("yes says 0.95")
    assert [sentence.verdict for sentence in answer.sentences] == ["supported"]


def test_a_model_for_entailment_judges_the_sentences(ask: Asking, tmp_path: Path) -> None:
    contrary = dict(zip(ENTAILMENT, (3.0, 0.0, 0.0), strict=True))
    answer, opinions = ask(write_cross_encoder(tmp_path / "strict", contrary))
    assert not opinions  # of the question it has none
    refused, quoted = answer.sentences
    assert (refused.text, refused.supported, refused.citations) == (TRUE, False, ())
    assert refused.verdict == "strict doesn't find it in the quotes (0.05)"
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
    workspace(tmp_path).grant()
    settings: Settings = load_settings(start=tmp_path)
    assert settings.answers.judge == str(tmp_path / "models" / "nli")
    assert settings.retrieval.reranker == str(tmp_path / "models" / "ranker")
    (tmp_path / "kb.toml").write_text(
        'vault = "vault"\n[answers]\njudge = "model"\n[retrieval]\nreranker = "model"\n', encoding="utf-8"
    )
    workspace(tmp_path).grant()
    settings = load_settings(start=tmp_path)
    assert settings.answers.judge == "model"  # the language model in force
    assert settings.retrieval.reranker == str(tmp_path / "model")  # a folder of that name
