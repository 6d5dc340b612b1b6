"""Content shift: what members ask about differs from what as many ordinary accounts ask about.

The statistic is the two-sample χ² of each topic bit, members against everybody else, averaged over bits. Accounts
differ in their interests, so it is compared with random groups of as many ordinary accounts, by a gamma law with their
mean and variance, not with the χ² law.

References
----------
.. [1] Gretton, A. et al. (2012), "A kernel two-sample test", JMLR 13; with the linear kernel of topic
       bits it is a sum of squared differences of means.
.. [2] MMD windows against extraction, arXiv 2606.05725 (a group of prompts is tested, not an account).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from detector.campaigns.cohort import Cohort, Ints, places
from detector.campaigns.evidence import Evidence, cap_for, digits
from detector.campaigns.reference import Reference
from detector.campaigns.tails import gamma_tail
from detector.remembering import once
from detector.text.kernel import TOPIC_BITS

ROUNDS = 100
#: A school, a trade or a firm has topics of its own too.
CAP = 1.5
LEAST_SURE = 1e-3


def shift(cohort: Cohort) -> list[Evidence]:
    """How far the members' held-back requests lie from everybody else's, against random groups of accounts."""
    rows = cohort.held_back
    rows = rows[rows["themes"].to_numpy() >= 0]
    ids, own = account_rates(rows["account"].to_numpy(), rows["themes"].to_numpy())
    everybody = _ordinary_rates(cohort.reference)
    if len(ids) < 5 or len(everybody) < 50:
        return []
    rates = everybody.mean(axis=0)
    observed = distance(own.mean(axis=0), rates)
    rng = np.random.default_rng(len(ids))
    size = min(len(ids), len(everybody) // 2)
    groups = (everybody[rng.choice(len(everybody), size, replace=False)] for _ in range(ROUNDS))
    drawn = np.array([distance(group.mean(axis=0), rates) for group in groups])
    expected, spread = float(drawn.mean()), max(float(drawn.std()), 1e-9)
    p = gamma_tail(observed, expected, spread)
    weight = digits(p, cap_for(cohort.size, CAP))
    if p > LEAST_SURE:
        return []
    statement = (
        f"What members ask about differs from what others ask about: distance {observed:.3f} in topics, where as many "
        f"accounts drawn at random are {expected:.3f} away."
    )
    return [Evidence("harvest", "content shift", statement, observed, expected, p, weight, places(rows))]


@once
def _ordinary_rates(reference: Reference) -> npt.NDArray[np.float64]:
    account, themes = (reference.rows[name].to_numpy() for name in ("account", "themes"))
    return account_rates(account[themes >= 0], themes[themes >= 0])[1]


def account_rates(account: Ints, themes: Ints) -> tuple[Ints, npt.NDArray[np.float64]]:
    """Accounts, and the share of each one's requests that have each topic bit, shape (n_accounts, TOPIC_BITS)."""
    ids, position = np.unique(account, return_inverse=True)
    size = np.maximum(np.bincount(position), 1)
    bits = [np.bincount(position, weights=(themes >> bit) & 1) / size for bit in range(TOPIC_BITS)]
    return ids, np.stack(bits, axis=1) if len(ids) else np.zeros((0, TOPIC_BITS))


def distance(rates: npt.NDArray[np.float64], others: npt.NDArray[np.float64]) -> float:
    """Mean over bits of the squared difference of two rates, in units of the others' variance of one request."""
    spread = np.maximum(others * (1 - others), 1e-6)
    return float(np.mean((rates - others) ** 2 / spread))
