"""A group of accounts under examination."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from detector.campaigns.reference import Reference
from detector.campaigns.sessions import opening
from detector.on_disk import taken
from detector.profiles.tables import Tables

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Cohort:
    """Accounts that were found together.

    Attributes
    ----------
    members : ndarray of int64
        Account codes, sorted: the core, then accounts attached to it count alike here.
    core : ndarray of bool
        True for members of the core, same order.
    reference : Reference
    """

    members: Ints
    core: npt.NDArray[np.bool_]
    reference: Reference

    def __getstate__(self) -> dict[str, object]:
        """What is handed to another process: not the reference, which is large, nor what was derived from it."""
        return {"members": self.members, "core": self.core, "reference": None}

    @property
    def tables(self) -> Tables:
        """Tables of the whole population."""
        return self.reference.tables

    @cached_property
    def people(self) -> pd.DataFrame:
        """Rows of the accounts table."""
        return self.tables.accounts.iloc[self.members]

    @cached_property
    def sign_ups(self) -> Ints:
        """Known moments of sign-up, microseconds, in order."""
        known = self.people["created_at"].dropna().astype("datetime64[us, UTC]").astype("int64")
        return np.sort(known.to_numpy(dtype=np.int64))

    @cached_property
    def size(self) -> int:
        """Number of principals."""
        return int(self.people["principal"].nunique())

    @cached_property
    def rows(self) -> pd.DataFrame:
        """Sampled requests of the members."""
        return taken(self.tables.requests, _ranges(self.reference.request_starts, self.members))

    @cached_property
    def forming(self) -> pd.DataFrame:
        """Sampled requests of the half that finds groups."""
        found: pd.DataFrame = self.rows[self.rows["half"].to_numpy() == 0]
        return found

    @cached_property
    def held_back(self) -> pd.DataFrame:
        """Sampled requests that did not help to find the group."""
        found: pd.DataFrame = self.rows[self.rows["half"].to_numpy() == 1]
        return found

    @cached_property
    def opening(self) -> pd.Index:
        """Which of the members' requests open a session."""
        return opening(self.rows)

    @cached_property
    def keys(self) -> pd.DataFrame:
        """Keys that members share with somebody."""
        return self.tables.keys.iloc[_ranges(self.reference.key_starts, self.members)]

    @cached_property
    def loads(self) -> npt.NDArray[np.float64]:
        """Requests of each member over the window."""
        return self.reference.totals[self.members]


def _ranges(starts: Ints, members: Ints) -> Ints:
    """Positions [starts[m], starts[m + 1]) of all members, in order."""
    first, size = starts[members], starts[members + 1] - starts[members]
    before = np.cumsum(size) - size
    found: Ints = np.arange(int(size.sum())) + np.repeat(first - before, size)
    return found


def places(rows: pd.DataFrame, most: int = 3) -> tuple[str, ...]:
    """Where the first rows stand in the input, as file number and row."""
    file, row = rows["file"].to_numpy(), rows["row"].to_numpy()
    return tuple(f"{file[i]}:{row[i]}" for i in np.lexsort((row, file))[:most])
