"""Where the vectors of a team are kept, and as whom this machine goes there."""

from __future__ import annotations

import re
import socket
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from urllib.parse import urlsplit

from kb.errors import KeyNotForHost, SharedIndexRefused
from kb.indexing.seal import machine_key
from kb.proxies import leaves_machine
from kb.safe_text import without_secrets
from kb.settings import SharedIndexSettings
from kb.trust import require_key_for_host

_LEAST_KEY = 24  # characters: fewer could be guessed by whoever holds a signature
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,126}[A-Za-z0-9]")  # what Chroma takes, and no path


@dataclass(frozen=True, slots=True)
class SharedPlace:
    """A database of a Chroma server."""

    url: str
    token: str = field(repr=False)
    team_key: str = field(repr=False)
    tenant: str
    database: str
    holder: str  # this index of this machine, as its claims name it
    state: Path

    @property
    def shown(self) -> str:
        """The server's address for a person to read."""
        return without_secrets(self.url)

    @property
    def leaves_machine(self) -> bool:
        """Whether what is sent goes to another machine."""
        return leaves_machine(self.url)

    @property
    def is_open(self) -> bool:
        """Whether what is sent could be read on its way."""
        return self.leaves_machine and not self.url.casefold().startswith("https:")

    def as_json(self) -> dict[str, str]:
        """As `kb status --json` tells of it."""
        return {"url": self.shown, "tenant": self.tenant, "database": self.database}

    def check(self) -> None:
        """Raises SharedIndexRefused where it cannot be used as it is set, or the token is another host's."""
        parts = urlsplit(self.url)
        if parts.username or parts.password:
            raise SharedIndexRefused(
                "index.url holds a name or password, which kb does not send to a shared index. Remove it, and set index.token."
            )
        if len(self.team_key) < _LEAST_KEY:
            raise SharedIndexRefused(
                f"A shared index needs the key that your team signs its vectors with, of at least {_LEAST_KEY} characters. "
                "Set KB_INDEX_TEAM_KEY to it; whoever is first creates it with: openssl rand -base64 32"
            )
        for name, value in (("tenant", self.tenant), ("database", self.database)):
            if not _NAME.fullmatch(value):
                raise SharedIndexRefused(
                    f"index.{name} must be 3 to 128 letters, digits, dots, hyphens or underscores. Correct it in kb.toml."
                )
        try:
            require_key_for_host(self.token, self.url, self.state)
        except KeyNotForHost as error:
            raise SharedIndexRefused(str(error).replace("Your key", "Your token")) from error


def shared_place(settings: SharedIndexSettings, index: Path, state: Path) -> SharedPlace:
    """The place that the settings name by its URL, for the index in a folder."""
    # The lock lets one process of this machine write an index: a claim of the same holder is its own, of before a kill.
    digest = blake2b(key=machine_key(state), digest_size=12)
    digest.update(f"{socket.gethostname()}\0{index}".encode("utf-8", "surrogateescape"))
    return SharedPlace(
        settings.url.rstrip("/"),
        settings.token,
        settings.team_key,
        settings.tenant,
        settings.database,
        digest.hexdigest(),
        state,
    )
