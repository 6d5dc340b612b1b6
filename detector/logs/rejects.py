"""Rows that could not be used: counted exactly, listed up to a bound."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

import pyarrow as pa

from detector.schema import REJECTS_SCHEMA

_Entry = tuple[str, int, int, str, str]
_NO_OFFSET = -1


@dataclass
class Rejects:
    """Rejected rows of any number of files.

    The list keeps the first `max_kept` in the order of (file, row), whatever the order in which
    files were read or lists were merged; the counts are exact.
    """

    max_kept: int = 10_000
    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    _entries: list[_Entry] = field(default_factory=list)

    def add(self, file: str, row: int, offset: int | None, reason: str, detail: str) -> None:
        """Count one row and remember it while there is room."""
        self.counts[file, reason] += 1
        self._entries.append((file, row, _NO_OFFSET if offset is None else offset, reason, detail))
        if len(self._entries) > 2 * self.max_kept:
            self._prune()

    def add_many(self, file: str, rows: Iterable[int], many: int, reason: str, detail: str) -> None:
        """Count many rows of a file for one reason; of them, those whose place is known are listed."""
        self.counts[file, reason] += many
        self._entries += [(file, row, _NO_OFFSET, reason, detail) for row in rows]
        self._prune()

    def merge(self, other: Rejects) -> None:
        """Take over what another list holds, of files read elsewhere."""
        self.counts.update(other.counts)
        self._entries.extend(other._entries)
        self._prune()

    def of_file(self, file: str) -> int:
        """Exact number of rows rejected in a file."""
        return sum(n for (name, _), n in self.counts.items() if name == file)

    def reasons(self) -> dict[str, int]:
        """Exact number of rows per reason, the most frequent first."""
        total: Counter[str] = Counter()
        for (_, reason), n in self.counts.items():
            total[reason] += n
        return dict(sorted(total.items(), key=lambda item: (-item[1], item[0])))

    def forget(self, file: str) -> None:
        """Drop what was said about a file, for when it is refused as a whole."""
        self.counts = Counter({k: n for k, n in self.counts.items() if k[0] != file})
        self._entries = [entry for entry in self._entries if entry[0] != file]

    @property
    def total(self) -> int:
        """Exact number of rejected rows, listed or not."""
        return sum(self.counts.values())

    def to_table(self) -> pa.Table:
        """Give the listed rows as a table of `schema.REJECTS`, sorted by file and row."""
        self._prune()
        columns: Iterable[tuple[object, ...]] = zip(*self._entries, strict=True)
        file, row, offset, reason, detail = [list(c) for c in columns] or [[], [], [], [], []]
        known = [None if value == _NO_OFFSET else value for value in offset]
        return pa.table([file, row, known, reason, detail], schema=REJECTS_SCHEMA)

    def _prune(self) -> None:
        self._entries.sort()
        del self._entries[self.max_kept :]
