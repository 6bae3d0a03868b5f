"""What the system tells of changes below a folder, and whether it tells all of them.

Events are only hints that a scan is due, so it matters little if some are doubled or late; but watchdog goes blind
without a word when watches run out, or when the folder itself is replaced. Linux says which watches a process has.
"""

from __future__ import annotations

import errno
import logging
import os
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from watchdog.events import FileSystemEvent

# File systems that do not tell of what other machines write.
_REMOTE = frozenset("9p afs ceph cifs davfs drvfs glusterfs lustre ncpfs nfs nfs4 smb3 smbfs".split())
_REMOTE_FUSE = ("fuse.sshfs", "fuse.rclone", "fuse.gvfsd", "fuse.s3fs", "fuse.davfs", "fuse.glusterfs")
_MOUNTS = Path("/proc/self/mountinfo")
_DESCRIPTORS = Path("/proc/self/fd")
_DETAILS = Path("/proc/self/fdinfo")
_LIMITS = {errno.ENOSPC: "max_user_watches", errno.EMFILE: "max_user_instances"}


class FolderEvents:
    """Calls `hint` from a thread of its own whenever something that `concerns` the watcher changed below `root`."""

    def __init__(self, root: Path, concerns: Callable[[Path], bool], hint: Callable[[], None]) -> None:
        self._root = Path(os.path.realpath(root))
        self._shown = root
        self._concerns = concerns
        self._hint = hint
        self._observer: Any = None
        self._losses = _Losses(self._lost_some)
        self._folders_changed = False
        self._identity: tuple[int, int] | None = None

    def start(self) -> str:
        """Begin to listen. Returns why events alone will not do, as part of a sentence; empty when they will."""
        if system := _remote_file_system(self._root):
            return f"it is on a network drive ({system}), which doesn't report changes"
        try:
            self._listen()
        except OSError as error:
            self.stop()
            if limit := _LIMITS.get(error.errno or 0):
                return _limit_reached(limit)
            return f"the system doesn't report changes ({error.strerror})"
        return _limit_reached("max_user_watches") if self._lacks_watches() else ""

    def stop(self) -> None:
        """Stop listening; no harm when it has not begun."""
        observer, self._observer = self._observer, None
        logging.getLogger("watchdog").removeHandler(self._losses)
        if observer is not None:
            observer.unschedule_all()
            if observer.is_alive():
                observer.stop()
                observer.join()

    def lost_root(self) -> bool:
        """Whether the folder is gone or another one stands in its place."""
        return self._observer is not None and _identity(self._root) != self._identity

    def is_blind(self) -> bool:
        """Whether some folder is not watched.

        Known on Linux only, where each folder needs a watch of its own. Counting is left out while no folder came,
        went or moved.
        """
        if self._observer is None:
            return False
        changed, self._folders_changed = self._folders_changed, False
        return self.lost_root() or (changed and self._lacks_watches())

    def _lacks_watches(self) -> bool:
        watches = _watches()
        return watches is not None and watches < _folders(self._root)

    def _listen(self) -> None:
        from watchdog import events
        from watchdog.observers import Observer

        logging.getLogger("watchdog").addHandler(self._losses)
        # It warns when a folder that was moved out of the vault comes back.
        warnings.filterwarnings("ignore", category=RuntimeWarning, module="watchdog")
        handler = events.FileSystemEventHandler()
        handler.on_any_event = self._heard  # type: ignore[method-assign]
        # Reading is not among them: kb itself reads.
        wanted = [
            events.FileCreatedEvent,
            events.FileModifiedEvent,
            events.FileMovedEvent,
            events.FileDeletedEvent,
            events.FileClosedEvent,
            events.DirCreatedEvent,
            events.DirMovedEvent,
            events.DirDeletedEvent,
        ]
        self._identity = _identity(self._root)
        self._observer = Observer()
        self._observer.schedule(handler, os.fspath(self._root), recursive=True, event_filter=wanted)
        self._observer.start()

    def _lost_some(self) -> None:
        self._folders_changed = True
        self._hint()

    def _heard(self, event: FileSystemEvent) -> None:
        self._folders_changed |= event.is_directory
        for path in (event.src_path, event.dest_path):
            if not path:
                continue
            file = Path(os.fsdecode(path))
            if file == self._root or self._concerns(self._shown / _below(file, self._root)):
                self._hint()
                return


class _Losses(logging.Handler):
    """watchdog writes to its log when events were lost; then everything has to be looked at."""

    def __init__(self, lost: Callable[[], None]) -> None:
        super().__init__(logging.WARNING)
        self._lost = lost

    def emit(self, record: logging.LogRecord) -> None:  # noqa: ARG002
        self._lost()


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _below(path: Path, root: Path) -> Path:
    return path.relative_to(root) if path.is_relative_to(root) else path


def _limit_reached(limit: str) -> str:
    file = Path("/proc/sys/fs/inotify") / limit
    try:
        value = int(file.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return "the system cannot watch all of its folders"
    return (
        f"it has more folders than the system can watch (fs.inotify.{limit} is {value}; to raise it: "
        f"sudo sysctl fs.inotify.{limit}={max(8 * value, 524_288 if 'watches' in limit else 1024)})"
    )


def _watches() -> int | None:
    """How many folders this process watches; None where that cannot be known."""
    try:
        descriptors = [path.name for path in _DESCRIPTORS.iterdir() if _is_inotify(path)]
        details = [(_DETAILS / name).read_text(encoding="ascii") for name in descriptors]
    except OSError:
        return None
    return sum(text.count("\ninotify ") + text.startswith("inotify ") for text in details)


def _is_inotify(descriptor: Path) -> bool:
    try:
        return "inotify" in os.readlink(descriptor)  # noqa: PTH115
    except OSError:
        return False  # closed meanwhile


def _folders(root: Path) -> int:
    """How many folders there are that may be listened to, `root` included."""
    return sum(os.access(folder, os.R_OK) for folder, _, _ in os.walk(root))


def _remote_file_system(path: Path) -> str:
    """The kind of file system `path` is on when it is a remote one; empty otherwise, or when it cannot be known."""
    try:
        lines = _MOUNTS.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    best, kind = "", ""
    for line in lines:
        fields, _, rest = line.partition(" - ")
        point = fields.split()[4].replace("\\040", " ")
        if len(point) >= len(best) and path.is_relative_to(point):
            best, kind = point, rest.split()[0]
    return kind if kind in _REMOTE or kind.startswith(_REMOTE_FUSE) else ""
