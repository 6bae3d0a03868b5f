"""Plain folders of text and Markdown: names, folders and links stay, as far as the vault's own style is the same."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

from kb.errors import ExportUnreadable
from kb.importing.imported_note import Body, ImportedNote, short_hash
from kb.importing.importer import Export
from kb.importing.markdown import NOTES, front_lines, read_pages
from kb.importing.tree import Tree
from kb.notes.suffixes import page_name

_TEXT = (".txt", ".text")


class Text:
    """Every .md and .txt file is a note; what notes link to comes along."""

    name = "text"
    label = "Imported"

    def fits(self, tree: Tree) -> bool:
        """Whether there is any text."""
        return bool(tree.ending(*NOTES, *_TEXT))

    def notes(self, export: Export) -> Iterator[ImportedNote]:
        """One for each file."""
        tree = export.tree
        own = "logseq/" if tree.has("logseq/config.edn") else "\0"  # in which Logseq keeps copies
        texts = read_texts(export, [name for name in tree.ending(*NOTES) if not name.startswith(own)])
        pages = read_pages(tree, texts, texts)
        used: set[str] = set()
        for name, note in pages.notes.items():
            body = Body()
            said = pages.text(name, body).strip("\n")
            used |= set(body.files)
            yield ImportedNote(
                _key(name, note.text),
                page_name(name),
                said,
                tuple(body.refs),
                names=(name,),
                stem=PurePosixPath(name).stem,
                folder=folder_of(name),
                updated=None if note.modified else tree.changed(name),
                front=front_lines(note),
                files=body.files,
                headed=False,
            )
        for name, said in read_texts(export, tree.ending(*_TEXT)).items():
            yield ImportedNote(
                _key(name, said),
                PurePosixPath(name).stem,
                said.strip("\n"),
                names=(name,),
                folder=folder_of(name),
                updated=tree.changed(name),
                headed=False,
            )
        for name in tree.names():
            if name not in used and not name.startswith(own) and not name.lower().endswith((*NOTES, *_TEXT)):
                export.leave(name, "is not text, and no note links to it")


def read_texts(export: Export, names: list[str]) -> dict[str, str]:
    """The texts of files; those that are none are left."""
    texts: dict[str, str] = {}
    for name in names:
        try:
            texts[name] = export.tree.text(name)
        except ExportUnreadable as error:
            export.leave_unreadable(name, error)
    return texts


def folder_of(name: str) -> str:
    """The folder that a file of an export lies in; empty at the top."""
    return name.rpartition("/")[0]


def _key(name: str, said: str) -> str:
    return f"{PurePosixPath(name).name}\t{short_hash(said)}"
