"""From settings to a shared index."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from kb.settings import Settings

if TYPE_CHECKING:
    from kb.indexing.shared.exchange import SharedVectors


def shared_vectors(settings: Settings, notice: Callable[[str], None]) -> SharedVectors | None:
    """The way to the shared index that is set, and None where none is. Cheap: nothing is connected.

    `notice` is told, once for each server, that vectors will be sent to another machine.
    """
    if not settings.shared.url:
        return None
    from kb.indexing.shared.exchange import SharedVectors
    from kb.indexing.shared.place import shared_place
    from kb.trust import told_before

    place = shared_place(settings.shared, settings.index, settings.state)
    if place.leaves_machine and not told_before(place.url, settings.state):
        notice(
            "The vectors of your notes, from which their subjects can be guessed, will be shared with your team by "
            f"{place.shown}. You won't see this message again."
        )
    return SharedVectors(place)
