"""How an operator comes by its accounts: sign-ups, cards, mailboxes, exits and clients of a pool."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from detector.drill import identities
from detector.drill.campaigns import Pool
from detector.drill.clocks import DAY, HOUR, Ints
from detector.drill.groups import Stage
from detector.drill.identities import Members, Words, shared

SHAPES_OF_BOTS = ("aaaaaa9999", "aaaa99999", "aa9999aa", "aaaaaaaaaaa9", "aaa.aaa999", "9999aaaa")


def enrol(stage: Stage, pool: Pool, rng: np.random.Generator) -> tuple[Members, Members]:
    """Members as they see themselves, and the same accounts in the operator's hands."""
    sizes = [len(part) for part in np.array_split(np.arange(pool.accounts), pool.pools)]
    # the last pool is the newest
    parts = [
        _enrol(stage, replace(pool, accounts=size, first_day=pool.first_day - 3.0 * back), rng)
        for back, size in zip(reversed(range(pool.pools)), sizes, strict=True)
        if size
    ]
    accounts = pd.concat([members.accounts for members, _ in parts], ignore_index=True)
    accounts = accounts.assign(**_closures(stage, pool))
    own, operated = ([part[side] for part in parts] for side in (0, 1))
    return _together(accounts, own), _together(accounts, operated)


def _together(accounts: pd.DataFrame, parts: Sequence[Members]) -> Members:
    places = np.concatenate([part.places for part in parts])
    clients = np.concatenate([part.clients for part in parts])
    return Members(accounts, places, clients, parts[0].place_weights)


def _enrol(stage: Stage, pool: Pool, rng: np.random.Generator) -> tuple[Members, Members]:
    n = pool.accounts
    members = identities.people(stage.calendar, n, rng)
    exits = _exits(pool, rng)
    clients = identities.kits(n, rng)
    own_kit = f"harbor-python/1.{rng.integers(3)}.{rng.integers(7, 30)}+async"
    clients[rng.random(n) < pool.same_client, 0] = own_kit
    # each of the account's three places: its own, or one of the exits that are dealt out
    own = pool.per_address <= 1.0
    places = exits.reshape(n, 3) if own else np.stack([shared(exits, n, rng) for _ in range(3)], axis=1)
    members = members.with_facts(**_identity(stage, pool, members, places, rng))
    return members, Members(members.accounts, places, clients, (0.5, 0.3, 0.2))


def _exits(pool: Pool, rng: np.random.Generator) -> Words:
    if pool.per_address <= 1.0:
        return identities.home_addresses(3 * pool.accounts, rng)
    count = max(int(np.ceil(pool.accounts / pool.per_address)), 1)
    half = identities.cloud_addresses(count, rng, spread=max(count // 4, 1))
    mixed = np.where(rng.random(count) < 0.5, half, identities.home_addresses(count, rng))
    return mixed.astype(object)


def _identity(stage: Stage, pool: Pool, members: Members, places: Words, rng: np.random.Generator) -> dict[str, Any]:
    facts: dict[str, Any] = {"created_at": _births(stage, pool, members, rng)}
    if pool.besides == "own" and pool.share < 1.0:
        return facts  # somebody else's accounts: nothing of their sign-up is the operator's
    n = pool.accounts
    old = members.accounts
    cards = identities.fingerprints("pay", max(int(np.ceil(n / pool.per_card)), 1), rng)
    throwaway = rng.random(n) < pool.throwaway
    domains = np.array(identities.THROWAWAY, dtype=object)[rng.integers(4, size=n)]
    pattern = old["email_pattern"].to_numpy(dtype=object)
    devices = identities.fingerprints("dev", max(int(np.ceil(n / pool.per_device)), 1), rng)
    return facts | {
        "payment_fingerprint": shared(cards, n, rng),
        "payment_funding": np.where(rng.random(n) < pool.prepaid, "prepaid", "debit"),
        "email_domain": np.where(throwaway, domains, old["email_domain"].to_numpy(dtype=object)),
        "email_pattern": np.where(throwaway, rng.choice(SHAPES_OF_BOTS), pattern),
        "device_id": shared(devices, n, rng),
        "signup_ip": places[:, 0],
        "plan": "payg",
    }


def _births(stage: Stage, pool: Pool, members: Members, rng: np.random.Generator) -> Ints:
    n, launch = pool.accounts, stage.calendar.first + int(pool.first_day * DAY)
    if pool.created == "aged":
        age = 60 * DAY + rng.exponential(200 * DAY, size=n).astype(np.int64)
        return stage.calendar.first - age
    if pool.created == "drip":
        return launch - (rng.random(n) * 60 * DAY).astype(np.int64)
    births = launch - 2 * HOUR - (rng.random(n) * pool.burst_hours * HOUR).astype(np.int64)
    if pool.banned_after:
        second = np.arange(n) >= n // 2
        births[second] += int(pool.banned_after * DAY)
    return births


def _closures(stage: Stage, pool: Pool) -> dict[str, Any]:
    if not pool.banned_after:
        return {}
    banned = np.arange(pool.accounts) < pool.accounts // 2
    moment = stage.calendar.first + int((pool.first_day + pool.banned_after) * DAY)
    return {
        "status": np.where(banned, "suspended", "active"),
        "closed_at": np.where(banned, moment, -1),
    }
