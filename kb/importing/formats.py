"""All formats, those that are told apart most surely first; `kb import` takes the first that fits."""

from __future__ import annotations

from kb.importing.apple import AppleNotes
from kb.importing.bear import Bear
from kb.importing.chatgpt import ChatGpt
from kb.importing.claude import Claude
from kb.importing.clippings import Clippings
from kb.importing.evernote import Evernote
from kb.importing.importer import Importer
from kb.importing.keep import Keep
from kb.importing.logseq import Logseq
from kb.importing.messages import Messages
from kb.importing.notion import Notion
from kb.importing.roam import Roam
from kb.importing.text import Text

FORMATS: tuple[Importer, ...] = (
    Evernote(),
    ChatGpt(),
    Claude(),
    Keep(),
    Bear(),
    Notion(),
    Roam(),
    Logseq(),
    Messages(),
    AppleNotes(),
    Clippings(),
    Text(),
)
