"""Signs that an object may give one of its keys twice.

JSON readers disagree on which of two equal keys counts. A row whose account or time is given twice
is refused; this module finds, at little cost, the few lines that need a closer look.
"""

from __future__ import annotations

import re
from collections.abc import Iterable


class Watched:
    """Keys that must not be given twice."""

    def __init__(self, keys: Iterable[str]) -> None:
        names = sorted(set(keys))
        self._quoted = tuple(f'"{name}"'.encode() for name in names)
        self._plain = all(name.isascii() and '"' not in name and "\\" not in name for name in names)
        letters = {ord(c) for name in names for c in name if c.isascii()}
        codes = "|".join(f"{code:02x}" for code in sorted(letters)) or "(?!)"
        self._escaped = re.compile(rf"\\u00(?:{codes})".encode(), re.IGNORECASE)

    def suspect_line(self, line: bytes) -> bool:
        """Whether a line may repeat a key."""
        if not self._plain or any(line.count(key) > 1 for key in self._quoted):
            return True
        return self._escaped.search(line) is not None
