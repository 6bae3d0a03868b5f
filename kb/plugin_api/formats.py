"""What the function of a `Source` needs, with which a plugin reads files of another format; part of `kb.plugin_api`.

    from kb.plugin_api import hookimpl
    from kb.plugin_api.formats import Asked, Extract, MarkdownText, Source, Unreadable

    def read(file, asked):
        text = MarkdownText()
        for number, line in enumerate(file.read().decode("utf-8", "replace").splitlines(), start=1):
            text.place("row", number)
            text.paragraph(line)
        return text.extract(title=asked.name)

    @hookimpl
    def kb_sources():
        return [Source("log", (".log",), "my_plugin:read")]

The function runs in a child process with limits of time and memory, and is named in `sources = [...]` of kb.toml.
"""

from __future__ import annotations

from kb.notes.extract import Extract
from kb.sources.markdown import MarkdownText
from kb.sources.source import Asked, Source, Unreadable

__all__ = ["Asked", "Extract", "MarkdownText", "Source", "Unreadable"]
