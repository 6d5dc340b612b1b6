"""The days that a night judges, from the store into one merged profile."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from detector.campaigns.calendar import date_of
from detector.logs.reader import FileReport
from detector.logs.rejects import Rejects
from detector.nightly import fragments, ledger, sealed
from detector.nightly.ledger import Part, Taken
from detector.nightly.store import Store
from detector.profiles import task
from detector.profiles.build import Built
from detector.profiles.files import Window
from detector.profiles.fingerprints import DAY_US, Names
from detector.profiles.joined_days import JoinedDays
from detector.profiles.profile import Profile
from detector.profiles.sizes import Sizes
from detector.schema import QUERY_NAMES

Ints = npt.NDArray[np.int64]


def window(store: Store, taken: Sequence[Taken], days: range, sizes: Sizes) -> Window:
    """Everything the store holds of some days, with samples cut to what the window has room for.

    The parts of a window are its days, not the files they came in, so that it is the same however rows were spread
    over files. How far samples are cut follows from the counters of all days; each day is cut as it is read.
    """
    of_day = {day: [(one, part) for one in taken for part in one.parts if part.day == day] for day in days}
    held = {day: own for day, own in of_day.items() if own}
    marks = ledger.marks(taken)
    parts = [_as_part(day, [part for _, part in own], marks[day], i) for i, (day, own) in enumerate(held.items())]
    return Window(_profile(store, held, sizes) if held else None, parts, _names(taken))


def _profile(store: Store, held: dict[int, list[tuple[Taken, Part]]], sizes: Sizes) -> Profile:
    """Profile of some days, from what is held of each; several days are read at a time."""
    with ThreadPoolExecutor(os.cpu_count() or 1) as threads:
        counts = dict(zip(held, threads.map(partial(_counts, store), held.values()), strict=True))
        ids = _accounts(names for parts in counts.values() for names, _ in parts)
        coded = dict(zip(held, threads.map(partial(_coded, ids), counts.values()), strict=True))
        requests = {day: _summed(coded[day], [own for _, own in parts], len(ids)) for day, parts in counts.items()}
        joined = JoinedDays(ids.to_numpy(zero_copy_only=False), requests, sizes)
        del counts, requests

        def take(day: int) -> None:
            known = zip(held[day], coded[day], strict=True)
            parts = [fragment(store, one, part, code) for (one, part), code in known]
            joined.add(day, parts, coded[day], [store.sizes.uncut(len(part.days)) for part in parts])

        list(threads.map(take, held))
    return joined.profile()


def _counts(store: Store, own: Sequence[tuple[Taken, Part]]) -> list[tuple[pa.ChunkedArray, Ints]]:
    """Accounts of each part of a day, and their requests."""
    paths = [ledger.profile_path(store, one.content, part.day) for one, part in own]
    tables = [fragments.columns_of(path, ["account_id", "requests"]) for path in paths]
    return [(table.column("account_id"), table.column("requests").to_numpy()) for table in tables]


def _accounts(names: Iterable[pa.ChunkedArray]) -> pa.Array:
    """All accounts, sorted."""
    found = pc.unique(pa.chunked_array([chunk for part in names for chunk in part.chunks]))
    return found.take(pc.sort_indices(found))


def _coded(ids: pa.Array, parts: list[tuple[pa.ChunkedArray, Ints]]) -> list[Ints]:
    """Where the accounts of each part of a day stand among all."""
    names = pa.chunked_array([chunk for names, _ in parts for chunk in names.chunks])
    codes: Ints = pc.index_in(names, value_set=ids).cast(pa.int64()).to_numpy()
    return np.split(codes, np.cumsum([len(names) for names, _ in parts])[:-1])


def _summed(codes: list[Ints], requests: list[Ints], n: int) -> Ints:
    """Requests of each account on a day."""
    return np.bincount(np.concatenate(codes), np.concatenate(requests), n).astype(np.int64)


def fragment(store: Store, one: Taken, part: Part, accounts: Ints | None = None) -> Profile:
    """Profile of one content and day; its ids are not read where numbers of its accounts are given in their place."""
    path = ledger.profile_path(store, one.content, part.day)
    return fragments.decoded(path, sealed.read(path, part.profile), part.day, accounts)


def place(day: int, moment: int) -> str:
    """Words for a request: its day and the µs of the day."""
    time = dt.timedelta(microseconds=moment)
    return (dt.datetime.combine(date_of(day), dt.time()) + time).isoformat() + "Z"


def _as_part(day: int, own: Sequence[Part], marks: tuple[int, int], index: int) -> task.Taken:
    """A day as a source of rows, with what the record of a run says of one."""
    rows, mark = marks
    report = FileReport(
        path=str(date_of(day)),
        index=index,
        format="stored",
        sha256=f"{mark:016x}",
        rows_in=rows,
        first_timestamp=day * DAY_US,
        last_timestamp=(day + 1) * DAY_US - 1,
        nulls={name: rows - sum(part.known.get(name, 0) for part in own) for name in QUERY_NAMES},
    )
    return task.Taken(Built(rows_used=rows), report, Rejects())


def _names(taken: Sequence[Taken]) -> Names:
    names = Names()
    for one in taken:
        names.of["model"] |= {int(value, 16): name for value, name in one.models.items()}
    return names
