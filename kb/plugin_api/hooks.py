"""The hooks that a plugin may implement, and the terminal that its commands are given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, BinaryIO, Literal, Protocol

import pluggy

if TYPE_CHECKING:
    import typer

    from kb.answering.answer import Answer, Quote
    from kb.plugin_api import Exporter, Mode, ModelSource, Panel, Searcher, Source
    from kb.plugin_api.base import KnowledgeBase

hookspec = pluggy.HookspecMarker("kb")
hookimpl = pluggy.HookimplMarker("kb")


class Terminal(Protocol):
    """What a plugin's own command finds as `context.obj`: the chosen knowledge base, and ways to print."""

    @property
    def json(self) -> bool:
        """Whether --json was given: print one JSON object and nothing else on stdout."""

    def knowledge_base(self) -> KnowledgeBase:
        """The knowledge base that --vault and --index choose; close it when done."""

    def run(self, base: KnowledgeBase, mode: Mode, argument: str = "", *, once: bool = False) -> None:
        """Hold a session of `mode` on this terminal; with `once`, only open it."""

    def modes(self) -> Mapping[str, Mode]:
        """Every mode of talking with the notes by name: kb's own and those of plugins."""

    def due_notes(self, base: KnowledgeBase) -> dict[str, int]:
        """Paths of notes with something to study now, and how much, by what all plugins say."""

    def print_markdown(self, text: str) -> None:
        """Print on stdout, without control characters."""

    def print_text(self, text: str) -> None:
        """Print on stdout as it is, without control characters."""

    def print_sources(self, quotes: Sequence[Quote]) -> None:
        """Print on stdout what [n] cites."""

    def print_json(self, value: Mapping[str, Any]) -> None:
        """Print one JSON object on stdout."""

    def answer_stream(self) -> BinaryIO:
        """The real stdout, for a protocol that is spoken over it; print nothing else then."""

    def say(self, text: str) -> None:
        """Tell a notice on stderr."""

    def answer_commands(self, what: Literal["run", "stop", "status"]) -> None:
        """Answer for other `kb` commands of this user until Ctrl-C; end the process that does, or tell whether one does."""


class Hooks:
    """The hooks. Implement any of them in the plugin's module; leave out parameters that you don't need."""

    @hookspec
    def kb_modes(self) -> list[Mode]:  # type: ignore[empty-body]
        """Modes to add."""

    @hookspec
    def kb_commands(self, app: typer.Typer) -> None:
        """Add commands to `app`, which becomes part of `kb`. Their `context.obj` is a Terminal."""

    @hookspec
    def kb_status(self, base: KnowledgeBase) -> dict[str, int | str]:  # type: ignore[empty-body]
        """Lines for `kb status`, such as {"due": 12}. Must be quick."""

    @hookspec
    def kb_due_notes(self, base: KnowledgeBase) -> dict[str, int]:  # type: ignore[empty-body]
        """Paths of notes with something to do now, and how much, such as cards to review. Must be quick."""

    @hookspec
    def kb_panels(self) -> list[Panel]:  # type: ignore[empty-body]
        """Panels for the terminal interface."""

    @hookspec
    def kb_searchers(self) -> list[Searcher]:  # type: ignore[empty-body]
        """Rerankers to choose from in the settings."""

    @hookspec
    def kb_models(self) -> list[ModelSource]:  # type: ignore[empty-body]
        """Kinds of language model."""

    @hookspec
    def kb_exporters(self) -> list[Exporter]:  # type: ignore[empty-body]
        """Formats to write to."""

    @hookspec
    def kb_sources(self) -> list[Source]:  # type: ignore[empty-body]
        """Formats to read files of, for `sources = [...]` in kb.toml; each function runs in a child process."""

    @hookspec
    def kb_note_indexed(self, base: KnowledgeBase, path: str) -> None:
        """A note was read into the index, new or changed; `path` is relative to the vault."""

    @hookspec
    def kb_note_moved(self, base: KnowledgeBase, old: str, new: str) -> None:
        """`kb mv` gave the note at `old` the path `new`; both are relative to the vault."""

    @hookspec
    def kb_answer_finished(self, base: KnowledgeBase, answer: Answer) -> None:
        """A question was answered, or found not to be answered by the notes."""

    @hookspec
    def kb_session_ended(self, base: KnowledgeBase, mode: str, turns: int) -> None:
        """A session of `mode` was closed after `turns` replies."""
