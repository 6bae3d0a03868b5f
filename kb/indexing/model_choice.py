"""Which embedding model a knowledge base uses when none is set: decided once, by the languages of its notes and its user.

An index keeps its model. Notes that turn multilingual later are told of (`advice`), and the change is the user's.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from kb.errors import IndexLocked, KbError, ModelFileMissing, NoteUnreadable
from kb.indexing.catalog import Catalog
from kb.indexing.e5_package import package_file
from kb.indexing.embedder import Embedder
from kb.indexing.embedding_model import DEFAULT, MULTILINGUAL
from kb.indexing.index import Index
from kb.notes.vault import Vault
from kb.settings import Settings
from kb.text.language import ENGLISH, UNCERTAIN, english_share, is_foreign, is_foreign_at_a_glance

if TYPE_CHECKING:
    from kb.indexing.shared.exchange import SharedVectors

AUTO = "auto"
# Share of passages not in English from which a model that knows their language is worth its time.
MANY = 0.1
_NOTES = 200  # read to tell, spread over the vault
_PASSAGES = 400  # looked at
_OF_NOTE = 8  # of one note
_FEW_NOTES, _OTHERS = 20, 6
_PARAGRAPH = re.compile(r"\n[ \t]*\n")
_CODE = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)
_NO_PROSE = ("---", "```", "~~~", "|")  # properties, code, a table
# Function words among those of a passage whose note was taken for English; of languages that have no stemmer, and are
# taken for it, 0.08 at most.
_SOME_ENGLISH = 0.15
_T = TypeVar("_T")


def open_index(
    settings: Settings,
    vault: Vault,
    notice: Callable[[str], None],
    *,
    heals: bool = True,
    shared: SharedVectors | None = None,
) -> Index:
    """The index that `settings` name, with the model that they, the notes and the user's language choose for it.

    One that cannot be believed is made anew when it is first read, and `notice` is told; unless `heals` is false, then
    reading it raises IndexDamaged until somebody else has made it anew.
    """

    def heal(index: Index) -> None:
        with suppress(IndexLocked):  # whoever holds it does the same
            done = index.sync(vault, lambda _: None)
            if done.repaired:
                notice(done.repaired)

    folder = settings.index
    model = chosen_model(settings.embedding.model, folder, vault, notice, settings.language)
    return Index(folder, Embedder(model), heal if heals else None, shared)


def chosen_model(
    setting: str, index: Path, vault: Vault, notice: Callable[[str], None], language: str = ""
) -> str:
    """The model to index with and to ask. `notice` is told when the one that is wanted is not installed."""
    wanted = setting if setting != AUTO else _made_with(index) or _fitting(vault, language)
    if wanted == MULTILINGUAL:
        try:
            package_file()
        except ModelFileMissing as error:
            notice(str(error))
            return DEFAULT
    return wanted


def advice(setting: str, catalog: Catalog) -> str:
    """What to say when an index of English's model holds notes in other languages; empty for nothing."""
    if setting not in (AUTO, DEFAULT) or catalog.meta("embedding_source") != DEFAULT:
        return ""
    share = _share_of_passages(catalog)
    if share < MANY:
        return ""
    return (
        f"{share:.0%} of your passages are not in English, which the embedding model {DEFAULT} is made for. To find them by "
        f'meaning too, set embedding.model = "{MULTILINGUAL}" in kb.toml and run: kb index. Searches keep working meanwhile.'
    )


def foreign_share(texts: Iterable[str]) -> float:
    """The share of `texts` in another language than English, of those whose language can be told."""
    known = [foreign for text in texts if (foreign := is_foreign(text)) is not None]
    return sum(known) / len(known) if known else 0.0


def _share_of_passages(catalog: Catalog) -> float:
    """The share of passages in other languages. As long as it cannot be MANY, no identifier of languages is asked."""
    known, doubtful = [], []
    for text, language in catalog.texts(_PASSAGES):
        if text.startswith(_NO_PROSE):
            continue
        foreign = is_foreign_at_a_glance(text)
        if foreign == "perhaps" and language not in (ENGLISH, UNCERTAIN):
            foreign = True  # its note was told when it was indexed
        if foreign == "perhaps" and language == ENGLISH and english_share(text) >= _SOME_ENGLISH:
            foreign = False
        if foreign == "perhaps":
            doubtful.append(text)
        elif foreign is not None:
            known.append(foreign)
    at_most = (sum(known) + len(doubtful)) / (len(known) + len(doubtful) or 1)
    if at_most >= MANY:
        known += [foreign for text in doubtful if (foreign := is_foreign(text)) is not None]
    return sum(known) / len(known) if known else 0.0


def _made_with(index: Path) -> str | None:
    """The model of the index, if there is one with notes in it and its model is one of kb's own."""
    try:
        catalog = Catalog(index)
    except KbError:
        return None
    try:
        source = catalog.meta("embedding_source")
        return source if source in (DEFAULT, MULTILINGUAL) and catalog.passage_count() else None
    except KbError:
        return None
    finally:
        catalog.close()


def _fitting(vault: Vault, language: str) -> str:
    """Who speaks another language than English asks in it, whatever the notes are in."""
    asks_in_english = language in ("", "en")
    return DEFAULT if asks_in_english and foreign_share(_paragraphs(vault)) < MANY else MULTILINGUAL


def _paragraphs(vault: Vault) -> Iterator[str]:
    """Paragraphs from all over the vault."""
    files = vault.scan()
    notes = _spread([file for file in files if not file.stamp], _NOTES)
    # Files of other formats take seconds each, and are asked only where notes tell too little.
    others = _spread([file for file in files if file.stamp], _OTHERS) if len(notes) < _FEW_NOTES else []
    for file in (*notes, *others):
        try:
            text = vault.note(file.path).text
        except NoteUnreadable:
            continue
        yield from _spread(_PARAGRAPH.split(_CODE.sub("", text)), _OF_NOTE)


def _spread(values: Sequence[_T], most: int) -> Sequence[_T]:
    """At most `most` of `values`, evenly from all of them."""
    return values[:: max(1, -(-len(values) // most))]
