"""Pivot to a new model: members move to it within a day of its appearance, where others take weeks.

References
----------
.. [1] Anthropic (23 Feb 2026), "Detecting and preventing distillation attacks": "redirecting nearly half of traffic"
       within 24 hours of a new model.
.. [2] CISA, NSA, FBI (8 Sep 2026), AA26-251A: a new model becomes the target in less than a day.
"""

from __future__ import annotations

import numpy as np

from detector.campaigns.calendar import DAY_US
from detector.campaigns.cohort import Cohort, Ints, places
from detector.campaigns.evidence import Evidence, cap_for, chance, digits
from detector.campaigns.reference import Reference
from detector.campaigns.tails import binomial_tail
from detector.remembering import once

#: Share of an account's requests of the day that must go to the new model.
LEAST_SHARE = 0.3
FLOOR = 0.01
#: Enthusiasts, evaluators and `latest` aliases move as fast.
CAP = 2.0


def pivot(cohort: Cohort) -> list[Evidence]:
    """The new model that most members moved to within a day, against accounts outside all groups."""
    found = [_moved(cohort, model, launch) for model, launch in cohort.reference.launches.items()]
    strong = [evidence for evidence in found if evidence is not None and evidence.weight >= 1]
    return [max(strong, key=lambda evidence: evidence.weight)] if strong else []


def _moved(cohort: Cohort, model: int, launch: int) -> Evidence | None:
    rows = cohort.rows
    movers, n = adopters(*_columns(rows), model, launch)
    elsewhere, others = _ordinary_adopters(cohort.reference, model, launch)
    if len(movers) < 3 or others < 20:
        return None
    rate = max(FLOOR, (elsewhere + 1) / (others + 1))
    p = float(binomial_tail(len(movers), n, rate))
    name = cohort.tables.models.get(model, "a new model")
    statement = (
        f"{len(movers)} of {n} accounts active then sent at least {LEAST_SHARE:.0%} of a day's requests to {name} "
        f"within 24 h of its first appearance (expected {chance(rate * n)})."
    )
    weight = digits(p, cap_for(cohort.size, CAP)) * n / len(cohort.members)
    new = rows[(rows["model"].to_numpy() == model) & (rows["timestamp"].to_numpy() < launch + DAY_US)]
    return Evidence("model", "pivot", statement, float(len(movers)), rate * n, p, weight, places(new))


@once
def _ordinary_adopters(reference: Reference, model: int, launch: int) -> tuple[int, int]:
    moved, active = adopters(*_columns(reference.rows), model, launch)
    return len(moved), active


def _columns(rows: object) -> tuple[Ints, Ints, Ints]:
    return tuple(rows[name].to_numpy() for name in ("account", "timestamp", "model"))  # type: ignore[index]


def adopters(account: Ints, moment: Ints, used: Ints, model: int, launch: int) -> tuple[Ints, int]:
    """Accounts that moved to a model within a day of its launch, and how many were active before and on that day.

    Parameters
    ----------
    account, moment, used : ndarray, shape (n,)
        Account, moment (microseconds) and model of each request.
    """
    on_the_day = (moment >= launch) & (moment < launch + DAY_US)
    active = np.intersect1d(account[moment < launch], account[on_the_day])
    mine, new = account[on_the_day], (used[on_the_day] == model)
    ids, position = np.unique(mine, return_inverse=True)
    share = np.bincount(position, weights=new) / np.maximum(np.bincount(position), 1)
    return np.intersect1d(ids[share >= LEAST_SHARE], active), len(active)
