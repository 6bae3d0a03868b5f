"""Listens for `kb` on a socket of the user's own, and runs one command at a time; who comes meanwhile runs it alone."""

from __future__ import annotations

import fcntl
import os
import selectors
import signal
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from kb.cli import streams
from kb.cli.daemon import meeting
from kb.cli.daemon.client import is_same_user
from kb.cli.daemon.request import Request, read_request
from kb.errors import StateUnwritable

_LOCK, _BACKLOG = ".lock", 16
_READ_SECONDS = 2.0  # in which a request must have come
_TURN_SECONDS = 0.15  # that a request waits for the one before it; running alone takes about twice as long
_SIGN_SECONDS = 0.5
RESTING_SECONDS = 600.0  # without a request, after which models are let go of


@dataclass(frozen=True, slots=True)
class Meeting:
    """Where a server is met."""

    folder: str
    name: str

    @property
    def socket(self) -> str:
        """The path of the socket."""
        return f"{self.folder}/{self.name}"


class AlreadyServed(Exception):
    """Another process answers there."""


class Connection:
    """One request: its words, its streams, and the signs by which its command hears of it."""

    def __init__(self, peer: socket.socket, request: Request) -> None:
        self.request = request
        self._peer = peer
        self._sending = threading.Lock()
        self._deciding = threading.Lock()
        self._begun = self._over = self._gone = False
        self._may_write = threading.Event()
        self.descriptors: list[int] = []  # the command's stdin, stdout and stderr, once it began

    def send(self, data: bytes) -> None:
        """Tell the command. Raises OSError when it is gone."""
        left = memoryview(data)
        with self._sending:
            while left:
                try:
                    left = left[self._peer.send(left) :]
                except TimeoutError:  # somebody stopped the command, or reads a long page
                    if self._gone:
                        raise

    def begin(self) -> bool:
        """Whether the command still waits, and wants this to begin."""
        self._peer.settimeout(_READ_SECONDS)
        try:
            self.send(b"A")
            go, self.descriptors, _, _ = socket.recv_fds(self._peer, 1, 3)
        except OSError:
            return False
        return go == b"G" and len(self.descriptors) == 3

    def writing(self) -> None:
        """Say that writing begins, once, and wait until the command heard it, for it may have given up.

        Raises KeyboardInterrupt when nobody reads it any more.
        """
        if not self._begun:
            self._begun = True
            try:
                self.send(b"W")
            except OSError:
                raise KeyboardInterrupt from None
            self._may_write.wait()
            if self._gone:
                raise KeyboardInterrupt

    def page(self, text: bytes) -> None:
        """Give the command a text that it is to show by its pager."""
        self.writing()
        try:
            self.send(b"P%d\n" % len(text) + text)
        except OSError:
            raise KeyboardInterrupt from None

    def watch(self, interrupt: Callable[[], None]) -> None:
        """Until it is over: say that this is alive, and interrupt what runs when the command wants that or is gone."""
        self._peer.settimeout(_SIGN_SECONDS)
        heard = b"I"
        while heard:
            try:
                heard = self._peer.recv(1)
            except TimeoutError:
                with suppress(OSError):
                    self.send(b".")
                continue
            except OSError:
                heard = b""
            if heard == b"G":
                self._may_write.set()
                continue
            if not heard:
                self._gone = True
                streams.forget_another()
                self._may_write.set()
            with self._deciding:
                if self._over:
                    return
                interrupt()

    def over(self) -> None:
        """The command is done: from now on nothing interrupts it."""
        with self._deciding:
            self._over = True

    def end(self, status: int | None) -> None:
        """Tell the exit status, or that nothing was done, and hang up."""
        self.over()
        with suppress(OSError):
            self.send(b"N" if status is None else b"E%d\n" % status)
        self.hang_up()

    def hang_up(self) -> None:
        """Say no more."""
        self.over()
        with suppress(OSError):
            self._peer.shutdown(socket.SHUT_RDWR)  # wakes who watches it
        self._peer.close()
        for number in self.descriptors:
            os.close(number)
        self.descriptors = []


class Server:
    """Listens in a thread of its own; `next` hands its requests to the main thread, which alone runs commands."""

    def __init__(self, place: Meeting) -> None:
        self.place = place
        self._lock = _lock(place)
        self._listening = _listen(place)
        self._free = threading.Semaphore(0)
        self._waiting: Connection | None = None
        self._there = threading.Event()
        self.ends = False
        threading.Thread(target=self._accept, name="kb-serve", daemon=True).start()

    def next(self, seconds: float) -> Connection | None:
        """The next request, or None when none came for so long."""
        self._free.release()
        came = self._there.wait(seconds)
        if not came:
            came = not self._free.acquire(blocking=False) and self._there.wait(_READ_SECONDS)
        self._there.clear()
        connection, self._waiting = self._waiting, None
        return connection if came else None

    def close(self) -> None:
        """Listen no more."""
        if self._lock >= 0:  # else the socket may be another's
            with suppress(OSError):
                os.unlink(self.place.socket)
        self._listening.close()
        lock, self._lock = self._lock, -1
        if lock >= 0:
            os.close(lock)

    def _accept(self) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(self._listening, selectors.EVENT_READ)
            while True:
                try:
                    selector.select()
                    peer, _ = self._listening.accept()
                except (OSError, ValueError):
                    return
                threading.Thread(target=self._greet, args=(peer,), daemon=True).start()

    def _greet(self, peer: socket.socket) -> None:
        try:
            peer.settimeout(_READ_SECONDS)
            request = read_request(peer) if is_same_user(peer) else None
        except (OSError, ValueError):
            request = None
        if request is None:
            peer.close()
        elif request.words == [meeting.STOP]:
            self._stop(peer, request)
        elif self._free.acquire(timeout=_TURN_SECONDS):
            self._waiting = Connection(peer, request)
            self._there.set()
        else:
            Connection(peer, request).end(None)

    def _stop(self, peer: socket.socket, request: Request) -> None:
        self.ends = True
        Connection(peer, request).end(0)
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGTERM)


def meeting_place(words: list[str]) -> Meeting:
    """Where the command line `words` looks for a server; the folder is made. Raises StateUnwritable."""
    folder = meeting.folder()
    try:
        if folder:
            os.makedirs(os.path.dirname(folder), exist_ok=True)
            with suppress(FileExistsError):
                os.mkdir(folder, 0o700)
        if not folder or not meeting.is_own(folder):
            raise StateUnwritable(
                f"{folder or 'The state folder'} must be a folder of yours that nobody else may enter. "
                f"Remove it, or run: chmod 700 {folder}"
            )
        return Meeting(folder, meeting.name(meeting.Wanted(words)))
    except OSError as error:
        raise StateUnwritable(
            f"{folder} cannot be made: {error.strerror}. Check the permissions of the folder above it."
        ) from error


def process(place: Meeting) -> int | None:
    """The number of the process that answers there, 0 where it is not known yet; None for none."""
    try:
        with open(place.socket + _LOCK, "rb") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except OSError:
                return int(file.read(20) or 0)
    except (OSError, ValueError):
        pass
    return None


def _lock(place: Meeting) -> int:
    """Held for as long as the process lives, however it ends. Raises AlreadyServed."""
    number = os.open(place.socket + _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(number)
        raise AlreadyServed from None
    os.truncate(number, 0)
    os.pwrite(number, b"%d" % os.getpid(), 0)
    return number


def _listen(place: Meeting) -> socket.socket:
    """A socket there, in place of one that a killed process left."""
    listening = socket.socket(socket.AF_UNIX)
    here = os.open(".", os.O_RDONLY)
    try:
        os.chdir(place.folder)  # the whole path may be longer than a socket's may be
        with suppress(FileNotFoundError):
            os.unlink(place.name)
        listening.bind(place.name)
        os.chmod(place.name, 0o600)
        listening.listen(_BACKLOG)
    finally:
        os.fchdir(here)
        os.close(here)
    return listening


def wait_until_gone(place: Meeting, seconds: float) -> bool:
    """Whether nobody answers there any more within so many seconds."""
    end = time.monotonic() + seconds
    while process(place) is not None:
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True
