"""Who asks: a crowd of which few ask most, and campaigns that share out their work."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
from reference.columns import Ints, addresses, hexed, joined, scrambled

Floats = npt.NDArray[np.float64]

START = np.datetime64("2026-06-01")
_ALL_DAY = 24.0
_ADDRESSES = 2
_APPS = 0.3
_CLIENTS, _SETTINGS, MODELS = 40, 60, 5
#: Accounts of a campaign to each card, to each address, to each of its prompt frames.
_PER_CARD, _PER_ADDRESS, _PER_FRAME = 8, 4, 500


@dataclass(frozen=True)
class Campaign:
    """So many accounts, each with so many requests a day, from a day on."""

    accounts: int
    per_day: int
    first_day: int = 0

    @classmethod
    def read(cls, text: str) -> Campaign:
        """Campaign from ``25000x26`` or ``25000x26@2``.

        Raises
        ------
        ValueError
            If the text is neither.
        """
        found = re.fullmatch(r"(\d+)x(\d+)(?:@(\d+))?", text)
        if found is None:
            raise ValueError(f"{text}: write ACCOUNTSxREQUESTS_A_DAY or ACCOUNTSxREQUESTS_A_DAY@FIRST_DAY")
        return cls(*(int(number or 0) for number in found.groups()))


@dataclass(frozen=True)
class Population:
    """Accounts and their habits; an account is a row of each.

    Attributes
    ----------
    ids, addresses : pyarrow.Array of large_string
        Two addresses of each account, one after another.
    campaign : ndarray of int64
        Number of the account's campaign, -1 in the crowd.
    weight : ndarray of float64
        Share of the crowd's requests.
    home, spread : ndarray of float64
        Hour around which it asks, and how far around.
    frame : ndarray of int64
        Frame of its prompts, 0 for none.
    client, settings, model : ndarray of int64
    card : ndarray of uint64
    created : ndarray of int64
        Sign-up, seconds before `START`.
    """

    ids: pa.Array
    addresses: pa.Array
    campaign: Ints
    weight: Floats
    home: Floats
    spread: Floats
    frame: Ints
    client: Ints
    settings: Ints
    model: Ints
    card: npt.NDArray[np.uint64]
    created: Ints

    def __len__(self) -> int:
        """Accounts."""
        return len(self.ids)

    def counts(self, rows: int, campaigns: list[Campaign], day: int, rng: np.random.Generator) -> Ints:
        """Requests of each account on a day."""
        counts = rng.multinomial(rows, self.weight)
        for number, campaign in enumerate(campaigns):
            if day >= campaign.first_day:
                counts[self.campaign == number] = rng.poisson(campaign.per_day, campaign.accounts)
        return counts.astype(np.int64)

    def facts(self, seed: int) -> pa.Table:
        """The accounts file."""
        rng = np.random.default_rng(seed)
        n = len(self)
        domains = pa.array([f"mail{i}.example" for i in range(400)], pa.large_string())
        countries = pa.array("US DE BR IN ID FR JP GB NG VN PH MX".split(), pa.large_string())
        drawn = np.minimum(rng.geometric(0.02, n) - 1, 399)
        created = (START.astype("datetime64[us]").astype(np.int64) - self.created * 1_000_000).astype("datetime64[us]")
        device = scrambled(np.arange(n), seed + 5)
        return pa.table(
            {
                "account_id": self.ids,
                "created_at": pa.array(created).cast(pa.timestamp("us", tz="UTC")),
                "email_domain": domains.take(pa.array(drawn)),
                "payment_fingerprint": joined("card-", hexed(self.card)),
                "signup_ip": self.addresses.take(pa.array(np.arange(n) * _ADDRESSES)),
                "device_id": joined("dev-", hexed(device)),
                "plan": pa.array(["payg", "free"], pa.large_string()).take(pa.array((rng.random(n) < 0.2).astype(int))),
                "country": countries.take(pa.array(rng.integers(0, len(countries), n))),
            }
        )

    def labels(self, requests: Ints) -> pd.DataFrame:
        """The truth, as `detector evaluate` takes it."""
        planted = self.campaign >= 0
        names = np.array([f"planted-{i}" for i in range(self.campaign.max(initial=-1) + 1)] + [None], dtype=object)
        return pd.DataFrame(
            {
                "account_id": self.ids.to_pandas(),
                "population": np.where(planted, "campaign", "crowd"),
                "campaign": names[self.campaign],
                "kind": np.where(planted, "distillation", "benign"),
                "n_queries": requests,
            }
        )


def frames_of(campaigns: list[Campaign]) -> list[int]:
    """Number of prompt frames of each campaign."""
    return [max(2, campaign.accounts // _PER_FRAME) for campaign in campaigns]


def population(crowd: int, campaigns: list[Campaign], seed: int) -> Population:
    """A crowd and campaigns, in one order of account that tells nothing."""
    rng = np.random.default_rng(seed)
    parts = [_crowd(crowd, campaigns, rng)]
    first = 1
    for number, (campaign, frames) in enumerate(zip(campaigns, frames_of(campaigns), strict=True)):
        parts.append(_members(number, campaign, first + np.arange(frames), rng))
        first += frames
    columns = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    n = len(columns["campaign"])
    numbers = columns.pop("address").reshape(-1)
    weight = columns.pop("weight")
    ids = joined("acct-", hexed(scrambled(np.arange(n), seed)))
    return Population(ids=ids, addresses=addresses(numbers), weight=weight / weight.sum(), **columns)


def _crowd(n: int, campaigns: list[Campaign], rng: np.random.Generator) -> dict[str, npt.NDArray[np.generic]]:
    frames = np.zeros(n, np.int64)
    apps = rng.random(n) < _APPS
    frames[apps] = 1 + sum(frames_of(campaigns)) + np.arange(apps.sum())
    own = rng.integers(0, 1 << 32, (n, _ADDRESSES), dtype=np.uint64)
    carriers = rng.integers(0, 1 << 32, max(1, n // 200), dtype=np.uint64)
    roams = rng.random(n) < 0.05
    own[roams, 1] = carriers[rng.integers(0, len(carriers), roams.sum())]
    return {
        "campaign": np.full(n, -1, np.int64),
        "weight": np.minimum((1 - rng.random(n)) ** (-1 / 1.2), 5_000),
        "home": rng.normal(15, 4, n),
        "spread": rng.uniform(1, 5, n),
        "frame": frames,
        "client": np.minimum(rng.geometric(0.12, n) - 1, _CLIENTS - 1),
        "settings": np.minimum(rng.geometric(0.1, n) - 1, _SETTINGS - 1),
        "model": rng.integers(0, MODELS, n),
        "address": own,
        "card": rng.integers(0, 1 << 63, n, dtype=np.uint64),
        "created": (rng.exponential(200, n) * 86_400).astype(np.int64),
    }


def _members(
    number: int, campaign: Campaign, frames: Ints, rng: np.random.Generator
) -> dict[str, npt.NDArray[np.generic]]:
    n = campaign.accounts
    network = rng.integers(0, 1 << 16, 8, dtype=np.uint64) << np.uint64(16)
    hosts = rng.integers(0, 1 << 16, max(2, n // _PER_ADDRESS), dtype=np.uint64)
    pool = network[rng.integers(0, len(network), len(hosts))] | hosts
    cards = rng.integers(0, 1 << 63, max(2, n // _PER_CARD), dtype=np.uint64)
    return {
        "campaign": np.full(n, number, np.int64),
        "weight": np.zeros(n),
        "home": np.full(n, 12.0),
        "spread": np.full(n, _ALL_DAY),
        "frame": frames[rng.integers(0, len(frames), n)],
        "client": rng.integers(0, 3, n),
        "settings": rng.integers(0, 4, n),
        "model": np.full(n, MODELS - 1, np.int64),
        "address": pool[rng.integers(0, len(pool), (n, _ADDRESSES))],
        "card": cards[rng.integers(0, len(cards), n)],
        "created": (rng.uniform(1, 4, n) * 86_400).astype(np.int64) - campaign.first_day * 86_400,
    }
