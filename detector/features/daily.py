"""Exact totals of the accounts over the days of the window."""

from __future__ import annotations

import numpy as np
import pandas as pd

from detector.features.base import Bools, Floats, Ints
from detector.features.counting import ratio, sums, where
from detector.profiles.tables import Tables
from detector.remembering import once

MONDAY = 4  # day 0 of the epoch was a Thursday


@once
def total(tables: Tables, counter: str) -> Floats:
    """Sum of a counter over the window."""
    codes = tables.days["account"].to_numpy(dtype=np.int64)
    return sums(codes, tables.days[counter].to_numpy(dtype=np.float64), len(tables.accounts))


def share(tables: Tables, part: str, known: str = "requests") -> Floats:
    """Share of the requests counted under ``known`` that are also counted under ``part``."""
    return ratio(total(tables, part), total(tables, known))


@once
def active_days(tables: Tables) -> Floats:
    """Days on which the account sent a request."""
    codes = tables.days["account"].to_numpy(dtype=np.int64)
    sent = tables.days["requests"].to_numpy() > 0
    return np.bincount(codes[sent], minlength=len(tables.accounts)).astype(np.float64)


@once
def first_active_day(tables: Tables) -> Ints:
    """First day with a request; the day after the window for an account without one."""
    first = np.full(len(tables.accounts), tables.last_day + 1, dtype=np.int64)
    codes = tables.days["account"].to_numpy(dtype=np.int64)
    np.minimum.at(first, codes, tables.days["day"].to_numpy(dtype=np.int64))
    return first


@once
def days_present(tables: Tables) -> Floats:
    """Days from the first request to the end of the window, both included."""
    return (tables.last_day - first_active_day(tables) + 1).astype(np.float64)


@once
def busiest_day(tables: Tables) -> Floats:
    """Most requests the account sent in a day."""
    peak = np.zeros(len(tables.accounts))
    codes = tables.days["account"].to_numpy(dtype=np.int64)
    np.maximum.at(peak, codes, tables.days["requests"].to_numpy(dtype=np.float64))
    return peak


@once
def requests_per_active_day(tables: Tables) -> Floats:
    """Mean number of requests on a day on which the account was active."""
    return ratio(total(tables, "requests"), active_days(tables))


@once
def created_us(tables: Tables) -> Floats:
    """Sign-up in µs UTC; NaN where it is not known."""
    created = pd.to_datetime(tables.accounts["created_at"], utc=True)
    moments = created.to_numpy(dtype="datetime64[us]").astype(np.int64).astype(np.float64)
    return where(moments, created.notna().to_numpy())


@once
def born_in_window(tables: Tables) -> Floats:
    """Sign-up in µs UTC of accounts that signed up within the window; NaN for all others."""
    created = created_us(tables)
    start = tables.first_day * 86_400_000_000
    with np.errstate(invalid="ignore"):
        return where(created, created >= start)


def is_weekend(day: Ints) -> Bools:
    """Whether days since the epoch are a Saturday or a Sunday."""
    return np.asarray((day - MONDAY) % 7 >= 5)


def weekend_days_from_first(tables: Tables) -> Floats:
    """Weekend days from the account's first active day to the end of the window."""
    window = np.arange(tables.first_day, tables.last_day + 2)
    left = np.cumsum(is_weekend(window)[::-1])[::-1] - is_weekend(window[-1:])[0]
    first = np.clip(first_active_day(tables) - tables.first_day, 0, len(window) - 1)
    return np.asarray(left[first], dtype=np.float64)
