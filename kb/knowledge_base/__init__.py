"""The one way in: settings become parts, each when it is first used. No logic of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING, Any

from kb.knowledge_base.parts import Parts
from kb.knowledge_base.programs import ForPrograms
from kb.limits import check_length

if TYPE_CHECKING:
    from kb.answering.answer import Style
    from kb.answering.conversation import Turn
    from kb.answering.events import AnswerEvent
    from kb.indexing.sync import Report, SyncReport
    from kb.indexing.verification import Difference
    from kb.indexing.watch import Watcher, WatchEvent
    from kb.knowledge_base.renaming import Renaming
    from kb.linking.auto_linking import NewLinks
    from kb.linking.renaming.relinking import RenameContext, Renamed
    from kb.models.language_model import Cancellation
    from kb.notes.edit_journal import Undone
    from kb.notes.note import Note
    from kb.retrieval.hit import SearchHit
    from kb.retrieval.listing import ListedNote
    from kb.retrieval.selection import Selection


class KnowledgeBase(Parts, ForPrograms):
    """A vault, its index, and what answers from them. Close it when done.

    What it does is grouped: `links`, `models`, `logs`, `files`, `upkeep`, `capture`, `moving` and `renaming` are services of
    their own; searching, asking and indexing are its own.

    `notice` is told what a person should know and did not ask for. `extensions` is called, and plugins are loaded, when the first event is told or the settings name a plugin's part.
    """

    def index(self, report: Report | None = None, **options: Any) -> SyncReport:
        """Bring the index in step with the notes; `options` are those of kb.indexing.sync.SyncOptions.

        `brief` leaves Chroma to the next full run when little has changed.
        """
        from kb.indexing.sync import SyncOptions

        done = self._index.sync(self._vault, report or (lambda _: None), SyncOptions(**options))
        self._synced(done)
        return done

    def watch(self, tell: Callable[[WatchEvent | NewLinks], None], report: Report | None = None) -> Watcher:
        """What keeps the index in step while it runs, in this thread or another; see kb.indexing.watch.

        Links for new notes are suggested, or made, as `links.auto` says.
        """
        from kb.indexing.watch import Watcher
        from kb.linking.auto_linking import AutoLinks

        hear = AutoLinks(self).hearing(tell, self._synced)
        return Watcher(self._index, self.settings.vault, hear, report, self.sources)

    def rebuild(self, report: Report | None = None) -> SyncReport:
        """Throw the index away and make it anew from the notes."""
        done = self._index.rebuild(self._vault, report or (lambda _: None))
        self._forget_readers()
        self._synced(done)
        return done

    def verify(self) -> list[Difference]:
        """Where the index differs from the notes; empty when it holds just what a new one would."""
        return self._index.verify(self._vault)

    def search(self, query: str, limit: int = 10) -> list[SearchHit]:
        """The passages that match `query` best; operators in it have power, see kb.retrieval.query."""
        check_length(query)
        hits = self.retriever.search(query, limit, operators=True, versions=True)
        if self.settings.retrieval.searcher and self._extensions:
            return self._extensions().rerank(self, query, hits)
        return hits

    def ask(
        self,
        question: str,
        cancellation: Cancellation | None = None,
        *,
        style: Style | None = None,
        history: Sequence[Turn] = (),
    ) -> Iterator[AnswerEvent]:
        """How `question` is answered, event by event; the last one holds the Answer.

        `history` holds the turns before it in a conversation; `style` is that of the settings unless named.
        """
        from kb.answering.events import Finished
        from kb.answering.tools import Asked

        check_length(question)
        asked = Asked(question, style or self.settings.answers.style, tuple(history), cancellation)  # type: ignore[arg-type]
        for event in self._answerer.ask(asked):
            yield event
            if isinstance(event, Finished) and self._extensions:
                self._extensions().notify("kb_answer_finished", base=self, answer=event.answer)

    def select(self, target: str) -> Selection:
        """The notes that `target` names: a note, folder/, #tag, period or search words; nothing for all."""
        from kb.indexing.catalog_queries import CatalogQueries
        from kb.retrieval.selection import select

        check_length(target)

        return select(target, self.catalog, CatalogQueries(self.catalog), self.retriever)

    def list_notes(self, wanted: str = "") -> list[ListedNote]:
        """Every note that `wanted` names: a note, folder/, #tag, period, words, or operators such as `tag:tea`."""
        from kb.retrieval.listing import listed

        check_length(wanted)
        return listed(wanted, self.catalog, self.retriever, self.settings.today)

    @cached_property
    def renaming(self) -> Renaming:
        """Gives notes and their parts other names and places; links follow."""
        from kb.knowledge_base.renaming import Renaming

        return Renaming(self._carry_out)

    def undo(self) -> Undone:
        """Undo the last change that kb made to notes of this vault, and bring the index in step. Raises NothingToUndo."""
        from kb.errors import IndexLocked, IndexMissing

        done = self.edits.undo()
        with suppress(IndexLocked, IndexMissing):  # whoever holds it keeps it in step
            _ = self._index.last_sync() and self.index(brief=True)
        return done

    def note(self, path: str) -> Note:
        """The note at vault-relative `path`, or what was read of a file of another format, as it stands on disk now."""
        return self._vault.note(path)

    def close(self) -> None:
        """Let go of files and memory."""
        self._end_thread()
        super().close()

    def status(self) -> dict[str, Any]:
        """What is indexed, in the documented form of `kb status --json`."""
        from kb.indexing.file_report import file_report

        report = self._index.describe() | {"left_out": self._vault.left_out()}
        return report | file_report(self.catalog, self._vault)

    def _carry_out(
        self, work: Callable[[RenameContext], Renamed], dry_run: bool, tell: Callable[[Renamed], None]
    ) -> Renamed:
        from kb.indexing.staleness import unindexed_notes
        from kb.linking.renaming.relinking import RenameContext

        if not dry_run:
            self.index(brief=True)
        unindexed = unindexed_notes(self.catalog, self._vault) if dry_run else frozenset()
        done = work(RenameContext(self.catalog, self._vault, self.edits, dry_run, tell, unindexed=unindexed))
        if not dry_run:
            self.index(brief=True)
            if self._extensions:
                for old, new in done.moved:
                    self._extensions().notify("kb_note_moved", base=self, old=old, new=new)
        return done

    def _synced(self, report: SyncReport) -> None:
        if report.repaired:
            self._forget_readers()
        if self._extensions is not None and report.notes:
            for path in report.notes:
                self._extensions().notify("kb_note_indexed", base=self, path=path)


def whole(base: object) -> KnowledgeBase:
    """`base`, of which a plugin sees less, as it was made. Raises TypeError for what is not one of kb's knowledge bases."""
    if not isinstance(base, KnowledgeBase):
        raise TypeError(f"{base!r} is not one of kb's knowledge bases.")
    return base
