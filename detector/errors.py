"""What can go wrong, said so that the reader knows where, what was found, and what to do."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path


class DetectorError(Exception):
    """A failure the user can mend; shown as one line, never as a traceback."""

    exit_code = 2


class UsageError(DetectorError):
    """Wrong words on the command line or in a settings file."""


class InputError(DetectorError):
    """No usable input: nothing to read, or nothing in it that can be used."""

    exit_code = 3


class SetAside(InputError):
    """A file that is not to be read at all, found out in the middle: what was read of it does not count."""


class OutputError(DetectorError):
    """The result could not be written; nothing that was there before has changed."""

    exit_code = 6


class ModelError(DetectorError):
    """A baseline file is damaged, foreign or from another version."""


class MissingColumns(InputError):
    """A log lacks columns the detector cannot do without."""

    def __init__(self, path: Path | str, missing: Sequence[str], found: Sequence[str], kind: str = "file") -> None:
        listed = ", ".join(found) if found else "no columns"
        super().__init__(
            f"{path}: no column named {', '.join(missing)}. The {kind} has: {listed}. "
            f'If it goes by another name, say so in a map file (--map map.toml): {missing[0]} = "ITS_NAME"'
        )
