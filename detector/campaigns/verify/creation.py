"""Creation burst: members signed up closer together than the platform's own rate of sign-ups explains.

The chance of a window is its share of the sign-ups of everybody else, so that a launch day, on which all the world
signs up, is not a burst.

References
----------
.. [1] Yuan, D. et al. (2019), "Detecting fake accounts in online social networks at the time of registrations", CCS.
"""

from __future__ import annotations

import numpy as np

from detector.campaigns.calendar import HOUR_US
from detector.campaigns.cohort import Cohort, Ints
from detector.campaigns.evidence import Evidence, cap_for, chance, coverage, digits
from detector.campaigns.verify.bursts import densest, without

WINDOWS = (1, 6, 24, 72)
CAP = 4.0


def creation(cohort: Cohort) -> list[Evidence]:
    """The most surprising window of sign-ups."""
    moments = cohort.sign_ups
    burst = densest(moments, without(cohort.tables.signups, moments), WINDOWS)
    if burst is None:
        return []
    statement = (
        f"{burst.n} of {len(moments)} accounts were created within {burst.hours} h (expected "
        f"{chance(burst.expected)} at the platform's rate of sign-ups then); {_in_bursts(moments)} were created "
        "within an hour of two others."
    )
    covered = max(burst.n, _in_bursts(moments))
    weight = digits(burst.p, cap_for(cohort.size, CAP)) * coverage(covered, len(cohort.members))
    return [Evidence("time", "creation", statement, float(burst.n), burst.expected, min(1.0, burst.p), weight)]


def _in_bursts(moments: Ints) -> int:
    near = np.searchsorted(moments, moments + HOUR_US, side="right") - np.searchsorted(moments, moments - HOUR_US)
    return int((near >= 3).sum())
