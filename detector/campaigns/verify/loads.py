"""Equal loads: a scheduler deals work out evenly, people differ by orders of magnitude.

References
----------
.. [1] Anthropic (23 Feb 2026), "Detecting and preventing distillation attacks": "load balancing" across accounts.
.. [2] Xiang, Y. et al. (2025), "ServeGen", arXiv 2505.09999: heavy-tailed clients of a production service.
"""

from __future__ import annotations

import numpy as np

from detector.campaigns.cohort import Cohort
from detector.campaigns.evidence import Evidence, cap_for, digits
from detector.campaigns.tails import normal_tail

CAP = 3.0
ROUNDS = 200
#: A spread smaller by this share is no sign of a scheduler, however sure; one smaller by twice as much is.
SLIGHT = 0.25


def loads(cohort: Cohort) -> list[Evidence]:
    """Spread of members' totals against random groups of reference accounts that are about as busy.

    The statistic is the standard deviation of log totals. Its distribution without a scheduler comes from `ROUNDS`
    groups of the same size, drawn from reference accounts within a factor of ten of the members' median.
    """
    totals = cohort.reference.totals[cohort.reference.accounts]
    middle = float(np.median(cohort.loads))
    pool = np.log(totals[(totals >= middle / 10) & (totals <= middle * 10) & (totals > 0)])
    if len(cohort.members) < 5 or len(pool) < 30:
        return []
    own = float(np.std(np.log(cohort.loads)))
    size = min(len(cohort.members), 200)
    drawn = np.random.default_rng(len(pool)).choice(pool, (ROUNDS, size)).std(axis=1)
    expected, spread = float(drawn.mean()), float(drawn.std())
    p = normal_tail((expected - own) / max(spread, 1e-9))
    dispersion = float(np.var(cohort.loads) / np.mean(cohort.loads))
    statement = (
        f"Members' totals are nearly equal: half lie between {np.quantile(cohort.loads, 0.25):.0f} and "
        f"{np.quantile(cohort.loads, 0.75):.0f} queries, log spread {own:.2f} where accounts as busy have "
        f"{expected:.2f} "
        f"(variance / mean {dispersion:.1f})."
    )
    weight = digits(p, cap_for(cohort.size, CAP)) * float(
        np.clip((1 - own / max(expected, 1e-9) - SLIGHT) / SLIGHT, 0.0, 1.0)
    )
    return [Evidence("load", "equal loads", statement, own, expected, p, weight)] if weight > 0 else []
