"""When accounts were active: cells of ten minutes and of an hour, and sampled requests in order."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from detector.features.base import Bools, Floats, Hashes, Ints
from detector.features.daily import total
from detector.features.samples import accounts_of, copies_of, hashes, integers
from detector.profiles.orders import run_starts
from detector.profiles.segments import order_within, starts_of
from detector.profiles.tables import Tables
from detector.remembering import once

SLOTS, SLOTS_PER_HOUR, HOURS = 144, 6, 24


@dataclass(frozen=True)
class Cells:
    """One entry per account and span of time in which it sent requests."""

    account: Ints
    at: Ints
    requests: Floats


@once
def slots(tables: Tables) -> Cells:
    """Active spans of ten minutes, counted from the start of the window."""
    day = tables.activity["day"].to_numpy(dtype=np.int64) - tables.first_day
    return Cells(
        tables.activity["account"].to_numpy(dtype=np.int64),
        day * SLOTS + tables.activity["slot"].to_numpy(dtype=np.int64),
        tables.activity["requests"].to_numpy(dtype=np.float64),
    )


@once
def hours(tables: Tables) -> Cells:
    """Active hours, counted from the start of the window, by account and then by time."""
    cells = slots(tables)
    stride = (tables.last_day - tables.first_day + 2) * HOURS
    code = cells.account * stride + cells.at // SLOTS_PER_HOUR
    requests = cells.requests
    if (code[1:] < code[:-1]).any():
        order = np.argsort(code)
        code, requests = code[order], requests[order]
    starts = np.flatnonzero(run_starts(code))
    return Cells(*np.divmod(code[starts], stride), np.add.reduceat(requests, starts) if len(starts) else requests)


@once
def active_slots(tables: Tables) -> Floats:
    """Count the spans of ten minutes in which the account was active."""
    return np.bincount(slots(tables).account, minlength=len(tables.accounts)).astype(np.float64)


@once
def hours_of_day(tables: Tables) -> Floats:
    """Active spans of ten minutes by hour of the UTC day, shape (accounts, 24)."""
    cells, n = slots(tables), len(tables.accounts)
    code = cells.account * HOURS + cells.at % SLOTS // SLOTS_PER_HOUR
    return np.bincount(code, minlength=n * HOURS).reshape(n, HOURS).astype(np.float64)


@dataclass(frozen=True)
class Steps:
    """Neighbouring sampled requests of one account, in time."""

    account: Ints
    before: Ints
    after: Ints
    gap_us: Floats


@once
def steps(tables: Tables) -> Steps:
    """Pairs of sampled requests of one account that follow each other in time.

    Requests of the same microsecond stand in the order of their hashes, so that the order of
    the rows in the table does not matter.
    """
    account, moment = accounts_of(tables), integers(tables, "timestamp")
    order = _in_time(account, moment, hashes(tables, "request"))
    before, after = order[:-1], order[1:]
    same = account[before] == account[after]
    before, after = before[same], after[same]
    gap = (moment[after] - moment[before]).astype(np.float64)
    return Steps(account[after], before, after, gap)


def _in_time(account: Ints, moment: Ints, request: Hashes) -> Ints:
    if not len(moment):
        return np.zeros(0, dtype=np.int64)
    since = moment - moment.min()
    stride = int(since.max()) + 1
    if stride * (int(account.max()) + 1) >= 1 << 63:
        return np.lexsort((request, since, account)).astype(np.int64)
    code = account * stride + since
    if (account[1:] < account[:-1]).any():
        order = np.argsort(code)
    else:
        order = order_within(starts_of(account, int(account.max()) + 1), moment)
    # One number sorts faster than three columns; only requests of one moment need the hash.
    same = np.diff(code[order]) == 0
    tied = np.flatnonzero(np.r_[same, False] | np.r_[False, same])
    rows = order[tied]
    order[tied] = rows[np.lexsort((request[rows], code[rows]))]
    return order.astype(np.int64)


@once
def wholly_sampled(tables: Tables) -> Bools:
    """Whether the sample holds all requests of the account: gaps in a thinned log are others."""
    held = np.bincount(accounts_of(tables), copies_of(tables), len(tables.accounts))
    return np.asarray(held >= total(tables, "requests"))
