"""Hashes of requests, and which of them occur more than once: a range of hashes at a time.

Hashes are uniform, so that a range holds as many as any other, and what is sorted at once does not grow with the rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import mkstemp
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

Hashes = npt.NDArray[np.uint64]

#: Ranges of hashes that are looked at one after another.
RANGES = 64
_LEAST = np.arange(1, RANGES, dtype=np.uint64) << np.uint64(64 - 6)


class RequestHashes:
    """Hashes on disk.

    Parameters
    ----------
    folder : Path
        Gets a file for them.
    """

    def __init__(self, folder: Path) -> None:
        handle, path = mkstemp(dir=folder)
        self._path, self._ends = path, [np.zeros(RANGES, np.int64)]
        open(handle, "wb").close()

    def append(self, hashes: Hashes) -> None:
        """Write a part, in order, and remember where ranges end in it."""
        ascending, before = np.sort(hashes), self._ends[-1][-1]
        with open(self._path, "ab") as file:
            ascending.tofile(file)
        self._ends.append(before + np.append(np.searchsorted(ascending, _LEAST), len(ascending)))

    def ranges(self) -> Iterator[Hashes]:
        """Hashes of one range after another, in any order within it."""
        ends = np.array(self._ends)
        begins = np.column_stack([np.append(0, ends[:-1, -1]), ends[:, :-1]])
        with open(self._path, "rb") as file:
            for begin, end in zip(begins.T.tolist(), ends.T.tolist(), strict=True):
                yield np.concatenate([_read(file, *span) for span in zip(begin, end, strict=True)])


def in_ranges(parts: RequestHashes | Sequence[Hashes]) -> Iterator[Hashes]:
    """Hashes of one range after another, wherever they are."""
    if isinstance(parts, RequestHashes):
        return parts.ranges()
    ascending = np.sort(np.concatenate([np.zeros(0, np.uint64), *parts]))
    return iter(np.split(ascending, np.searchsorted(ascending, _LEAST)))


def repeated(sets: Sequence[RequestHashes | Sequence[Hashes]]) -> tuple[Hashes, list[npt.NDArray[np.bool_]]]:
    """Hashes that occur more than once in all sets together, ascending, and which of them each set holds."""
    found, held = [np.zeros(0, np.uint64)], [[np.zeros(0, bool)] for _ in sets]
    for own in zip(*map(in_ranges, sets), strict=True):
        ascending = np.sort(np.concatenate(own))
        again = np.unique(ascending[1:][ascending[1:] == ascending[:-1]])
        if len(again):
            found.append(again)
            for mine, hashes in zip(held, own, strict=True):
                mine.append(np.isin(again, hashes))
    return np.concatenate(found), [np.concatenate(mine) for mine in held]


def _read(file: BinaryIO, begin: int, end: int) -> Hashes:
    file.seek(8 * begin)
    return np.frombuffer(file.read(8 * (end - begin)), np.uint64)
