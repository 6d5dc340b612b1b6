"""Unrelated accounts that share one thing: an app, a published frame, a clock, long nights."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from detector.drill import identities
from detector.drill.clocks import DAY, HOUR, OFFICE, Habit, conversations, hourly, personal
from detector.drill.groups import Act, Group, Stage, perform
from detector.drill.manners import CODING, PROGRAM, WEB
from detector.drill.voices import coding, everyday, framed, topical, unframed


def app_users(stage: Stage, n: int, rng: np.random.Generator) -> Group:
    """Write in an app that takes its users' own keys: one system prompt, one client, people of all kinds."""
    members = identities.people(stage.calendar, n, rng)
    members.clients = np.full((n, 1), "folio-notes/2.3", dtype=object)
    load = personal(stage.calendar, n, Habit(active=0.5, turns=3.0), rng)
    prompts = everyday(stage.library, n, load, rng).prompt
    written = framed(prompts, stage.library.fixed["app_system"].strip())
    manner = replace(WEB, temperatures=(0.7,), max_tokens=(2000,), keeps_session=False)
    return perform("app_users", [Act(members, load, written, manner)], rng)


def served_app_users(stage: Stage, n: int, rng: np.random.Generator) -> Group:
    """Solve tasks in an app that asks for every step and calls from servers of its own, with its users' keys."""
    members = identities.people(stage.calendar, n, rng)
    members.clients = np.full((n, 1), "tern-tutor-server/1.9", dtype=object)
    members.places[:] = identities.cloud_addresses(4, rng, spread=1)[rng.integers(4, size=members.places.shape)]
    load = personal(stage.calendar, n, Habit(active=0.4, turns=2.0), rng)
    prompts = topical(stage.library, "task", n, load, rng)
    written = framed(prompts, stage.library.fixed["tutor_system"].strip())
    manner = replace(WEB, temperatures=(0.3,), max_tokens=(3000,), answer_tokens=600.0, keeps_session=False)
    return perform("served_app_users", [Act(members, load, written, manner)], rng)


def freelancers(stage: Stage, n: int, rng: np.random.Generator) -> Group:
    """Work through briefs with one frame from a book on writing, besides whatever else they ask."""
    members = identities.people(stage.calendar, n, rng)
    zones = rng.choice([-5, 0, 1, 2, 5], size=n).astype(np.int64)
    habit = Habit(active=0.6, weekend=0.4, visits=1.2, turns=2.0, spread=0.8)
    load = personal(stage.calendar, n, habit, rng, hours=OFFICE, zones=zones)
    written = everyday(stage.library, n, load, rng)
    briefs = (load.turn == 0) & (rng.random(len(load)) < 0.6)
    texts = topical(stage.library, "brief", n, load.where(briefs), rng)
    written.prompt[briefs] = stage.library.fixed["method_frame"] + texts
    return perform("freelancers", [Act(members, load, written, WEB)], rng)


def cron_users(stage: Stage, n: int, rng: np.random.Generator) -> Group:
    """Run small jobs of unrelated people at the top of the hour, each with an order of its own."""
    members = identities.developers(stage.calendar, n, rng)
    every = rng.choice([1, 2, 3, 6, 12, 24], size=n).astype(np.int64)
    load = hourly(stage.calendar, every, rng.integers(1, 4, size=n), rng)
    order = stage.library.anywhere("batch_order", n, rng)[load.who]
    unit = topical(stage.library, "batch_unit", n, load, rng)
    return perform("cron_users", [Act(members, load, unframed(order + "\n" + unit), PROGRAM)], rng)


def overnight_developer(stage: Stage, n: int, rng: np.random.Generator) -> Group:
    """Let agents work on one's own repository all night: 500 to 5,000 requests a day from one account."""
    members = identities.developers(stage.calendar, n, rng)
    members.clients = np.full((n, 1), "latchkey/4.2", dtype=object)
    nightly = np.clip(rng.lognormal(np.log(900), 0.6, size=n), 500, 5000).astype(np.int64)
    agents = rng.integers(3, 9, size=n)
    who = np.repeat(np.repeat(np.arange(n), agents), stage.calendar.days)
    day = np.tile(np.arange(stage.calendar.days), int(agents.sum()))
    dusk = stage.calendar.first + day * DAY - rng.integers(0, 4 * HOUR, size=who.size)
    turns = rng.poisson(nightly[who] / agents[who])
    # nine hours of work, whatever there is to do
    gap = float(9 * 3600 / np.median(nightly / agents) / 1.5)
    load = conversations(who, dusk, turns, gap, rng).within(stage.calendar.first, stage.calendar.end)
    prompts = coding(stage.library, "agent_work", n, load, rng)
    written = framed(prompts, stage.library.fixed["agent_system"].strip())
    return perform("overnight_developer", [Act(members, load, written, CODING)], rng)
