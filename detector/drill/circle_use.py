"""What the accounts of a circle send."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from detector.drill import identities
from detector.drill.circles import Circle
from detector.drill.clocks import (
    DAY,
    EVENINGS,
    FLAT,
    HOUR,
    OFFICE,
    Habit,
    Ints,
    Load,
    gathering,
    joined,
    personal,
    streaming,
)
from detector.drill.frames import reworded
from detector.drill.grammar import Texts
from detector.drill.groups import Act, Group, Stage, perform
from detector.drill.identities import Members, Words
from detector.drill.manners import Manner, Written
from detector.drill.voices import everyday, framed, subjects, unframed

#: Kinds of text that people bring along from their work.
WORK = ("prompt", "passage", "brief", "hack", "product_user", "batch_unit", "verdict_item")
#: Days over which accounts are made.
_WITHIN = {"within hours": 0.1, "within days": 2.0, "within weeks": 20.0, "launch": 2.0}
_TEMPERATURES = (0.0, 0.1, 0.2, 0.3, 0.5, 0.7, 0.8, 1.0)
_LIMITS = (500, 800, 1000, 1500, 2000, 2500, 3000, 4096)


def run_circle(stage: Stage, circle: Circle, rng: np.random.Generator) -> Group:
    """Accounts of a circle with their requests."""
    n = circle.accounts
    members, load = _members(circle, stage, n, rng), _load(circle, stage, n, rng)
    return perform(circle.name, [Act(members, load, _written(circle, stage, n, load, rng), _manner(circle, rng))], rng)


def _members(circle: Circle, stage: Stage, n: int, rng: np.random.Generator) -> Members:
    members = identities.developers(stage.calendar, n, rng)
    own, firm = members.accounts, circle.bond == "organisation"
    homes = own["signup_ip"].to_numpy(dtype=object)
    _place(circle, members, n, rng)
    _equip(circle, members, n, rng)
    domain = f"{identities.fingerprints('', 1, rng)[0][:7]}.example"
    return members.with_facts(
        created_at=_created(circle, stage, own["created_at"].to_numpy(dtype=np.int64), rng),
        payment_fingerprint=_cards(circle, own["payment_fingerprint"].to_numpy(dtype=object), rng),
        payment_funding=None if circle.card == "none" else own["payment_funding"],
        email_domain=domain if circle.mailbox == "one domain" else own["email_domain"],
        email_pattern="aaaaa.aaaaaa" if firm else own["email_pattern"],
        signup_ip=homes if circle.bond == "users" else members.places[:, 0],
        organization_id=identities.fingerprints("org", 1, rng)[0] if firm else None,
    )


def _created(circle: Circle, stage: Stage, usual: Ints, rng: np.random.Generator) -> Ints:
    """Moments of sign-up: the usual ones, or near each other; half of an app's users come at its launch."""
    opening = stage.calendar.first + int(rng.integers(-30, max(stage.calendar.days - 3, 1))) * DAY + 9 * HOUR
    width = _WITHIN.get(circle.created, 0.0)
    first = opening - (20 * DAY if width > 10 else 0)
    near = first + (rng.random(usual.size) * width * DAY).astype(np.int64)
    joins = rng.random(usual.size) < {"over years": 0.0, "launch": 0.5}.get(circle.created, 1.0)
    return np.where(joins, near, usual)


def _cards(circle: Circle, own: Words, rng: np.random.Generator) -> Words | None:
    if circle.card in ("own", "none"):
        return own if circle.card == "own" else None
    cards = 1 if circle.card == "one" else max(own.size // 10, 1)
    return identities.fingerprints("pay", cards, rng)[rng.integers(cards, size=own.size)]


def _place(circle: Circle, members: Members, n: int, rng: np.random.Generator) -> None:
    """Let most requests come from where the circle is."""
    if circle.place == "homes":
        return
    shared = {
        "one hall": identities.home_addresses(1, rng),
        "servers": identities.cloud_addresses(4, rng, spread=1),
        "exits": identities.cloud_addresses(40, rng, spread=40),
    }[circle.place]
    members.places[:, 0] = shared[rng.integers(shared.size, size=n)]
    members.place_weights = (0.9, 0.1)


def _equip(circle: Circle, members: Members, n: int, rng: np.random.Generator) -> None:
    """Hand out the circle's client, in one version or in five."""
    if circle.client == "own":
        return
    tool, versions = str(identities.fingerprints("tool", 1, rng)[0])[:10], 1 if circle.client == "one" else 5
    members.clients = np.array([f"{tool}/1.{k}" for k in rng.integers(versions, size=n)], dtype=object)[:, None]


def _load(circle: Circle, stage: Stage, n: int, rng: np.random.Generator) -> Load:
    if circle.hours == "two sittings":
        return _sittings(circle, stage, n, rng)
    hours = {"evenings": EVENINGS, "office": OFFICE, "flat": FLAT}[circle.hours]
    if circle.per_day < 10.0:
        habit = Habit(active=0.5, turns=max(circle.per_day / 1.5, 1.0), spread=circle.unequal)
        return personal(stage.calendar, n, habit, rng, hours=hours)
    per_day = np.minimum(circle.per_day * rng.lognormal(0.0, circle.unequal, size=n), 600.0)
    return streaming(stage.calendar, per_day, rng, hours)


def _sittings(circle: Circle, stage: Stage, n: int, rng: np.random.Generator) -> Load:
    """Two hours together on each of two days."""
    days = rng.permutation(stage.calendar.days)[:2]
    busy = rng.poisson(np.minimum(circle.per_day, 30.0) / 3 * rng.lognormal(0.0, circle.unequal, size=n))
    begins = [stage.calendar.first + int(day) * DAY + int(rng.integers(8, 20)) * HOUR for day in days]
    sittings = [gathering(begin, 120, np.repeat(np.arange(n), busy), 60.0, rng) for begin in begins]
    return joined(sittings).within(stage.calendar.first, stage.calendar.end)


def _written(circle: Circle, stage: Stage, n: int, load: Load, rng: np.random.Generator) -> Written:
    items = _items(circle, stage, n, load, rng)
    if circle.wording == "none":
        return unframed(items)
    which = {"one": load.who * 0, "modes": rng.integers(4, size=len(load)), "own": load.who}[circle.wording]
    if circle.written_in == "system":
        empty = np.full(int(which.max(initial=0)) + 1, "", dtype=object)
        return framed(items, _worded(circle, stage, empty, np.arange(empty.size), rng)[which])
    uses = rng.random(len(load)) < circle.worded
    return unframed(np.where(uses, _worded(circle, stage, items, which, rng), items))


def _items(circle: Circle, stage: Stage, n: int, load: Load, rng: np.random.Generator) -> Texts:
    library = stage.library
    if circle.tasks == "own":
        return everyday(library, n, load, rng).prompt
    if circle.tasks == "work":
        return _of_their_work(stage, n, load, rng)
    if circle.tasks == "documents":
        return library.anywhere("document", len(load), rng)
    size = rng.integers(12, 80) if circle.tasks == "sheet" else rng.integers(300, 3000)
    texts: Texts = library.anywhere("task", int(size), rng)
    return texts[rng.integers(texts.size, size=len(load))]


def _of_their_work(stage: Stage, n: int, load: Load, rng: np.random.Generator) -> Texts:
    """Requests of people each of whom has one kind of work and few subjects."""
    areas = subjects(stage.library, n, load, rng, breadth=0.06)
    work = rng.integers(len(WORK), size=n)[load.who]
    items: Texts = np.empty(len(load), dtype=object)
    for number, rule in enumerate(WORK):
        items[work == number] = stage.library.by_area(rule, areas[work == number], rng)
    return items


def _worded(
    circle: Circle, stage: Stage, items: Texts, which: npt.NDArray[np.int64], rng: np.random.Generator
) -> Texts:
    """Items in the circle's words, `which` numbers them; those who word it themselves say one thing in common."""
    library, many = stage.library, int(which.max(initial=0)) + 1
    if circle.words == "plain":
        orders = library.anywhere("batch_order", many, rng)
    elif circle.wording == "own":
        clauses = [clause for column in library.operators[circle.words]["clauses"] for clause in column]
        said = np.array([text.replace("{n}", "5") for text in clauses], dtype=object)[
            rng.integers(len(clauses), size=many)
        ]
        orders = library.anywhere("sentence", many, rng) + " " + said + " " + library.anywhere("aside", many, rng)
    else:
        return reworded(library, circle.words, items, which, rng)
    found: Texts = orders[which] + "\n" + items
    return found


def _manner(circle: Circle, rng: np.random.Generator) -> Manner:
    many = {"one": 1, "few": 2, "own": 6}[circle.request_settings]
    return Manner(
        temperatures=tuple(float(value) for value in rng.permutation(_TEMPERATURES)[:many]),
        max_tokens=tuple(int(value) for value in rng.permutation(_LIMITS)[:many]),
        answer_tokens=circle.answer_tokens,
        keeps_session=circle.hours != "flat",
    )
