"""Profiles of single days, taken one after another, as one profile: nothing is merged, since they share no day."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from detector.profiles.orders import stable_order
from detector.profiles.profile import Profile, summed_over, union
from detector.profiles.sizes import Levels
from detector.profiles.smallest_values import SmallestValues
from detector.profiles.whole_days import KINDS, cut_distinct, values_of

Ints = npt.NDArray[np.int64]
#: Tables in which an account's days stand one after another.
_IN_ORDER = ("days", "requests", "activity")


class JoinedDays:
    """The days of a window so far.

    Parameters
    ----------
    ids : ndarray of str
        Accounts of all days, sorted.
    levels : Levels
        What they are cut to in the window.
    """

    def __init__(self, ids: npt.NDArray[np.object_], levels: Levels) -> None:
        self._ids, self._levels = ids, levels
        self._tables: dict[str, list[dict[str, npt.NDArray[Any]]]] = {name: [] for name in _IN_ORDER}
        self._distinct: list[pd.DataFrame] = []
        self._smallest = SmallestValues(len(ids), levels.distinct) if levels.over_days else None

    def add(self, parts: list[Profile], codes: list[Ints], held: list[Levels]) -> None:
        """Take the next day.

        Parameters
        ----------
        parts : list of Profile
            What is held of it.
        codes : list of ndarray of int64
            Where the accounts of each part stand among all.
        held : list of Levels
            What the accounts of each part were cut to.
        """
        day = union(parts, codes, held, summed_over([part.days for part in parts], codes), self._levels)
        for name, table in (("days", day.days), ("requests", day.requests), ("activity", day.slots())):
            self._tables[name].append({str(column): table[column].to_numpy() for column in table.columns})
        if self._smallest is None:
            self._distinct.append(cut_distinct([*day.distinct, *map(values_of, day.lifted)], self._levels))
            return
        for values in day.distinct:
            self._smallest.take(*(values[name].to_numpy() for name in ("account", "kind", "key", "requests")))
        for rows in day.lifted:
            account, copies = rows["account"].to_numpy(), rows["copies"].to_numpy()
            for kind, name in enumerate(KINDS):
                self._smallest.take(account, np.full(len(account), kind), rows[name].to_numpy(), copies)

    def profile(self) -> Profile:
        """Profile of all days; it can be asked for once."""
        tables = {name: _joined(self._tables.pop(name)) for name in _IN_ORDER}
        smallest = self._smallest
        distinct = cut_distinct(self._distinct, self._levels) if smallest is None else smallest.table()
        return Profile(self._ids, **tables, distinct=distinct)


def _joined(tables: list[dict[str, npt.NDArray[Any]]]) -> pd.DataFrame:
    """Tables of ascending days, each in order of accounts, in order of accounts and days; they are emptied."""
    order = stable_order(np.concatenate([table["account"] for table in tables]))
    names = list(tables[0])
    return pd.DataFrame(
        {name: np.concatenate([table.pop(name) for table in tables])[order] for name in names}, copy=False
    )
