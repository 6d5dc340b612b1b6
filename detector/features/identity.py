"""Who an account says it is and where it comes from: rarities of what it shares, not counts.

A card that two accounts share is ordinary on one platform and unheard of on another. Each kind of
fact is measured against how far sharing goes on this platform: from the facts with one holder to
those with two the fall is known from thousands of cases, and continuing it as a power law tells
how surprising twenty holders are. A campaign sits in the tail and cannot move that slope much.
"""

from __future__ import annotations

import numpy as np

from detector.features.base import Floats, feature
from detector.features.clock import steps
from detector.features.counting import distinct_holders, distinct_in_ten, principals_holding, ratio, where
from detector.features.daily import active_days
from detector.features.samples import (
    hashes,
    n_principals,
    principals_of,
    value_counts,
    weighted_share,
)
from detector.features.sharing import fact_codes, sharing_surprise
from detector.profiles.tables import Tables

PUBLIC_SHARE, MIN_PUBLIC = 0.05, 20
TEN_MINUTES_US = 600_000_000

#: Providers of mailboxes to anybody: to share one with others says nothing.
PUBLIC_MAILBOXES = frozenset(
    """126.com 163.com aol.com daum.net fastmail.com foxmail.com gmail.com gmx.at gmx.ch gmx.com
    gmx.de gmx.net googlemail.com hanmail.net hey.com hotmail.com icloud.com laposte.net libero.it
    live.com mac.com mail.com mail.ru me.com msn.com naver.com orange.fr outlook.com pm.me proton.me
    protonmail.com qq.com rediffmail.com seznam.cz sina.com t-online.de tutanota.com uol.com.br
    web.de wp.pl yahoo.co.in yahoo.co.jp yahoo.com yandex.com yandex.ru yeah.net zoho.com""".split()
)


def _fact_surprise(tables: Tables, column: str) -> Floats:
    codes = fact_codes(tables, column)
    return sharing_surprise(distinct_holders(codes, principals_of(tables)), codes)


@feature(unit="-log10 p", suspicious="high", needs=("accounts.payment_fingerprint",))
def payment_surprise(tables: Tables) -> Floats:
    """Surprise at how many principals pay with the account's instrument.

    Benign causes of a high value: agencies and families with one card, credits paid by a sponsor,
    resellers that are not known as one organisation.

    References
    ----------
    .. [1] Anthropic (2026), "Detecting and preventing distillation attacks": shared payment
           methods.
    """
    return _fact_surprise(tables, "payment_fingerprint")


@feature(unit="-log10 p", suspicious="high", needs=("accounts.device_id",))
def device_surprise(tables: Tables) -> Floats:
    """Surprise at how many principals signed up on the account's device.

    Benign causes of a high value: machines in a library or class, testers, images of virtual
    machines that carry one id.

    References
    ----------
    .. [1] Yuan, D. et al. (2019), "Detecting fake accounts in online social networks at the time
           of registrations" (Ianus), CCS.
    """
    return _fact_surprise(tables, "device_id")


@feature(unit="-log10 p", suspicious="high", needs=("accounts.signup_ip",))
def signup_address_surprise(tables: Tables) -> Floats:
    """Surprise at how many principals signed up from the account's address.

    Benign causes of a high value: campus networks, offices, mobile carriers, VPN exits.

    References
    ----------
    .. [1] Xiao, C., Freeman, D. M. and Hwa, T. (2015), "Detecting clusters of fake accounts in
           online social networks", AISec.
    """
    return _fact_surprise(tables, "signup_ip")


@feature(unit="-log10 p", suspicious="high", needs=("accounts.email_domain",))
def domain_surprise(tables: Tables) -> Floats:
    """Surprise at how many principals have a mailbox at the account's domain.

    0 for public providers: those on a list, and every domain of more than one principal in
    twenty, or of twenty if that is more.

    Benign causes of a high value: firms, schools and small public providers.

    References
    ----------
    .. [1] Anthropic (2026), "Threat intelligence report: September 2026": disposable e-mail.
    """
    domains = tables.accounts["email_domain"]
    codes = fact_codes(tables, "email_domain")
    degree = distinct_holders(codes, principals_of(tables))
    many = max(PUBLIC_SHARE * n_principals(tables), MIN_PUBLIC)
    public = domains.isin(PUBLIC_MAILBOXES).to_numpy() | (degree > many)
    own = np.where(public, 0, codes).astype(np.uint64)
    surprise = sharing_surprise(np.where(public, 0.0, degree), own)
    return np.where(public, 0.0, surprise)


@feature(unit="-log10 p", suspicious="high", needs=("client_ip",))
def address_surprise(tables: Tables) -> Floats:
    """Surprise at how many principals use the addresses that the account's requests come from.

    Mean over the account's requests.

    Benign causes of a high value: offices, campus networks, mobile carriers, VPN exits, cloud
    functions.

    References
    ----------
    .. [1] Stringhini, G. et al. (2015), "EvilCohort: detecting communities of malicious accounts
           on online services", USENIX Security.
    """
    return _place_surprise(tables, "address")


@feature(unit="-log10 p", suspicious="high", needs=("client_ip",))
def subnet_surprise(tables: Tables) -> Floats:
    """Surprise at how many principals use the networks that the account's requests come from.

    Networks are those of 256 IPv4 addresses, or the like of IPv6. Mean over the requests.

    Benign causes of a high value: campus networks, mobile carriers, VPNs, cloud providers.

    References
    ----------
    .. [1] Stringhini, G. et al. (2015), "EvilCohort: detecting communities of malicious accounts
           on online services", USENIX Security.
    """
    return _place_surprise(tables, "subnet")


def _place_surprise(tables: Tables, column: str) -> Floats:
    counts = value_counts(tables, column)
    users = principals_holding(counts.value, counts.account, principals_of(tables))
    surprise = sharing_surprise(users, counts.value)
    return ratio(counts.sums(counts.count * surprise), counts.total)


@feature(unit="addresses per day", suspicious="high", needs=("client_ip",))
def addresses_per_day(tables: Tables) -> Floats:
    """Distinct addresses per active day.

    Benign causes of a high value: phones, continuous integration, serverless functions, teams.

    References
    ----------
    .. [1] CISA, NSA and FBI (2026), advisory AA26-251A: one credential from many addresses.
    """
    distinct = tables.n_distinct["address"].reindex(tables.accounts.index).to_numpy(np.float64)
    return where(ratio(distinct, active_days(tables)), np.nan_to_num(distinct) > 0)


@feature(unit="networks", suspicious="high", needs=("client_ip",))
def subnets_in_ten(tables: Tables) -> Floats:
    """Distinct networks expected among ten of the account's requests.

    Benign causes of a high value: phones, serverless functions, teams that work from home.

    References
    ----------
    .. [1] Anthropic (2026), "Threat intelligence report: September 2026": residential proxies.
    """
    return distinct_in_ten(value_counts(tables, "subnet"))


@feature(unit="share of steps", suspicious="high", needs=("client_ip",))
def network_hops(tables: Tables) -> Floats:
    """Share of requests within ten minutes of the last that come from another network.

    Needs five pairs of requests that close.

    Benign causes of a high value: several people or machines on one account, serverless
    functions, privacy relays that change their exit.

    References
    ----------
    .. [1] Anthropic (2026), "Threat intelligence report: September 2026": residential proxies.
    """
    pairs, subnet, n = steps(tables), hashes(tables, "subnet"), len(tables.accounts)
    left, right = subnet[pairs.before], subnet[pairs.after]
    close = (pairs.gap_us <= TEN_MINUTES_US) & (left != 0) & (right != 0)
    size = np.bincount(pairs.account[close], minlength=n)
    hops = np.bincount(pairs.account[close & (left != right)], minlength=n)
    return where(ratio(hops, size), size >= 5)


@feature(unit="clients", suspicious="high", needs=("user_agent",))
def clients_in_ten(tables: Tables) -> Floats:
    """Distinct client programs expected among ten of the account's requests.

    Benign causes of a high value: teams, accounts used from many tools, frequent updates.

    References
    ----------
    .. [1] CISA, NSA and FBI (2026), advisory AA26-251A: one credential from many clients.
    """
    return distinct_in_ten(value_counts(tables, "client"))


@feature(unit="share of requests", suspicious="high", needs=("user_agent",))
def nameless_client_share(tables: Tables) -> Floats:
    """Share of requests whose client does not name itself, in a log where others do.

    Benign causes of a high value: corporate gateways that strip headers, hand-written clients.

    References
    ----------
    .. [1] CISA, NSA and FBI (2026), advisory AA26-251A: metadata of requests sanitised.
    """
    everywhere = np.ones(len(tables.requests), dtype=bool)
    return weighted_share(tables, hashes(tables, "client") == 0, everywhere)


@feature(unit="end users", suspicious="high", needs=("end_user_id",))
def end_users_in_ten(tables: Tables) -> Floats:
    """Distinct end users expected among ten of the account's requests.

    Benign causes of a high value: every product with users of its own.

    References
    ----------
    .. [1] Anthropic (2026), "Threat intelligence report: September 2026": sessions of hundreds
           of end users replayed.
    """
    return distinct_in_ten(value_counts(tables, "end_user"))
