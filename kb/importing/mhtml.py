"""Pages that browsers save as one file of MHTML: a mail whose parts are the page and its pictures."""

from __future__ import annotations

import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email import message_from_bytes, policy
from email.message import Message
from email.utils import parsedate_to_datetime
from pathlib import PurePosixPath
from urllib.parse import urlsplit

from kb.errors import ExportUnreadable
from kb.importing.imported_note import Attachment, clean, short_hash
from kb.importing.tree import Tree

SUFFIXES = (".mhtml", ".mht")
_MOST_PARTS = 5_000


@dataclass(frozen=True, slots=True)
class Saved:
    """A page as it was saved."""

    html: str
    address: str = ""
    moment: datetime | None = None  # when it was saved
    parts: Mapping[str, Attachment] = field(default_factory=dict)  # by address


def read_mhtml(tree: Tree, name: str) -> Saved:
    """The page in the file `name`. Raises ExportUnreadable."""
    try:
        mail = message_from_bytes(tree.read(name), policy=policy.compat32)
        parts = [part for _, part in zip(range(_MOST_PARTS), mail.walk(), strict=False)]
    except (RecursionError, ValueError, LookupError) as error:
        raise ExportUnreadable(f"{name} can't be read: it is damaged, or nested too deeply.") from error
    page = next((part for part in parts if part.get_content_type() == "text/html"), None)
    if page is None:
        raise ExportUnreadable(f"{name} can't be read: there is no page in it.")
    files: dict[str, Attachment] = {}
    for part in parts:
        data = _data(part)
        if part.get_content_maintype() in ("image", "audio", "video") and data:
            address = str(part.get("Content-Location", "")).strip()
            file = _attachment(address, part.get_content_type(), data, tree)
            files[address] = file
            if identity := str(part.get("Content-ID", "")).strip().strip("<>"):
                files[f"cid:{identity}"] = file
    return Saved(
        clean(_text(page)),
        str(mail.get("Snapshot-Content-Location", "") or page.get("Content-Location", "")).strip(),
        _moment(str(mail.get("Date", ""))),
        files,
    )


def _moment(text: str) -> datetime | None:
    try:
        return parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _data(part: Message) -> bytes:
    try:
        data = part.get_payload(decode=True)
    except (ValueError, LookupError):
        return b""
    return data if isinstance(data, bytes) else b""


def _text(part: Message) -> str:
    data = _data(part)
    try:
        return data.decode(str(part.get_content_charset() or "utf-8"), "replace")
    except (LookupError, ValueError):  # no encoding, or none that text of the web is in
        return data.decode("utf-8", "replace")


def _attachment(address: str, kind: str, data: bytes, tree: Tree) -> Attachment:
    try:
        path = PurePosixPath(urlsplit(address).path).name
    except ValueError:
        path = ""
    ending = mimetypes.guess_extension(kind) or ".bin"
    digest = short_hash(data.hex())
    name = path if PurePosixPath(path).suffix else f"{path or f'picture-{digest}'}{ending}"
    return Attachment(f"mhtml:{digest}", name, tree.keep(data))
