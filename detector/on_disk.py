"""Columns on disk: written part after part, then mapped into memory, of which they take what is looked at.

Pages of a file can be let go of at any time, and are read again where they are needed; the system keeps them for as
long as it has room, and takes them back where it has not. Memory of a process it can only write elsewhere.

References
----------
.. [1] POSIX.1-2017, mmap(), unlink(): a file without a name is there for as long as it is mapped.
.. [2] Linux, madvise(2), MADV_DONTNEED: pages of a file are read again on next access.
"""

from __future__ import annotations

import mmap
import os
from collections.abc import Mapping, Sequence
from tempfile import TemporaryFile
from typing import IO, Any
from weakref import WeakSet

import numpy as np
import numpy.typing as npt
import pandas as pd

Column = npt.NDArray[Any]

_mapped: WeakSet[mmap.mmap] = WeakSet()


class Columns:
    """Columns of a table while they are written, each to a file of its own, which has no name."""

    def __init__(self) -> None:
        self._files: dict[str, IO[bytes]] = {}
        self._types: dict[str, np.dtype[Any]] = {}

    def append(self, rows: Mapping[str, Column]) -> None:
        """Write rows, all of which have the columns and types of the first."""
        for name, column in rows.items():
            if name not in self._files:
                self._files[name], self._types[name] = TemporaryFile(), column.dtype
            self._files[name].write(np.ascontiguousarray(column, self._types[name]).data)

    def mapped(self) -> dict[str, Column]:
        """All that was written, read-only; nothing can be written after that."""
        return {name: _of_file(file, self._types[name]) for name, file in self._files.items()}


def _of_file(file: IO[bytes], kind: np.dtype[Any]) -> Column:
    with file:
        size = file.tell()
        if not size or os.name != "posix":  # elsewhere a file does not outlive its handle
            file.seek(0)
            return np.frombuffer(file.read(), kind)
        file.flush()
        content = mmap.mmap(file.fileno(), size, access=mmap.ACCESS_READ)
    _mapped.add(content)
    return np.frombuffer(content, kind)


def put(columns: Mapping[str, Column]) -> dict[str, Column]:
    """The same columns, on disk."""
    writing = Columns()
    writing.append(columns)
    return writing.mapped()


def let_go() -> None:
    """Let go of the pages of all columns that are mapped, which are read again where they are needed."""
    if hasattr(mmap, "MADV_DONTNEED"):
        for content in list(_mapped):
            content.madvise(mmap.MADV_DONTNEED)


def taken(table: pd.DataFrame, rows: npt.NDArray[np.int64], names: Sequence[str] | None = None) -> pd.DataFrame:
    """Rows of a table, with all or some of its columns, each of which is let go of before the next is looked at."""
    columns = {}
    for name in map(str, table.columns) if names is None else names:
        columns[name] = table[name].to_numpy()[rows]
        let_go()
    return pd.DataFrame(columns, index=table.index[rows], copy=False)
