"""Files within a file (ZIP: Word, EPUB), and XML: taken out one by one, never more of one than was asked for."""

from __future__ import annotations

import zipfile
import zlib
from typing import Any, BinaryIO
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from kb.sources.source import Unreadable

_MOST_ENTRIES = 20_000
MOST_BYTES = 60_000_000  # of one entry, uncompressed
_MOST_IN_ALL = 300_000_000
_ENCRYPTED = 0x1


class Archive:
    """A ZIP file. What is taken out of it is bounded, whatever it says of itself. Raises Unreadable."""

    def __init__(self, file: BinaryIO) -> None:
        try:
            self._zip = zipfile.ZipFile(file)
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
            raise Unreadable("is damaged, or not a file of its kind") from error
        if len(self._zip.filelist) > _MOST_ENTRIES:
            raise Unreadable("holds too many files")
        self._taken = 0

    def names(self) -> list[str]:
        """The names in it."""
        return self._zip.namelist()

    def holds(self, name: str) -> bool:
        """Whether something of this name is in it."""
        return name in self._zip.NameToInfo

    def read(self, name: str) -> bytes:
        """What is called `name`."""
        try:
            info = self._zip.getinfo(name)
            if info.flag_bits & _ENCRYPTED:
                raise Unreadable("is locked with a password")
            with self._zip.open(info) as entry:
                data = entry.read(MOST_BYTES + 1)
        except KeyError:
            raise Unreadable(f"lacks {name}, which every file of its kind has") from None
        except (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, NotImplementedError) as error:
            raise Unreadable("is damaged") from error
        self._taken += len(data)
        if len(data) > MOST_BYTES or self._taken > _MOST_IN_ALL:
            raise Unreadable("becomes far too large when it is unpacked")
        return data

    def xml(self, name: str, *, doctype: bool = False) -> Any:
        """The root of the XML called `name`."""
        return parse_xml(self.read(name), doctype=doctype)


def parse_xml(data: bytes, *, doctype: bool = False) -> Any:
    """The root element of `data`; entities and what lies elsewhere are refused, and a document type unless `doctype`."""
    try:
        return fromstring(data, forbid_dtd=not doctype, forbid_entities=True, forbid_external=True)
    except DefusedXmlException as error:
        raise Unreadable("defines entities or names files elsewhere, which is refused") from error
    except (ParseError, ValueError, LookupError) as error:
        raise Unreadable("is damaged: its XML cannot be read") from error


def local_name(tag: object) -> str:
    """The name of an element without its name space."""
    return tag.rsplit("}", 1)[-1] if isinstance(tag, str) else ""
