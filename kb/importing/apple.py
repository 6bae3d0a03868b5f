"""Apple Notes, as scripts and apps export them to HTML or text, and as Apple's own archive of one's data has them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import PurePosixPath

from kb.importing.clippings import PAGES, page_note
from kb.importing.imported_note import Body, ImportedNote, short_hash
from kb.importing.importer import Export
from kb.importing.mhtml import Saved
from kb.importing.text import folder_of, read_texts
from kb.importing.tree import Tree

_TEXT = (".txt", ".text", ".md", ".markdown")
_WRAPPING = ("iCloud Notes", "Apple Notes")  # the folders that hold all of an export
_NUMBERED = re.compile(r"-\d{4}-\d\d-\d\dT[\d_:-]+Z?$|(?<!\s)\s*+\(\d+\)$")  # what exporters add to names


class AppleNotes:
    """Every page or text is a note; a folder of one text and its pictures, as Apple's archive has them, is one, too."""

    name = "apple"
    label = "Apple Notes"

    def fits(self, tree: Tree) -> bool:
        """Whether folders are called as Apple calls them, or pages are such as only Notes writes."""
        names = tree.names()
        if any(part in _WRAPPING for name in names[:2_000] for part in name.split("/")):
            return bool(tree.ending(*PAGES, *_TEXT))
        return any(
            re.match(
                r"(?:<html><head></head><body>)?\s{0,20}<div><(?:h1|b|span)\b",
                tree.text(name)[:2_000].lstrip(),
            )
            for name in tree.ending(*PAGES)[:3]
        )

    def notes(self, export: Export) -> Iterator[ImportedNote]:
        """One for each page or text."""
        from kb.importing.html import first_line, read_page

        tree = export.tree
        for name, written in read_texts(export, tree.ending(*PAGES)).items():
            title = first_line(read_page(written)) or PurePosixPath(name).stem
            found = page_note(tree, name, Saved(written), _NUMBERED.sub("", title)[:200], web=False)
            if found.text:
                yield replace(found, folder=_folder(found.folder))
            else:
                export.leave(name, "is empty")
        texts = read_texts(export, tree.ending(*_TEXT))
        for name, said in texts.items():
            if not said.strip():
                export.leave(name, "is empty")
                continue
            stem = _NUMBERED.sub("", PurePosixPath(name).stem)
            own = _NUMBERED.sub("", PurePosixPath(folder_of(name)).name) == stem
            body = Body()
            beside = (
                [one for one in tree.names() if folder_of(one) == folder_of(name) and one not in texts]
                if own
                else []
            )
            files = [body.file(tree.attachment(one)) for one in beside]
            yield ImportedNote(
                f"{PurePosixPath(name).name}\t{short_hash(said)}",
                stem,
                "\n\n".join((said.strip("\n"), *files)),
                tuple(body.refs),
                folder=_folder(folder_of(folder_of(name)) if own else folder_of(name)),
                updated=tree.changed(name),
                files=body.files,
            )


def _folder(folder: str) -> str:
    parts = folder.split("/")
    last = max((number for number, part in enumerate(parts, 1) if part in _WRAPPING), default=0)
    return "/".join(parts[last:])
