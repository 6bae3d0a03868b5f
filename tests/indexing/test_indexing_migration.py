"""An index of an older format is rebuilt from the notes without embedding anything again."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from kb.errors import IndexOutdated
from kb.indexing.index import Index
from kb.indexing.seal import Seal
from kb.indexing.words import word_match
from kb.notes.vault import Vault
from tests.support import NOTES, HashingEmbedder, write_notes

# What an older version had in place of the tables of this one.
OLDER = {
    1: """
DROP TABLE words;
DROP TABLE notes_fts;
DROP TABLE passages_fts;
DROP INDEX notes_by_language;
ALTER TABLE notes DROP COLUMN language;
CREATE VIRTUAL TABLE passages_fts USING fts5 (
    title, headings, text, bigrams, tokenize = 'porter unicode61 remove_diacritics 2'
);
CREATE VIRTUAL TABLE passages_terms USING fts5vocab (passages_fts, row);
UPDATE meta SET value = '1' WHERE name IN ('schema_version', 'passage_rules');
""",
    2: """
DROP TABLE words;
DROP TABLE notes_fts;
DROP TABLE passages_fts;
CREATE VIRTUAL TABLE passages_fts USING fts5 (
    title, headings, text, bigrams, stems, tokenize = 'porter unicode61 remove_diacritics 2'
);
CREATE VIRTUAL TABLE notes_fts USING fts5 (
    title, headings, text, bigrams, stems, tokenize = 'porter unicode61 remove_diacritics 2'
);
UPDATE meta SET value = '2' WHERE name IN ('schema_version', 'passage_rules');
""",
    3: """
DROP TABLE linked_names;
UPDATE meta SET value = '3' WHERE name = 'schema_version';
""",
}


@pytest.mark.parametrize("version", OLDER)
def test_an_older_version_is_rebuilt(tmp_path: Path, version: int) -> None:
    write_notes(tmp_path / "vault", NOTES)
    index, vault = Index(tmp_path / "index", HashingEmbedder()), Vault(tmp_path / "vault")
    index.sync(vault, lambda _: None)
    index.close()
    with sqlite3.connect(tmp_path / "index" / "catalog.sqlite") as connection:
        connection.executescript(OLDER[version])
    connection.close()
    Seal(tmp_path / "index").write(thorough=True)

    with pytest.raises(IndexOutdated, match="older kb"):
        _ = index.catalog
    report = index.sync(vault, lambda _: None)
    assert report.embedded == 0
    assert "made by an older kb" in report.repaired
    assert index.catalog.lexical(word_match("vocabulary", []), 3)
    assert index.verify(vault) == []
    index.close()
