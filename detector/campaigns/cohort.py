"""A group of accounts under examination, and the population it is compared with."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from detector.profiles.tables import Tables

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Reference:
    """The accounts that belong to no candidate group: what ordinary use looks like tonight.

    Attributes
    ----------
    tables : Tables
    accounts : ndarray of int64
        Codes of the accounts outside every candidate group.
    """

    tables: Tables
    accounts: Ints

    @cached_property
    def rows(self) -> pd.DataFrame:
        """Their sampled requests."""
        inside = np.zeros(len(self.tables.accounts), bool)
        inside[self.accounts] = True
        return self.tables.requests[inside[self.tables.requests["account"].to_numpy()]]

    @cached_property
    def rows_of(self) -> dict[int, Ints]:
        """Positions in `rows` of each account's requests."""
        return {int(a): i for a, i in self.rows.groupby("account").indices.items()}

    @cached_property
    def _content(self) -> pd.DataFrame:
        """Keys of content in the first half of these accounts' requests, and in how many requests they stand."""
        keys = self.tables.keys
        inside = np.zeros(len(self.tables.accounts), bool)
        inside[self.accounts] = True
        own = keys[inside[keys["account"].to_numpy()] & (keys["family"] == "content").to_numpy() & (keys["half_0"].to_numpy() > 0)]
        return own[["key", "half_0"]]

    def content_requests(self, keys: npt.NDArray[np.uint64]) -> pd.Series[int]:
        """Sampled requests of the first half of these accounts in which each of the keys stands, by key."""
        return self._content[self._content["key"].isin(keys)].groupby("key")["half_0"].sum()

    @cached_property
    def n_forming(self) -> int:
        """Sampled requests of these accounts in the first half."""
        return int((self.rows["half"].to_numpy() == 0).sum())

    @cached_property
    def able(self) -> tuple[list[Ints], Ints]:
        """Positions of the requests with words of each account with at least two, few first, and their numbers."""
        themes = self.rows["themes"].to_numpy()
        worded = [rows[themes[rows] >= 0] for rows in self.rows_of.values()]
        worded = sorted((rows for rows in worded if len(rows) >= 2), key=len)
        return worded, np.array([len(rows) for rows in worded], dtype=np.int64)

    @cached_property
    def n_principals(self) -> int:
        """Principals of the whole population."""
        return int(self.tables.accounts["principal"].nunique())

    @cached_property
    def request_starts(self) -> Ints:
        """Position in the sample of each account's first request, and the end."""
        return np.searchsorted(self.tables.requests["account"].to_numpy(), np.arange(len(self.tables.accounts) + 1))

    @cached_property
    def key_starts(self) -> Ints:
        """Position in the keys of each account's first key, and the end."""
        return np.searchsorted(self.tables.keys["account"].to_numpy(), np.arange(len(self.tables.accounts) + 1))

    @cached_property
    def totals(self) -> npt.NDArray[np.float64]:
        """Requests of each account of the window, all accounts, shape (n_accounts,)."""
        days = self.tables.days
        return np.bincount(days["account"], weights=days["requests"], minlength=len(self.tables.accounts))

    @cached_property
    def answer_lengths(self) -> npt.NDArray[np.float64]:
        """Median answer of each reference account with at least three known, in tokens, sorted."""
        known = self.rows[["account", "output_tokens"]].dropna().groupby("account")["output_tokens"]
        medians = known.median()[known.size() >= 3]
        return np.sort(medians.to_numpy(dtype=np.float64))

    def share_asking(self, bits: int, at_least: float) -> float:
        """Share of reference accounts at least this share of whose requests ask for one of these things."""
        asking = (self.rows["asks"].to_numpy() & bits) > 0
        account = self.rows["account"].to_numpy()
        size = np.bincount(account, minlength=len(self.tables.accounts))
        some = np.bincount(account, weights=asking, minlength=len(size))
        enough = size >= 3
        return float((some[enough] >= at_least * size[enough]).mean()) if enough.any() else 0.0


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

    @property
    def tables(self) -> Tables:
        """Tables of the whole population."""
        return self.reference.tables

    @cached_property
    def people(self) -> pd.DataFrame:
        """Rows of the accounts table."""
        return self.tables.accounts.iloc[self.members]

    @cached_property
    def size(self) -> int:
        """Number of principals."""
        return int(self.people["principal"].nunique())

    @cached_property
    def rows(self) -> pd.DataFrame:
        """Sampled requests of the members."""
        return self.tables.requests.iloc[_ranges(self.reference.request_starts, self.members)]

    @cached_property
    def held_back(self) -> pd.DataFrame:
        """Sampled requests that did not help to find the group."""
        return self.rows[self.rows["half"].to_numpy() == 1]

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
    return np.arange(int(size.sum())) + np.repeat(first - before, size)


def places(rows: pd.DataFrame, most: int = 3) -> tuple[str, ...]:
    """Where the first rows stand in the input, as file number and row."""
    first = rows.sort_values(["file", "row"]).head(most)
    return tuple(f"{file}:{row}" for file, row in zip(first["file"], first["row"], strict=True))
