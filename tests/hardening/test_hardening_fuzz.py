"""Whatever stands in a file, what reads it ends with a value or with kb's own error, in time.

The grammar of notes has its own properties in tests/notes/test_notes_properties.py; here are the other readers.
"""

from __future__ import annotations

import json
import struct
import tempfile
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

from hypothesis import HealthCheck, example, given
from hypothesis import settings as limits
from hypothesis import strategies as st

from kb.answering.feedback import FeedbackLog
from kb.errors import KbError, ModelError, SettingsError
from kb.indexing.seal import Seal
from kb.linking.decisions import DecisionLog
from kb.machine_log import MachineLog
from kb.models.gguf_check import check_gguf
from kb.notes.edit import fingerprint
from kb.notes.edit_journal import Deed, EditJournal
from kb.notes.parse import parse_note
from kb.notes.vault import Vault
from kb.retrieval.query import parse_query, parse_question
from kb.settings import load_settings

FUZZ = limits(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=20),
    st.sampled_from(["2030-01-01T00:00:00+00:00"]),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)
YAML = st.lists(
    st.sampled_from(
        ["tags", "aliases", "title", "date", ": ", ":", "- ", "[", "]", "{", "}", ", ", "\n", "  ", '"', "'", "|", ">", "&a", "*a",
         "!!python/object:x", "!", "#", "2024-02-31", "12:30", "0x1F", "1e999", ".nan", "~", "NO", "é", "\t", "?", "%", "@", "`", "\\"]
    ),
    max_size=40,
).map("".join)  # fmt: skip
TOML = st.lists(
    st.sampled_from(
        ["vault", "index", "models", "answers", "links", ".", " = ", "[", "]", "[[", "]]", "{", "}", '"', "'", '"""', "\n", "1", "1e999",
         "nan", "inf", "true", "2024-01-01", "quotes", "threads", "path", "../..", "/", "~", ",", "#", "\\u0000", "\x00", "é"]
    ),
    max_size=40,
).map("".join)  # fmt: skip


@FUZZ
@given(st.one_of(YAML, st.text(max_size=200)))
@example("a: " + "[" * 5000)
@example("a: &a [*a, *a]")
@example("? " * 500)
def test_front_matter_never_stops_a_note(text: str) -> None:
    note = parse_note("a.md", f"---\n{text}\n---\n# Body\n\nSome text.\n")
    assert "Some text." in note.text


@FUZZ
@given(
    st.lists(
        st.sampled_from(
            [
                "[[",
                "]]",
                "[",
                "](",
                ")",
                "|",
                "#",
                "^",
                "!",
                "a b",
                "\\",
                "<",
                ">",
                '"',
                "%20",
                "%",
                "..",
                "/",
                "\n",
                ":",
                "é",
            ]
        ),
        max_size=50,
    ).map("".join)
)
def test_links_lie_where_they_say(text: str) -> None:
    for link in parse_note("a.md", text).links:
        assert 0 <= link.span.start < link.span.end <= len(text)


@FUZZ
@given(st.one_of(TOML, st.text(max_size=200), st.binary(max_size=200)))
def test_settings_are_read_or_refused(content: str | bytes) -> None:
    with tempfile.TemporaryDirectory() as name:
        data = content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content
        (Path(name) / "kb.toml").write_bytes(data)
        with suppress(KbError):
            load_settings(start=Path(name), environment={})


def test_settings_with_a_byte_order_mark_are_read(tmp_path: Path) -> None:
    (tmp_path / "vault").mkdir()
    (tmp_path / "kb.toml").write_text('vault = "vault"\nindex = "index"\n', encoding="utf-8-sig")
    assert load_settings(start=tmp_path, environment={}).vault.name == "vault"


@FUZZ
@given(st.text(max_size=200) | st.text(alphabet='"-:#[]() tag:path:before:is:2026-02\\', max_size=200))
@example('"' * 500)
@example("-" * 500)
@example("tag:" * 200)
@example("before:9999999999")
def test_every_query_and_question_is_read_or_refused(text: str) -> None:
    with suppress(KbError):
        parse_query(text, properties=["is"])
    with suppress(KbError):
        parse_question(text)


@FUZZ
@given(
    st.dictionaries(
        st.sampled_from(["KB_VAULT", "KB_MODELS_THREADS", "KB_ANSWERS_QUOTES", "KB_MODELS_URL"]),
        st.text(max_size=30).filter(lambda text: "\0" not in text),
    )
)
def test_variables_are_read_or_refused(environment: dict[str, str]) -> None:
    with tempfile.TemporaryDirectory() as name, suppress(SettingsError, KbError):
        load_settings(start=Path(name), environment=environment)


@FUZZ
@given(
    st.lists(
        st.one_of(
            st.binary(max_size=60),
            VALUES.map(lambda value: json.dumps(value).encode()),
            st.fixed_dictionaries(
                {},
                optional=dict.fromkeys(
                    (
                        "verdict",
                        "name",
                        "at",
                        "note",
                        "target",
                        "question",
                        "quotes",
                        "notes",
                        "card",
                        "rating",
                        "act",
                        "path",
                    ),
                    VALUES,
                ),
            ).map(lambda value: json.dumps(value).encode()),
        ),
        max_size=8,
    )
)
def test_logs_of_any_content_are_read(lines: list[bytes]) -> None:
    with tempfile.TemporaryDirectory() as name:
        (Path(name) / "log").mkdir()
        (Path(name) / "log" / "m.jsonl").write_bytes(b"\n".join(lines))
        log = MachineLog(Path(name), "log", lambda: "m")
        DecisionLog(log).decisions.on("tea", "a.md", "b.md")
        FeedbackLog(log).latest()
        for row in log.rows():
            json.dumps(row, allow_nan=False)


@FUZZ
@given(
    st.lists(
        st.one_of(st.binary(max_size=80), VALUES.map(lambda value: json.dumps(value).encode())), max_size=5
    ),
    st.one_of(st.binary(max_size=60), VALUES.map(lambda value: json.dumps(value).encode())),
)
def test_a_journal_of_any_content_undoes_nothing_wrong(deeds: list[bytes], step: bytes) -> None:
    with tempfile.TemporaryDirectory() as name:
        (Path(name) / "vault").mkdir()
        note = Path(name) / "vault" / "a.md"
        note.write_text("mine\n")
        journal = EditJournal(Vault(Path(name) / "vault"), Path(name) / "state")
        folder = journal._folder / "000001"
        folder.mkdir(parents=True)
        (folder / "step.json").write_bytes(step)
        (folder / "deeds.jsonl").write_bytes(b"\n".join(deeds))
        with suppress(KbError):
            journal.undo()
        assert note.read_text() == "mine\n"


TEXTS = st.sampled_from(
    ["a.md", "b.md", "../a.md", "/a.md", "x\0", "\ud800", "", "0.old", "sub/a.md", "a" * 300]
)


@FUZZ
@given(st.builds(Deed, TEXTS, TEXTS, TEXTS, TEXTS, st.integers(-3, 5)))
@example(Deed("a.md", "0" * 32, fingerprint(b"mine\n"), "0.old"))
def test_a_journal_with_forged_deeds_changes_no_note(deed: Deed) -> None:
    """A note gets another content only when that is what it was before; a path changes only to a free one below."""
    with tempfile.TemporaryDirectory() as name:
        (Path(name) / "vault").mkdir()
        (Path(name) / "vault" / "a.md").write_text("mine\n")
        journal = EditJournal(Vault(Path(name) / "vault"), Path(name) / "state")
        folder = journal._folder / "000001"
        folder.mkdir(parents=True)
        (folder / "step.json").write_text('{"what": "x"}')
        (folder / "0.old").write_text("theirs\n")
        (folder / "deeds.jsonl").write_text(json.dumps(asdict(deed)) + "\n")
        with suppress(KbError):
            journal.undo()
        [note] = (file for file in (Path(name) / "vault").rglob("*") if file.is_file())
        assert note.read_text() == "mine\n"
        assert not (Path(name) / "a.md").exists()


@FUZZ
@given(st.one_of(st.binary(max_size=200), VALUES.map(lambda value: json.dumps(value).encode())))
def test_a_seal_of_any_content_holds_nothing(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as name:
        (Path(name) / "catalog.sqlite").write_bytes(b"x")
        seal = Seal(Path(name), b"key")
        (Path(name) / "seal").write_bytes(content)
        assert not seal.holds("catalog")
        (Path(name) / "seal").write_bytes(seal._sign(content) + b"\n" + content)  # even one that is signed
        assert not seal.holds("catalog")
        seal.write(thorough=True)
        assert seal.holds("catalog")


HEADER = (
    b"GGUF"
    + struct.pack("<IQQ", 3, 1, 1)
    + struct.pack("<Q", 20)
    + b"general.architecture"
    + struct.pack("<IQ", 8, 5)
    + b"llama"
)


@FUZZ
@given(
    st.one_of(
        st.binary(max_size=300),
        st.tuples(st.integers(0, 2**64 - 1), st.integers(0, 2**64 - 1), st.binary(max_size=200)).map(
            lambda made: b"GGUF" + struct.pack("<IQQ", 3, made[0], made[1]) + made[2]
        ),
        st.binary(max_size=200).map(lambda tail: HEADER + tail),
        st.tuples(st.integers(0, len(HEADER) - 1), st.binary(min_size=1, max_size=9)).map(
            lambda made: HEADER[: made[0]] + made[1] + HEADER[made[0] + len(made[1]) :]
        ),
    )
)
def test_a_model_file_of_any_content_is_refused_or_read(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as name:
        file = Path(name) / "model.gguf"
        file.write_bytes(content)
        with suppress(ModelError):
            check_gguf(file)
