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
from scipy.stats import norm

from detector.campaigns.calendar import hourly, weekends
from detector.campaigns.cohort import Cohort, Ints
from detector.campaigns.evidence import Evidence, cap_for, digits
from detector.campaigns.reference import Reference
from detector.profiles.tables import Tables
from detector.remembering import once

Floats = npt.NDArray[np.float64]

ROUNDS = 200
MOST_ACCOUNTS = 200
LEAST_REQUESTS = 10
#: Excess of the mean correlation below which synchrony is no news, however sure.
LEAST_EFFECT = 0.02
CAP = 3.0


def synchrony(cohort: Cohort) -> list[Evidence]:
    """Mean correlation of members' residual activity against shuffled days."""
    counts = _busiest(_by_hour(cohort.tables, cohort.members))
    if len(counts) < 5 or counts.shape[1] < 4:
        return []
    platform = _platform(cohort.reference)
    weekend = weekends(cohort.tables)
    observed = mean_correlation(residuals(counts, platform))
    rng = np.random.default_rng(len(counts))
    expectation = _expectation(counts, platform)
    drawn = np.array(
        [mean_correlation(_standardised(_other_days(counts, weekend, rng) - expectation)) for _ in range(ROUNDS)]
    )
    expected, spread = float(drawn.mean()), max(float(drawn.std()), 1e-6)
    p = float(norm.sf((observed - expected) / spread))
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
    hours = _by_hour(reference.tables, reference.accounts).sum(axis=0)
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
    return _standardised(counts - _expectation(counts, platform))


def _expectation(counts: Floats, platform: Floats) -> Floats:
    """Each account's total spread like the platform's: the same whatever the order of its days."""
    found: Floats = counts.sum(axis=(1, 2), keepdims=True) * platform
    return found


def _standardised(excess: Floats) -> Floats:
    flat = excess.reshape(len(excess), -1)
    flat -= flat.mean(axis=1, keepdims=True)
    flat /= np.maximum(flat.std(axis=1, keepdims=True), 1e-9)
    return flat


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


def _other_days(counts: Floats, weekend: npt.NDArray[np.bool_], rng: np.random.Generator) -> Floats:
    """Each account's days in another order, weekdays among weekdays and weekends among weekends."""
    n, n_days, hours = counts.shape
    order = np.empty((n, n_days), np.int64)
    for kind in (weekend, ~weekend):
        days = np.flatnonzero(kind)
        order[:, days] = rng.permuted(np.tile(days, (n, 1)), axis=1)
    order += n_days * np.arange(n)[:, None]
    shuffled: Floats = counts.reshape(-1, hours).take(order.ravel(), axis=0).reshape(counts.shape)
    return shuffled
