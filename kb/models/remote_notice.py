"""Says once for each server that quotes of notes will be sent to another machine."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

from kb.models.language_model import LanguageModel
from kb.safe_text import without_secrets


def remote_data_notice(model: LanguageModel, state: Path) -> str:
    """A sentence the first time a server on another machine is to be asked; afterwards, and otherwise, nothing."""
    if not getattr(model, "leaves_machine", False):
        return ""
    url = str(getattr(model, "url", ""))
    told = state / "told" / sha256(url.encode()).hexdigest()[:16]
    if told.exists():
        return ""
    try:
        told.parent.mkdir(parents=True, exist_ok=True)
        told.touch()
    except OSError:
        pass  # then it is told again next time
    return f"Your questions, and the quotes of your notes that answer them, will be sent to {without_secrets(url)}. You won't see this message again."
