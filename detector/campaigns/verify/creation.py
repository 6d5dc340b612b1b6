"""Creation burst: members signed up closer together than the platform's own rate of sign-ups explains.

The chance of a window is its share of the sign-ups of everybody else, so that a launch day, on which all the world
signs up, is not a burst.

References
----------
.. [1] Naus, J. (1982), "Approximations for distributions of scan statistics", JASA 77.
.. [2] Yuan, D. et al. (2019), "Detecting fake accounts in online social networks at the time of registrations", CCS.
"""

from __future__ import annotations

import numpy as np
from scipy.stats import binom

from detector.campaigns.cohort import Cohort, Ints
from detector.campaigns.evidence import Evidence, cap_for, chance, digits

HOUR_US = 3_600_000_000
WINDOWS = (1, 6, 24, 72)
CAP = 4.0


def creation(cohort: Cohort) -> list[Evidence]:
    """The most surprising window of sign-ups, over all starts and `WINDOWS` (Bonferroni).

    A window starts at a member's sign-up, so that the others in it are counted: they are binomial.
    """
    moments = cohort.sign_ups
    others = _without(cohort.tables.signups, moments)
    if len(moments) < 3 or not len(others):
        return []
    best: tuple[float, int, int, float] | None = None
    for hours in WINDOWS:
        counts = np.searchsorted(moments, moments + hours * HOUR_US, side="right") - np.arange(len(moments))
        lows, highs = moments, moments + hours * HOUR_US
        elsewhere = np.searchsorted(others, highs, side="right") - np.searchsorted(others, lows)
        share = (elsewhere + 1) / (len(others) + 1)
        p = np.asarray(binom.sf(counts - 2, len(moments) - 1, share)) * len(moments) * len(WINDOWS)
        i = int(np.argmin(p))
        if best is None or p[i] < best[0]:
            best = (float(p[i]), int(counts[i]), hours, float(share[i] * len(moments)))
    assert best is not None
    p_best, n, hours, expected = best
    bursts = _in_bursts(moments)
    statement = (
        f"{n} of {len(moments)} accounts were created within {hours} h (expected {chance(expected)} at the "
        "platform's rate "
        f"of sign-ups then); {bursts} were created within an hour of two others."
    )
    return [
        Evidence(
            "time",
            "creation",
            statement,
            float(n),
            expected,
            min(1.0, p_best),
            digits(p_best, cap_for(cohort.size, CAP)),
        )
    ]


def _without(everybody: Ints, members: Ints) -> Ints:
    """Sign-ups of everybody but the members: one moment is taken away for each member."""
    values, counts = np.unique(everybody, return_counts=True)
    own, times = np.unique(members, return_counts=True)
    at = np.searchsorted(values, own)
    at = np.minimum(at, max(0, len(values) - 1))
    hit = values[at] == own if len(values) else np.zeros(len(own), bool)
    counts[at[hit]] -= np.minimum(times[hit], counts[at[hit]])
    return np.repeat(values, counts)


def _in_bursts(moments: Ints) -> int:
    near = np.searchsorted(moments, moments + HOUR_US, side="right") - np.searchsorted(moments, moments - HOUR_US)
    return int((near >= 3).sum())
