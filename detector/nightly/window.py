"""The days that a night judges, from the store into one merged profile."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
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
    """Profile of some days, from what is held of each."""
    counts = {day: _counts(store, own) for day, own in held.items()}
    ids, codes = _coded({day: [names for names, _ in parts] for day, parts in counts.items()})
    joined = JoinedDays(ids.to_numpy(zero_copy_only=False), sizes.fitted(_requests(counts, codes)))
    del counts
    for day, own in held.items():
        parts = [fragment(store, one, part) for one, part in own]
        joined.add(parts, codes.pop(day), [store.sizes.uncut(len(one.ids)) for one in parts])
    return joined.profile()


def _counts(store: Store, own: Sequence[tuple[Taken, Part]]) -> list[tuple[pa.ChunkedArray, Ints]]:
    """Accounts of each part of a day, and their requests."""
    paths = [ledger.profile_path(store, one.content, part.day) for one, part in own]
    tables = [fragments.columns_of(path, ["account_id", "requests"]) for path in paths]
    return [(table.column("account_id"), table.column("requests").to_numpy()) for table in tables]


def _coded(names: dict[int, list[pa.ChunkedArray]]) -> tuple[pa.Array, dict[int, list[Ints]]]:
    """All accounts, sorted, and where those of each part of each day stand among them."""
    found = pc.unique(pa.chunked_array([chunk for parts in names.values() for part in parts for chunk in part.chunks]))
    ids = found.take(pc.sort_indices(found))
    codes = {
        day: [pc.index_in(part, value_set=ids).cast(pa.int64()).to_numpy() for part in parts]
        for day, parts in names.items()
    }
    return ids, codes


def _requests(counts: dict[int, list[tuple[pa.ChunkedArray, Ints]]], codes: dict[int, list[Ints]]) -> pd.DataFrame:
    """Requests of each account's days, a row for each."""
    found = []
    for day, parts in counts.items():
        account = np.concatenate(codes[day])
        total = np.bincount(account, np.concatenate([requests for _, requests in parts])).astype(np.int64)
        present = np.flatnonzero(total)
        found.append(pd.DataFrame({"account": present, "requests": total[present]}))
    return pd.concat(found)


def fragment(store: Store, one: Taken, part: Part) -> Profile:
    """Profile of one content and day."""
    path = ledger.profile_path(store, one.content, part.day)
    return fragments.decoded(path, sealed.read(path, part.profile), part.day)


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
