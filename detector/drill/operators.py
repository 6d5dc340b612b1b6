"""How an operator's pool is run, from the settings of a campaign."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

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
    joined,
    personal,
)
from detector.drill.enrolment import enrol
from detector.drill.frames import Frame, write_extraction, write_techniques, write_winner
from detector.drill.groups import Act, Group, Stage, perform
from detector.drill.identities import Members
from detector.drill.manners import CODING, LARGE, SMALL, WEB, Manner
from detector.drill.voices import everyday, strangers

RESOLD = Manner(models=((LARGE, 0.7), (SMALL, 0.3)), streams=1.0, keeps_session=False, max_tokens=(None, 4096))
#: How many requests a customer of a relay or resale pool sends in one conversation, on average.
TURNS = 2.5


def run_pool(stage: Stage, pool: Pool, name: str, frames: Sequence[Frame], rng: np.random.Generator) -> Group:
    """Accounts and requests of one campaign, labelled `name`."""
    members, operated = enrol(stage, pool, rng)
    acts = []
    if pool.share < 1.0:
        acts.append(_besides(stage, pool, members, operated, rng))
    if pool.searchers:
        acts += _search(stage, pool, operated, rng)
    elif pool.frames != "none":
        acts += _extraction(stage, pool, operated, frames, rng)
    return replace(perform(pool.shape, acts, rng, pool.kind, name), pivot=pool.pivot)


def _extraction(
    stage: Stage, pool: Pool, operated: Members, frames: Sequence[Frame], rng: np.random.Generator
) -> list[Act]:
    first, end = _window(stage, pool)
    if pool.items == "strangers":
        orders = _customers(stage, pool, pool.per_day, rng).within(first, end)
    elif not pool.banned_after:
        orders = _deal(pool, first, end, np.arange(pool.accounts), rng)
    else:
        return _handed_over(stage, pool, operated, frames, rng)
    written = write_extraction(stage.library, pool, frames, orders, rng)
    return [Act(operated, orders, written, _manner(pool, rng))]


def _handed_over(
    stage: Stage, pool: Pool, operated: Members, frames: Sequence[Frame], rng: np.random.Generator
) -> list[Act]:
    """Work of a pool whose first half is banned: the dispatcher meets 403 until the second half takes over."""
    first, end = _window(stage, pool)
    ban = min(first + int(pool.banned_after * DAY), end)
    over = min(ban + int(pool.handover_hours * HOUR), end)
    half = pool.accounts // 2
    before, after = np.arange(half), np.arange(half, pool.accounts)
    served = joined([_deal(pool, first, ban, before, rng), _deal(pool, over, end, after, rng)])
    denied = _deal(pool, ban, over, before, rng)
    manner = _manner(pool, rng)
    return [
        Act(operated, served, write_extraction(stage.library, pool, frames, served, rng), manner),
        Act(operated, denied, write_extraction(stage.library, pool, frames, denied, rng), replace(manner, denied=True)),
    ]


def _search(stage: Stage, pool: Pool, operated: Members, rng: np.random.Generator) -> list[Act]:
    """A few accounts try techniques, nearly all in vain; then the others repeat the one that worked."""
    first, end = _window(stage, pool)
    turn = min(first + int(pool.search_days * DAY), end)
    few = max(round(pool.searchers * pool.accounts), 1)
    tried = _deal(pool, first, turn, np.arange(few), rng)
    scaled = _deal(pool, turn, end, np.arange(few, pool.accounts), rng)
    manner = _manner(pool, rng)
    return [
        Act(operated, tried, write_techniques(stage.library, pool, tried, rng), replace(manner, refused=0.85)),
        Act(operated, scaled, write_winner(stage.library, pool, scaled, rng), replace(manner, refused=0.1)),
    ]


def _window(stage: Stage, pool: Pool) -> tuple[int, int]:
    first = stage.calendar.first + int(pool.first_day * DAY)
    return first, min(first + int(pool.days * DAY), stage.calendar.end)


def _deal(pool: Pool, first: int, end: int, who: Ints, rng: np.random.Generator) -> Load:
    hours: Floats = {"flat": FLAT, "diurnal": EVENINGS, "burst": np.eye(24)[9] + 0.02}[pool.hours]
    weights = rng.lognormal(0.0, pool.unequal, size=who.size) if pool.unequal else np.ones(who.size)
    total = rng.poisson(pool.per_day * who.size * max(end - first, 0) / DAY)
    if not total or not who.size:
        none = np.zeros(0, dtype=np.int64)
        return Load(none, none, none, none)
    load = dealt(first, end, weights, int(total), hours, rng)
    if pool.ramp_days:
        grown = (load.when - first) / (pool.ramp_days * DAY)
        load = load.where(rng.random(len(load)) < grown)
    if pool.framed_by == "second turn":
        load = _asked_again(load, end, rng)
    return Load(who[load.who], load.when, load.session, load.turn)


def _asked_again(load: Load, end: int, rng: np.random.Generator) -> Load:
    """Every other request, and half a minute after it another in its conversation: as many together."""
    first = load.where(np.arange(len(load)) % 2 == 0)
    later = first.when + (rng.lognormal(3.4, 0.4, size=len(first)) * 1e6).astype(np.int64)
    second = Load(first.who, later, first.session, first.turn + 1).within(0, end)
    both = [first, second]
    return Load(*(np.concatenate([getattr(one, name) for one in both]) for name in ("who", "when", "session", "turn")))


def _besides(stage: Stage, pool: Pool, members: Members, operated: Members, rng: np.random.Generator) -> Act:
    n = pool.accounts
    if pool.besides == "own" and pool.frames != "none":
        load = personal(stage.calendar, n, Habit(), rng)
        return Act(members, load, everyday(stage.library, n, load, rng), WEB)
    wanted = pool.per_day * ((1 - pool.share) / pool.share if pool.share else 1.0)
    load = _customers(stage, pool, wanted, rng)
    launch = stage.calendar.first + int(pool.first_day * DAY)
    load = load.within(launch if pool.created == "burst" else stage.calendar.first, stage.calendar.end)
    return Act(operated, load, strangers(stage.library, load, rng), RESOLD)


def _customers(stage: Stage, pool: Pool, per_day: float, rng: np.random.Generator) -> Load:
    """Conversations of a pool's customers, spread over its accounts."""
    habit = Habit(active=0.9, weekend=1.0, visits=max(per_day / TURNS / 0.9 - 1, 0.0), turns=TURNS)
    load = personal(stage.calendar, pool.accounts, habit, rng)
    # the busiest account weighs in the mean: as many conversations are left out as are too many
    wanted = per_day * pool.accounts * stage.calendar.days / max(len(load), 1)
    served = rng.random(int(load.session.max()) + 1 if len(load) else 0) < wanted
    return load.where(served[load.session])


def _manner(pool: Pool, rng: np.random.Generator) -> Manner:
    usual = 6.0 if pool.frames == "harvest" else 220.0 if pool.frames == "grading" else 900.0
    limits: tuple[int | None, ...] = (4,) if pool.frames == "harvest" else (int(rng.choice([2048, 4096, 8192])),)
    temperatures: tuple[float | None, ...] = (float(rng.choice([0.6, 0.7, 1.0])),)
    streams = 0.0
    if pool.request_settings != "one":
        ordinary = CODING.temperatures
        few = pool.request_settings == "few"
        temperatures = tuple(rng.choice([0.2, 0.5, 0.7, 0.9, 1.0], 2, replace=False)) if few else ordinary
        if pool.frames != "harvest":
            limits = tuple(rng.choice([1024, 2048, 4096, 8192], 2, replace=False)) if few else CODING.max_tokens
        streams = 0.0 if few else CODING.streams
    return Manner(
        models=((LARGE, 0.97), (SMALL, 0.03)),
        temperatures=temperatures,
        max_tokens=limits,
        streams=streams,
        answer_tokens=pool.answer_tokens or usual,
        answer_spread=pool.answer_spread,
        top_logprobs=pool.top_logprobs,
        refused=0.03,
        keeps_session=pool.items == "strangers" or pool.framed_by == "second turn",
    )
