"""Says once for each server that quotes of notes will be sent to another machine."""

from __future__ import annotations

from pathlib import Path

from kb.models.language_model import LanguageModel
from kb.safe_text import without_secrets
from kb.trust import told_before


def remote_data_notice(model: LanguageModel, state: Path) -> str:
    """A sentence the first time a server on another machine is to be asked; afterwards, and otherwise, nothing."""
    if not getattr(model, "leaves_machine", False):
        return ""
    url = str(getattr(model, "url", ""))
    if told_before(url, state):
        return ""
    return f"Your questions, and the quotes of your notes that answer them, will be sent to {without_secrets(url)}. You won't see this message again."
