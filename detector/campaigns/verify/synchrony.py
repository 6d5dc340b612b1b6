"""Synchrony: members are busy in the same hours, beyond what hour of day, weekday and the platform's events explain.

The statistic is the mean correlation of members' hourly activity, each hour taken as its excess over the platform's.
Its distribution without a common hand comes from giving each account its own days in another order, weekdays among
weekdays and weekends among weekends: habits of the clock stay, common events go.

References
----------
.. [1] Anthropic (23 Feb 2026), "Detecting and preventing distillation attacks": "synchronized traffic across
       accounts".
.. [2] Cao, Q. et al. (2014), "Uncovering large groups of active malicious accounts", CCS (SynchroTrap).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from detector.campaigns.calendar import hourly, weekends
from detector.campaigns.cohort import Cohort, Ints
from detector.campaigns.evidence import Evidence, cap_for, digits
from detector.campaigns.reference import Reference
from detector.campaigns.tails import normal_tail
from detector.profiles.tables import Tables
from detector.remembering import once

Floats = npt.NDArray[np.float64]

ROUNDS = 200
MOST_ACCOUNTS = 200
LEAST_REQUESTS = 10
#: Excess of the mean correlation below which synchrony is no news, however sure.
LEAST_EFFECT = 0.02
CAP = 3.0
#: Standard deviation that a series has at least: one that never varies is left flat.
LEAST_SPREAD = 1e-9


def synchrony(cohort: Cohort) -> list[Evidence]:
    """Mean correlation of members' residual activity against shuffled days."""
    counts = _busiest(_by_hour(cohort.tables, cohort.members))
    if len(counts) < 5 or counts.shape[1] < 4:
        return []
    platform = _platform(cohort.reference)
    weekend = weekends(cohort.tables)
    observed = mean_correlation(residuals(counts, platform))
    drawn = correlations(counts, platform, other_days(weekend, len(counts), np.random.default_rng(len(counts))))
    expected, spread = float(drawn.mean()), max(float(drawn.std()), 1e-6)
    p = normal_tail((observed - expected) / spread)
    weight = digits(p, cap_for(cohort.size, CAP))
    if weight < 1 or observed - expected < LEAST_EFFECT:
        return []
    statement = (
        f"Members are busy in the same hours: their hourly activity correlates by {observed:.3f} on average, where the "
        f"same accounts with their days in another order give {expected:.3f}."
    )
    return [Evidence("rhythm", "synchrony", statement, observed, expected, p, weight)]


@once
def _platform(reference: Reference) -> Floats:
    """Share of ordinary accounts' requests in each hour of the window, shape (n_days, 24)."""
    together = np.full(len(reference.tables.accounts), -1, np.int64)
    together[reference.accounts] = 0
    hours = hourly(reference.tables, together, 1)[0]
    found: Floats = hours / max(1.0, hours.sum())
    return found


def _by_hour(tables: Tables, accounts: Ints) -> Floats:
    """Requests of each account in each hour of the window, shape (n, n_days, 24)."""
    row = np.full(len(tables.accounts), -1, np.int64)
    row[accounts] = np.arange(len(accounts))
    return hourly(tables, row, len(accounts))


def residuals(counts: Floats, platform: Floats) -> Floats:
    """Each account's hours less its total spread like the platform's, at unit variance.

    Parameters
    ----------
    counts : ndarray, shape (n_accounts, n_days, 24)
        Requests.
    platform : ndarray, shape (n_days, 24)
        Share of the platform's requests in each hour, summing to 1.

    Returns
    -------
    ndarray, shape (n_accounts, n_days · 24)
    """
    excess: Floats = (counts - counts.sum(axis=(1, 2), keepdims=True) * platform).reshape(len(counts), -1)
    excess -= excess.mean(axis=1, keepdims=True)
    excess /= np.maximum(excess.std(axis=1, keepdims=True), LEAST_SPREAD)
    return excess


def mean_correlation(series: Floats) -> float:
    """Mean correlation over all pairs of rows, from the variance of their sum: no pair is formed.

    Parameters
    ----------
    series : ndarray, shape (n, t)
        Rows of mean 0 and variance 1.
    """
    n = len(series)
    return float((np.var(series.sum(axis=0)) / n - 1) / (n - 1)) if n > 1 else 0.0


def _busiest(counts: Floats) -> Floats:
    totals = counts.sum(axis=(1, 2))
    order = np.argsort(-totals, kind="stable")[:MOST_ACCOUNTS]
    found: Floats = counts[order[totals[order] >= LEAST_REQUESTS]]
    return found


def other_days(weekend: npt.NDArray[np.bool_], n: int, rng: np.random.Generator) -> Ints:
    """Days in another order for each of n accounts, weekdays among weekdays and weekends among weekends.

    Returns
    -------
    ndarray of int64, shape (ROUNDS, n, n_days)
        Day that takes the place of each day.
    """
    order = np.empty((ROUNDS * n, len(weekend)), np.int64)
    for kind in (weekend, ~weekend):
        days = np.flatnonzero(kind)
        order[:, days] = rng.permuted(np.tile(days, (len(order), 1)), axis=1)
    return order.reshape(ROUNDS, n, len(weekend))


def correlations(counts: Floats, platform: Floats, order: Ints) -> Floats:
    """`mean_correlation` of `residuals` in each round, where accounts' days come in another order.

    The residuals are not formed: their spreads follow from products of an account's days with the platform's, and
    their sum over accounts is one sparse product for all rounds.

    Parameters
    ----------
    counts : ndarray, shape (n, n_days, 24)
        Requests.
    platform : ndarray, shape (n_days, 24)
        Share of the platform's requests in each hour, summing to 1.
    order : ndarray of int64, shape (n_rounds, n, n_days)
        Day that takes the place of each day.

    Returns
    -------
    ndarray, shape (n_rounds,)
    """
    rounds, n, n_days = order.shape
    total = counts.sum(axis=(1, 2))
    met = np.take_along_axis((counts @ platform.T)[None], order[:, :, None, :], axis=2)[:, :, 0].sum(axis=2)
    squares = (counts**2).sum(axis=(1, 2)) - 2 * total * met + total**2 * (platform**2).sum()
    weight = 1 / np.maximum(np.sqrt(np.maximum(squares, 0.0) / platform.size), LEAST_SPREAD)
    cells = (order + n_days * np.arange(n)[:, None]).transpose(0, 2, 1).ravel()
    chosen = csr_array(
        (np.repeat(weight, n_days, axis=0).ravel(), cells, np.arange(0, len(cells) + 1, n)),
        shape=(rounds * n_days, n * n_days),
    )
    summed = (chosen @ counts.reshape(n * n_days, -1)).reshape(rounds, n_days, -1)
    summed -= (weight @ total)[:, None, None] * platform
    found: Floats = (summed.reshape(rounds, -1).var(axis=1) / n - 1) / (n - 1)
    return found
