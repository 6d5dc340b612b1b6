"""When an account works: pauses, pace and regularity, whatever its time zone.

No feature here asks *which* hours are busy: that would tell where people live, not what they do.
"""

from __future__ import annotations

import numpy as np

from detector.features import clock
from detector.features.base import Bools, Floats, feature
from detector.features.clock import HOURS, SLOTS, active_slots, hours_of_day, slots, steps
from detector.features.counting import ratio, where
from detector.features.daily import (
    active_days,
    days_present,
    is_weekend,
    total,
    weekend_days_from_first,
)
from detector.profiles.tables import Tables
from detector.remembering import once

MIN_SLOTS = 24


def _mean(tables: Tables, entries: Floats) -> Floats:
    account, n = steps(tables).account, len(tables.accounts)
    size = np.bincount(account, minlength=n)
    return ratio(np.bincount(account, weights=entries, minlength=n), size)


@once
def _gaps(tables: Tables, least: int) -> Bools:
    known = np.bincount(steps(tables).account, minlength=len(tables.accounts)) >= least
    return np.asarray(known & clock.wholly_sampled(tables))


@feature(unit="ratio", suspicious="low")
def gap_variation(tables: Tables) -> Floats:
    """Spread of the time between consecutive requests, relative to its mean.

    A fixed interval gives 0, a Poisson process 1, and people, who work in bursts, more. A
    thinned log looks like a Poisson process, so the value is given only where the sample holds
    all requests of the account; it needs two gaps.

    Benign causes of a low value: cron jobs, evaluation harnesses, health checks.

    References
    ----------
    .. [1] Goh, K.-I. and Barabási, A.-L. (2008), "Burstiness and memory in complex systems",
           EPL 81, 48002.
    """
    gaps = steps(tables).gap_us / 1e6
    mean = _mean(tables, gaps)
    squares = _mean(tables, (gaps - mean[steps(tables).account]) ** 2)
    return where(ratio(np.sqrt(squares), mean), _gaps(tables, 2))


@feature(unit="correlation", suspicious="low")
def gap_memory(tables: Tables) -> Floats:
    """How far a long pause follows a long pause and a short one a short one.

    Correlation of the logarithms of consecutive gaps. People and their sessions remember, a
    queue with random delays does not. Needs twenty gaps and a sample that holds all requests.

    Benign causes of a low value: a service whose many users act independently.

    References
    ----------
    .. [1] Goh, K.-I. and Barabási, A.-L. (2008), "Burstiness and memory in complex systems",
           EPL 81, 48002.
    """
    account, log_gap = steps(tables).account, np.log1p(steps(tables).gap_us / 1e6)
    follows = account[1:] == account[:-1]
    who, n = account[1:][follows], len(tables.accounts)
    left, right = log_gap[:-1][follows], log_gap[1:][follows]
    size = np.bincount(who, minlength=n)
    left = left - ratio(np.bincount(who, left, n), size)[who]
    right = right - ratio(np.bincount(who, right, n), size)[who]
    spread = np.sqrt(np.bincount(who, left**2, n) * np.bincount(who, right**2, n))
    return where(ratio(np.bincount(who, left * right, n), spread), _gaps(tables, 20))


@feature(unit="hours", suspicious="low")
def daily_pause_hours(tables: Tables) -> Floats:
    """Longest part of the day in which the account was never active, on any day of the window.

    People sleep; a pool that works around the clock covers it. Needs 24 active spans of ten
    minutes, below which gaps are a matter of chance.

    Benign causes of a low value: services for many time zones, monitoring, overnight agents.

    References
    ----------
    .. [1] CISA, NSA and FBI (2026), advisory AA26-251A: use around the clock.
    """
    n = len(tables.accounts)
    silent = np.ones((SLOTS, n), dtype=bool)
    silent[slots(tables).at % SLOTS, slots(tables).account] = False
    run, longest = np.zeros(n), np.zeros(n)
    for slot in range(2 * SLOTS):
        run = (run + 1) * silent[slot % SLOTS]
        longest = np.maximum(longest, run)
    return where(longest / clock.SLOTS_PER_HOUR, active_slots(tables) >= MIN_SLOTS)


@feature(unit="bits", suspicious="high")
def hour_entropy(tables: Tables) -> Floats:
    """Entropy of the hours of the day in which the account is active.

    4.58 bits when all hours are alike. Counts active spans of ten minutes, so that one burst
    does not hide a rhythm; needs 24 of them.

    Benign causes of a high value: services with users in many time zones, hourly jobs.

    References
    ----------
    .. [1] CISA, NSA and FBI (2026), advisory AA26-251A: use around the clock.
    """
    active = active_slots(tables)
    shares = hours_of_day(tables) / np.maximum(active, 1)[:, None]
    terms = shares * np.log2(np.where(shares > 0, shares, 1))
    return where(-terms.sum(axis=1), active >= MIN_SLOTS)


@feature(unit="squared length", suspicious="low")
def daily_rhythm(tables: Tables) -> Floats:
    """Strength of the account's daily rhythm: 0 none, 1 always at the same time of day.

    The squared length of the mean of the active hours as points on a circle, corrected so
    that its expectation does not depend on how often the account was active.

    Benign causes of a low value: services with users in many time zones, cron, monitoring.

    References
    ----------
    .. [1] Mardia, K. V. and Jupp, P. E. (2000), "Directional statistics", section 2.3.
    """
    turn = np.exp(2j * np.pi * np.arange(HOURS) / HOURS)
    active = active_slots(tables)
    resultant = np.abs((hours_of_day(tables) * turn).sum(axis=1)) ** 2
    return where(ratio(resultant - active, active * (active - 1)), active >= MIN_SLOTS)


@feature(unit="variance / mean", suspicious="low")
def slot_dispersion(tables: Tables) -> Floats:
    """Variance of the requests in an active ten minutes over their mean.

    A metered feed sends about the same number each time; people send one or thirty. Needs
    ten active spans.

    Benign causes of a low value: rate-limited batch jobs, cron jobs, light users.

    References
    ----------
    .. [1] Cox, D. R. and Lewis, P. A. W. (1966), "The statistical analysis of series of
           events", section 4.
    """
    cells, n, active = slots(tables), len(tables.accounts), active_slots(tables)
    mean = ratio(np.bincount(cells.account, cells.requests, n), active)
    squares = np.bincount(cells.account, (cells.requests - mean[cells.account]) ** 2, n)
    return where(ratio(squares, active * mean), active >= 10)


@feature(unit="ratio", suspicious="high")
def pacing(tables: Tables) -> Floats:
    """Active spans of ten minutes against those that requests at random times would fill.

    Random times lie anywhere in the account's active days. Below 1 the requests come in
    clusters, near 1 at random, above 1 they are spaced out. Needs ten requests.

    Benign causes of a high value: polling, cron jobs, services with independent users.

    References
    ----------
    .. [1] Feller, W. (1968), "An introduction to probability theory and its applications",
           volume 1, chapter II.5: occupancy.
    """
    requests, room = total(tables, "requests"), SLOTS * np.maximum(active_days(tables), 1)
    random = room * -np.expm1(requests * np.log1p(-1 / room))
    return where(ratio(active_slots(tables), random), requests >= 10)


@feature(unit="hours", suspicious="high")
def longest_unbroken_hours(tables: Tables) -> Floats:
    """Longest run of consecutive clock hours, each with a request.

    Benign causes of a high value: services in production, overnight agents, long batch jobs.

    References
    ----------
    .. [1] CISA, NSA and FBI (2026), advisory AA26-251A: use around the clock.
    """
    cells = clock.hours(tables)
    longest = np.zeros(len(tables.accounts))
    if len(cells.at):
        goes_on = (np.diff(cells.at) == 1) & (np.diff(cells.account) == 0)
        starts = np.flatnonzero(np.r_[True, ~goes_on])
        lengths = np.diff(np.r_[starts, len(cells.at)]).astype(np.float64)
        np.maximum.at(longest, cells.account[starts], lengths)
    return longest


@feature(unit="share", suspicious="high")
def weekend_share(tables: Tables) -> Floats:
    """Weekend days against weekdays: 0.5 when both are alike, 0 when weekends are free.

    Requests per weekend day over those per weekend day and per weekday, UTC. Defined for
    accounts that were present for at least five days, two of them on a weekend.

    Benign causes of a high value: consumer products, hobbyists, weekends on other days.

    References
    ----------
    .. [1] CISA, NSA and FBI (2026), advisory AA26-251A: use without pause.
    """
    day = tables.days["day"].to_numpy(dtype=np.int64)
    sent = tables.days["requests"].to_numpy(dtype=np.float64) * is_weekend(day)
    n = len(tables.accounts)
    on_weekends = np.bincount(tables.days["account"].to_numpy(dtype=np.int64), sent, n)
    free = weekend_days_from_first(tables)
    at_work = days_present(tables) - free
    weekend = ratio(on_weekends, free)
    weekday = ratio(total(tables, "requests") - on_weekends, at_work)
    return where(ratio(weekend, weekend + weekday), (free >= 2) & (at_work >= 3))


@feature(unit="squared ratio", suspicious="low")
def daily_load_variation(tables: Tables) -> Floats:
    """How unequal the account's days are, beyond what counting by chance explains.

    Variance of the daily requests less their mean, over the squared mean, from the first
    active day to the end of the window. A balanced share of a pool's load gives 0 or less.
    Needs four days.

    Benign causes of a low value: nightly jobs of fixed size, monitoring, steady services.

    References
    ----------
    .. [1] Anthropic (2026), "Detecting and preventing distillation attacks": traffic that looks
           like load balancing.
    """
    sent = tables.days["requests"].to_numpy(dtype=np.float64)
    codes = tables.days["account"].to_numpy(dtype=np.int64)
    present = days_present(tables)
    mean = ratio(total(tables, "requests"), present)
    squares = np.bincount(codes, sent**2, len(tables.accounts))
    variance = ratio(squares - present * mean**2, present - 1)
    return where(ratio(variance - mean, mean**2), present >= 4)
