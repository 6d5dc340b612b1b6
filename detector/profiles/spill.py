"""Profiles of files on disk until all are merged: account by account, so that memory does not grow with the files."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.ipc

from detector.on_disk import Columns
from detector.profiles.profile import Profile, merge, merge_pieces
from detector.profiles.sizes import Levels, Sizes
from detector.profiles.sketches import grouped_sum

#: Rows that are written, and read, at a time.
BLOCK_ROWS = 2_048
#: Rows of samples that are merged at a time.
RANGE_ROWS = 131_072
TABLES = ("days", "requests", "activity", "distinct")

Ints = npt.NDArray[np.int64]
#: The first of a range of accounts, and the tables of the range, which name its accounts from 0 on.
Piece = tuple[int, dict[str, pd.DataFrame]]


@dataclass(frozen=True)
class Spilled:
    """A profile on disk.

    Attributes
    ----------
    folder : Path
        Holds an Arrow file for each table.
    ids : ndarray of str
        Its accounts, sorted.
    rows : ndarray of int64, shape (n_accounts,)
        Sampled requests of each.
    first : dict of str to ndarray of int64
        Of each table, the account with which each block begins, and one past the last.
    """

    folder: Path
    ids: npt.NDArray[np.object_]
    rows: Ints
    first: dict[str, Ints]

    def table(self, name: str, since: int, until: int, columns: list[str] | None = None) -> pd.DataFrame:
        """Rows of a table of the accounts from `since` up to before `until`."""
        first = self.first[name]
        # the block before the first that begins with an account may hold rows of it too
        begin = max(0, int(np.searchsorted(first[:-1], since, side="left")) - 1)
        end = int(np.searchsorted(first[:-1], until, side="left"))
        with pa.OSFile(str(self.folder / f"{name}.arrow")) as file:
            reader = pa.ipc.open_file(file)
            blocks = [reader.get_batch(i) for i in range(begin, end)]
            rows = pa.Table.from_batches(blocks, schema=reader.schema)
            account = rows.column("account").to_numpy()
            low, high = np.searchsorted(account, [since, until])
            rows = rows.slice(low, high - low)
            names = columns or rows.column_names
            return pd.DataFrame({name: rows.column(name).to_numpy() for name in names}, copy=False)

    def piece(self, since: int, until: int) -> Profile:
        """Profile of the accounts from `since` up to before `until`."""
        tables = {name: self.table(name, since, until) for name in TABLES}
        moved = {name: table.assign(account=table["account"] - since) for name, table in tables.items()}
        return Profile(self.ids[since:until], **moved)


def spill(profile: Profile, folder: Path) -> Spilled:
    """Write a profile to an empty folder."""
    return _written(profile.ids, [(0, {name: getattr(profile, name) for name in TABLES})], folder)


def spill_merged(parts: list[Spilled], sizes: Sizes, folder: Path) -> Spilled:
    """Write `merge` of profiles on disk to an empty folder; the parts are gone then."""
    ids, pieces = _merged(parts, sizes)
    written = _written(ids, pieces, folder)
    for part in parts:
        shutil.rmtree(part.folder)
    return written


def _written(ids: npt.NDArray[np.object_], pieces: Iterable[Piece], folder: Path) -> Spilled:
    """Write a profile that comes a range of accounts after the other."""
    rows = np.zeros(len(ids), np.int64)
    with ExitStack() as files:
        writing = {name: files.enter_context(_Writing(folder / f"{name}.arrow")) for name in TABLES}
        for since, piece in pieces:
            for name in TABLES:
                account = piece[name]["account"].to_numpy() + since
                writing[name].add(piece.pop(name), account)
                if name == "requests":
                    rows += np.bincount(account, minlength=len(ids))
    return Spilled(folder, ids, rows, {name: one.first() for name, one in writing.items()})


class _Writing:
    """An Arrow file of a table while it is written."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._files = ExitStack()
        self._writer: pa.ipc.RecordBatchFileWriter | None = None
        self._first: list[Ints] = []
        self._end = 0

    def __enter__(self) -> Self:
        self._file = self._files.enter_context(pa.OSFile(str(self._path), "wb"))
        return self

    def add(self, table: pd.DataFrame, account: Ints) -> None:
        """Write rows, whose accounts are these."""
        columns = {str(name): pa.array(table[name].to_numpy(), from_pandas=False) for name in table.columns}
        rows = pa.table(columns | {"account": pa.array(account)})
        if self._writer is None:
            self._writer = self._files.enter_context(pa.ipc.new_file(self._file, rows.schema))
        self._writer.write_table(rows, max_chunksize=BLOCK_ROWS)
        self._first.append(account[::BLOCK_ROWS])
        self._end = int(account[-1]) + 1 if len(account) else self._end

    def first(self) -> Ints:
        """Account with which each block begins, and one past the last."""
        return np.append(np.concatenate(self._first), self._end)

    def __exit__(self, *failure: object) -> None:
        self._files.close()


def merge_all(parts: list[Profile | Spilled], sizes: Sizes) -> Profile:
    """`merge` of profiles that are all in memory or all on disk."""
    on_disk = [part for part in parts if isinstance(part, Spilled)]
    if on_disk:
        return merge_spilled(on_disk, sizes)
    return merge([part for part in parts if isinstance(part, Profile)], sizes)


def merge_spilled(parts: list[Spilled], sizes: Sizes) -> Profile:
    """`merge` of profiles on disk, a range of accounts at a time; its columns stay on disk."""
    ids, merged = _merged(parts, sizes)
    columns = {name: Columns() for name in TABLES}
    for since, piece in merged:
        for name in TABLES:
            table = piece.pop(name)
            moved = {str(c): table[c].to_numpy() for c in table.columns}
            columns[name].append(moved | {"account": moved["account"] + since})
    return Profile(ids, **{name: pd.DataFrame(columns[name].mapped(), copy=False) for name in TABLES})


def _merged(parts: list[Spilled], sizes: Sizes) -> tuple[npt.NDArray[np.object_], Iterator[Piece]]:
    """Accounts of all parts, and the tables of one range of them after the other."""
    ids = np.array(sorted(set().union(*(part.ids.tolist() for part in parts))), dtype=object)
    place = pd.Index(ids)
    codes = [place.get_indexer(pd.Index(part.ids)) for part in parts]
    return ids, _pieces(parts, codes, sizes, len(ids))


def _pieces(parts: list[Spilled], codes: list[Ints], sizes: Sizes, n: int) -> Iterator[Piece]:
    held, fitted = _fitted(parts, codes, sizes)
    for since, until in _ranges(parts, codes, n):
        spans = [np.searchsorted(code, [since, until]) for code in codes]
        chosen = [i for i, (low, high) in enumerate(spans) if low < high]
        inside = [parts[i].piece(int(spans[i][0]), int(spans[i][1])) for i in chosen]
        levels = [held[i].of(slice(*spans[i])) for i in chosen]
        merged = merge_pieces(inside, levels, fitted.of(slice(since, until)))
        yield since, {name: getattr(merged, name) for name in TABLES}


def _fitted(parts: list[Spilled], codes: list[Ints], sizes: Sizes) -> tuple[list[Levels], Levels]:
    """What the samples of each part were fitted to, and those of the union are."""
    names = ["account", "day", "requests"]
    days = [part.table("days", 0, len(part.ids), names) for part in parts]
    moved = [table.assign(account=code[table["account"].to_numpy()]) for table, code in zip(days, codes, strict=True)]
    union = grouped_sum(pd.concat(moved, ignore_index=True), ["account", "day"], ["requests"])
    return [sizes.fitted(table) for table in days], sizes.fitted(union)


def _ranges(parts: list[Spilled], codes: list[Ints], n: int) -> list[tuple[int, int]]:
    """Ranges of accounts with about `RANGE_ROWS` rows of samples in all parts together."""
    rows = np.zeros(n, np.int64)
    for part, code in zip(parts, codes, strict=True):
        rows[code] += part.rows
    full = np.cumsum(rows) // RANGE_ROWS
    ends = [*(np.flatnonzero(np.diff(full)) + 1).tolist(), n]
    return list(zip([0, *ends[:-1]], ends, strict=True))
