"""Measuring and fitting on questions made from a vault itself, and on what was judged in conversation."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kb.settings import load_settings
from kb.settings.writing import write_settings
from tests.support import run_kb, write_notes

pytestmark = pytest.mark.slow  # a process of kb's own for each, some 10 s together

TOPICS = (
    "oolong kettle teapot strainer samovar infusion tannin caffeine matcha gaiwan porcelain bamboo whisk spring harvest "
    "withering rolling oxidation firing grading tasting cupping blending scenting packing"
).split()


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("own")
    notes = {}
    for number, topic in enumerate(TOPICS):
        following = TOPICS[(number + 1) % len(TOPICS)]
        notes[f"{topic.title()}.md"] = (
            f"# {topic.title()}\n\nThe {topic} is told of here, among many words on tea, water and patience.\n\n"
            f"## How the {topic} came to Fujian\n\nMerchants brought the {topic} in year {1700 + number}.\n\n"
            f"## Why people praise a good {topic}\n\nIt goes well with the {following}, as hosts of old houses knew; "
            f"see [[{following.title()}]] for what they said.\n"
        )
    write_notes(folder / "vault", notes)
    (folder / "kb.toml").write_text('# mine\nvault = "vault"\nindex = "index"\n', encoding="utf-8")
    assert run_kb("index", cwd=folder).returncode == 0
    return folder


def test_a_vault_asks_itself(base: Path) -> None:
    done = run_kb("eval", "--json", cwd=base)
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert result["asked"] >= 40
    assert set(result["retrieval"]) == {"lexical", "dense", "fused", "fused + graph", "grep"}
    assert result["retrieval"]["fused"]["ndcg"] > 0.5


@pytest.mark.slow
def test_a_fit_is_judged_by_questions_it_has_not_seen(base: Path) -> None:
    done = run_kb("eval", "--tune", "--calibrate", "--json", cwd=base)
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    settings = load_settings(start=base)
    if result["tuned"]["kept"]:
        assert result["tuned"]["after"] > result["tuned"]["before"]
        assert settings.retrieval.dense_weight == result["tuned"]["weight"]
    if result["calibrated"]["kept"]:
        assert settings.answers.threshold == result["calibrated"]["threshold"]
    assert (base / "kb.toml").read_text(encoding="utf-8").startswith("# mine")


def test_a_vault_too_small_to_ask_itself_says_so(small_base: Path) -> None:
    done = run_kb("eval", cwd=small_base)
    assert done.returncode == 2
    assert "kb eval FOLDER" in done.stderr


def test_settings_are_written_and_all_else_is_left(tmp_path: Path) -> None:
    file = tmp_path / "kb.toml"
    file.write_text('vault = "."  # here\n\n[answers]\nquotes = 2 # few\n', encoding="utf-8")
    write_settings(file, {"answers.threshold": 0.35, "retrieval.dense_weight": 0.6})
    assert file.read_text(encoding="utf-8").startswith(
        'vault = "."  # here\n\n[answers]\nquotes = 2 # few\nthreshold = 0.35\n'
    )
    settings = load_settings(start=tmp_path)
    assert (settings.answers.threshold, settings.answers.quotes, settings.retrieval.dense_weight) == (
        0.35,
        2,
        0.6,
    )


@pytest.mark.slow
def test_what_was_judged_is_asked_again(base: Path) -> None:
    assert "No answers rated" in run_kb("eval", "--from-feedback", cwd=base).stderr
    lines = (
        "When did the kettle come to Fujian?\n/good\nWhat is the price of a yacht?\n/bad it is in my head\n"
    )
    done = run_kb("chat", cwd=base, input=lines)
    assert done.returncode == 0, done.stderr
    [log] = (base / "vault" / ".kb" / "feedback").glob("*.jsonl")
    rows = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    assert [row["verdict"] for row in rows] == ["good", "bad"]
    done = run_kb("eval", "--from-feedback", "--json", cwd=base)
    assert json.loads(done.stdout)["feedback"] == {"good": 1, "good_still": 1, "bad": 1, "bad_still": 1}
