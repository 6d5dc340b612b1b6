"""A profile of one content and one UTC day as a file: a row for each account, with its requests as a list."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from detector.nightly.damage import DamagedStore
from detector.profiles.fingerprints import DAY_US
from detector.profiles.profile import SAMPLE, Profile
from detector.profiles.tables import DAY_COUNTERS
from detector.results.folder import parquet

#: Columns that follow from the others: a stored request counts once, and is found by its day and moment.
_IMPLIED = ("account", "day", "copies", "file", "row")
_REQUEST = tuple(name for name in SAMPLE if name not in _IMPLIED)
_LISTS = {"requests_held": _REQUEST, "activity": ("slot", "requests"), "distinct": ("kind", "key", "requests")}


def by_day(profile: Profile) -> Iterator[tuple[int, Profile]]:
    """Profiles of the single days of a profile, each with the accounts of that day."""
    for day in np.unique(profile.days["day"].to_numpy()).tolist():
        days = profile.days[profile.days["day"].to_numpy() == day]
        accounts = days["account"].to_numpy()
        place = np.full(len(profile.ids), -1, np.int64)
        place[accounts] = np.arange(len(accounts))
        tables = [
            _moved(table[table["day"].to_numpy() == day], place)
            for table in (days, profile.requests, profile.activity, profile.distinct)
        ]
        yield day, Profile(profile.ids[accounts], *tables)


def encoded(profile: Profile) -> bytes:
    """Profile of one day as Parquet: the same profile gives the same bytes."""
    n = len(profile.ids)
    tables = {"requests_held": profile.requests, "activity": profile.activity, "distinct": profile.distinct}
    columns: dict[str, pa.Array] = {"account_id": pa.array(profile.ids, pa.large_string())}
    columns |= {name: pa.array(profile.days[name].to_numpy()) for name in DAY_COUNTERS}
    columns |= {name: _lists(tables[name], fields, n) for name, fields in _LISTS.items()}
    return parquet(pa.table(columns))


def decoded(path: Path, data: bytes, day: int, ids: npt.NDArray[Any] | None = None) -> Profile:
    """Profile that `encoded` made bytes of.

    Parameters
    ----------
    path : Path
        Where the bytes are from.
    data : bytes
        Held against a digest, so that checksums within are not looked at.
    day : int
    ids : ndarray, optional
        What stands for the ids of the accounts, where these need not be read.

    Raises
    ------
    DamagedStore
        If the bytes are no such file.
    """
    try:
        file = pq.ParquetFile(pa.BufferReader(data))
        named = ["account_id"] if ids is None else []
        table = file.read([*named, *DAY_COUNTERS, *_LISTS], use_threads=False).combine_chunks()
        ids = table.column("account_id").to_numpy() if ids is None else ids
        days = {name: table.column(name).to_numpy() for name in DAY_COUNTERS}
        lists = {name: _flat(table.column(name), fields) for name, fields in _LISTS.items()}
    except (pa.ArrowException, KeyError, OSError) as error:
        raise DamagedStore(path, f"it cannot be read ({type(error).__name__})") from error
    accounts = np.arange(len(ids))
    requests = _placed(lists["requests_held"], day)
    requests["copies"] = np.ones(len(requests["account"]), np.int64)
    requests["file"] = requests["day"]
    requests["row"] = requests["timestamp"] % DAY_US
    return Profile(
        ids,
        pd.DataFrame({"account": accounts, "day": np.full(len(ids), day, np.int64), **days}, copy=False),
        pd.DataFrame({name: requests[name] for name in SAMPLE}, copy=False),
        pd.DataFrame(_placed(lists["activity"], day), copy=False),
        pd.DataFrame(_placed(lists["distinct"], day), copy=False),
    )


def columns_of(path: Path, names: list[str]) -> pa.Table:
    """Some columns of a file that `encoded` made; damage to the rest of it is not noticed."""
    try:
        return pq.read_table(path, columns=names, page_checksum_verification=True)
    except (pa.ArrowException, OSError) as error:
        raise DamagedStore(path, f"it cannot be read ({type(error).__name__})") from error


def _moved(table: pd.DataFrame, place: npt.NDArray[np.int64]) -> pd.DataFrame:
    moved = table.assign(account=place[table["account"].to_numpy()])
    found: pd.DataFrame = moved.reset_index(drop=True)
    return found


def _lists(table: pd.DataFrame, fields: tuple[str, ...], n: int) -> pa.Array:
    """Rows of a table as a list for each account; rows are in order of accounts."""
    starts = np.searchsorted(table["account"].to_numpy(), np.arange(n + 1)).astype(np.int32)
    parts = [pa.array(table[name].to_numpy()) for name in fields]
    return pa.ListArray.from_arrays(pa.array(starts), pa.StructArray.from_arrays(parts, list(fields)))


def _flat(column: pa.ChunkedArray, fields: tuple[str, ...]) -> dict[str, npt.NDArray[np.generic]]:
    lists = column.combine_chunks() if column.num_chunks != 1 else column.chunk(0)
    starts = lists.offsets.to_numpy().astype(np.int64)
    rows = lists.flatten()
    found = {name: rows.field(name).to_numpy(zero_copy_only=False) for name in fields}
    return {"account": np.repeat(np.arange(len(starts) - 1), np.diff(starts)), **found}


def _placed(columns: dict[str, npt.NDArray[np.generic]], day: int) -> dict[str, npt.NDArray[np.generic]]:
    account = columns["account"]
    return {"account": account, "day": np.full(len(account), day, np.int64), **columns}
