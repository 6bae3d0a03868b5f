"""`from kb import KnowledgeBase`: quick, typed, a context manager, synchronous and not."""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys
from pathlib import Path

import pytest

import kb
from kb import Answer, KbError, KnowledgeBase, Quote, SearchHit
from kb.indexing.stored import StoredPassage
from kb.notes.note import Span
from tests.support import loaded_by


def test_importing_it_loads_nothing_heavy() -> None:
    program = "import kb\nfrom kb import KnowledgeBase"
    assert loaded_by(program, "torch", "chromadb", "llama_index", "llama_cpp", "numpy") == []


def test_it_names_what_it_has_and_nothing_else() -> None:
    assert {"Answer", "KbError", "KnowledgeBase", "Settings"} <= set(dir(kb))
    for name in kb.__all__:
        assert getattr(kb, name).__name__ == name
    with pytest.raises(AttributeError, match="nothing_of_this"):
        _ = kb.nothing_of_this


def test_it_opens_a_folder_answers_and_closes(small_base: Path) -> None:
    with KnowledgeBase.open(small_base / "vault", index=small_base / "index") as base:
        answer = base.answer("Who described the forgetting curve?")
        assert answer.outcome == "answered"
        assert "Ebbinghaus" in answer.text
        assert [note.path for note in base.list_notes("tag:models")] == ["Quantisation.md"]
    with pytest.raises(KbError):
        KnowledgeBase.open(small_base / "no such folder", index=small_base / "other").index()


def test_asynchronous_calls_may_be_made_together(small_base: Path) -> None:
    async def main() -> None:
        with KnowledgeBase.open(small_base / "vault", index=small_base / "index") as base:
            answer, hits, other = await asyncio.gather(
                base.aanswer("Who described the forgetting curve?"),
                base.asearch("token", 2),
                base.aanswer("What is a token?"),
            )
            assert "Ebbinghaus" in answer.text
            assert hits[0].passage.note_path == "Tokens.md"
            assert other.outcome == "answered"

    asyncio.run(main())


def test_a_base_may_be_opened_indexed_and_closed_without_holding_up_a_loop(tmp_path: Path) -> None:
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "Owl.md").write_text("# Owl\n\nOwls hunt at night.\n", encoding="utf-8")

    async def main() -> None:
        async with KnowledgeBase.open(tmp_path / "notes", index=tmp_path / "index") as base:
            assert (await base.aindex()).added == 1
            assert [hit.passage.note_path for hit in await base.asearch("owls")] == ["Owl.md"]
        async with KnowledgeBase.open(tmp_path / "no such folder", index=tmp_path / "other") as base:
            with pytest.raises(KbError):
                await base.aindex()

    asyncio.run(main())


@pytest.mark.slow
def test_a_type_checker_knows_what_each_call_gives(tmp_path: Path) -> None:
    pytest.importorskip("mypy", reason="the group dev is not installed")
    page = (Path(__file__).parents[1] / "docs" / "python.md").read_text("utf-8")
    programs = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    for number, text in enumerate(programs):
        (tmp_path / f"page_{number}.py").write_text(text, encoding="utf-8")
    asked = (
        "from kb import KnowledgeBase\n"
        "async def main(base: KnowledgeBase) -> None:\n"
        "    async with base:\n"
        "        reveal_type(base.answer('x'))\n"
        "        reveal_type(await base.asearch('x'))\n"
        "        reveal_type(base.as_llm())\n"
        "        base.answr('x')\n"
    )
    (tmp_path / "asked.py").write_text(asked, encoding="utf-8")
    words = ["-m", "mypy", "--check-untyped-defs", "--cache-dir", str(tmp_path / "cache"), str(tmp_path)]
    done = subprocess.run(
        [sys.executable, *words], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=580
    )
    for wanted in ('"kb.answering.answer.Answer"', '"list[kb.retrieval.hit.SearchHit]"', "KnowledgeBaseLLM"):
        assert wanted in done.stdout, done.stdout
    assert [line for line in done.stdout.splitlines() if ": error: " in line] == [
        line for line in done.stdout.splitlines() if 'no attribute "answr"' in line
    ], done.stdout
    assert 'no attribute "answr"' in done.stdout


def test_a_query_engine_gives_checked_answers(small_base: Path) -> None:
    async def main() -> None:
        with KnowledgeBase.open(small_base / "vault", index=small_base / "index") as base:
            engine = base.as_query_engine(style="quotes")
            for found in (engine.query("What is a token?"), await engine.aquery("What is a token?")):
                assert "[1]" in str(found)
                assert found.source_nodes[0].metadata["path"] == "Tokens.md"
                assert found.metadata["outcome"] == "answered"
            nothing = engine.query("Who won the chess match in Reykjavik?")
            assert nothing.metadata["outcome"] != "answered"
            [node, *_] = await base.as_retriever(2).aretrieve("forgetting curve")
            assert node.metadata["path"] == "Learning/Spaced repetition.md"

    asyncio.run(main())


def test_a_notebook_fetches_nothing_that_a_note_names() -> None:
    text = "![x](http://evil.example/a.png) <img src='http://evil.example/b.png'>\x1b[31m"
    quote = Quote(1, "A ![b](c).md", 3, Span(0, 5), "A", (), text, text, 1.0)
    passage = StoredPassage(1, "A ![b](c).md", "A", Span(0, 5), 3, (), text, "k", 0)
    for shown in (
        Answer("Q?", sources=(quote,), outcome="unsure")._repr_markdown_(),
        SearchHit(passage, 1.0, 1.0, 1.0)._repr_markdown_(),
    ):
        assert "![" not in shown
        assert "<img" not in shown
        assert "\x1b" not in shown
        assert "A !" in shown


def test_an_answer_is_followed_as_it_is_made_and_left_when_nobody_listens(small_base: Path) -> None:
    async def main() -> None:
        with KnowledgeBase.open(small_base / "vault", index=small_base / "index") as base:
            kinds = [type(event).__name__ async for event in base.aask("What is a token?")]
            assert kinds[0] == "Step"
            assert kinds[-1] == "Finished"
            events = base.aask("What is a token?")
            await anext(events)
            await events.aclose()
            with pytest.raises(KbError):
                _ = [event async for event in base.aask("x" * 5000)]
            assert (await base.aanswer("What is a token?")).outcome == "answered"

    asyncio.run(main())


def test_langchain_is_told_of_where_it_is_not_installed(
    small_base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("langchain_core", *(name for name in sys.modules if name.startswith("langchain_core."))):
        monkeypatch.setitem(sys.modules, name, None)
    monkeypatch.delitem(sys.modules, "kb.retrieval.langchain_retriever", raising=False)
    with (
        KnowledgeBase.open(small_base / "vault", index=small_base / "index") as base,
        pytest.raises(KbError, match="pip install langchain-core"),
    ):
        base.as_langchain_retriever()


def test_a_langchain_program_finds_passages_alone_and_in_a_chain(small_base: Path) -> None:
    pytest.importorskip("langchain_core", reason="the group test is not installed")
    from langchain_core.prompts import ChatPromptTemplate
    from langchain_core.runnables import RunnablePassthrough

    with KnowledgeBase.open(small_base / "vault", index=small_base / "index") as base:
        retriever = base.as_langchain_retriever(2)
        found = retriever.invoke("forgetting curve")
        assert found[0].metadata["source"] == "Learning/Spaced repetition.md"
        assert found[0].metadata["line"] == 3
        assert [one.id for one in asyncio.run(retriever.ainvoke("forgetting curve"))] == [
            one.id for one in found
        ]
        prompt = ChatPromptTemplate.from_template("{context} {question}")
        chain = {"context": retriever, "question": RunnablePassthrough()} | prompt
        assert "Ebbinghaus" in chain.invoke("forgetting curve").to_string()
