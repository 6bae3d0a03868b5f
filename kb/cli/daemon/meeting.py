"""Where `kb` and the process that answers for it meet: a socket whose name stands for all on which an answer depends.

Another folder, another kb.toml, another variable, another version: another name, and so nobody who could answer wrongly.
Every `kb search` imports this first, so it imports next to nothing.
"""

import os
import sys

OFF = "KB_SERVE_LOCAL"  # the variable of the setting serve.local
PROTOCOL = "2"
STOP = "--stop"  # the one word of a request to end, which is no command line of COMMANDS
# Commands that read and never write, ask nothing, and start no other program.
COMMANDS = frozenset(("ask", "search", "status", "links", "graph", "doctor"))
# Variables, and beginnings of them, on which more depends than how an answer looks.
_NAMED = (
    "HOME", "LANG", "LANGUAGE", "TZ", "TMPDIR", "SSL_CERT_FILE", "SSL_CERT_DIR", "CUDA_VISIBLE_DEVICES",
    "http_proxy", "https_proxy", "all_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY",
)  # fmt: skip
_BEGINNINGS = ("KB_", "XDG_", "LC_", "PYTHON", "LD_", "DYLD_")
_SHOWN = ("KB_PAGER",)


class Wanted:
    """What stands on a command line before the command, and its name."""

    def __init__(self, words: list[str]) -> None:
        self.command = ""
        self.places = {"--vault": "", "--index": ""}
        self.is_plain = True  # whether nothing stands there that only the command line itself understands
        self._read(words)

    def _read(self, words: list[str]) -> None:
        left = iter(words)
        for word in left:
            name, is_set, value = word.partition("=")
            if name in self.places:
                self.places[name] = value if is_set else next(left, "")
            elif not word.startswith("-"):
                self.command = self.command or word
            elif self.command and (word == "-" or word.startswith("--o") or _holds_open(word)):
                self.is_plain = False  # stdin, or an editor
            elif not self.command and word != "--json":
                self.is_plain = False

    @property
    def may_be_answered(self) -> bool:
        """Whether another process may run it."""
        return self.is_plain and self.command in COMMANDS


def _holds_open(word: str) -> bool:
    """Whether a word such as `-no` holds the option that starts an editor; a word after a dash may hold it, too."""
    return not word.startswith("--") and "o" in word


def folder() -> str:
    """The folder of the sockets: of this user, below the folder of what runs, else of what is kept. Empty for none."""
    above = os.environ.get("XDG_RUNTIME_DIR", "")
    if above.startswith("/"):
        return f"{above}/kb"
    above = os.environ.get("XDG_STATE_HOME", "")
    home = os.environ.get("HOME", "")
    if not above.startswith("/"):
        if not home.startswith("/"):
            return ""
        above = f"{home}/Library/Application Support" if sys.platform == "darwin" else f"{home}/.local/state"
    return f"{above}/kb/run"


def is_own(path: str) -> bool:
    """Whether the folder at `path` is this user's, no link, and closed to all others."""
    try:
        state = os.lstat(path)
    except OSError:
        return False
    return is_closed(state)


def is_closed(state: os.stat_result) -> bool:
    """Whether this is a folder of this user that nobody else may enter."""
    return state.st_mode & 0o170777 == 0o040700 and state.st_uid == os.getuid()


def name(wanted: Wanted) -> str:
    """The name of the socket, of 24 characters: paths of sockets may have 104 bytes on macOS.

    Raises OSError where the current folder is gone.
    """
    from hashlib import blake2b

    here = os.getcwd()
    parts = [PROTOCOL, sys.executable, sys.version, os.path.dirname(os.path.realpath(__file__)), _root(here)]
    parts += spaces("self")
    for option, value in wanted.places.items():
        parts += [option, os.path.join(here, os.path.expanduser(value)) if value else ""]
    relevant = sorted(entry for entry in os.environ.items() if _counts(entry[0]))
    for variable, value in relevant:
        # A relative path there means another one in each folder.
        parts += [variable, value, here if variable in ("KB_VAULT", "KB_INDEX") and value[:1] != "/" else ""]
    return blake2b("\0".join(parts).encode("utf-8", "surrogateescape"), digest_size=12).hexdigest()


def spaces(process: str) -> list[str]:
    """What Linux lets a process see; a process in a sandbox sees less."""
    found = []
    for kind in ("mnt", "net", "user"):
        try:
            found.append(os.readlink(f"/proc/{process}/ns/{kind}"))
        except OSError:
            found.append("")
    return found


def _counts(variable: str) -> bool:
    return variable not in _SHOWN and (variable in _NAMED or variable.startswith(_BEGINNINGS))


def _root(here: str) -> str:
    """The nearest folder upward with a kb.toml, or none."""
    while not os.path.isfile(os.path.join(here, "kb.toml")):
        above = os.path.dirname(here)
        if above == here:
            return ""
        here = above
    return here
