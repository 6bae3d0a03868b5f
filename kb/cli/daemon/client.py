"""The part of the command: hand it over to the process that holds the knowledge base open, where there is one.

Whatever is wrong with that process, the command runs as if there were none. It is given the command's own stdin, stdout
and stderr, its folder and its variables, so that it writes what the command itself would write.
"""

import os
import signal
import socket
import sys
from contextlib import suppress

from kb.cli.daemon import meeting
from kb.interrupts import INTERRUPTED

_SOON = 0.4  # seconds in which it must say that it is there
_ALIVE = 3.0  # seconds without a sign of life after which it counts as gone
_PATIENCE = 20  # signs of life, each half a second, until a command other than ask must have begun to write
GONE = "kb: The process that answers for kb stopped before it had finished. Ask again.\n"


def run_elsewhere(words: list[str]) -> int | None:
    """The exit status of the command when another process ran it; None when nothing was done yet."""
    if not hasattr(socket, "AF_UNIX") or os.environ.get(meeting.OFF) == "off" or "_KB_COMPLETE" in os.environ:
        return None
    wanted = meeting.Wanted(words)
    if not wanted.may_be_answered:
        return None
    try:
        for number in range(3):
            os.fstat(number)  # one that is closed would be the connection's
        connection = _connected(wanted)
        if connection is None:
            return None
        with connection:
            return _Exchange(connection, words, wanted.command).status()
    except OSError:
        return None


def _connected(wanted: meeting.Wanted) -> socket.socket | None:
    folder = meeting.folder()
    if not folder or not meeting.is_own(folder):
        return None
    name = meeting.name(wanted)
    if not os.path.exists(f"{folder}/{name}"):
        return None
    connection = socket.socket(socket.AF_UNIX)
    try:
        connection.settimeout(_SOON)
        connect(connection, folder, name)
    except BaseException:
        connection.close()
        raise
    return connection


def connect(connection: socket.socket, folder: str, name: str) -> None:
    """Connect to the socket `name` in `folder`, however long the folder's path is. Raises OSError."""
    here = os.open(".", os.O_RDONLY)
    there = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        if not meeting.is_closed(os.fstat(there)):
            raise OSError("not a folder of this user alone")
        os.fchdir(there)
        try:
            connection.connect(name)
        finally:
            os.fchdir(here)
    finally:
        os.close(there)
        os.close(here)
    if not is_same_user(connection):
        raise OSError("not of this user")


def is_same_user(peer: socket.socket) -> bool:
    """Whether the process at the other end is of the user who runs this one, and sees the same files and networks."""
    import struct

    if hasattr(socket, "SO_PEERCRED"):
        number, user, _ = struct.unpack(
            "3i", peer.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
        )
        return bool(user == os.getuid()) and meeting.spaces(str(number)) == meeting.spaces("self")
    if sys.platform == "darwin":
        # struct xucred behind LOCAL_PEERCRED (1) at SOL_LOCAL (0): version, then the user, as unsigned int.
        return bool(struct.unpack_from("II", peer.getsockopt(0, 1, 76))[1] == os.getuid())
    return True  # the folder is closed to others


def message(words: list[str], encodings: list[str]) -> bytes:
    """A request: how many bytes follow, then, each ended by a null, the folder, the words and the variables."""
    parts = [meeting.PROTOCOL, os.getcwd(), *encodings, str(len(words)), *words]
    parts += [f"{variable}={value}" for variable, value in os.environ.items()]
    body = "\0".join(parts).encode("utf-8", "surrogateescape")
    return b"%d\n" % len(body) + body


class _Exchange:
    """One request and its answer, a letter at a time: A begin, W writing, . alive, P page, E end, N not now."""

    def __init__(self, connection: socket.socket, words: list[str], command: str) -> None:
        self._connection = connection
        self._words = words
        self._command = command
        self._writes = False
        self._page: bytes | None = None
        self._stopped = 0

    def status(self) -> int | None:
        """The exit status; None where nothing was done. Raises OSError before anything was written."""
        request = message(self._words, [_encoding(sys.stdin), _encoding(sys.stdout), _encoding(sys.stderr)])
        self._connection.sendall(request)
        if self._read(1) != b"A":
            return None
        before = signal.getsignal(signal.SIGINT)
        if before is not signal.SIG_IGN:
            signal.signal(signal.SIGINT, self._stop)
        try:
            # Not before it answered: what lies unread at a process that hangs would keep stdout open.
            socket.send_fds(self._connection, [b"G"], [0, 1, 2])
            self._connection.settimeout(_ALIVE)
            status = self._read_reply()
        except (OSError, ValueError):
            if not self._writes:
                return INTERRUPTED if self._stopped else None
            os.write(2, GONE.encode())
            return 1
        finally:
            signal.signal(signal.SIGINT, before)
        if self._page is not None:
            from kb.cli.pager import show_page

            show_page(self._page)
        return status

    def _read_reply(self) -> int | None:
        signs = 0
        while True:
            sign = self._read(1)
            if sign == b"E":
                return int(self._line())
            if sign == b"W":
                self._connection.sendall(b"G")
                self._writes = True
            elif sign == b"P":
                self._page = self._exactly(int(self._line()))
            elif sign == b".":
                signs += 1
                if signs > _PATIENCE and not self._writes and self._command != "ask":
                    return None
            else:
                raise OSError("ended")

    def _stop(self, *_: object) -> None:
        self._stopped += 1
        if self._stopped > 1:
            os._exit(INTERRUPTED)
        with suppress(OSError):
            self._connection.send(b"I")

    def _line(self) -> bytes:
        line = b""
        while (byte := self._read(1)) not in (b"\n", b""):
            line += byte
        return line

    def _exactly(self, size: int) -> bytes:
        data = b""
        while len(data) < size:
            more = self._read(size - len(data))
            if not more:
                raise OSError("ended")
            data += more
        return data

    def _read(self, size: int) -> bytes:
        return self._connection.recv(size)


def _encoding(stream: object) -> str:
    return getattr(stream, "encoding", None) or ""
