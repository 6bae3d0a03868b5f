"""The protocol as pygls speaks it, and one thing more."""

from __future__ import annotations

from pygls.protocol import LanguageServerProtocol

from kb.plugin_api import Cancellation


class Protocol(LanguageServerProtocol):
    """Stops an answer whose request was cancelled: it is made in another thread, which pygls knows nothing of."""

    def _handle_cancel_notification(self, msg_id: str | int) -> None:
        running: dict[str | int, Cancellation] = getattr(self._server, "running", {})
        if cancellation := running.get(msg_id):
            cancellation.cancel()
        super()._handle_cancel_notification(msg_id)
