"""Takeover: members change hands - from one day on they use clients, networks and settings they never used before.

References
----------
.. [1] Egele, M. et al. (2013), "COMPA: detecting compromised accounts on social networks", NDSS: an account against its
       own past, and many that change alike.
.. [2] ChinaTalk (2026), "How to Buy Cheap Claude Tokens in China": aged and bought accounts.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from detector.campaigns.calendar import DAY_US
from detector.campaigns.cohort import Cohort, Ints, places
from detector.campaigns.evidence import Evidence, cap_for, chance, digits
from detector.campaigns.holdings import run_sizes
from detector.campaigns.reference import Reference
from detector.campaigns.tails import binomial_tail
from detector.profiles.orders import order_by, run_starts
from detector.remembering import once

#: What tells one user of an account from another.
TRAITS = ("client", "subnet", "settings")
#: Requests an account must have on either side of the change.
LEAST_REQUESTS = 5
#: Traits that must be new, each in this share of the requests after the change.
LEAST_TRAITS, LEAST_SHARE = 2, 0.5
FLOOR = 0.005
CAP = 4.0


def takeover(cohort: Cohort) -> list[Evidence]:
    """Members that changed hands in the window, against the share of other accounts that did."""
    rows = cohort.rows
    changed, n = changed_hands(rows)
    if len(changed) < 3:
        return []
    elsewhere, others = _ordinary_changes(cohort.reference)
    rate = max(FLOOR, (elsewhere + 1) / (others + 1))
    p = float(binomial_tail(len(changed), n, rate))
    statement = (
        f"{len(changed)} of {n} accounts with a past changed hands: from one day on most requests come from clients, "
        f"networks or with settings they had never used before (expected {chance(rate * n)})."
    )
    weight = digits(p, cap_for(cohort.size, CAP)) * n / len(cohort.members)
    if weight < 1:
        return []
    seen = rows[rows["account"].isin(changed)]
    return [Evidence("takeover", "changed hands", statement, float(len(changed)), rate * n, p, weight, places(seen))]


@once
def _ordinary_changes(reference: Reference) -> tuple[int, int]:
    changed, able = changed_hands(reference.rows)
    return len(changed), able


def changed_hands(rows: pd.DataFrame) -> tuple[Ints, int]:
    """Accounts that changed hands on some day, and how many have requests enough on both sides of one to tell.

    Parameters
    ----------
    rows : DataFrame
        ``account``, ``timestamp`` and `TRAITS` of requests.
    """
    account = rows["account"].to_numpy()
    day = rows["timestamp"].to_numpy() // DAY_US
    ids, position = np.unique(account, return_inverse=True)
    fresh = np.stack([_first_day(position, rows[name].to_numpy(), day) for name in TRAITS], axis=1)
    known = np.stack([rows[name].to_numpy() != 0 for name in TRAITS], axis=1)
    able, changed = np.zeros(len(ids), bool), np.zeros(len(ids), bool)
    for border in np.unique(day)[1:]:
        after = day >= border
        n_after = np.bincount(position[after], minlength=len(ids))
        enough = (n_after >= LEAST_REQUESTS) & (np.bincount(position[~after], minlength=len(ids)) >= LEAST_REQUESTS)
        new = (fresh >= border) & known & after[:, None]
        shares = np.stack([np.bincount(position, weights=column, minlength=len(ids)) for column in new.T], axis=1)
        most = (shares >= LEAST_SHARE * np.maximum(n_after, 1)[:, None]).sum(axis=1) >= LEAST_TRAITS
        able |= enough
        changed |= enough & most
    return ids[changed], int(able.sum())


def _first_day(position: Ints, value: npt.NDArray[np.uint64], day: Ints) -> Ints:
    """Day on which the account first used the value of each request."""
    order = order_by(position, value, day)
    starts = run_starts(position[order], value[order])
    found = np.empty(len(order), np.int64)
    found[order] = np.repeat(day[order][starts], run_sizes(starts))
    return found
