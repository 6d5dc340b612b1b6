"""From a night's rarities to probabilities and flags, without a quota.

What the stated rate means
--------------------------
`p_values` compares an account with reference accounts that were held out when the forest and the
grids were fitted (split conformal prediction [1]_). `benjamini_hochberg` then flags the accounts
whose probability is too small for the size of the night. Of that, two things can be said:

* *Without assumption but one*, that benign accounts are like the reference: such an account is
  flagged with probability at most ``rate + 1 / (n + 1)``, and ``2 / (n + 1)`` where that is more,
  with n accounts held out.
* *If also the reference's rarities thin out at least exponentially beyond its last account*, at
  the pace measured: the expected share of benign accounts among the flagged is at most the rate,
  and so is the chance that a night without any abuse shows a flag at all.

The second assumption holds only nearly. Simulated clean nights with 12 features, on seeds not used
in choosing how tails are extrapolated, each with a reference of its own: of 1,000 accounts (500
held out), normal, uniform and count features gave no flag in 40 nights each, but heavy tails
(log-normal, Pareto, Weibull, Student t) in 5 to 10 of 40, up to 0.024 % of all accounts. A small
reference cannot know its own far tail: with 6,000 there were flags in 2 of 240 nights, one each.

Neither says that a flagged account is abusive, only that the reference holds nothing like it. If
the reference is of another season, product or region, both fail.
Loud accounts elsewhere in the night never lift the bar for others: probabilities depend on the
frozen reference alone, and more small ones let Benjamini-Hochberg reject more, not less.

References
----------
.. [1] Bates, S., Candes, E., Lei, L., Romano, Y. and Sesia, M. (2023), "Testing for outliers with
       conformal p-values", Annals of Statistics 51, 149-178. (Probabilities that share one
       reference are positively dependent; Benjamini-Hochberg stays valid.)
.. [2] Benjamini, Y. and Hochberg, Y. (1995), "Controlling the false discovery rate", JRSS B 57.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

FEWEST_FOR_A_TAIL = 20
SMALLEST_P = 1e-300


def p_values(rarities: Floats, reference: Floats, rate: float) -> Floats:
    """Probability that an account like the reference's is at least as rare.

    Counted among the held-out reference accounts, down to the rarest ``rate`` of them (at least
    one, so that no single account of the reference hides another); from there extrapolated by an
    exponential tail. For an exponential tail this is exact: the lead of a new record over the old
    one is again exponential.

    Parameters
    ----------
    rarities : rarity of each account, nats
    reference : rarities of the held-out reference accounts, ascending
    rate : share of the reference that may be passed over
    """
    size = len(reference)
    above = size - np.searchsorted(reference, rarities, side="left")
    counted = np.asarray((1.0 + above) / (size + 1.0), dtype=np.float64)
    if size < FEWEST_FOR_A_TAIL:
        return counted
    passed_over = _passed_over(size, rate)
    anchor = reference[size - 1 - passed_over]
    pace = nats_per_nat(reference, rate)
    beyond = (1 + passed_over) / (size + 1) * np.exp(-np.maximum(rarities - anchor, 0.0) / pace)
    return np.where(rarities > anchor, np.maximum(beyond, SMALLEST_P), counted)


def nats_per_nat(reference: Floats, rate: float) -> float:
    """Stated rarity per true rarity in the reference's tail: 1 when features' tails are right.

    The steepest of the slopes between the rarest tenth and ever rarer shares, never below 1, and
    one standard error on top, so that an error is one of caution.
    """
    size = len(reference)
    start = max(size // 10, 2)
    ranks = []
    rank = start // 2
    while rank >= max(2, _passed_over(size, rate) + 1):
        ranks.append(rank)
        rank //= 2
    slopes = [(reference[size - rank] - reference[size - start]) / np.log(start / rank) for rank in ranks]
    return float(max([1.0, *slopes]) * (1 + 1 / np.sqrt(start)))


def benjamini_hochberg(p: Floats, rate: float) -> npt.NDArray[np.bool_]:
    """Accounts whose probability is too small to be chance, at a false discovery rate [2]_."""
    if len(p) == 0:
        return np.zeros(0, dtype=np.bool_)
    ordered = np.sort(p)
    passing = np.flatnonzero(ordered <= rate * np.arange(1, len(p) + 1) / len(p))
    if len(passing) == 0:
        return np.zeros(len(p), dtype=np.bool_)
    return np.asarray(p <= ordered[passing[-1]], dtype=np.bool_)


def _passed_over(size: int, rate: float) -> int:
    return max(1, int(rate * (size + 1)))
