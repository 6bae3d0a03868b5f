"""What the process that answers for `kb` does from its start to its end."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from types import FrameType

from kb.cli.daemon.fresh import Freshness
from kb.cli.daemon.request import Request, in_place_of
from kb.cli.daemon.server import RESTING_SECONDS, Connection, Meeting, Server
from kb.cli.host import plugin_host, plugin_problems
from kb.cli.kept import Keeper, keep_with
from kb.interrupts import INTERRUPTED

_LOOK_SECONDS = 5.0
_RESTS = "_KB_RESTS"  # a variable by which a process knows that it is to load no model before it is asked


class _Ended(BaseException):
    """This process is to end."""


class Serving:
    """Answers at `place` until it is told to end, or `parent` (a descriptor that its parent holds) is closed."""

    def __init__(self, place: Meeting, parent: int | None) -> None:
        self._here = os.getcwd()
        self._server = Server(place)
        self._parent = parent
        self._keeper = Keeper()
        self._fresh = Freshness()
        self._used = 0.0  # when models were last used, by the monotonic clock; 0 for not yet

    def run(self, warm: list[str] | None = None) -> None:
        """Answer until the end; `warm` is a command that is run once at first, so that models are loaded.

        Raises AlreadyServed.
        """
        keep_with(self._keeper)
        signal.signal(signal.SIGTERM, _end)
        signal.signal(signal.SIGINT, _end)
        if self._parent is not None:
            threading.Thread(target=self._end_with_parent, daemon=True).start()
        try:
            if warm and not os.environ.pop(_RESTS, ""):
                self._warm(warm)
            while True:
                connection = self._server.next(_LOOK_SECONDS)
                if connection is not None:
                    self._answer(connection)
                elif self._used and time.monotonic() - self._used > RESTING_SECONDS:
                    os.environ[_RESTS] = "1"
                    self._begin_anew()
        except _Ended:
            pass
        finally:
            self._keeper.let_go()
            self._server.close()

    def _answer(self, connection: Connection) -> None:
        if not self._fresh.is_so():
            connection.end(None)
            self._begin_anew()
        if not connection.begin():
            connection.end(None)
            return
        status = INTERRUPTED
        signal.signal(signal.SIGINT, signal.default_int_handler)
        threading.Thread(target=connection.watch, args=(_interrupt,), daemon=True).start()
        try:
            with in_place_of(connection.request, connection.descriptors, connection.writing):
                status = _run(connection.request, connection.page)
            connection.over()
        except KeyboardInterrupt:  # came when all was done, or nobody reads any more
            connection.over()
        finally:
            signal.signal(signal.SIGINT, _end)
        connection.end(status)
        self._used = time.monotonic()
        self._fresh.remember()
        if plugin_problems():
            plugin_host.cache_clear()  # a new process would tell of them again

    def _warm(self, words: list[str]) -> None:
        nowhere = os.open(os.devnull, os.O_RDWR)
        request = Request(self._here, ("utf-8",) * 3, words, dict(os.environ))
        try:
            with in_place_of(request, [nowhere] * 3, lambda: None):
                _run(request, lambda _: None)
        finally:
            signal.signal(signal.SIGINT, _end)
            os.close(nowhere)
        self._fresh.remember()

    def _begin_anew(self) -> None:
        """Become a new process of the same number: it has the code, the plugins and the memory of one just started."""
        self._keeper.let_go()
        self._server.close()
        os.chdir(self._here)
        if self._parent is not None:
            os.dup2(self._parent, 0)
        os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])

    def _end_with_parent(self) -> None:
        assert self._parent is not None
        with suppress(OSError):
            while os.read(self._parent, 1):
                pass
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGTERM)


def _run(request: Request, page: Callable[[bytes], None]) -> int:
    from kb.cli import pager
    from kb.cli.main import run_to_the_end

    pager.page_elsewhere(page)
    try:
        return run_to_the_end(list(request.words))
    finally:
        pager.page_elsewhere(None)


def _interrupt() -> None:
    signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)


def _end(_signal: int, _frame: FrameType | None) -> None:
    raise _Ended
