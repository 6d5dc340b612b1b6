"""Profiles of single days, taken in any order, as one profile.

Days have nothing to merge with one another, and counters tell beforehand how many rows of each account's day are kept.
So every row is written where it stays as its day comes, by several threads at once if need be.
"""

from __future__ import annotations

from threading import Lock
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from detector.profiles.day_rows import add, move, places_of, smallest, tally
from detector.profiles.profile import SAMPLE, Profile
from detector.profiles.sizes import Levels, Sizes
from detector.profiles.smallest_values import SmallestValues
from detector.profiles.tables import DAY_COUNTERS
from detector.profiles.whole_days import KINDS, cut_distinct, slots_of, values_of

Ints = npt.NDArray[np.int64]
Columns = dict[str, npt.NDArray[Any]]
#: Columns of the sample that follow from where a row stands, or of how many it is one.
_TOLD_APART = ("account", "day", "copies")
_EXTREME = {"first_us": np.minimum, "last_us": np.maximum}
#: Counters of a day but for its requests, which are known before, and what they are where nothing is counted.
_COUNTED = dict.fromkeys([name for name in DAY_COUNTERS if name != "requests"], 0) | {
    "first_us": np.iinfo(np.int64).max,
    "last_us": np.iinfo(np.int64).min,
}


class JoinedDays:
    """The days of a window so far.

    Parameters
    ----------
    ids : ndarray of str
        Accounts of all days, sorted.
    requests : dict of int to ndarray of int64, shape (n_accounts,)
        Requests of each account on each day.
    sizes : Sizes
        How much is kept of the window.
    """

    def __init__(self, ids: npt.NDArray[np.object_], requests: dict[int, Ints], sizes: Sizes) -> None:
        self._ids = ids
        self._present = {day: np.flatnonzero(requests[day]) for day in sorted(requests)}
        self._rows, self._days = _laid_out(self._present, len(ids))
        for day, rows in self._rows.items():
            self._days["requests"][rows] = requests[day][self._present[day]]
        self._levels = sizes.fitted(pd.DataFrame(self._days, copy=False))
        self._days |= {name: np.empty_like(self._days["day"]) for name in _COUNTED}
        self._room = np.minimum(self._days["requests"], self._levels.requests[self._days["account"]])
        self._first = _starts(self._room)
        self._held = np.zeros(len(self._room), np.int64)
        self._requests: Columns = {}
        self._slots: dict[int, tuple[Ints, Columns]] = {}
        self._distinct: list[pd.DataFrame] = []
        over_days = self._levels.over_days
        self._smallest = SmallestValues(len(ids), self._levels.distinct) if over_days else None
        self._lock = Lock()

    def add(self, day: int, parts: list[Profile], codes: list[Ints], held: list[Levels]) -> None:
        """Take a day.

        Parameters
        ----------
        parts : list of Profile
            What is held of it.
        codes : list of ndarray of int64
            Where the accounts of each part stand among all.
        held : list of Levels
            What the accounts of each part were cut to.
        """
        present, rows = self._present[day], self._rows[day]
        places = [np.searchsorted(present, code) for code in codes]
        busy = self._days["requests"][rows] > self._levels.requests[present]
        self._count([part.days for part in parts], places, rows)
        self._keep([part.requests for part in parts], places, rows, self._levels.requests[present])
        lifted = [_lifted(part, place, busy, own) for part, place, own in zip(parts, places, held, strict=True)]
        told = [_placed(part.activity, place) for part, place in zip(parts, places, strict=True)]
        self._slots[day] = _tallied([*told, *map(slots_of, lifted)], len(present))
        told = [_placed(part.distinct, place) for part, place in zip(parts, places, strict=True)]
        self._count_values([_placed(table, present) for table in [*told, *map(values_of, lifted)]])

    def profile(self) -> Profile:
        """Profile of all days; it can be asked for once."""
        smallest = self._smallest
        distinct = cut_distinct(self._distinct, self._levels) if smallest is None else smallest.table()
        days = pd.DataFrame({name: self._days[name] for name in ("account", "day", *DAY_COUNTERS)}, copy=False)
        return Profile(self._ids, days, self._sample(), self._activity(), distinct)

    def _count(self, parts: list[pd.DataFrame], places: list[Ints], rows: Ints) -> None:
        """Put the counters of a day where they stay."""
        for name, of_nothing in _COUNTED.items():
            counted = np.full(len(rows), of_nothing)
            for part, place in zip(parts, places, strict=True):
                values = part[name].to_numpy()
                if name in _EXTREME:
                    counted[place] = _EXTREME[name](counted[place], values)
                else:
                    add(values, counted, place)
            self._days[name][rows] = counted

    def _keep(self, parts: list[pd.DataFrame], places: list[Ints], rows: Ints, levels: Ints) -> None:
        """Put those requests of a day that are kept where they stay."""
        account = np.concatenate([place[part["account"].to_numpy()] for part, place in zip(parts, places, strict=True)])
        request, row, copies = (_column(parts, name) for name in ("request", "row", "copies"))
        kept, copies, held = smallest(account, request, row, copies, levels)
        self._held[rows] = held
        to = places_of(self._first[rows], held)
        self._column("copies", copies.dtype)[to] = copies
        first = 0
        for part in parts:
            own = np.flatnonzero((kept >= first) & (kept < first + len(part)))
            for name in SAMPLE:
                if name not in _TOLD_APART:
                    values = part[name].to_numpy()
                    move(values, kept[own] - first, self._column(name, values.dtype), to[own])
            first += len(part)

    def _column(self, name: str, dtype: npt.DTypeLike) -> npt.NDArray[Any]:
        """Column of all requests that are kept, made when the first day comes."""
        with self._lock:
            if name not in self._requests:
                self._requests[name] = np.empty(int(self._room.sum()), dtype)
            return self._requests[name]

    def _count_values(self, tables: list[pd.DataFrame]) -> None:
        """Count distinct values of busy days."""
        if self._smallest is None:
            cut = cut_distinct(tables, self._levels)
            with self._lock:
                self._distinct.append(cut)
            return
        for table in tables:
            columns = [table[name].to_numpy() for name in ("account", "kind", "key", "requests")]
            with self._lock:
                self._smallest.take(*columns)

    def _sample(self) -> pd.DataFrame:
        """The requests, closed up where a day held fewer than its counters say."""
        requests = {name: np.repeat(self._days[name], self._held) for name in ("account", "day")}
        if (self._held < self._room).any():
            taken = places_of(self._first, self._held)
            self._requests = {name: values[taken] for name, values in self._requests.items()}
        requests |= self._requests
        return pd.DataFrame({name: requests[name] for name in SAMPLE}, copy=False)

    def _activity(self) -> pd.DataFrame:
        """Requests by ten minutes, in order of accounts and days."""
        many = np.zeros(len(self._held), np.int64)
        for day, (held, _) in self._slots.items():
            many[self._rows[day]] = held
        first, columns = _starts(many), {name: np.repeat(self._days[name], many) for name in ("account", "day")}
        columns |= {"slot": np.empty(int(many.sum()), np.uint8), "requests": np.empty(int(many.sum()), np.int64)}
        for day, (held, told) in self._slots.items():
            to = places_of(first[self._rows[day]], held)
            for name, values in told.items():
                columns[name][to] = values
        return pd.DataFrame(columns, copy=False)


def _laid_out(present: dict[int, Ints], n: int) -> tuple[dict[int, Ints], Columns]:
    """Where the rows of each day stand in order of accounts and days, and account and day of each row."""
    free = np.zeros(n, np.int64)
    for accounts in present.values():
        free[accounts] += 1
    free = _starts(free)
    columns: Columns = {
        name: np.empty(sum(map(len, present.values())), np.int64) for name in ("account", "day", "requests")
    }
    rows = {}
    for day, accounts in present.items():
        rows[day] = free[accounts]
        columns["account"][rows[day]], columns["day"][rows[day]] = accounts, day
        free[accounts] += 1
    return rows, columns


def _starts(sizes: Ints) -> Ints:
    """Where parts of these sizes begin, one after another."""
    found: Ints = np.cumsum(sizes) - sizes
    return found


def _column(tables: list[pd.DataFrame], name: str) -> npt.NDArray[Any]:
    return np.concatenate([table[name].to_numpy() for table in tables])


def _placed(table: pd.DataFrame, place: Ints) -> pd.DataFrame:
    return table.assign(account=place[table["account"].to_numpy()])


def _lifted(part: Profile, place: Ints, busy: npt.NDArray[np.bool_], levels: Levels) -> pd.DataFrame:
    """What is counted of requests of accounts that a part holds whole and that are busy on the day."""
    told = part.days["requests"].to_numpy() > levels.requests
    account = part.requests["account"].to_numpy()
    rows = np.flatnonzero((busy[place] & ~told)[account])
    columns = {name: part.requests[name].to_numpy()[rows] for name in ("day", "timestamp", "copies", *KINDS)}
    return pd.DataFrame({"account": place[account[rows]], **columns}, copy=False)


def _tallied(tables: list[pd.DataFrame], n: int) -> tuple[Ints, Columns]:
    """Ten minutes that each of n accounts was active in, and their requests."""
    account, slot, requests = (_column(tables, name) for name in ("account", "slot", "requests"))
    held, slot, requests = tally(account, slot, requests, n)
    return held, {"slot": slot, "requests": requests}
