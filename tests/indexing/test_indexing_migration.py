"""An index of an older format is brought up without embedding anything again."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from kb.errors import IndexIncompatible
from kb.indexing.index import Index
from kb.indexing.seal import Seal
from kb.notes.vault import Vault
from tests.support import NOTES, HashingEmbedder, write_notes

# What version 1 had in place of the tables of version 2.
VERSION_1 = """
DROP TABLE notes_fts;
DROP TABLE passages_fts;
DROP INDEX notes_by_language;
ALTER TABLE notes DROP COLUMN language;
CREATE VIRTUAL TABLE passages_fts USING fts5 (
    title, headings, text, bigrams, tokenize = 'porter unicode61 remove_diacritics 2'
);
CREATE VIRTUAL TABLE passages_terms USING fts5vocab (passages_fts, row);
UPDATE meta SET value = '1' WHERE name IN ('schema_version', 'passage_rules');
"""


def test_version_1_becomes_version_2(tmp_path: Path) -> None:
    write_notes(tmp_path / "vault", NOTES)
    index, vault = Index(tmp_path / "index", HashingEmbedder()), Vault(tmp_path / "vault")
    index.sync(vault, lambda _: None)
    index.close()
    with sqlite3.connect(tmp_path / "index" / "catalog.sqlite") as connection:
        connection.executescript(VERSION_1)
    connection.close()
    Seal(tmp_path / "index").write(thorough=True)

    with pytest.raises(IndexIncompatible, match="older kb"):
        _ = index.catalog
    report = index.sync(vault, lambda _: None)
    assert report.embedded == 0
    assert not report.repaired
    assert index.catalog.lexical("vocabulary", 3)
    assert index.verify(vault) == []
    index.close()
