"""What every dialogue that fills itself has in common."""

from __future__ import annotations

from abc import abstractmethod
from typing import TypeVar

from textual.screen import ModalScreen

Result = TypeVar("Result")


class Dialog(ModalScreen[Result]):
    """A screen over the others. Whoever closes it before it is laid out has removed what would be filled."""

    def on_mount(self) -> None:
        """Fill what was laid out."""
        if self.children:
            self.fill()

    @abstractmethod
    def fill(self) -> None:
        """Fill what `compose` has laid out."""
