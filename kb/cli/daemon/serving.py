"""What the process that answers for `kb` does from its start to its end."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from types import FrameType

from kb.cli.daemon import meeting
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

    def __init__(self, place: Meeting, parent: int | None, again: Sequence[str]) -> None:
        """`again` is the program and its arguments that start this process once more."""
        self._here = os.getcwd()
        self._server = Server(place)
        self._parent = parent
        self._again = list(again)
        self._keeper = Keeper()
        self._fresh = Freshness()
        self._used = 0.0  # when models were last used, by the monotonic clock; 0 for not yet

    def run(self, warm: list[str] | None = None) -> None:
        """Answer until the end; `warm` is a command that is run once at first, so that models are loaded.

        Raises AlreadyServed.
        """
        keep_with(self._keeper)
        signal.signal(signal.SIGTERM, self._end)
        signal.signal(signal.SIGINT, self._end)
        if self._parent is not None:
            threading.Thread(target=self._end_with_parent, daemon=True).start()
        try:
            if warm and not os.environ.pop(_RESTS, ""):
                self._warm(warm)
            while not self._server.ends:
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
        status: int | None = INTERRUPTED
        signal.signal(signal.SIGINT, signal.default_int_handler)
        threading.Thread(target=connection.watch, args=(_interrupt,), daemon=True).start()
        try:
            with in_place_of(connection.request, connection.descriptors, connection.writing):
                try:
                    is_ours = self._is_ours(connection.request)
                    status = _run(connection.request, connection.page) if is_ours else None
                finally:
                    # Whatever is changed back now is changed back whole.
                    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
                    connection.over()
        except KeyboardInterrupt:  # nobody reads any more
            pass
        except Exception:  # noqa: BLE001 - the command tells of it, for it runs alone now
            connection.hang_up()
            self._begin_anew()
        finally:
            signal.signal(signal.SIGINT, _ignore)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
            signal.signal(signal.SIGINT, self._end)
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
            signal.signal(signal.SIGINT, self._end)
            os.close(nowhere)
        self._fresh.remember()

    def _begin_anew(self) -> None:
        """Become a new process of the same number: it has the code, the plugins and the memory of one just started."""
        self._keeper.let_go()
        self._server.close()
        try:
            os.chdir(self._here)
            if self._parent is not None:
                os.dup2(self._parent, 0)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
            os.execv(self._again[0], self._again)
        except OSError:  # the folder or the program is gone
            raise _Ended from None

    def _is_ours(self, request: Request) -> bool:
        """Whether the command may be run here; asked where its folder and variables are in place."""
        wanted = meeting.Wanted(request.words)
        return wanted.may_be_answered and meeting.name(wanted) == self._server.place.name

    def _end(self, _signal: int, _frame: FrameType | None) -> None:
        self._server.ends = True  # should somebody take the exception for an error
        raise _Ended

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


def _ignore(_signal: int, _frame: FrameType | None) -> None:
    """An interrupt that came when all was done."""
