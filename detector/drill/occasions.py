"""Benign groups that look coordinated because they are: classes, firms, vendors, evaluators."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from detector.drill import identities
from detector.drill.clocks import (
    DAY,
    HOUR,
    OFFICE,
    Habit,
    Load,
    dealt,
    gathering,
    joined,
    personal,
    scheduled,
    single,
)
from detector.drill.grammar import Texts
from detector.drill.groups import Act, Group, Stage, perform
from detector.drill.manners import LARGE, PROGRAM, SMALL, WEB, Manner, Written
from detector.drill.voices import framed, strangers, unframed

Occasion = Callable[[Stage, int, np.random.Generator], Group]
EVALUATION = Manner(
    models=((LARGE, 1.0),), temperatures=(0.0,), max_tokens=(64,), answer_tokens=6.0, streams=0.0,
    keeps_session=False,
)  # fmt: skip
DESK = Manner(
    models=((SMALL, 1.0),), temperatures=(0.0,), max_tokens=(300,), answer_tokens=60.0, streams=0.0,
    keeps_session=False,
)  # fmt: skip


def classroom(stage: Stage, n: int, rng: np.random.Generator) -> Group:
    """Seat a class behind one address, with one assignment, signed up in one lesson."""
    members = identities.people(stage.calendar, n, rng)
    school = identities.venue_addresses(1, rng)[0]
    members.places[:, 0], members.place_weights = school, (0.9, 0.05, 0.05)
    signup = stage.calendar.first - int(rng.integers(2, 30)) * DAY + 9 * HOUR
    members = members.with_facts(
        created_at=signup + (rng.random(n) * 0.7 * HOUR).astype(np.int64),
        signup_ip=school,
        email_domain=f"school-{rng.integers(100, 999)}.example",
        payment_fingerprint=None,
        payment_funding=None,
        plan="education",
        referrer="education",
    )
    lessons = rng.permutation(stage.calendar.days)[: max(1, stage.calendar.days * 2 // 7)]
    hour = stage.calendar.first + int(rng.integers(8, 14)) * HOUR
    load = joined([gathering(hour + int(day) * DAY, 45, np.arange(n), 70.0, rng) for day in lessons]).within(
        stage.calendar.first, stage.calendar.end
    )
    prompts = _about(stage, "lesson", "topics", len(load), rng)
    return perform("classroom", [Act(members, load, unframed(prompts), WEB)], rng)


def firm_rollout(stage: Stage, n: int, rng: np.random.Generator) -> Group:
    """Roll out seats to all staff of a verified firm, on one day of the log."""
    age = -0.3 * stage.calendar.days
    members = identities.staff(stage.calendar, n, True, rng, joined_days_ago=age, hours=7.0)
    return _office_work("firm_rollout", stage, members, rng)


def card_firm(stage: Stage, n: int, rng: np.random.Generator) -> Group:
    """Open a small firm nobody has verified: one card, one office line, ordinary work."""
    age = float(rng.integers(20, 200))
    members = identities.staff(stage.calendar, n, False, rng, joined_days_ago=age, hours=300.0)
    members = members.with_facts(organization_id=None, organization_verified=None)
    return _office_work("card_firm", stage, members, rng)


def hackathon(stage: Stage, n: int, rng: np.random.Generator) -> Group:
    """Hold two days in one hall: accounts made at the door, credits on the sponsor's card."""
    members = identities.people(stage.calendar, n, rng)
    hall = identities.venue_addresses(2, rng)
    day = int(rng.integers(0, max(stage.calendar.days - 2, 1)))
    opening = stage.calendar.first + day * DAY + 8 * HOUR
    members.places[:, 0], members.place_weights = hall[rng.integers(2, size=n)], (0.85, 0.1, 0.05)
    sponsor = identities.fingerprints("pay", 1, rng)[0]
    own = members.accounts["payment_fingerprint"].to_numpy(dtype=object)
    members = members.with_facts(
        created_at=opening + (rng.exponential(2.5, size=n) * HOUR).astype(np.int64),
        signup_ip=members.places[:, 0],
        payment_fingerprint=np.where(rng.random(n) < 0.7, sponsor, own),
        payment_funding="credit",
        referrer=f"hack-{rng.integers(10, 99)}",
        plan="payg",
    )
    members.clients = np.concatenate([members.clients, identities.kits(n, rng)], axis=1)
    visits = [gathering(opening, 44 * 60, rng.permutation(n)[: int(0.8 * n)], 60.0, rng) for _ in range(6)]
    load = joined(visits).within(stage.calendar.first, stage.calendar.end)
    prompts = stage.library.anywhere("hack", len(load), rng)
    return perform("hackathon", [Act(members, load, unframed(prompts), WEB)], rng)


def evaluators(stage: Stage, n: int, rng: np.random.Generator) -> Group:
    """Run the same test items every night, in a verified lab."""
    members = identities.staff(stage.calendar, n, True, rng)
    members.clients = identities.kits(n, rng)
    load = scheduled(stage.calendar, np.full(n, 90), np.full(n, 60), 4.0, rng)
    return perform("evaluators", [Act(members, load, _items(stage, load, 60, rng), EVALUATION)], rng)


def benchmark_runners(stage: Stage, n: int, rng: np.random.Generator) -> Group:
    """Let unrelated groups run one public test set, each when it suits them."""
    members = identities.developers(stage.calendar, n, rng)
    members = members.with_facts(created_at=stage.calendar.first - rng.integers(1, 400, size=n) * DAY)
    starts = rng.integers(stage.calendar.first, max(stage.calendar.end - 3 * HOUR, 1), size=n)
    runs = [gathering(int(start), 90, np.full(45, who), 20.0, rng) for who, start in enumerate(starts)]
    run = joined(runs).within(stage.calendar.first, stage.calendar.end)
    load = single(run.who, run.when)
    written = _items(stage, load, 120, rng)
    return perform("benchmark_runners", [Act(members, load, written, EVALUATION)], rng)


def labelling_vendor(stage: Stage, n: int, rng: np.random.Generator) -> Group:
    """Give every seat of a verified vendor the same share of its work queue."""
    members = identities.staff(stage.calendar, n, True, rng)
    load = _dealt_daily(stage, n, 12.0, rng)
    prompts = stage.library.anywhere("label_item", len(load), rng)
    written = framed(prompts, stage.library.fixed["label_system"])
    return perform("labelling_vendor", [Act(members, load, written, DESK)], rng)


def judge_team(stage: Stage, n: int, rng: np.random.Generator) -> Group:
    """Compare a verified team's own replies, with the model as judge."""
    members = identities.staff(stage.calendar, n, True, rng)
    load = _dealt_daily(stage, n, 25.0, rng)
    prompts = stage.library.anywhere("verdict_item", len(load), rng)
    written = framed(stage.library.fixed["judge_frame"] + prompts, stage.library.fixed["judge_system"])
    return perform("judge_team", [Act(members, load, written, DESK)], rng)


def reseller(stage: Stage, n: int, rng: np.random.Generator) -> Group:
    """Serve many subscribers through the sub-accounts of a licensed reseller."""
    members = identities.staff(stage.calendar, n, True, rng).with_facts(plan="reseller")
    members.clients = np.full((n, 1), "partner-gateway/11", dtype=object)
    habit = Habit(active=0.9, visits=4.0, turns=2.0)
    load = personal(stage.calendar, n, habit, rng, zones=np.zeros(n, dtype=np.int64))
    prompts = strangers(stage.library, load, rng).prompt
    written = framed(prompts, stage.library.fixed["reseller_system"])
    manner = Manner(end_users=40)
    return perform("reseller", [Act(members, load, written, manner)], rng)


def key_pool(stage: Stage, n: int, rng: np.random.Generator) -> Group:
    """Deal a verified archive's documents out to its keys, round the clock."""
    members = identities.staff(stage.calendar, n, True, rng)
    members.clients = np.full((n, 1), identities.kits(1, rng)[0, 0], dtype=object)
    total = int(15 * n * stage.calendar.days)
    load = dealt(stage.calendar.first, stage.calendar.end, np.ones(n), total, np.ones(24), rng)
    order = stage.library.anywhere("document_order", len(load), rng)
    prompts = order + "\n" + stage.library.anywhere("document", len(load), rng)
    return perform("key_pool", [Act(members, load, unframed(prompts), PROGRAM)], rng)


#: Accounts in one group of each population, from … to, and who makes it.
OCCASIONS: dict[str, tuple[tuple[int, int], Occasion]] = {
    "classroom": ((24, 36), classroom),
    "firm_rollout": ((35, 70), firm_rollout),
    "card_firm": ((10, 24), card_firm),
    "hackathon": ((40, 110), hackathon),
    "evaluators": ((3, 6), evaluators),
    "benchmark_runners": ((8, 16), benchmark_runners),
    "labelling_vendor": ((12, 30), labelling_vendor),
    "judge_team": ((4, 8), judge_team),
    "reseller": ((15, 40), reseller),
    "key_pool": ((15, 35), key_pool),
}


def _office_work(population: str, stage: Stage, members: identities.Members, rng: np.random.Generator) -> Group:
    n = len(members)
    zones = np.ones(n, dtype=np.int64)
    habit = Habit(active=0.6, weekend=0.08, visits=0.7, turns=2.2)
    load = personal(stage.calendar, n, habit, rng, hours=OFFICE, zones=zones)
    prompts = stage.library.anywhere("prompt", len(load), rng)
    own = rng.random(len(load)) < 0.5
    prompts[own] = _about(stage, "seat_work", "projects", int(own.sum()), rng)
    return perform(population, [Act(members, load, unframed(prompts), WEB)], rng)


def _about(stage: Stage, rule: str, subjects: str, n: int, rng: np.random.Generator) -> Texts:
    choices = stage.library.fixed[subjects]
    chosen = [str(choices[i]) for i in rng.permutation(len(choices))[:2]]
    texts = stage.library.anywhere(rule, n, rng)
    pick = rng.integers(2, size=n)
    return np.array([text.replace("@subject", chosen[i]) for text, i in zip(texts, pick, strict=True)], object)


def _items(stage: Stage, load: Load, size: int, rng: np.random.Generator) -> Written:
    items = stage.library.anywhere("benchmark_item", size, rng)
    frame = str(stage.library.fixed["benchmark_frame"]).replace("{n}", str(rng.integers(2, 9)))
    return unframed(frame + items[rng.integers(size, size=len(load))])


def _dealt_daily(stage: Stage, n: int, per_day: float, rng: np.random.Generator) -> Load:
    total = int(per_day * n * stage.calendar.days)
    load = dealt(stage.calendar.first, stage.calendar.end, np.ones(n), total, OFFICE + 0.01, rng)
    weekend = stage.calendar.is_weekend()[(load.when - stage.calendar.first) // DAY]
    return load.where(~weekend)
