"""φ: how much more accounts differ in what they ask about than random dealing of one set of tasks would let them.

For each topic bit the table account × bit is tested for homogeneity; φ is the sum of χ², averaged over the bits,
divided by its degrees of freedom, with the exact factor (n − 1)/n for the expectation under random dealing. φ = 1 where
work is dealt out at random, more where accounts differ. Requests may be compared within strata only, such as those that
stand in one frame, so that accounts that keep to wordings of their own are not taken for people with interests of their
own.

References
----------
.. [1] Cochran, W. (1954), "Some methods for strengthening the common χ² tests", Biometrics 10: variance test, and its
       sum over strata.
.. [2] Haldane, J. (1940), "The mean and variance of χ², when used as a test of homogeneity, when expectations are
       small", Biometrika 31: E[χ²] = df · n / (n − 1).
.. [3] Pearson, K. (1900), "On the correlation of characters not quantitatively measurable" (tetrachoric correlation): a
       small correlation r below a threshold that a share p exceeds is one of r · f² / (p (1 − p)) of the yes and no,
       with f the normal density at the threshold.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from numba import njit
from scipy.special import ndtri

from detector.campaigns.cohort import Ints
from detector.text.kernel import TOPIC_BITS


@dataclass(frozen=True)
class Heterogeneity:
    """χ² of a table account × topic bit, in parts.

    Attributes
    ----------
    accounts : ndarray of int64
        Accounts, ascending.
    parts : ndarray of float64
        What each adds to the mean χ² over the bits.
    freedom : ndarray of int64
        Strata in which each was compared with others.
    df : int
        Degrees of freedom: accounts less one, over the strata.
    sensitivity : float
        How far people's interests can show: 1 where each bit is set in half of the requests, less where a frame holds
        bits fast [3]_.
    """

    accounts: Ints
    parts: npt.NDArray[np.float64]
    freedom: Ints
    df: int
    sensitivity: float

    @property
    def phi(self) -> float:
        """χ² over its degrees of freedom; NaN where nothing could be compared."""
        return float(self.parts.sum()) / self.df if self.df > 0 else float("nan")


def phi(account: Ints, themes: Ints, stratum: Ints | None = None) -> float:
    """φ of requests.

    Parameters
    ----------
    account, themes : ndarray of int64, shape (n,)
        Account and topic bits of each request; bits of −1 (no words) must be left out before.
    stratum : ndarray of int64, shape (n,), optional
        Requests of different strata are not compared.

    Returns
    -------
    float
        1 on average where requests are dealt to accounts at random; NaN with fewer than two accounts, or where no bit
        varies.
    """
    return heterogeneity(account, themes, stratum).phi


def heterogeneity(account: Ints, themes: Ints, stratum: Ints | None = None) -> Heterogeneity:
    """The parts of φ: see `phi`."""
    level = np.zeros(len(account), np.int64) if stratum is None else stratum
    accounts, who = np.unique(account, return_inverse=True)
    _, level = np.unique(level, return_inverse=True)
    pairs, cell = np.unique(level * max(1, len(accounts)) + who, return_inverse=True)
    of_level, of_account = pairs // max(1, len(accounts)), pairs % max(1, len(accounts))
    size = np.bincount(cell, minlength=len(pairs)).astype(float)
    total = np.bincount(level).astype(float)
    width = np.bincount(of_level, minlength=len(total))
    ones = _set_bits(themes, cell, np.zeros((TOPIC_BITS, len(pairs))))
    firsts = width.cumsum() - width
    rate = np.add.reduceat(ones, firsts, axis=1) / np.maximum(total, 1) if len(pairs) else np.zeros((TOPIC_BITS, 0))
    varies = (rate > 0) & (rate < 1) & (width > 1)
    spread = np.where(varies, rate * (1 - rate), 1.0)[:, of_level]
    off = (ones - size * rate[:, of_level]) ** 2 / (size * spread)
    chi = np.where(varies[:, of_level], off, 0.0).sum(axis=0)
    bits = varies.sum(axis=0).astype(float)
    shown = np.where(varies, _shown(np.where(varies, rate, 0.5)), 0.0).sum(axis=0)
    usable = bits > 0
    scale = np.where(usable, (total - 1) / np.maximum(total, 1) / np.maximum(bits, 1), 0.0)
    parts = np.bincount(of_account, weights=chi * scale[of_level], minlength=len(accounts))
    chi_parts: npt.NDArray[np.float64] = parts.astype(np.float64)
    freedom = np.bincount(of_account, weights=usable[of_level], minlength=len(accounts)).astype(np.int64)
    free = np.where(usable, width - 1, 0)
    seen = float(np.average(shown / np.maximum(bits, 1), weights=free)) if free.any() else float("nan")
    return Heterogeneity(accounts, chi_parts, freedom, int(free.sum()), seen)


@njit(cache=True, nogil=True)
def _set_bits(themes, cell, found):  # type: ignore[no-untyped-def]
    """How many requests of each cell have each bit set."""
    for i in range(len(themes)):
        for bit in range(len(found)):
            found[bit, cell[i]] += (themes[i] >> bit) & 1
    return found


def _shown(rate: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """How much of a small correlation shows in a bit that is set at this rate, against one set in half."""
    at = ndtri(rate)
    found: npt.NDArray[np.float64] = np.exp(-at * at) / (4 * rate * (1 - rate))
    return found
