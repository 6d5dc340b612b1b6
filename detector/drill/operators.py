"""How an operator's pool is made and run, from the settings of a campaign."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from detector.drill import identities
from detector.drill.campaigns import Pool
from detector.drill.clocks import (
    DAY,
    EVENINGS,
    FLAT,
    HOUR,
    Floats,
    Habit,
    Ints,
    Load,
    dealt,
    personal,
)
from detector.drill.frames import Frame, write_extraction
from detector.drill.groups import Act, Group, Stage, perform
from detector.drill.identities import Members, Words, shared
from detector.drill.manners import LARGE, SMALL, WEB, Manner
from detector.drill.voices import everyday, strangers

SHAPES_OF_BOTS = ("aaaaaa9999", "aaaa99999", "aa9999aa", "aaaaaaaaaaa9", "aaa.aaa999", "9999aaaa")
RESOLD = Manner(models=((LARGE, 0.7), (SMALL, 0.3)), streams=1.0, keeps_session=False, max_tokens=(None, 4096))


def run_pool(stage: Stage, pool: Pool, name: str, frames: Sequence[Frame], rng: np.random.Generator) -> Group:
    """Accounts and requests of one campaign, labelled `name`."""
    members, operated = _enrol(stage, pool, rng)
    acts = []
    if pool.share < 1.0:
        acts.append(_besides(stage, pool, members, operated, rng))
    if pool.frames != "none":
        load = _orders(stage, pool, members, rng)
        written = write_extraction(stage.library, pool, frames, load, rng)
        acts.append(Act(operated, load, written, _manner(pool, rng)))
    return perform(pool.shape, acts, rng, pool.kind, name)


def _enrol(stage: Stage, pool: Pool, rng: np.random.Generator) -> tuple[Members, Members]:
    """Members as they see themselves, and the same accounts in the operator's hands."""
    n = pool.accounts
    members = identities.people(stage.calendar, n, rng)
    exits = _exits(pool, rng)
    clients = identities.kits(n, rng)
    own_kit = f"harbor-python/1.{rng.integers(3)}.{rng.integers(7, 30)}+async"
    clients[rng.random(n) < pool.same_client, 0] = own_kit
    places = np.stack([shared(exits, n, rng) for _ in range(3)], axis=1)
    members = members.with_facts(**_identity(stage, pool, members, places, rng))
    return members, Members(members.accounts, places, clients, (0.5, 0.3, 0.2))


def _exits(pool: Pool, rng: np.random.Generator) -> Words:
    count = max(int(np.ceil(pool.accounts / pool.per_address)), 1)
    if pool.per_address <= 1.0:
        return identities.home_addresses(3 * pool.accounts, rng)
    half = identities.cloud_addresses(count, rng, spread=max(count // 4, 1))
    mixed = np.where(rng.random(count) < 0.5, half, identities.home_addresses(count, rng))
    return mixed.astype(object)


def _identity(stage: Stage, pool: Pool, members: Members, places: Words, rng: np.random.Generator) -> dict[str, Any]:
    facts: dict[str, Any] = {"created_at": _births(stage, pool, members, rng)}
    facts |= _closures(stage, pool)
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


def _orders(stage: Stage, pool: Pool, members: Members, rng: np.random.Generator) -> Load:
    first = stage.calendar.first + int(pool.first_day * DAY)
    end = min(first + int(pool.days * DAY), stage.calendar.end)
    if not pool.banned_after:
        return _deal(pool, first, end, np.arange(pool.accounts), rng)
    ban = min(first + int(pool.banned_after * DAY), end)
    half = pool.accounts // 2
    parts = [
        _deal(pool, first, ban, np.arange(half), rng),
        _deal(pool, min(ban + 3 * HOUR, end), end, np.arange(half, pool.accounts), rng),
    ]
    first_part = len(parts[0])
    return Load(
        np.concatenate([part.who for part in parts]),
        np.concatenate([part.when for part in parts]),
        np.concatenate([parts[0].session, parts[1].session + first_part]),
        np.concatenate([part.turn for part in parts]),
    )


def _deal(pool: Pool, first: int, end: int, who: Ints, rng: np.random.Generator) -> Load:
    hours: Floats = {"flat": FLAT, "diurnal": EVENINGS, "burst": np.eye(24)[9] + 0.02}[pool.hours]
    weights = rng.lognormal(0.0, pool.unequal, size=who.size) if pool.unequal else np.ones(who.size)
    total = rng.poisson(pool.per_day * who.size * max(end - first, 0) / DAY)
    if not total or not who.size:
        none = np.zeros(0, dtype=np.int64)
        return Load(none, none, none, none)
    load = dealt(first, end, weights, int(total), hours, rng)
    return Load(who[load.who], load.when, load.session, load.turn)


def _besides(stage: Stage, pool: Pool, members: Members, operated: Members, rng: np.random.Generator) -> Act:
    n = pool.accounts
    if pool.besides == "own" and pool.frames != "none":
        load = personal(stage.calendar, n, Habit(), rng)
        return Act(members, load, everyday(stage.library, n, load, rng), WEB)
    wanted = pool.per_day * ((1 - pool.share) / pool.share if pool.share else 1.0)
    turns = 2.5
    habit = Habit(active=0.9, weekend=1.0, visits=max(wanted / turns / 0.9 - 1, 0.0), turns=turns)
    load = personal(stage.calendar, n, habit, rng)
    launch = stage.calendar.first + int(pool.first_day * DAY)
    load = load.within(launch if pool.created == "burst" else stage.calendar.first, stage.calendar.end)
    return Act(operated, load, strangers(stage.library, load, rng), RESOLD)


def _manner(pool: Pool, rng: np.random.Generator) -> Manner:
    tokens = 6.0 if pool.frames == "harvest" else 220.0 if pool.frames == "grading" else 900.0
    limit = 4 if pool.frames == "harvest" else int(rng.choice([2048, 4096, 8192]))
    return Manner(
        models=((LARGE, 0.97), (SMALL, 0.03)),
        temperatures=(float(rng.choice([0.6, 0.7, 1.0])),),
        max_tokens=(limit,),
        streams=0.0,
        answer_tokens=tokens,
        answer_spread=0.5,
        top_logprobs=pool.top_logprobs,
        refused=0.03,
        keeps_session=False,
    )
