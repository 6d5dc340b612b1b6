"""Benign groups that are one firm, known to the provider or not."""

from __future__ import annotations

import numpy as np

from detector.drill import identities
from detector.drill.clocks import OFFICE, Habit, dealt, office_queue, personal
from detector.drill.groups import Act, Group, Stage, perform
from detector.drill.identities import Members
from detector.drill.manners import DESK, PROGRAM, WEB, Manner
from detector.drill.voices import about, framed, strangers, unframed


def firm_rollout(stage: Stage, n: int, rng: np.random.Generator) -> Group:
    """Roll out seats to all staff of a verified firm, on one day of the log."""
    age = -0.3 * stage.calendar.days
    members = identities.staff(stage.calendar, n, True, rng, joined_days_ago=age, hours=7.0)
    return _office_work("firm_rollout", stage, members, rng)


def unverified_rollout(stage: Stage, n: int, rng: np.random.Generator) -> Group:
    """Roll out seats to all staff of a firm that nobody has verified: one card, one domain, one day."""
    age = -float(rng.uniform(0.0, 0.5)) * stage.calendar.days
    members = identities.staff(stage.calendar, n, None, rng, joined_days_ago=age, hours=7.0)
    return _office_work("unverified_rollout", stage, members, rng)


def card_firm(stage: Stage, n: int, rng: np.random.Generator) -> Group:
    """Open a small firm nobody has verified: one card, one office line, ordinary work."""
    age = float(rng.integers(20, 200))
    members = identities.staff(stage.calendar, n, False, rng, joined_days_ago=age, hours=300.0)
    members = members.with_facts(organization_id=None, organization_verified=None)
    return _office_work("card_firm", stage, members, rng)


def labelling_vendor(stage: Stage, n: int, rng: np.random.Generator) -> Group:
    """Give every seat of a verified vendor the same share of its work queue."""
    words = stage.library.fixed["label_system"]
    return _labelling("labelling_vendor", stage, identities.staff(stage.calendar, n, True, rng), words, rng)


def unverified_labelling(stage: Stage, n: int, rng: np.random.Generator) -> Group:
    """Give every seat of a vendor that nobody has verified the same share of its work queue."""
    words = stage.library.anywhere("product_system", 1, rng)[0]
    return _labelling("unverified_labelling", stage, identities.staff(stage.calendar, n, False, rng), words, rng)


def key_pool(stage: Stage, n: int, rng: np.random.Generator) -> Group:
    """Deal a verified archive's documents out to its keys, round the clock."""
    return _archive("key_pool", stage, identities.staff(stage.calendar, n, True, rng), "document_order", rng)


def unverified_key_pool(stage: Stage, n: int, rng: np.random.Generator) -> Group:
    """Deal the documents of a firm that nobody has verified out to keys of its own, on one card."""
    members = identities.staff(stage.calendar, n, False, rng, joined_days_ago=float(rng.integers(3, 200)), hours=8.0)
    members = members.with_facts(organization_id=None, organization_verified=None)
    return _archive("unverified_key_pool", stage, members, "batch_order", rng)


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


def _labelling(population: str, stage: Stage, members: Members, system: str, rng: np.random.Generator) -> Group:
    load = office_queue(stage.calendar, len(members), 12.0, rng)
    prompts = stage.library.anywhere("label_item", len(load), rng)
    written = framed(prompts, system)
    return perform(population, [Act(members, load, written, DESK)], rng)


def _archive(population: str, stage: Stage, members: Members, orders: str, rng: np.random.Generator) -> Group:
    n = len(members)
    members.clients = np.full((n, 1), identities.kits(1, rng)[0, 0], dtype=object)
    total = int(15 * n * stage.calendar.days)
    load = dealt(stage.calendar.first, stage.calendar.end, np.ones(n), total, np.ones(24), rng)
    # orders name the number of each file, or the firm has three of its own
    order = stage.library.anywhere(orders, len(load) if orders == "document_order" else 3, rng)
    order = order[rng.integers(order.size, size=len(load))]
    prompts = order + "\n" + stage.library.anywhere("document", len(load), rng)
    return perform(population, [Act(members, load, unframed(prompts), PROGRAM)], rng)


def _office_work(population: str, stage: Stage, members: Members, rng: np.random.Generator) -> Group:
    n = len(members)
    zones = np.ones(n, dtype=np.int64)
    habit = Habit(active=0.6, weekend=0.08, visits=0.7, turns=2.2)
    load = personal(stage.calendar, n, habit, rng, hours=OFFICE, zones=zones)
    prompts = stage.library.anywhere("prompt", len(load), rng)
    own = rng.random(len(load)) < 0.5
    prompts[own] = about(stage.library, "seat_work", "projects", int(own.sum()), rng)
    return perform(population, [Act(members, load, unframed(prompts), WEB)], rng)
