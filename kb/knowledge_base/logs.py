"""`base.logs`: plain text that belongs to the vault and is no note."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from kb.answering.feedback import FeedbackLog
    from kb.answering.kept_conversations import ConversationLog
    from kb.machine_log import MachineLog
    from kb.settings import Settings


class Logs:
    """What kb and plugins write down beside the notes, in `.kb` of the vault."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    @property
    def folder(self) -> Path:
        """`.kb` in the vault."""
        return self._settings.vault / ".kb"

    def of(self, name: str) -> MachineLog:
        """The log `.kb/NAME`, a file for each machine."""
        from kb.machine_log import MachineLog
        from kb.machine_name import machine_name

        settings = self._settings
        name = f"{self.folder.name}/{name}"
        own = settings.leaves_out(name)
        return MachineLog(settings.vault, name, lambda: machine_name(settings.state), only_own=own)

    @cached_property
    def feedback(self) -> FeedbackLog:
        """What was said of answers; `add` to it what is said now."""
        from kb.answering.feedback import FeedbackLog

        return FeedbackLog(self.of("feedback"))

    @cached_property
    def conversations(self) -> ConversationLog:
        """What was asked and answered in conversations."""
        from kb.answering.kept_conversations import ConversationLog

        return ConversationLog(self.of("conversations"))
