"""How much an account asks for, against its own days and against its peers."""

from __future__ import annotations

import numpy as np
import pandas as pd

from detector.features.base import Bools, Floats, Ints, feature
from detector.features.counting import ratio, where
from detector.features.daily import (
    active_days,
    born_in_window,
    busiest_day,
    days_present,
    share,
    total,
)
from detector.features.daily import requests_per_active_day as _rate
from detector.profiles.tables import Tables
from detector.remembering import once

DAY_US = 86_400_000_000
MIN_PEERS = 10


@feature(unit="requests per day", suspicious="high")
def requests_per_active_day(tables: Tables) -> Floats:
    """Mean number of requests on a day on which the account is active.

    Reported campaigns range from 2 to about 1,100 requests per account and day, well inside
    what customers do: read this beside the other families, never alone.

    Benign causes of a high value: production back ends, batch jobs, evaluation suites, agents
    that run overnight; a few large customers make most requests of any provider.

    References
    ----------
    .. [1] Xiang, Y. et al. (2025), "ServeGen: workload characterization and generation of large
           language model serving in production", arXiv 2505.09999: 29 of 2,412 clients made
           90 % of the requests.
    .. [2] Anthropic (2026), "Detecting and preventing distillation attacks".
    """
    return _rate(tables)


@feature(unit="requests", suspicious="high")
def busiest_day_requests(tables: Tables) -> Floats:
    """Most requests that the account sent in a day.

    Benign causes of a high value: a one-off backfill, a product launch, month-end processing.

    References
    ----------
    .. [1] CISA, NSA and FBI (2026), advisory AA26-251A: throughput of an enterprise on accounts
           that are none.
    """
    return busiest_day(tables)


@feature(unit="share of days", suspicious="high")
def active_day_share(tables: Tables) -> Floats:
    """Share of days with a request, from the account's first one to the end of the window.

    Undefined for accounts present for fewer than three days.

    Benign causes of a high value: products with users every day, monitoring, nightly jobs.

    References
    ----------
    .. [1] CISA, NSA and FBI (2026), advisory AA26-251A: use around the clock and the week.
    """
    present = days_present(tables)
    return where(ratio(active_days(tables), present), present >= 3)


@feature(unit="tokens per day", suspicious="high", needs=("input_tokens",))
def input_tokens_per_day(tables: Tables) -> Floats:
    """Tokens read on a day on which the account is active, on average.

    Benign causes of a high value: long documents, coding agents that resend a repository.

    References
    ----------
    .. [1] CISA, NSA and FBI (2026), advisory AA26-251A: billions of tokens.
    """
    known = total(tables, "known_input") > 0
    return where(ratio(total(tables, "input_tokens"), active_days(tables)), known)


@feature(unit="tokens per day", suspicious="high", needs=("output_tokens",))
def output_tokens_per_day(tables: Tables) -> Floats:
    """Tokens written for the account on a day on which it is active, on average.

    The answers are what a distiller takes away.

    Benign causes of a high value: writing assistants, code generation, permitted generation of
    synthetic data.

    References
    ----------
    .. [1] Tramèr, F. et al. (2016), "Stealing machine learning models via prediction APIs",
           USENIX Security.
    """
    known = total(tables, "known_output") > 0
    return where(ratio(total(tables, "output_tokens"), active_days(tables)), known)


@feature(unit="log2 ratio", suspicious="high", needs=("accounts.plan",))
def volume_against_plan(tables: Tables) -> Floats:
    """How the account's daily requests compare with the median of its plan.

    Requests per active day against the median of the accounts on the same plan.

    0 is the plan's ordinary account, 1 twice as much. Undefined without a plan, or where
    fewer than ten accounts are on it.

    Benign causes of a high value: small teams that have outgrown their plan and not yet bought
    the next one, a one-off backfill.

    References
    ----------
    .. [1] CISA, NSA and FBI (2026), advisory AA26-251A: ratio of usage to subscription.
    """
    rate = pd.Series(_rate(tables))
    peers = rate.groupby(pd.factorize(tables.accounts["plan"])[0])
    usual = peers.transform("median").to_numpy(dtype=np.float64)
    many = (peers.transform("size") >= MIN_PEERS).to_numpy()
    against = ratio(rate.to_numpy(), usual)
    defined = many & tables.accounts["plan"].notna().to_numpy() & (against > 0)
    return where(np.log2(np.where(defined, against, 1.0)), defined)


@feature(unit="days", suspicious="low", needs=("accounts.created_at",))
def ramp_days(tables: Tables) -> Floats:
    """Days from sign-up until the account reached 80 % of its own plateau.

    The plateau is the 95th percentile of its active days. Customers try, build, then grow; a
    pool's fresh accounts start at full load. Defined for accounts that signed up within the
    window and were active on at least three days.

    Benign causes of a low value: moving to a new key or account, load tests, a hackathon.

    References
    ----------
    .. [1] CISA, NSA and FBI (2026), advisory AA26-251A: new accounts at maximum use at once.
    """
    account, day, at_plateau = _plateau_days(tables)
    first = np.full(len(tables.accounts), np.inf)
    np.minimum.at(first, account[at_plateau], day[at_plateau].astype(np.float64))
    born = np.floor(born_in_window(tables) / DAY_US)
    return where(np.maximum(first - born, 0), active_days(tables) >= 3)


@once
def _plateau_days(tables: Tables) -> tuple[Ints, Ints, Bools]:
    days = tables.days
    account = days["account"].to_numpy(dtype=np.int64)
    sent = days["requests"].to_numpy(dtype=np.float64)
    order = np.lexsort((sent, account))
    size = np.bincount(account, minlength=len(tables.accounts))
    rank = np.ceil(0.95 * size).astype(np.int64) - 1
    at = np.cumsum(size) - size + np.maximum(rank, 0)
    plateau = np.zeros(len(size))
    plateau[size > 0] = sent[order][at[size > 0]]
    return account, days["day"].to_numpy(dtype=np.int64), sent >= 0.8 * plateau[account]


@feature(unit="requests", suspicious="high")
def busiest_ten_minutes(tables: Tables) -> Floats:
    """Most requests that the account sent in ten minutes.

    Benign causes of a high value: parallel batch jobs, continuous integration, a script that
    retries without pause.

    References
    ----------
    .. [1] CISA, NSA and FBI (2026), advisory AA26-251A: throughput of an enterprise on accounts
           that are none.
    """
    peak = np.zeros(len(tables.accounts))
    codes = tables.activity["account"].to_numpy(dtype=np.int64)
    np.maximum.at(peak, codes, tables.activity["requests"].to_numpy(dtype=np.float64))
    return peak


@feature(unit="share of requests", suspicious="high", needs=("status_code",))
def throttled_share(tables: Tables) -> Floats:
    """Share of requests turned away because the account was at its rate limit (429).

    Benign causes of a high value: clients that retry at once, a limit that is too small for a
    growing customer.

    References
    ----------
    .. [1] CISA, NSA and FBI (2026), advisory AA26-251A: accounts kept at the limit of their plan.
    .. [2] RFC 6585, "Additional HTTP status codes", section 4.
    """
    return share(tables, "throttled", "known_status")


@feature(unit="share of tokens", suspicious="low", needs=("cached_input_tokens", "input_tokens"))
def cached_token_share(tables: Tables) -> Floats:
    """Share of the tokens read that came from a cache.

    Pools that hand each request to another account break the continuity that caches live on.

    Benign causes of a low value: short prompts, clients that never ask for caching, requests too
    far apart for a cache to last.

    References
    ----------
    .. [1] Qian, Z., ChinaTalk (2026), "How to buy cheap Claude tokens in China": relay pools
           lose cache hits when they rotate accounts.
    """
    known = total(tables, "known_cached") > 0
    return where(ratio(total(tables, "cached_tokens"), total(tables, "input_tokens")), known)
