"""How far a share that was counted may be from the true one."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

#: Standard deviations to either side of the middle of a normal distribution that hold 95 % of it.
Z = 1.959963984540054


def wilson(share: float, observations: float) -> tuple[float, float]:
    """95 % interval for a share that so many independent observations show.

    References
    ----------
    .. [1] Wilson, E. B. (1927), "Probable inference, the law of succession, and statistical inference", JASA 22.
    """
    spread = Z**2 / observations
    middle = (share + spread / 2) / (1 + spread)
    half = math.sqrt(share * (1 - share) * spread + spread**2 / 4) / (1 + spread)
    return max(0.0, middle - half), min(1.0, middle + half)


def observations(groups: npt.NDArray[np.generic]) -> float:
    """Independent observations that accounts of these groups amount to.

    Accounts that were found together are labelled together and are mostly of one kind, so those of one group tell no
    more than one of them does: (Σ m)² / Σ m² for groups of m accounts.

    References
    ----------
    .. [1] Kish, L. (1965), "Survey Sampling", Wiley (effective size of a sample in clusters, all alike within one).
    """
    sizes = np.unique(groups, return_counts=True)[1]
    return float(sizes.sum() ** 2 / (sizes**2).sum())
