"""How an account came to be: its sign-up among the platform's, and its first days."""

from __future__ import annotations

import numpy as np

from detector.features.base import Floats, feature
from detector.features.counting import sums, where
from detector.features.daily import (
    born_in_window,
    created_us,
    first_active_day,
)
from detector.features.signups import (
    DAY,
    HOUR,
    has_hours,
    lookalikes_surprise,
    neighbours_surprise,
)
from detector.profiles.tables import Tables
from detector.remembering import once


@feature(unit="-log10 p", suspicious="high", needs=("accounts.created_at",))
def signup_surprise(tables: Tables) -> Floats:
    """Surprise at the number of sign-ups within an hour of this one, given the platform's rate.

    Compared with the sign-ups within twelve hours and within three days, by the platform's own
    profile of hours and weekdays; the smaller surprise of the two counts, so that a launch day
    is no ring. Off where sign-ups are known only to the day.

    Benign causes of a high value: a class or workshop that signs up together, an outage that
    held sign-ups back, an import of seats that is not known to be one organisation.

    References
    ----------
    .. [1] Cao, Q. et al. (2014), "Uncovering large groups of active malicious accounts in online
           social networks", CCS.
    .. [2] Xiao, C., Freeman, D. M. and Hwa, T. (2015), "Detecting clusters of fake accounts in
           online social networks", AISec: sign-ups by address and date.
    """
    created = created_us(tables)
    surprise = np.full(len(created), np.nan)
    known = np.isfinite(created)
    if has_hours(tables) and known.any():
        moments = created[known].astype(np.int64)
        surprise[known] = np.minimum(
            neighbours_surprise(tables, moments, HOUR, 12 * HOUR),
            neighbours_surprise(tables, moments, HOUR, 3 * DAY),
        )
    return surprise


@feature(unit="-log10 p", suspicious="high", needs=("accounts.created_at", "accounts.email_pattern"))
def mailbox_shape_surprise(tables: Tables) -> Floats:
    """Surprise at how many sign-ups within twelve hours have a mailbox name of the same shape.

    Given the share of that shape among all other accounts, such as four letters and four
    digits: names from a generator come out alike.

    Benign causes of a high value: students' mailboxes made by one rule, privacy aliases.

    References
    ----------
    .. [1] Yuan, D. et al. (2019), "Detecting fake accounts in online social networks at the time
           of registrations" (Ianus), CCS.
    .. [2] CISA, NSA and FBI (2026), advisory AA26-251A: similar registration details.
    """
    return lookalikes_surprise(tables, "email_pattern", 12 * HOUR)


@feature(unit="-log10 p", suspicious="high", needs=("accounts.created_at", "accounts.email_domain"))
def mailbox_domain_surprise(tables: Tables) -> Floats:
    """Surprise at how many sign-ups within twelve hours have a mailbox at the same domain.

    Given the share of that domain among all other accounts: a large public provider surprises
    nobody, however busy the day.

    Benign causes of a high value: a firm, school or class that starts together and is not known
    as one organisation.

    References
    ----------
    .. [1] Xiao, C., Freeman, D. M. and Hwa, T. (2015), "Detecting clusters of fake accounts in
           online social networks", AISec.
    .. [2] Anthropic (2026), "Threat intelligence report: September 2026": disposable e-mail.
    """
    return lookalikes_surprise(tables, "email_domain", 12 * HOUR)


@feature(unit="hours", suspicious="low", needs=("accounts.created_at",))
def hours_to_first_query(tables: Tables) -> Floats:
    """Hours from sign-up to the first request, for accounts that signed up within the window.

    Benign causes of a low value: anybody who signs up in order to try something at once.

    References
    ----------
    .. [1] CISA, NSA and FBI (2026), advisory AA26-251A: new accounts at maximum use at once.
    """
    return np.maximum(_first_request_us(tables) - born_in_window(tables), 0) / HOUR


@once
def _first_request_us(tables: Tables) -> Floats:
    first = np.full(len(tables.accounts), np.inf)
    codes = tables.days["account"].to_numpy(dtype=np.int64)
    np.minimum.at(first, codes, tables.days["first_us"].to_numpy(dtype=np.float64))
    return first


@feature(unit="days", suspicious="low", needs=("accounts.created_at",))
def account_age_days(tables: Tables) -> Floats:
    """Age of the account at the end of the window.

    Benign causes of a low value: every new customer; a launch brings many of them.

    References
    ----------
    .. [1] Anthropic (2026), "Detecting and preventing distillation attacks": banned accounts are
           replaced by new ones.
    """
    return np.maximum((tables.last_day + 1) - created_us(tables) / DAY, 0)


@feature(unit="requests", suspicious="high", needs=("accounts.created_at",))
def first_day_requests(tables: Tables) -> Floats:
    """How much was asked on the first active day of an account that signed up within the window.

    Benign causes of a high value: a service that moves to a new account, load tests, hackathons.

    References
    ----------
    .. [1] CISA, NSA and FBI (2026), advisory AA26-251A: new accounts at maximum use at once.
    """
    return where(_on_first_day(tables), np.isfinite(born_in_window(tables)))


@once
def _on_first_day(tables: Tables) -> Floats:
    codes = tables.days["account"].to_numpy(dtype=np.int64)
    is_first = tables.days["day"].to_numpy(dtype=np.int64) == first_active_day(tables)[codes]
    requests = tables.days["requests"].to_numpy(dtype=np.float64)
    return sums(codes, requests * is_first, len(tables.accounts))
