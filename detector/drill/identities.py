"""Who accounts say they are: sign-up, mailbox, card, device, addresses and client software.

Addresses come from ranges reserved for documentation, tests and private networks, domains from
reserved endings, so that nothing here can belong to anybody.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from detector.drill.clocks import DAY, HOUR, Calendar, Ints

Words = npt.NDArray[np.object_]
MAIL = ("post.example", "letterbox.example", "mailhub.example", "inbox.example", "webmail.test")
THROWAWAY = ("dropmail.test", "tenminute.test", "fleeting.test", "shortbox.example")
COUNTRIES = ("US", "DE", "BR", "IN", "GB", "FR", "JP", "ES", "CA", "NL", "PL", "TH", "MX", "AU")
PATTERNS = ("aaaa", "aaaa.aaaaa", "aaaaaa99", "a.aaaaaa", "aaaaa_aaa", "aaaaaaaa9", "aaaa.aaaa99")
BROWSERS = tuple(
    f"chat-web/{version} ({system}; {engine})"
    for version in ("7.1", "7.2", "7.3")
    for system in ("windows", "macos", "android", "ios", "linux")
    for engine in ("engine-118", "engine-119", "engine-120")
)
KITS = tuple(
    f"{kit}/{version} {runtime}"
    for kit, versions in {
        "harbor-python": ("1.4.0", "1.4.2", "1.5.0", "1.6.1"),
        "harbor-node": ("2.0.3", "2.1.0"),
        "rest-curl": ("8.5", "8.9"),
        "chainlink-kit": ("0.3.9", "0.4.0"),
    }.items()
    for version in versions
    for runtime in ("linux-x64", "darwin-arm", "linux-arm")
)


@dataclass
class Members:
    """Accounts of a group: their table, and where their requests come from."""

    accounts: pd.DataFrame  #: columns of schema.ACCOUNTS but account_id
    places: Words  #: addresses, shape (accounts, places)
    clients: Words  #: client software, shape (accounts, clients)
    place_weights: tuple[float, ...] = (1.0,)

    def __len__(self) -> int:
        """Give the number of accounts."""
        return len(self.accounts)

    def with_facts(self, **facts: Any) -> Members:  # noqa: ANN401
        """Give the same members with other values in columns of the table."""
        table = self.accounts.assign(**facts)
        return Members(table, self.places, self.clients, self.place_weights)


def people(calendar: Calendar, n: int, rng: np.random.Generator) -> Members:
    """Ordinary unrelated accounts with a home, a phone, a mailbox and mostly a card."""
    homes = home_addresses(n, rng)
    places = np.stack([homes, mobile_addresses(n, rng), home_addresses(n, rng)], axis=1)
    country = _skewed(COUNTRIES, n, rng)
    paid = rng.random(n) < 0.8
    table = pd.DataFrame(
        {
            "created_at": past_signups(calendar, n, rng),
            "email_domain": _skewed(MAIL, n, rng),
            "email_pattern": _skewed(PATTERNS, n, rng),
            "payment_fingerprint": _where(paid, fingerprints("pay", n, rng)),
            "payment_funding": _where(paid, _skewed(("credit", "debit", "prepaid"), n, rng)),
            "signup_ip": np.where(rng.random(n) < 0.7, homes, home_addresses(n, rng)),
            "signup_country": country,
            "device_id": fingerprints("dev", n, rng),
            "organization_id": None,
            "organization_verified": None,
            "plan": np.where(paid, np.where(rng.random(n) < 0.5, "payg", "plus"), "free"),
            "country": country,
            "referrer": _where(rng.random(n) < 0.15, _skewed(("friend", "search", "blog"), n, rng)),
            "status": "active",
            "closed_at": -1,
            "label": None,
        }
    )
    return Members(table, places, browsers(n, rng), (0.72, 0.18, 0.10))


def developers(calendar: Calendar, n: int, rng: np.random.Generator) -> Members:
    """Unrelated accounts that call the API from a desk and from a rented machine."""
    members = people(calendar, n, rng)
    members.places = np.stack([members.places[:, 0], cloud_addresses(n, rng)], axis=1)
    members.place_weights = (0.6, 0.4)
    members.clients = kits(n, rng)
    return members.with_facts(plan="payg")


def staff(
    calendar: Calendar,
    n: int,
    verified: bool | None,
    rng: np.random.Generator,
    joined_days_ago: float = 400.0,
    hours: float = 2000.0,
) -> Members:
    """Accounts of one organisation: one domain, one card, one office network."""
    members = people(calendar, n, rng)
    office = cloud_addresses(2, rng, spread=1)
    members.places = np.stack([np.full(n, office[0]), np.full(n, office[1]), members.places[:, 0]], 1)
    members.place_weights = (0.6, 0.2, 0.2)
    domain = "firm-" + str(fingerprints("", 1, rng)[0])[:6] + ".example"
    moment = calendar.first - int(joined_days_ago * DAY)
    return members.with_facts(
        created_at=moment + (rng.random(n) * hours * HOUR).astype(np.int64),
        email_domain=domain,
        email_pattern="aaaaa.aaaaaa",
        payment_fingerprint=fingerprints("pay", 1, rng)[0],
        payment_funding="credit",
        signup_ip=office[0],
        organization_id=fingerprints("org", 1, rng)[0],
        organization_verified=verified,
        plan="enterprise" if verified else "payg",
        referrer=None,
    )


def past_signups(calendar: Calendar, n: int, rng: np.random.Generator) -> Ints:
    """Sign-up moments of a growing platform: many recent ones, a few old, some in the window."""
    age = rng.exponential(220.0, size=n) - 0.4 * calendar.days
    age = np.where(age < -calendar.days + 0.5, 100 * rng.random(n), age)
    return calendar.first - (age * DAY).astype(np.int64)


def home_addresses(n: int, rng: np.random.Generator) -> Words:
    """Addresses at home: most in 10/8, where providers have networks of unequal size; some IPv6."""
    popular = rng.integers(0, 3000, size=n)
    net = np.where(rng.random(n) < 0.3, popular, rng.integers(0, 1 << 16, size=n))
    host = rng.integers(1, 255, size=n)
    v6 = rng.integers(0, 1 << 16, size=(n, 3))
    is_v6 = rng.random(n) < 0.2
    return np.array(
        [
            f"2001:db8:{a:x}:{b:x}::{c:x}" if six else f"10.{m >> 8}.{m & 255}.{h}"
            for six, m, h, (a, b, c) in zip(is_v6, net, host, v6, strict=True)
        ],
        dtype=object,
    )


def mobile_addresses(n: int, rng: np.random.Generator) -> Words:
    """Addresses of mobile networks (100.64/10): few, each shared by many strangers."""
    exits = (255 * rng.power(0.5, size=n)).astype(int)
    return np.array([f"100.{64 + e % 48}.{e % 7}.{1 + e}" for e in exits], dtype=object)


def cloud_addresses(n: int, rng: np.random.Generator, spread: int = 1 << 13) -> Words:
    """Addresses of rented machines (172.16/12, 198.18/15); a small `spread` gives few networks."""
    net = (rng.integers(1 << 13) + rng.integers(spread, size=n)) % (1 << 13)
    host = rng.integers(1, 255, size=n)
    return np.array(
        [
            f"172.{16 + (m >> 8)}.{m & 255}.{h}" if m < 4096 else f"198.{18 + m % 2}.{(m >> 1) & 255}.{h}"
            for m, h in zip(net, host, strict=True)
        ],
        dtype=object,
    )


def venue_addresses(n: int, rng: np.random.Generator) -> Words:
    """Public addresses of venues: documentation ranges."""
    ranges = ("192.0.2", "198.51.100", "203.0.113")
    return np.array([f"{ranges[rng.integers(3)]}.{rng.integers(1, 255)}" for _ in range(n)], object)


def browsers(n: int, rng: np.random.Generator) -> Words:
    """Two web clients per account, some versions common and some rare."""
    return np.stack([_skewed(BROWSERS, n, rng), _skewed(BROWSERS, n, rng)], axis=1)


def kits(n: int, rng: np.random.Generator) -> Words:
    """One programming kit per account."""
    return _skewed(KITS, n, rng)[:, None]


def fingerprints(prefix: str, n: int, rng: np.random.Generator) -> Words:
    """Opaque ids such as a payment processor or a device gives."""
    values = rng.integers(0, 1 << 48, size=n)
    return np.array([f"{prefix}{'-' if prefix else ''}{value:012x}" for value in values], dtype=object)


def shared(values: Words, n: int, rng: np.random.Generator) -> Words:
    """Hand `values` out to `n` accounts, as evenly as can be, in random order."""
    dealt: Words = values[rng.permutation(np.arange(n) % len(values))]
    return dealt


def opaque_ids(n: int, seed: int) -> Words:
    """Ids that differ and say nothing: a bijection of the numbers 0 … n-1, in base 32."""
    mask = np.uint64((1 << 40) - 1)
    start = (seed * 0x9E3779B97F + 0x2545F491) % (1 << 40)
    mixed = (np.arange(n, dtype=np.uint64) * np.uint64(0x5851F42D4D) + np.uint64(start)) & mask
    mixed = ((mixed ^ (mixed >> np.uint64(19))) * np.uint64(0xD1B54A32D1)) & mask
    mixed ^= mixed >> np.uint64(21)
    digits = np.frombuffer(b"0123456789abcdefghjkmnpqrstvwxyz", dtype=np.uint8)
    letters = np.full((n, 9), ord("-"), dtype=np.uint8)
    for place, shift in zip((0, 1, 2, 3, 5, 6, 7, 8), range(0, 40, 5), strict=True):
        letters[:, place] = digits[(mixed >> np.uint64(shift)) & np.uint64(31)]
    ids: Words = letters.view("S9").ravel().astype(str).astype(object)
    return ids


def _where(known: npt.NDArray[np.bool_], values: Words) -> Words:
    """Give the values where they are known, None elsewhere."""
    kept = values.copy()
    kept[~known] = None
    return kept


def _skewed(values: tuple[str, ...], n: int, rng: np.random.Generator) -> Words:
    weights = 1.0 / np.arange(1, len(values) + 1) ** 0.8
    return np.array(values, dtype=object)[rng.choice(len(values), size=n, p=weights / weights.sum())]
