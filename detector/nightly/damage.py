"""What is wrong with a store, said so that somebody can mend it."""

from __future__ import annotations

from pathlib import Path

from detector.errors import DetectorError


class DamagedStore(DetectorError):
    """A file of a store is missing, altered, or of another version or key."""

    def __init__(self, path: Path, what: str, remedy: str = "Restore it from a copy of the store.") -> None:
        super().__init__(f"{path}: is damaged: {what}. {remedy}")


class StoreInUse(DetectorError):
    """Another run holds the store."""

    exit_code = 5
