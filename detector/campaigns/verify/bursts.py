"""Bursts: the window of time that holds more of a group's moments than everybody else's explain.

References
----------
.. [1] Naus, J. (1982), "Approximations for distributions of scan statistics", JASA 77.
.. [2] Kulldorff, M. (1997), "A spatial scan statistic", Communications in Statistics 26: inside against outside.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from detector.campaigns.calendar import HOUR_US
from detector.campaigns.cohort import Ints
from detector.campaigns.tails import binomial_tail


@dataclass(frozen=True)
class Burst:
    """The most surprising window of a group's moments.

    Attributes
    ----------
    n : int
        Moments of the group within it.
    hours : int
        Its width.
    expected : float
        Moments that the others' share of it would give.
    p : float
        Chance of as many, corrected for all windows tried.
    start, end : int
        Its ends, microseconds.
    """

    n: int
    hours: int
    expected: float
    p: float
    start: int
    end: int


def densest(moments: Ints, others: Ints, windows: Sequence[int]) -> Burst | None:
    """The most surprising window over all starts and the given widths in hours (Bonferroni).

    A window starts at a moment of the group, so that the others in it are counted: they are binomial, their rate the
    window's share of everybody else's moments. A launch day, on which all the world comes, is not a burst.

    Parameters
    ----------
    moments, others : ndarray of int64
        Sorted microseconds of the group, and of everybody else.
    """
    if len(moments) < 3 or not len(others):
        return None
    best: Burst | None = None
    for hours in windows:
        ends = moments + hours * HOUR_US
        counts = np.searchsorted(moments, ends, side="right") - np.arange(len(moments))
        elsewhere = np.searchsorted(others, ends, side="right") - np.searchsorted(others, moments)
        share = (elsewhere + 1) / (len(others) + 1)
        p = binomial_tail(counts - 1, len(moments) - 1, share) * len(moments) * len(windows)
        i = int(np.argmin(p))
        if best is None or p[i] < best.p:
            expected = float(share[i] * len(moments))
            best = Burst(int(counts[i]), hours, expected, float(p[i]), int(moments[i]), int(ends[i]))
    return best


def without(everybody: Ints, members: Ints) -> Ints:
    """Moments of everybody but the members: one is taken away for each member."""
    values, counts = np.unique(everybody, return_counts=True)
    own, times = np.unique(members, return_counts=True)
    at = np.searchsorted(values, own)
    at = np.minimum(at, max(0, len(values) - 1))
    hit = values[at] == own if len(values) else np.zeros(len(own), bool)
    counts[at[hit]] -= np.minimum(times[hit], counts[at[hit]])
    return np.repeat(values, counts)
