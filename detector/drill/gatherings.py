"""Benign groups that meet: classes, hackathons, programmes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from detector.drill import identities
from detector.drill.clocks import DAY, HOUR, Load, gathering, joined, streaming
from detector.drill.grammar import Texts
from detector.drill.groups import Act, Group, Stage, perform
from detector.drill.identities import Members, Words
from detector.drill.manners import PROGRAM, WEB
from detector.drill.voices import about, framed, topical, unframed

#: Whose lines a venue uses: few ranges of public places, or any provider's.
Lines = Callable[[int, np.random.Generator], Words]


def classroom(stage: Stage, n: int, rng: np.random.Generator) -> Group:
    """Seat a class behind one address, with one assignment, signed up in one lesson."""
    members, load = _lessons(stage, n, identities.venue_addresses, rng)
    prompts = about(stage.library, "lesson", "topics", len(load), rng)
    return perform("classroom", [Act(members, load, unframed(prompts), WEB)], rng)


def reasoning_class(stage: Stage, n: int, rng: np.random.Generator) -> Group:
    """Give a class a sheet of exercises and the words to ask with: show every step of your reasoning."""
    members, load = _lessons(stage, n, identities.home_addresses, rng)
    prompts = _from_a_sheet(stage, len(load), rng)
    again = load.turn > 0
    prompts[again] = stage.library.anywhere("follow", int(again.sum()), rng)
    return perform("reasoning_class", [Act(members, load, unframed(prompts), WEB)], rng)


def evening_course(stage: Stage, n: int, rng: np.random.Generator) -> Group:
    """Meet in the evening, with accounts, mailboxes and cards of one's own, and a sheet with words to ask with."""
    members, load = _lessons(stage, n, identities.home_addresses, rng)
    own = identities.people(stage.calendar, n, rng)
    facts = ("created_at", "signup_ip", "email_domain", "payment_fingerprint", "payment_funding", "plan", "referrer")
    members = members.with_facts(**{name: own.accounts[name].to_numpy(dtype=object) for name in facts})
    prompts = _from_a_sheet(stage, len(load), rng)
    return perform("evening_course", [Act(members, load, unframed(prompts), WEB)], rng)


def contest(stage: Stage, n: int, rng: np.random.Generator) -> Group:
    """Sign up for a contest within two days and let the organisers' harness run a part of its tasks, from home."""
    members = identities.people(stage.calendar, n, rng)
    opening = stage.calendar.first + int(rng.integers(0, max(stage.calendar.days - 3, 1))) * DAY + 8 * HOUR
    members = members.with_facts(created_at=opening + (rng.random(n) * 1.5 * DAY).astype(np.int64))
    members.clients = np.full((n, 1), "plover-contest/1.0", dtype=object)
    tasks = stage.library.anywhere("task", 500, rng)
    load = gathering(opening + 30 * HOUR, 30 * 60, np.repeat(np.arange(n), 10), 40.0, rng)
    load = load.within(stage.calendar.first, stage.calendar.end)
    prompts = stage.library.fixed["contest_frame"] + tasks[rng.integers(tasks.size, size=len(load))]
    manner = replace(PROGRAM, max_tokens=(2048,), temperatures=(0.0,), answer_tokens=600.0)
    return perform("contest", [Act(members, load, unframed(prompts), manner)], rng)


def hackathon(stage: Stage, n: int, rng: np.random.Generator) -> Group:
    """Hold two days in one hall: accounts made at the door, credits on the sponsor's card."""
    members, load = _two_days(stage, n, identities.venue_addresses, rng)
    prompts = stage.library.anywhere("hack", len(load), rng)
    return perform("hackathon", [Act(members, load, unframed(prompts), WEB)], rng)


def starter_kit_hackathon(stage: Stage, n: int, rng: np.random.Generator) -> Group:
    """Hand everybody in the hall the same starter kit: one system prompt, one client."""
    members, load = _two_days(stage, n, identities.home_addresses, rng)
    members.clients = np.full((n, 1), "starter-kit/0.1", dtype=object)
    prompts = stage.library.anywhere("hack", len(load), rng)
    written = framed(prompts, stage.library.fixed["starter_system"].strip())
    return perform("starter_kit_hackathon", [Act(members, load, written, PROGRAM)], rng)


def startup_programme(stage: Stage, n: int, rng: np.random.Generator) -> Group:
    """Admit young firms to a programme within two weeks: one referral, credits and no card, a product each."""
    members = identities.developers(stage.calendar, n, rng)
    admitted = stage.calendar.first - int(rng.integers(0, 60)) * DAY
    domains = [f"firm-{name[:6]}.example" for name in identities.fingerprints("", n, rng)]
    members = members.with_facts(
        created_at=admitted - (rng.random(n) * 14 * DAY).astype(np.int64),
        email_domain=np.array(domains, dtype=object),
        payment_fingerprint=None,
        payment_funding=None,
        plan="credits",
        referrer=f"startup-{rng.integers(10, 99)}",
    )
    load = streaming(stage.calendar, np.minimum(rng.lognormal(2.8, 0.9, size=n), 150.0), rng)
    system = stage.library.anywhere("product_system", n, rng)[load.who]
    prompts = topical(stage.library, "product_user", n, load, rng)
    return perform("startup_programme", [Act(members, load, framed(prompts, system), PROGRAM)], rng)


def _from_a_sheet(stage: Stage, n: int, rng: np.random.Generator) -> Texts:
    """So many requests for exercises of one sheet, in the words it prescribes."""
    sheet = stage.library.anywhere("task", int(rng.integers(12, 80)), rng)
    prompts: Texts = stage.library.fixed["lesson_frame"] + sheet[rng.integers(sheet.size, size=n)]
    return prompts


def _lessons(stage: Stage, n: int, lines: Lines, rng: np.random.Generator) -> tuple[Members, Load]:
    members = identities.people(stage.calendar, n, rng)
    school = lines(1, rng)[0]
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
    return members, load


def _two_days(stage: Stage, n: int, lines: Lines, rng: np.random.Generator) -> tuple[Members, Load]:
    members = identities.people(stage.calendar, n, rng)
    hall = lines(2, rng)
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
    return members, load
