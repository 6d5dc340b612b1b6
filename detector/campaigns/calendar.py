"""Days as dates and numbers, and hours of the window: requests by hour, and which days are weekends."""

from __future__ import annotations

import datetime as dt

import numpy as np
import numpy.typing as npt

from detector.profiles.tables import Tables

Ints = npt.NDArray[np.int64]

HOUR_US = 3_600_000_000
DAY_US = 24 * HOUR_US
SLOTS_PER_HOUR = 6
#: Days since the epoch, modulo seven, that are a Saturday or Sunday: 1 January 1970 was a Thursday.
WEEKEND = (2, 3)
_EPOCH = dt.date(1970, 1, 1)


def day_number(day: dt.date) -> int:
    """Days from the epoch to a date."""
    return (day - _EPOCH).days


def date_of(number: int) -> dt.date:
    """Date of a day since the epoch."""
    return _EPOCH + dt.timedelta(days=number)


def hourly(tables: Tables, row: Ints, n: int) -> npt.NDArray[np.float64]:
    """Requests in each hour of the window, shape (n, n_days, 24).

    Parameters
    ----------
    row : ndarray of int64, shape (n_accounts,)
        Row of the result that each account counts in, -1 for none.
    """
    own = np.flatnonzero((row >= 0)[tables.activity["account"].to_numpy()])
    cells = {name: tables.activity[name].to_numpy()[own] for name in ("account", "day", "slot", "requests")}
    days = tables.last_day - tables.first_day + 1
    hour = (cells["day"] - tables.first_day) * 24 + cells["slot"] // SLOTS_PER_HOUR
    cell = row[cells["account"]] * days * 24 + hour
    counts = np.bincount(cell, weights=cells["requests"], minlength=n * days * 24)
    found: npt.NDArray[np.float64] = counts.reshape(n, days, 24).astype(np.float64)
    return found


def weekends(tables: Tables) -> npt.NDArray[np.bool_]:
    """Which days of the window are weekends, shape (n_days,)."""
    days = tables.last_day - tables.first_day + 1
    return np.isin((tables.first_day + np.arange(days)) % 7, WEEKEND)
