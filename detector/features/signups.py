"""Sign-ups against the platform's own rate: how many were to be expected at that moment.

What is compared is always a share: of the sign-ups around a moment, how many fall close to it. A
day on which everybody signs up raises the surroundings too, and so surprises nobody.

References
----------
.. [1] Przyborowski, J. and Wilenski, H. (1940), "Homogeneity of results in testing samples from
       Poisson series", Biometrika 31: two rates compared given their sum.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.special import bdtrc

from detector.features.base import Floats, Ints
from detector.features.daily import created_us
from detector.features.samples import principals_of
from detector.profiles.tables import Tables
from detector.remembering import once

MINUTE, HOUR = 60_000_000, 3_600_000_000
DAY, WEEK = 24 * HOUR, 168 * HOUR
MOST = 30.0


def surprise_of(p: Floats) -> Floats:
    """Negative decimal logarithm of a probability, at most 30; NaN stays NaN."""
    return np.asarray(-np.log10(np.clip(p, 10**-MOST, 1.0)), dtype=np.float64)


@once
def weekly_profile(tables: Tables) -> Floats:
    """Share of a week's sign-ups expected in each of its 168 hours.

    Hour of the day times day of the week, each smoothed. Hours with very many sign-ups count no
    more than the platform's busiest ordinary ones, so that a ring does not make itself expected.
    """
    cells, counts = np.unique(tables.signups // HOUR, return_counts=True)
    capped = np.minimum(counts, np.quantile(counts, 0.95)) if len(counts) else counts
    by_hour = np.bincount(cells % 24, capped, 24) + 1
    by_day = np.bincount(cells // 24 % 7, capped, 7) + 1
    return np.asarray(np.outer(by_day / by_day.sum(), by_hour / by_hour.sum()).ravel())


def expected_weeks(tables: Tables, moments: Ints) -> Floats:
    """Integral of the weekly profile from the epoch to each moment, in weeks of sign-ups."""
    steps = np.r_[0.0, np.cumsum(weekly_profile(tables))]
    inside = np.interp(moments % WEEK, np.arange(169) * HOUR, steps)
    return np.asarray(moments // WEEK + inside, dtype=np.float64)


@once
def _repeated(tables: Tables) -> Ints:
    """Sign-ups, sorted, of all but the first account of each principal: they count once."""
    created, principal = created_us(tables), principals_of(tables)
    known = np.flatnonzero(np.isfinite(created))
    order = known[np.lexsort((created[known], principal[known]))]
    again = np.r_[False, principal[order][1:] == principal[order][:-1]]
    return np.sort(created[order[again[: len(order)]]].astype(np.int64))


def signups_between(tables: Tables, start: Ints, end: Ints) -> Ints:
    """Principals' sign-ups at or after ``start`` and before ``end``."""
    found = np.zeros(len(start), dtype=np.int64)
    for sign, moments in ((1, tables.signups), (-1, _repeated(tables))):
        inside = np.searchsorted(moments, end) - np.searchsorted(moments, start)
        found += sign * inside
    return np.maximum(found, 0)


def has_hours(tables: Tables) -> bool:
    """Whether sign-ups are known to the hour: in most files of dates all fall on midnight."""
    return bool(len(tables.signups)) and float(np.mean(tables.signups % DAY == 0)) < 0.5


def neighbours_surprise(tables: Tables, moments: Ints, near: int, around: int) -> Floats:
    """Surprise at the sign-ups within ``near`` of each moment, given those within ``around`` [1]_.

    The account whose moment it is does not count. Beyond the first and the last known sign-up
    nothing is expected.
    """
    first, last = tables.signups[0], tables.signups[-1] + 1
    bounds = [
        (np.clip(moments - width, first, last), np.clip(moments + width, first, last)) for width in (near, around)
    ]
    counts = [np.maximum(signups_between(tables, *bound) - 1, 0) for bound in bounds]
    room = [expected_weeks(tables, end) - expected_weeks(tables, start) for start, end in bounds]
    share = np.clip(room[0] / np.maximum(room[1], 1e-12), 1e-12, 1.0)
    close = np.minimum(counts[0], counts[1])
    p = np.where(close > 0, bdtrc(np.maximum(close - 1, 0), np.maximum(counts[1], 1), share), 1.0)
    return surprise_of(p)


@once
def lookalikes_surprise(tables: Tables, column: str, width: int) -> Floats:
    """Surprise at how many sign-ups within ``width`` have the same value as the account.

    Against the share of the value among all other accounts, so that neither a common value nor
    a busy day surprises. A principal counts once. NaN where moment or value is unknown.
    """
    created = created_us(tables)
    codes = pd.factorize(tables.accounts[column])[0].astype(np.int64)
    result = np.full(len(created), np.nan)
    known = np.flatnonzero(np.isfinite(created) & (codes >= 0))
    if not len(known):
        return result
    minute = (created[known] // MINUTE).astype(np.int64)
    minute -= minute.min()
    value, founder = codes[known], _founders(principals_of(tables)[known], minute)
    same = _near(value, minute, founder, width // MINUTE)
    all_near = _near(np.zeros_like(value), minute, founder, width // MINUTE)
    everywhere = np.bincount(value, founder)[value]
    elsewhere = np.maximum(founder.sum() - all_near, 0)
    usual = (np.maximum(everywhere - same, 0) + 1) / (elsewhere + 2)
    others, of = np.maximum(same - 1, 0), np.maximum(all_near - 1, 1)
    p = bdtrc(np.maximum(others - 1, 0), of, np.clip(usual, 1e-12, 1 - 1e-12))
    result[known] = surprise_of(np.where(others > 0, p, 1.0))
    return result


def _founders(principal: Ints, minute: Ints) -> Floats:
    """1 for the first account of each principal, 0 for the others."""
    order = np.lexsort((minute, principal))
    founder = np.zeros(len(principal))
    founder[order[np.r_[True, np.diff(principal[order]) != 0]]] = 1
    return founder


def _near(value: Ints, minute: Ints, weight: Floats, width: int) -> Ints:
    """Weight of the rows of the same value within a number of minutes of each row."""
    stride = int(minute.max()) + width + 1
    code = value * stride + minute
    order = np.argsort(code, kind="stable")
    running = np.r_[0.0, np.cumsum(weight[order])]
    start = np.searchsorted(code[order], value * stride + np.maximum(minute - width, 0))
    end = np.searchsorted(code[order], value * stride + minute + width, side="right")
    return np.asarray(running[end] - running[start], dtype=np.int64)
