"""The days that a night judges, from the store into one merged profile."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import numpy as np
import pandas as pd

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
from detector.profiles.profile import Profile, merge_pieces
from detector.profiles.sizes import Sizes
from detector.schema import QUERY_NAMES


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
    ids = pd.Index(np.unique(np.concatenate([one["account_id"].to_numpy() for one in counts.values()])))
    codes = {day: ids.get_indexer(pd.Index(one["account_id"])) for day, one in counts.items()}
    levels = sizes.fitted(pd.concat([one.assign(account=codes[day]) for day, one in counts.items()]))
    joined = JoinedDays(ids.to_numpy(), levels)
    for day, own in held.items():
        whole = [fragment(store, one, part) for one, part in own]
        uncut = [store.sizes.uncut(len(one.ids)) for one in whole]
        joined.add(merge_pieces(whole, uncut, joined.levels.of(codes[day])), codes[day])
    return joined.profile()


def _counts(store: Store, own: Sequence[tuple[Taken, Part]]) -> pd.DataFrame:
    """Requests of each account of a day, in order of accounts."""
    columns = ["account_id", "requests"]
    paths = [ledger.profile_path(store, one.content, part.day) for one, part in own]
    tables = [fragments.columns_of(path, columns) for path in paths]
    return pd.concat(tables).groupby("account_id", as_index=False).sum()


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
