"""What `--json` prints is one documented object on stdout, and nothing else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import validate

from tests.support import run_kb

_TEXT, _COUNT = {"type": "string"}, {"type": "integer", "minimum": 0}
_LINE = {"type": "integer", "minimum": 1}
_PAGE = {"type": ["integer", "null"], "minimum": 1}
_FLAG, _SHARE = {"type": "boolean"}, {"type": "number", "minimum": 0, "maximum": 1}


def exactly(**properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def many(item: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": item}


SEARCH = exactly(
    query=_TEXT,
    hits=many(
        exactly(
            path=_TEXT,
            line=_LINE,
            page=_PAGE,
            title=_TEXT,
            score=_SHARE,
            lexical=_SHARE,
            dense=_SHARE,
            text=_TEXT,
            also_in=many(_TEXT),
            retrievers=exactly(lexical={"type": ["string", "null"]}, dense={"type": ["string", "null"]}),
        )
    ),
)
ASK = exactly(
    question=_TEXT,
    understood=_TEXT,
    answer=_TEXT,
    outcome={"enum": ["answered", "unsure", "nothing"]},
    short=_TEXT,
    abstained=_FLAG,
    reason=_TEXT,
    confidence=_SHARE,
    missing=many(_TEXT),
    disagreement=_FLAG,
    sentences=many(exactly(text=_TEXT, supported=_FLAG, citations=many(_LINE), verdict=_TEXT)),
    sources=many(exactly(number=_LINE, path=_TEXT, line=_LINE, page=_PAGE, quote=_TEXT, cited=_FLAG)),
    blocks=many(
        exactly(
            number=_LINE, path=_TEXT, line=_LINE, page=_PAGE, headings=many(_TEXT), text=_TEXT, short=_TEXT
        )
    ),
    model=_TEXT,
    seconds={"type": "number", "minimum": 0},
)
STATUS = exactly(
    notes=_COUNT,
    passages=_COUNT,
    links=_COUNT,
    links_resolved=_COUNT,
    pending=_COUNT,
    embedding_model=_TEXT,
    index_bytes=_COUNT,
    left_out={"type": "object", "additionalProperties": _TEXT},
    files={"type": "object", "additionalProperties": _COUNT},
    unread={"type": "object", "additionalProperties": _TEXT},
    partly_read={"type": "object", "additionalProperties": _TEXT},
    not_read={"type": "object", "additionalProperties": _COUNT},
    plugins={"type": "object"},
)


def printed(base: Path, *words: str) -> dict[str, Any]:
    done = run_kb(*words, cwd=base)
    assert done.returncode == 0, done.stderr
    value: dict[str, Any] = json.loads(done.stdout)
    return value


@pytest.mark.parametrize("words", [("search", "token", "--json"), ("--json", "search", "token")])
def test_search_prints_its_hits(small_base: Path, words: tuple[str, ...]) -> None:
    found = printed(small_base, *words)
    validate(found, SEARCH)
    assert found["query"] == "token"
    assert found["hits"][0]["path"] == "Tokens.md"
    assert found["hits"][0]["line"] == 1 or "token" in found["hits"][0]["text"]


def test_status_prints_its_counts(small_base: Path) -> None:
    status = printed(small_base, "status", "--json")
    validate(status, STATUS)
    assert (status["notes"], status["links"], status["links_resolved"], status["pending"]) == (3, 3, 2, 0)


@pytest.mark.slow
def test_ask_prints_a_cited_answer(small_base: Path) -> None:
    answer = printed(small_base, "ask", "--json", "Who described the forgetting curve?")
    validate(answer, ASK)
    assert (answer["outcome"], answer["abstained"]) == ("answered", False)
    assert "Ebbinghaus" in answer["short"]
    assert [block["text"] for block in answer["blocks"]] == [
        source["quote"] for source in answer["sources"] if source["cited"]
    ]
    assert "Ebbinghaus" in answer["answer"]
    assert answer["sources"][0]["path"] == "Learning/Spaced repetition.md"
    note = (small_base / "vault" / answer["sources"][0]["path"]).read_text(encoding="utf-8")
    quoted = answer["sources"][0]["quote"]
    assert quoted in note
    assert quoted.split()[0] in note.splitlines()[answer["sources"][0]["line"] - 1]
    numbers = range(1, len(answer["sources"]) + 1)
    assert all(set(item["citations"]) <= set(numbers) for item in answer["sentences"])
    assert all(item["citations"] for item in answer["sentences"] if item["supported"])


@pytest.mark.slow
def test_ask_says_what_the_notes_do_not_hold(small_base: Path) -> None:
    answer = printed(small_base, "--json", "ask", "Which team won the football league last year?")
    validate(answer, ASK)
    assert (answer["outcome"], answer["abstained"]) == ("nothing", True)
    assert answer["answer"] == ""
    assert answer["sources"] == answer["blocks"] == []
