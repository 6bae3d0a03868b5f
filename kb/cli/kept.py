"""Opens the knowledge base of a command: a new one, or, in the process that answers for others, the one that is kept."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from kb.cli.host import plugin_host
from kb.knowledge_base import KnowledgeBase

if TYPE_CHECKING:
    from kb.settings import Settings

Notice = Callable[[str], None]
_CATALOG_FILES = ("catalog.sqlite", "catalog.sqlite-wal")


class Keeper:
    """Keeps the knowledge base of the latest command open, with its models, for the next one of the same settings."""

    def __init__(self) -> None:
        self._base: _Kept | None = None
        self._index: object = None

    def open(self, settings: Settings, notice: Notice) -> KnowledgeBase:
        """The one that is kept, if it is of these settings and did well; another is let go of."""
        index = _look_of(settings)
        base = self._base
        if base is None or base.spoilt or base.settings != settings:
            self.let_go()
            base = self._base = _Kept(settings, notice)
        else:
            base.look_again(index=index != self._index)
        self._index = index
        return base

    def let_go(self) -> None:
        """Close what is kept."""
        base, self._base = self._base, None
        if base is not None:
            base.let_go()


class _Kept(KnowledgeBase):
    """Stays open when a command closes it; one that failed, or had something to tell, is not used again."""

    def __init__(self, settings: Settings, notice: Notice) -> None:
        super().__init__(settings, plugin_host, self._noticed)
        self.spoilt = False
        self._notice = notice

    def _noticed(self, text: str) -> None:
        self.spoilt = True  # a new process would tell it again
        self._notice(text)

    def close(self) -> None:
        """The command is done with it."""
        if sys.exc_info()[0] is not None:
            self.spoilt = True

    def let_go(self) -> None:
        super().close()


_keeper: Keeper | None = None


def keep_with(keeper: Keeper | None) -> None:
    """From now on commands of this process get what `keeper` keeps."""
    global _keeper
    _keeper = keeper


def open_knowledge_base(settings: Settings, notice: Notice) -> KnowledgeBase:
    """The knowledge base that a command works with and closes."""
    return (
        _keeper.open(settings, notice)
        if _keeper is not None
        else KnowledgeBase(settings, plugin_host, notice)
    )


def _look_of(settings: Settings) -> object:
    """Tells whether the catalog's files are as they were."""
    found: list[object] = []
    for name in _CATALOG_FILES:
        try:
            state = os.lstat(settings.index / name)
        except OSError:
            found.append(None)
        else:
            found.append((state.st_ino, state.st_size, state.st_mtime_ns, state.st_ctime_ns))
    return found
