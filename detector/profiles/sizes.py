"""How much is kept of an account's day, and of all days together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

#: Requests that are kept of an account, if it has as many, however many accounts there are.
LEAST_SAMPLE = 64
#: Distinct values that are kept of an account and kind, however many accounts there are.
LEAST_DISTINCT = 16
#: A budget of a window that is never used up.
EVERYTHING = 1 << 62

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Levels:
    """What samples are cut to.

    Attributes
    ----------
    requests : ndarray of int64, shape (n_accounts,)
        Requests that are kept of each day of an account at most.
    distinct : int
        Distinct values that are kept at most of an account and kind: of a day, or of all days where `over_days`.
    over_days : bool
        Whether the budget of the window does not suffice, so that distinct values are those of all days together.
    """

    requests: Ints
    distinct: int
    over_days: bool

    def of(self, accounts: Ints | slice) -> Levels:
        """Levels of some accounts."""
        return Levels(self.requests[accounts], self.distinct, self.over_days)


@dataclass(frozen=True)
class Sizes:
    """How many requests and distinct values are kept.

    Attributes
    ----------
    requests, distinct : int
        Of an account's day at most.
    window : int
        Requests of all accounts together, unless there are so many accounts that `LEAST_SAMPLE` of each are more.
    """

    requests: int = 64
    distinct: int = 64
    window: int = 1_000_000

    def fitted(self, days: pd.DataFrame) -> Levels:
        """Levels at which the samples of these days keep to the budget of the window.

        All accounts have one quota. An account with more is cut, day by day, to the lowest level at which its days
        together fill the quota: days below the level stay whole. With more data neither the quota nor a level rises.
        """
        account, asked = days["account"].to_numpy(), np.minimum(days["requests"].to_numpy(), self.requests)
        held = np.bincount(account, asked).astype(np.int64)
        if held.sum() <= self.window:
            return self.uncut(len(held))
        quota = max(LEAST_SAMPLE, _quota(held, self.window))
        distinct = min(self.distinct, max(LEAST_DISTINCT, self.window // len(held)))
        return Levels(_levels(account, asked, held, quota, self.requests), distinct, over_days=True)

    def uncut(self, n_accounts: int) -> Levels:
        """Levels where the budget suffices for every day's full size."""
        return Levels(np.full(n_accounts, self.requests), self.distinct, over_days=False)


def _quota(held: Ints, budget: int) -> int:
    """Greatest quota at which accounts that hold so many requests keep to a budget that they exceed."""
    ascending = np.sort(held)
    before = np.append(0, np.cumsum(ascending)[:-1])
    others = len(held) - np.arange(len(held))
    # the budget is used up by whole accounts and the quota of those that follow
    first = int(np.argmax(before + ascending * others > budget))
    return int((budget - before[first]) // others[first])


def _levels(account: Ints, asked: Ints, held: Ints, quota: int, most: int) -> Ints:
    """Lowest level of each account at which its days have the quota; `most` where they have no more than that."""
    low, high = np.zeros(len(held), np.int64), np.full(len(held), most)
    cut = held > quota
    while (high - low)[cut].max(initial=0) > 1:
        middle = (low + high) // 2
        fills = np.bincount(account, np.minimum(asked, middle[account]), len(held)) >= quota
        low, high = np.where(fills | ~cut, low, middle), np.where(fills & cut, middle, high)
    return high
