"""Benign accounts that have nothing to do with one another: the crowd."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from detector.drill import identities
from detector.drill.clocks import (
    HOUR,
    OFFICE,
    Habit,
    conversations,
    personal,
    scheduled,
    streaming,
)
from detector.drill.groups import Act, Group, Stage, perform
from detector.drill.manners import CODING, PROGRAM, WEB, Manner
from detector.drill.voices import coding, everyday, framed, topical, unframed

Crowd = Callable[[Stage, int, np.random.Generator], Group]


def people(stage: Stage, n: int, rng: np.random.Generator) -> Group:
    """People who ask in a browser or on a phone."""
    members = identities.people(stage.calendar, n, rng)
    load = personal(stage.calendar, n, Habit(), rng)
    return perform("people", [Act(members, load, everyday(stage.library, n, load, rng), WEB)], rng)


def more_languages(stage: Stage, n: int, rng: np.random.Generator) -> Group:
    """People who write Korean or Arabic, in a browser or on a phone."""
    members = identities.people(stage.calendar, n, rng)
    load = personal(stage.calendar, n, Habit(), rng)
    banks = [stage.library.languages[name] for name in ("ko", "ar")]
    speaks = rng.integers(len(banks), size=n)[load.who]
    prompts = np.empty(len(load), dtype=object)
    for number, bank in enumerate(banks):
        rows = speaks == number
        prompts[rows] = bank.write("prompt", int(rows.sum()), rng)
    return perform("more_languages", [Act(members, load, unframed(prompts), WEB)], rng)


def developers(stage: Stage, n: int, rng: np.random.Generator) -> Group:
    """Developers trying things out over the API, in office hours, some of them a great deal."""
    members = identities.developers(stage.calendar, n, rng)
    habit = Habit(active=0.55, weekend=0.35, visits=1.2, turns=4.0, spread=0.9, gap_seconds=45.0)
    load = personal(stage.calendar, n, habit, rng, hours=OFFICE)
    prompts = coding(stage.library, "agent_work", n, load, rng)
    plain = rng.random(len(load)) < 0.5
    prompts[plain] = coding(stage.library, "prompt", n, load.where(plain), rng)
    return perform("developers", [Act(members, load, unframed(prompts), CODING)], rng)


def products(stage: Stage, n: int, rng: np.random.Generator) -> Group:
    """Back ends of products: one prompt of their own each, customers by day and night."""
    members = identities.developers(stage.calendar, n, rng)
    load = streaming(stage.calendar, np.minimum(rng.lognormal(3.2, 0.9, size=n), 160.0), rng)
    system = stage.library.anywhere("product_system", n, rng)[load.who]
    wrapped = (rng.random(n) < 0.4)[load.who]
    prompts = topical(stage.library, "product_user", n, load, rng)
    wraps = stage.library.anywhere("product_wrap", n, rng)[load.who]
    prompts[wrapped] = wraps[wrapped] + " " + prompts[wrapped]
    manner = Manner(**{**vars(PROGRAM), "end_users": 60})
    return perform("products", [Act(members, load, framed(prompts, system), manner)], rng)


def agent_users(stage: Stage, n: int, rng: np.random.Generator) -> Group:
    """Users of one popular agent: strangers who all send the same system prompt."""
    members = identities.developers(stage.calendar, n, rng)
    versions = np.array([f"latchkey/{minor}.{patch}" for minor in (3, 4) for patch in range(4)], object)
    members.clients = versions[rng.integers(versions.size, size=(n, 1))]
    habit = Habit(active=0.5, weekend=0.5, visits=0.8, turns=6.0, spread=0.8, gap_seconds=25.0)
    load = personal(stage.calendar, n, habit, rng)
    prompts = coding(stage.library, "agent_work", n, load, rng)
    written = framed(prompts, stage.library.fixed["agent_system"].strip())
    return perform("agent_users", [Act(members, load, written, CODING)], rng)


def batch_jobs(stage: Stage, n: int, rng: np.random.Generator) -> Group:
    """Nightly jobs of unrelated small firms: one order each, a new record every time."""
    members = identities.developers(stage.calendar, n, rng)
    starts = rng.choice([0, 60, 120, 180, 240, 300, 390, 1320], size=n).astype(np.int64)
    counts = np.minimum(rng.lognormal(3.1, 0.7, size=n), 180).astype(np.int64) + 4
    load = scheduled(stage.calendar, starts, counts, 9.0, rng)
    order = stage.library.anywhere("batch_order", n, rng)[load.who]
    unit = topical(stage.library, "batch_unit", n, load, rng)
    return perform("batch_jobs", [Act(members, load, unframed(order + "\n" + unit), PROGRAM)], rng)


def households(stage: Stage, n: int, rng: np.random.Generator) -> Group:
    """Families and flats: two to four accounts on one line, often on one card."""
    members = identities.people(stage.calendar, n, rng)
    home = np.sort(rng.integers(max(n // 3, 1), size=n))
    lines = identities.home_addresses(max(n // 3, 1), rng)[home]
    cards = identities.fingerprints("pay", max(n // 3, 1), rng)[home]
    members.places[:, 0] = lines
    own = members.accounts["payment_fingerprint"].to_numpy(dtype=object)
    members = members.with_facts(signup_ip=lines, payment_fingerprint=np.where(rng.random(n) < 0.6, cards, own))
    load = personal(stage.calendar, n, Habit(), rng)
    written = everyday(stage.library, n, load, rng)
    return perform("households", [Act(members, load, written, WEB)], rng)


def privacy_users(stage: Stage, n: int, rng: np.random.Generator) -> Group:
    """People behind a VPN, a mail alias and a virtual card, who share exits but nothing else."""
    members = identities.people(stage.calendar, n, rng)
    exits = identities.cloud_addresses(2 * n, rng, spread=60)
    members.places = np.stack([exits[rng.integers(2 * n, size=n)] for _ in range(4)], axis=1)
    members.place_weights = (0.4, 0.3, 0.2, 0.1)
    domains = np.array(("alias.example", *identities.THROWAWAY), dtype=object)
    members = members.with_facts(
        email_domain=domains[rng.integers(domains.size, size=n)],
        email_pattern="aaaaaaaa99",
        payment_funding="prepaid",
        signup_ip=exits[rng.integers(2 * n, size=n)],
    )
    load = personal(stage.calendar, n, Habit(), rng)
    written = everyday(stage.library, n, load, rng)
    return perform("privacy_users", [Act(members, load, written, WEB)], rng)


def shared_tool(stage: Stage, n: int, rng: np.random.Generator) -> Group:
    """Users of a browser tool with their own key: its words stand round whatever they select."""
    members = identities.people(stage.calendar, n, rng)
    members.clients = np.full((n, 1), "page-helper/4", dtype=object)
    load = personal(stage.calendar, n, Habit(turns=1.3, visits=1.5, active=0.6), rng)
    modes = np.array(stage.library.fixed["shared_tool_modes"], dtype=object)
    mode = modes[rng.integers(modes.size, size=len(load))]
    text = topical(stage.library, "passage", n, load, rng)
    prompts = stage.library.fixed["shared_tool"] + mode + "\n" + text
    manner = Manner(keeps_session=False, max_tokens=(1200,), temperatures=(0.3,))
    return perform("shared_tool", [Act(members, load, unframed(prompts), manner)], rng)


def viral_prompt(stage: Stage, n: int, rng: np.random.Generator) -> Group:
    """People who tried a prompt that went round, within the same two days, besides their own."""
    members = identities.people(stage.calendar, n, rng)
    load = personal(stage.calendar, n, Habit(), rng)
    peak = stage.calendar.first + int(0.4 * (stage.calendar.end - stage.calendar.first))
    start = peak + (rng.exponential(14.0, size=n) * HOUR).astype(np.int64)
    craze = conversations(np.arange(n), start, rng.geometric(0.6, size=n), 60.0, rng)
    craze = craze.within(0, stage.calendar.end)
    names = stage.library.anywhere("name", n, rng)[craze.who]
    prompts = stage.library.fixed["viral"] + names
    again = craze.turn > 0
    prompts[again] = stage.library.anywhere("follow", int(again.sum()), rng)
    own = everyday(stage.library, n, load, rng)
    acts = [Act(members, load, own, WEB), Act(members, craze, unframed(prompts), WEB)]
    return perform("viral_prompt", acts, rng)


#: Share of a recipe's accounts, and who makes them.
CROWD: dict[str, tuple[float, Crowd]] = {
    "people": (0.58, people),
    "more_languages": (0.02, more_languages),
    "developers": (0.14, developers),
    "agent_users": (0.08, agent_users),
    "households": (0.05, households),
    "privacy_users": (0.04, privacy_users),
    "products": (0.03, products),
    "shared_tool": (0.025, shared_tool),
    "viral_prompt": (0.025, viral_prompt),
    "batch_jobs": (0.01, batch_jobs),
}
