"""Other hands: what stands in the group's frames is sent with other software and from elsewhere than all the rest.

Somebody who tries a prompt that goes round sends it as he sends everything. Where an account's owner and an operator
both use it, the operator's few requests come from clients, networks or with settings that the owner uses for nothing
else.

References
----------
.. [1] Egele, M. et al. (2013), "COMPA: detecting compromised accounts on social networks", NDSS: messages of one
       account that do not fit its own manner, and many accounts with such messages that are alike.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from detector.campaigns.cohort import Cohort, Ints, places
from detector.campaigns.evidence import Evidence, cap_for, chance, coverage, digits
from detector.campaigns.holdings import run_sizes, sums
from detector.campaigns.reference import Reference
from detector.campaigns.sessions import unit_of
from detector.campaigns.tails import binomial_tail
from detector.campaigns.verify.frames import Frames
from detector.campaigns.verify.takeover import LEAST_REQUESTS
from detector.profiles.orders import order_by, run_starts
from detector.remembering import once

Mask = npt.NDArray[np.bool_]

#: Accounts with requests of both kinds that it takes, and share of them whose frames must come from other hands.
LEAST_ACCOUNTS, LEAST_SHARE = 10, 0.5
#: Networks, per such account, that they must come from: an application asks for all its users from a few servers.
LEAST_NETWORKS = 0.5
#: People try a new thing with a new tool in a new place, too.
FLOOR = 0.02
CAP = 4.0


def hands(cohort: Cohort, found: Frames) -> list[Evidence]:
    """Members whose requests in frames come from other hands than the rest, against one visit of other accounts."""
    rows = cohort.rows
    framed = found.passages_in(rows) > 0
    held_back = framed & (rows["half"].to_numpy() == 1)
    foreign, n = other_hands(rows, held_back, ~framed)
    if n < LEAST_ACCOUNTS or len(foreign) < LEAST_SHARE * n:
        return []
    seen = rows[framed & rows["account"].isin(foreign).to_numpy()]
    if seen["subnet"].nunique() < LEAST_NETWORKS * len(foreign):
        return []
    elsewhere, others = _ordinary_visits(cohort.reference)
    rate = max(FLOOR, (elsewhere + 1) / (others + 1))
    p = float(binomial_tail(len(foreign), n, rate))
    sent = rows.loc[held_back, "account"].nunique()
    weight = digits(p, cap_for(cohort.size, CAP)) * coverage(n, sent)
    if weight < 1:
        return []
    statement = (
        f"{len(foreign)} of {n} accounts that also send other things send the group's frames from networks, and with "
        f"software or settings, that they use for nothing else (expected {chance(rate * n)})."
    )
    return [Evidence("takeover", "other hands", statement, float(len(foreign)), rate * n, p, weight, places(seen))]


@once
def _ordinary_visits(reference: Reference) -> tuple[int, int]:
    """Of the last visit of each other account: how many come from other hands than the rest, and how many can tell."""
    rows = reference.rows
    unit = unit_of(rows)
    order = order_by(rows["account"].to_numpy(), rows["timestamp"].to_numpy())
    account = rows["account"].to_numpy()[order]
    last = np.flatnonzero(np.append(run_starts(account)[1:], True))
    visit = np.empty(len(rows), bool)
    visit[order] = unit[order] == np.repeat(unit[order][last], np.diff(np.append(-1, last)))
    foreign, n = other_hands(rows, visit, ~visit)
    return len(foreign), n


def other_hands(rows: pd.DataFrame, some: Mask, rest: Mask) -> tuple[Ints, int]:
    """Accounts of whose `some` most come from other hands than the rest, and how many have rest enough to tell.

    Parameters
    ----------
    rows : DataFrame
        ``account``, ``subnet``, ``client`` and ``settings`` of requests.
    some, rest : ndarray of bool, shape (len(rows),)
    """
    account = rows["account"].to_numpy()
    size = int(account.max(initial=-1)) + 1
    looked_at = some & (np.bincount(account[rest], minlength=size) >= LEAST_REQUESTS)[account]
    own = account[looked_at]
    elsewhere = _new(rows, "subnet", looked_at, rest)
    strange = elsewhere & (_new(rows, "client", looked_at, rest) | _new(rows, "settings", looked_at, rest))
    sent = np.bincount(own, minlength=size)
    most = np.bincount(own, weights=strange, minlength=size) > 0.5 * sent
    return np.flatnonzero(most), int((sent > 0).sum())


def _new(rows: pd.DataFrame, trait: str, some: Mask, rest: Mask) -> Mask:
    """Which of some requests have a known value of a trait that none of the rest of their account has."""
    account, value = rows["account"].to_numpy(), rows[trait].to_numpy()
    order = order_by(account, value)
    starts = run_starts(account[order], value[order])
    known = np.empty(len(order), bool)
    known[order] = np.repeat(sums(rest[order].astype(np.int64), starts) > 0, run_sizes(starts))
    found: Mask = (value[some] != 0) & ~known[some]
    return found
