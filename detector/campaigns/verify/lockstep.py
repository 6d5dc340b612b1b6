"""Lockstep: members begin together, stop together, or some begin where others have just stopped.

A pool that is closed is replaced within hours by another that carries on with the same work.

References
----------
.. [1] Beutel, A. et al. (2013), "CopyCatch: stopping group attacks by spotting lockstep behavior", WWW.
.. [2] Anthropic (10 Sep 2026), "Detecting and countering misuse of AI": traffic of a banned pool "quickly shifted" to
       the next.
"""

from __future__ import annotations

import numpy as np

from detector.campaigns.calendar import DAY_US, HOUR_US, WEEKEND
from detector.campaigns.cohort import Cohort, Ints
from detector.campaigns.evidence import Evidence, cap_for, chance, digits
from detector.campaigns.tails import binomial_tail
from detector.campaigns.verify.bursts import Burst, densest

WINDOWS = (1, 6, 24)
#: A pool takes over at most this long after another has stopped.
HANDOVER_US = 24 * HOUR_US
CAP = 3.0


def lockstep(cohort: Cohort) -> list[Evidence]:
    """Joint start, joint stop, and handover, each against the accounts outside all groups.

    What went on before the log and after it is not known: only starts before which it shows a working day without the
    account count, and stops with one after them. On Friday evening, all offices stop together.
    """
    reference = cohort.reference
    first, last = reference.active_from, reference.active_until
    began, ended = past_a_working_day(int(first.min()), DAY_US), past_a_working_day(int(last.max()), -DAY_US)
    members, others = cohort.members, reference.accounts
    starts, other_starts = (np.sort(first[group][first[group] > began]) for group in (members, others))
    stops, other_stops = (np.sort(last[group][last[group] < ended]) for group in (members, others))
    joint_start, joint_stop = densest(starts, other_starts, WINDOWS), densest(stops, other_stops, WINDOWS)
    found = []
    if joint_start is not None:
        found.append(_together(cohort, "joint start", "sent their first request", len(starts), joint_start))
    if joint_stop is not None:
        found.append(_together(cohort, "joint stop", "sent their last request", len(stops), joint_stop))
        found += _handover(cohort, joint_stop, starts, other_starts)
    return [evidence for evidence in found if evidence.weight >= 1]


def past_a_working_day(moment: int, step: int) -> int:
    """Nearest moment, whole steps of a day away, with 24 hours in between that are mostly of a working day."""
    while (moment + step // 2) // DAY_US % 7 in WEEKEND:
        moment += step
    return moment + step


def _together(cohort: Cohort, name: str, did: str, known: int, burst: Burst) -> Evidence:
    statement = (
        f"{burst.n} accounts {did} within the same {burst.hours} h (expected {chance(burst.expected)} of the {known} "
        "whose moment is known)."
    )
    weight = digits(burst.p, cap_for(cohort.size, CAP)) * burst.n / len(cohort.members)
    return Evidence("rhythm", name, statement, float(burst.n), burst.expected, min(1.0, burst.p), weight)


def _handover(cohort: Cohort, stop: Burst, starts: Ints, other_starts: Ints) -> list[Evidence]:
    """Starts within a day after the joint stop, against the share of others that start then."""
    lowest, highest = stop.start, stop.end + HANDOVER_US
    n = int(((starts >= lowest) & (starts <= highest)).sum())
    if n < 3 or stop.n < 3 or not len(other_starts):
        return []
    elsewhere = int(((other_starts >= lowest) & (other_starts <= highest)).sum())
    share = (elsewhere + 1) / (len(other_starts) + 1)
    p = max(stop.p, float(binomial_tail(n, len(starts), share)))
    refused = _refused_at_the_end(cohort, stop)
    statement = (
        f"{n} accounts began within a day of the joint stop of {stop.n} others (expected {chance(share * len(starts))})"
        + (f"; {refused} of those that stopped had requests refused on their last day." if refused else ".")
    )
    weight = digits(p, cap_for(cohort.size, CAP)) * min(1.0, (n + stop.n) / len(cohort.members))
    return [Evidence("rhythm", "handover", statement, float(n), share * len(starts), min(1.0, p), weight)]


def _refused_at_the_end(cohort: Cohort, stop: Burst) -> int:
    """Members that stopped in the burst and got client errors on their last day."""
    until = cohort.reference.active_until
    stopped = cohort.members[(until[cohort.members] >= stop.start) & (until[cohort.members] <= stop.end)]
    days = cohort.tables.days
    last = np.isin(days["account"].to_numpy(), stopped) & (days["last_us"].to_numpy() >= stop.start)
    return int(days.loc[last & (days["client_errors"].to_numpy() > 0), "account"].nunique())
