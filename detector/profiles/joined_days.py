"""Profiles of single days, taken one after another, as one profile: nothing is merged, since they share no day."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from detector.profiles.orders import stable_order
from detector.profiles.profile import Profile
from detector.profiles.sizes import Levels
from detector.profiles.whole_days import bars_of, cut_distinct

Ints = npt.NDArray[np.int64]
#: Distinct values that wait until they are summed up with those before.
WAITING_ROWS = 2_000_000
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

    Attributes
    ----------
    levels : Levels
        What the next day is to be cut to: distinct values that those so far rule out are not needed.
    """

    def __init__(self, ids: npt.NDArray[np.object_], levels: Levels) -> None:
        self._ids, self.levels = ids, levels
        self._tables: dict[str, list[dict[str, npt.NDArray[Any]]]] = {name: [] for name in _IN_ORDER}
        self._distinct: list[pd.DataFrame] = []

    def add(self, profile: Profile, codes: Ints) -> None:
        """Take the next day, cut to the levels of its accounts, which stand at `codes` among all."""
        for name, tables in self._tables.items():
            tables.append(_columns(getattr(profile, name), codes))
        self._distinct.append(pd.DataFrame(_columns(profile.distinct, codes), copy=False))
        if self.levels.over_days and sum(map(len, self._distinct[1:])) > WAITING_ROWS:
            self._distinct = [cut_distinct(self._distinct, self.levels)]
            self.levels = replace(self.levels, bars=bars_of(self._distinct[0], self.levels))

    def profile(self) -> Profile:
        """Profile of all days; it can be asked for once."""
        tables = {name: _joined(self._tables.pop(name)) for name in _IN_ORDER}
        return Profile(self._ids, **tables, distinct=cut_distinct(self._distinct, self.levels))


def _columns(table: pd.DataFrame, codes: Ints) -> dict[str, npt.NDArray[Any]]:
    columns = {str(name): table[name].to_numpy() for name in table.columns}
    return columns | {"account": codes[columns["account"]]}


def _joined(tables: list[dict[str, npt.NDArray[Any]]]) -> pd.DataFrame:
    """Tables of ascending days, each in order of accounts, in order of accounts and days; they are emptied."""
    order = stable_order(np.concatenate([table["account"] for table in tables]))
    names = list(tables[0])
    return pd.DataFrame(
        {name: np.concatenate([table.pop(name) for table in tables])[order] for name in names}, copy=False
    )
