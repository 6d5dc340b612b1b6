"""Chances that a count or a value is as large as observed, or larger, if nothing but chance is at work.

`scipy.stats` has the same distributions; its import takes as long as those of pandas and numba together, and each
call a tenth of a millisecond for its checks.

References
----------
.. [1] Abramowitz and Stegun, Handbook of Mathematical Functions (1964), 26.2, 26.4.19, 26.5.24.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import bdtrc, betaln, gammaincc, ndtr

Floats = npt.NDArray[np.float64]

#: Terms below this share of the sum so far change nothing in it.
_NEGLIGIBLE = 1e-17


def binomial_tail(at_least: npt.ArrayLike, n: npt.ArrayLike, rate: npt.ArrayLike) -> Floats:
    """Chance that at least so many of n happen, each at the given rate; 1 where at least none is asked."""
    count, n, rate = np.asarray(at_least, np.float64), np.asarray(n, np.int64), np.asarray(rate, np.float64)
    return np.where(count <= n, bdtrc(np.minimum(count, n) - 1, n, rate), 0.0)


def normal_tail(z: float) -> float:
    """Chance that a standard normal value is z or larger."""
    return float(ndtr(-z))


def gamma_tail(value: float, mean: float, spread: float) -> float:
    """Chance that a gamma-distributed value of this mean and standard deviation is so large."""
    return float(gammaincc((mean / spread) ** 2, value * max(mean, 1e-9) / spread**2))


def hypergeometric_tail(at_least: npt.ArrayLike, total: int, marked: npt.ArrayLike, drawn: int) -> Floats:
    """Chance that at least so many of the marked are among those drawn without putting back.

    Parameters
    ----------
    at_least, marked : array_like of int, shape (n,)
        Of each case; the marked are at most the total.
    total, drawn : int

    Notes
    -----
    The terms of the sum follow from each other by their ratio, and are added up in all cases at once until the next
    ones change nothing. Where fewer are asked than are expected, the other tail is added up.
    """
    count, marked = np.asarray(at_least, np.float64), np.asarray(marked, np.float64)
    lowest, highest = np.maximum(drawn + marked - total, 0), np.minimum(marked, drawn)
    upper = count > drawn * marked / total
    first = np.clip(np.where(upper, count, count - 1), lowest, highest)
    tail = _added_up(first, upper, np.exp(_log_terms(first, total, marked, drawn)), total, marked, drawn)
    tail = np.clip(np.where(upper, tail, 1 - tail), 0.0, 1.0)
    return np.where(count <= lowest, 1.0, np.where(count > highest, 0.0, tail))


def _added_up(
    count: Floats, upwards: npt.NDArray[np.bool_], term: Floats, total: int, marked: Floats, drawn: int
) -> Floats:
    """Sum of the terms from a count on, upwards or downwards."""
    tail = term.copy()
    while (matters := term > _NEGLIGIBLE * tail).any():
        below = np.where(upwards, count, count - 1)
        ratio = (marked - below) * (drawn - below)
        other = (below + 1) * (total - marked - drawn + below + 1)
        ends = np.where(upwards, ratio, other) <= 0
        with np.errstate(divide="ignore", invalid="ignore"):
            step = np.where(upwards, ratio / other, other / ratio)
        term = np.where(matters & ~ends, term * step, 0.0)
        tail += term
        count = np.where(upwards, count + 1, count - 1)
    return tail


def _log_terms(count: Floats, total: int, marked: Floats, drawn: int) -> Floats:
    """Logarithm of the chance of exactly so many."""
    found: Floats = (
        _log_choices(marked, count) + _log_choices(total - marked, drawn - count) - _log_choices(total, drawn)
    )
    return found


def _log_choices(n: npt.ArrayLike, k: npt.ArrayLike) -> Floats:
    """Logarithm of the number of ways to choose k of n."""
    n, k = np.asarray(n, np.float64), np.asarray(k, np.float64)
    return np.asarray(-betaln(n - k + 1, k + 1) - np.log1p(n), np.float64)
