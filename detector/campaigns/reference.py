"""What ordinary use looks like tonight: the accounts that belong to no candidate group."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from detector.campaigns.calendar import DAY_US
from detector.on_disk import taken
from detector.profiles.orders import distinct_pairs
from detector.profiles.tables import Tables
from detector.remembering import once

Ints = npt.NDArray[np.int64]
#: Ordinary accounts that must use a new model for its appearance to be one of the platform's.
LEAST_ADOPTERS = 10
#: Ordinary accounts whose requests are looked at: more of them would not tell more.
MOST_PEOPLE = 20_000
#: What is asked of their requests.
COLUMNS = [
    "account", "timestamp", "session", "request", "half", "themes", "asks", "model", "subnet", "client", "settings",
    "output_tokens", "logprobs",
]  # fmt: skip


@dataclass(frozen=True)
class ContentIndex:
    """Holders of content, in order of key.

    Attributes
    ----------
    key, account, half_1 : ndarray, shape (n,)
        A key, an account that holds it, and in how many of its held-back requests.
    before : ndarray of int64, shape (n + 1,)
        Requests of the first half of ordinary accounts in which the keys of the rows before stand.
    """

    key: npt.NDArray[np.uint64]
    account: Ints
    half_1: Ints
    before: Ints

    def ordinary_requests(self, keys: npt.NDArray[np.uint64]) -> Ints:
        """Sampled requests of the first half of ordinary accounts in which each key stands."""
        first, end = np.searchsorted(self.key, keys), np.searchsorted(self.key, keys, side="right")
        return self.before[end] - self.before[first]

    def holders(self, keys: npt.NDArray[np.uint64]) -> Ints:
        """Accounts of whose held-back requests any of the keys stands in one."""
        first, end = np.searchsorted(self.key, keys), np.searchsorted(self.key, keys, side="right")
        at = np.repeat(first - np.cumsum(end - first) + (end - first), end - first) + np.arange(
            int((end - first).sum())
        )
        return np.unique(self.account[at[self.half_1[at] > 0]])


@dataclass(frozen=True, eq=False)
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

    def __getstate__(self) -> dict[str, object]:
        """What is handed to another process, which derives the rest itself while this one does so, too."""
        return {"tables": self.tables, "accounts": self.accounts}

    @cached_property
    def rows(self) -> pd.DataFrame:
        """Sampled requests of at most `MOST_PEOPLE` of them, `COLUMNS` of each.

        Where there are more, they are as many in even steps, in order of their ids.
        """
        step = max(1.0, len(self.accounts) / MOST_PEOPLE)
        inside = self._among(self.accounts[np.arange(0, len(self.accounts), step).astype(np.int64)])
        requests = self.tables.requests
        rows = np.flatnonzero(inside[requests["account"].to_numpy()])
        return taken(requests, rows, COLUMNS)

    @cached_property
    def _askers(self) -> dict[tuple[int, float], float]:
        return {}

    @cached_property
    def content(self) -> ContentIndex:
        """Who holds each key of content."""
        key, account, half_0, half_1 = _content(self.tables)
        before = np.append(0, np.cumsum(np.where(self._among(self.accounts)[account], half_0, 0)))
        return ContentIndex(key, account, half_1, before)

    @cached_property
    def n_forming(self) -> int:
        """Sampled requests of these accounts in the first half."""
        account, half = (self.tables.requests[name].to_numpy() for name in ("account", "half"))
        return int((self._among(self.accounts)[account] & (half == 0)).sum())

    @cached_property
    def domain_shares(self) -> pd.Series:
        """Share of these accounts that have a mailbox under each domain."""
        domains = self.tables.accounts["email_domain"].iloc[self.accounts]
        return domains.value_counts() / max(1, len(domains))

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
        account = self.tables.keys["account"].to_numpy()
        return np.searchsorted(account, np.arange(len(self.tables.accounts) + 1, dtype=account.dtype))

    @cached_property
    def totals(self) -> npt.NDArray[np.float64]:
        """Requests of each account of the window, all accounts, shape (n_accounts,)."""
        return totals(self.tables)

    @cached_property
    def answer_lengths(self) -> npt.NDArray[np.float64]:
        """Median answer of each reference account with at least three known, in tokens, sorted."""
        known = self.rows[["account", "output_tokens"]].dropna().groupby("account")["output_tokens"]
        medians = known.median()[known.size() >= 3]
        return np.sort(medians.to_numpy(dtype=np.float64))

    @cached_property
    def share_with_probabilities(self) -> float:
        """Share of reference accounts that ask for log-probabilities in at least half of their requests."""
        shares = self.rows.groupby("account")["logprobs"].mean()
        return float((shares >= 0.5).mean()) if len(shares) else 0.0

    @cached_property
    def active_from(self) -> Ints:
        """Moment of each account's first request of the window, all accounts, microseconds, shape (n_accounts,)."""
        return active_from(self.tables)

    @cached_property
    def active_until(self) -> Ints:
        """Moment of each account's last request of the window, all accounts, microseconds, shape (n_accounts,)."""
        days = self.tables.days.groupby("account")["last_us"].max()
        return days.reindex(range(len(self.tables.accounts))).to_numpy(dtype=np.int64)

    @cached_property
    def launches(self) -> dict[int, int]:
        """Models that ordinary accounts first used a day or more after the log begins, with that moment."""
        names = ("model", "timestamp", "account")
        model, moment, account = (self.tables.requests[name].to_numpy() for name in names)
        begin = int(moment.min()) if len(moment) else 0
        code, models = pd.factorize(model, sort=True)
        first = np.full(len(models), np.iinfo(np.int64).max)
        np.minimum.at(first, code, moment)
        ordinary = self._among(self.accounts)[account]
        users = np.bincount(distinct_pairs(code[ordinary], account[ordinary]), minlength=len(models))
        new = (models != 0) & (first >= begin + DAY_US) & (users >= LEAST_ADOPTERS)
        return dict(zip(models[new].tolist(), first[new].tolist(), strict=True))

    def _among(self, accounts: Ints) -> npt.NDArray[np.bool_]:
        """Which of all accounts are among these."""
        inside = np.zeros(len(self.tables.accounts), bool)
        inside[accounts] = True
        return inside

    def share_asking(self, bits: int, at_least: float) -> float:
        """Share of reference accounts at least this share of whose requests ask for one of these things."""
        if (bits, at_least) not in self._askers:
            self._askers[bits, at_least] = self._share_asking(bits, at_least)
        return self._askers[bits, at_least]

    def _share_asking(self, bits: int, at_least: float) -> float:
        asking = (self.rows["asks"].to_numpy() & bits) > 0
        account = self.rows["account"].to_numpy()
        size = np.bincount(account, minlength=len(self.tables.accounts))
        some = np.bincount(account, weights=asking, minlength=len(size))
        enough = size >= 3
        return float((some[enough] >= at_least * size[enough]).mean()) if enough.any() else 0.0


@once
def totals(tables: Tables) -> npt.NDArray[np.float64]:
    """Requests of each account of the window, shape (n_accounts,)."""
    days = tables.days
    return np.bincount(days["account"], weights=days["requests"], minlength=len(tables.accounts)).astype(np.float64)


@once
def active_from(tables: Tables) -> Ints:
    """Moment of each account's first request of the window, microseconds, shape (n_accounts,)."""
    days = tables.days.groupby("account")["first_us"].min()
    return days.reindex(range(len(tables.accounts))).to_numpy(dtype=np.int64)


@once
def _content(tables: Tables) -> tuple[npt.NDArray[np.uint64], Ints, Ints, Ints]:
    """Key, account and requests of either half of all content, in order of key."""
    keys = tables.keys
    rows = np.flatnonzero((keys["family"] == "content").to_numpy())
    order = rows[np.argsort(keys["key"].to_numpy(dtype=np.uint64)[rows], kind="stable")]
    key, account, half_0, half_1 = (keys[name].to_numpy()[order] for name in ("key", "account", "half_0", "half_1"))
    return key, account, half_0, half_1
