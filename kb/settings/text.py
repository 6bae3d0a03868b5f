"""The text of a kb.toml, and where in it something stands."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from kb.errors import SettingsError
from kb.files.small import read_small
from kb.settings.rules import line_of


@dataclass(frozen=True, slots=True)
class SettingsText:
    """A kb.toml as it is written, so that a message can name the line."""

    file: Path | None
    text: str

    def place(self, section: str, name: str = "") -> str:
        """Where `name` of `section` is set, for the beginning of a message."""
        line = line_of(self.text, section, name)
        return f"{self.file}, line {line}:" if line else f"{self.file}:"


def read_settings_text(file: Path) -> str:
    """The text of a kb.toml. Raises SettingsError."""
    try:
        return read_small(file).decode("utf-8-sig")  # editors on Windows write a byte order mark
    except UnicodeDecodeError as error:
        raise SettingsError(f"{file} is not UTF-8 text: {error.reason}. Save it as UTF-8.") from error
    except OSError as error:
        raise SettingsError(
            f"{file} cannot be read: {error.strerror}. Correct that, or remove it."
        ) from error
