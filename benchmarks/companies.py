"""False alarms over benign groups whose habits are drawn at random: firms, classes, events, users of one tool.

    python benchmarks/companies.py                        # twelve groups in four worlds
    python benchmarks/companies.py --worlds 40 --seed 7   # 120 of them

The counterpart of operators.py. What a group has in common, what its accounts ask and how are drawn independently of
one another, so that most combinations were in nobody's mind when the detector was made. A group is benign in one of
three ways: its accounts have nothing but a tool or a text in common (`users`), they met (`gathering`), or they are one
organisation that does not hide it (`organisation`). Not drawn: organisations that have documents answered with
reasoning, tags or training data, which only a contract tells from extraction.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from dataclasses import asdict, dataclass, fields
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).parents[1]))

from detector import scan
from detector.drill import Recipe, identities, simulate, write_world
from detector.drill.clocks import DAY, EVENINGS, FLAT, HOUR, OFFICE, Habit, Load, gathering, personal, streaming
from detector.drill.frames import reworded
from detector.drill.grammar import Texts
from detector.drill.groups import Act, Group, Stage, perform
from detector.drill.identities import Members
from detector.drill.manners import Manner, Written
from detector.drill.occasions import OCCASIONS
from detector.drill.voices import everyday, framed, subjects, unframed

GROUPS = 3
#: Kinds of text that people bring along.
WORK = ("prompt", "passage", "brief", "hack", "product_user", "batch_unit", "verdict_item")
EXTRACTION = ("reasoning", "tags", "generation")
#: Values of each habit, drawn with equal chances.
HABITS: dict[str, tuple[Any, ...]] = {
    "bond": ("users", "users", "gathering", "organisation"),
    "accounts": (15, 30, 60, 120, 240),
    "created": ("over years", "launch", "within hours", "within days", "within weeks"),
    "place": ("homes", "homes", "one hall", "servers", "exits"),
    "card": ("own", "own", "one", "by team", "none"),
    "mailbox": ("own", "own", "one domain"),
    "verified": (None, False),
    "client": ("own", "one", "versions"),
    "tasks": ("own", "own", "topics", "sheet", "public set", "documents"),
    "frame": ("none", "one", "one", "modes", "own"),
    "words": ("plain", "plain", "grading", "reasoning", "tags", "generation"),
    "framed_by": ("prompt", "system"),
    "framed": (1.0, 0.6, 0.2),
    "per_day": (1.5, 6.0, 20.0, 60.0),
    "spread": (0.3, 0.6, 1.0),
    "hours": ("evenings", "office", "flat", "two sittings"),
    "settings": ("one", "few", "own"),
    "answer_tokens": (100.0, 400.0, 1200.0),
}


@dataclass(frozen=True)
class Company:
    """A benign group; what its fields may be stands in `HABITS`."""

    bond: str
    accounts: int
    created: str
    place: str
    card: str
    mailbox: str
    verified: bool | None
    client: str
    tasks: str
    frame: str
    words: str
    framed_by: str
    framed: float
    per_day: float
    spread: float
    hours: str
    settings: str
    answer_tokens: float

    @property
    def exists(self) -> bool:
        """Whether there are such groups, and they are beyond doubt."""
        shares = {"card": self.card in ("one", "by team"), "mailbox": self.mailbox == "one domain"}
        if self.bond == "organisation":
            overt = shares["mailbox"] and (shares["card"] or self.place == "one hall")
            return overt and not (self.tasks == "documents" and self.frame != "none" and self.words in EXTRACTION)
        if self.tasks == "documents":
            return False
        if self.bond == "gathering":
            met = self.place == "one hall" or (self.place == "homes" and self.hours == "two sittings")
            return met and self.created.startswith("within") and self.card != "by team" and self.hours != "flat"
        apart = not any(shares.values()) and self.hours != "two sittings" and self.spread > 0.5
        return apart and self.created in ("over years", "launch")


def main() -> None:
    """Judge each world, and print its groups and the table by habit."""
    given = _arguments()
    rows: list[dict[str, object]] = []
    bystanders = 0
    for number in range(given.worlds):
        rng = np.random.default_rng((given.seed, number))
        groups = {f"group {number}.{k}": _drawn(rng) for k in range(GROUPS)}
        found, others = _judged(groups, given, given.seed * 1000 + number)
        bystanders += others
        for name, group in groups.items():
            flagged, tier = found[name]
            told = ", ".join(f"{habit} {value}" for habit, value in asdict(group).items())
            print(f"{name}: flagged {flagged}, tier {tier}; {told}", flush=True)
            rows.append({**asdict(group), "flagged": flagged, "alarm": flagged > 0, "listed": tier != "–"})
    table = pd.DataFrame(rows)
    print(
        f"\n{len(table)} groups of {table['accounts'].sum()} accounts: {table['alarm'].sum()} with an account flagged,"
    )
    print(
        f"{table['flagged'].sum()} accounts in all, {bystanders} in the crowd; {table['listed'].sum()} groups listed\n"
    )
    print("| habit | groups with an account flagged (groups) by value |\n| --- | --- |")
    for name in HABITS:
        by = table.groupby(table[name].map(str))["alarm"].agg(["sum", "size"])
        print(f"| `{name}` | {'; '.join(f'{value}: {n} ({of})' for value, n, of in by.itertuples())} |")


def _drawn(rng: np.random.Generator) -> Company:
    while True:
        drawn = {habit: values[rng.integers(len(values))] for habit, values in HABITS.items()}
        if (company := Company(**drawn)).exists:
            return company


def _judged(groups: dict[str, Company], given: argparse.Namespace, seed: int) -> tuple[dict[str, tuple[int, str]], int]:
    """Flagged accounts of each group with the tier of most of its accounts, and flagged accounts of the crowd."""
    for name, group in groups.items():
        OCCASIONS[name] = ((group.accounts, group.accounts), partial(_made, group, name))
    world = simulate(Recipe(given.accounts, given.days, populations=dict.fromkeys(groups, 1)), seed)
    with tempfile.TemporaryDirectory() as folder:
        write_world(world, Path(folder), "parquet")
        if given.keep:
            write_world(world, given.keep / str(seed), "parquet")
        result = scan(Path(folder) / "logs", accounts=Path(folder) / "accounts.parquet")
    active = world.labels[world.labels["n_queries"] > 0].merge(result.accounts[["account_id", "flagged"]])
    tiers = result.members.merge(result.campaigns[["campaign_id", "tier"]])[["account_id", "tier"]]
    held = active.merge(tiers, how="left").fillna({"tier": "–"})
    found = {}
    for name in groups:
        own = held[held["population"] == name]
        found[name] = int(own["flagged"].sum()), str(own["tier"].mode().iloc[0]) if len(own) else "–"
    return found, int(held.loc[~held["population"].isin(groups), "flagged"].sum())


def _made(company: Company, name: str, stage: Stage, n: int, rng: np.random.Generator) -> Group:
    members = _members(company, stage, n, rng)
    load = _load(company, stage, n, rng)
    manner = _manner(company, rng)
    return perform(name, [Act(members, load, _written(company, stage, n, load, rng), manner)], rng)


def _members(company: Company, stage: Stage, n: int, rng: np.random.Generator) -> Members:
    members = identities.developers(stage.calendar, n, rng)
    own = members.accounts
    opening = stage.calendar.first + int(rng.integers(-30, max(stage.calendar.days - 3, 1))) * DAY + 9 * HOUR
    width = {"within hours": 0.1, "within days": 2.0, "within weeks": 20.0, "launch": 2.0}.get(company.created)
    created = own["created_at"].to_numpy(dtype=np.int64)
    if width is not None:
        late = opening - (int(20 * DAY) if width > 10 else 0) + (rng.random(n) * width * DAY).astype(np.int64)
        created = np.where(rng.random(n) < (0.5 if company.created == "launch" else 1.0), late, created)
    cards = {"one": 1, "by team": max(n // 10, 1)}.get(company.card)
    card = own["payment_fingerprint"].to_numpy(dtype=object)
    if cards is not None:
        card = identities.fingerprints("pay", cards, rng)[rng.integers(cards, size=n)]
    domain = own["email_domain"].to_numpy(dtype=object)
    if company.mailbox == "one domain":
        domain = np.full(n, f"{identities.fingerprints('', 1, rng)[0][:7]}.example", dtype=object)
    _place(company, members, n, rng)
    if company.client != "own":
        tool = "tool-" + str(identities.fingerprints("", 1, rng)[0])[:5]
        versions = 1 if company.client == "one" else 5
        members.clients = np.array([f"{tool}/1.{k}" for k in rng.integers(versions, size=n)], dtype=object)[:, None]
    return members.with_facts(
        created_at=created,
        payment_fingerprint=None if company.card == "none" else card,
        payment_funding=None if company.card == "none" else own["payment_funding"],
        email_domain=domain,
        email_pattern="aaaaa.aaaaaa" if company.bond == "organisation" else own["email_pattern"],
        signup_ip=own["signup_ip"] if company.bond == "users" else members.places[:, 0],
        organization_id=identities.fingerprints("org", 1, rng)[0] if company.bond == "organisation" else None,
        organization_verified=company.verified if company.bond == "organisation" else None,
    )


def _place(company: Company, members: Members, n: int, rng: np.random.Generator) -> None:
    """Let most requests come from where the group is."""
    if company.place == "homes":
        return
    shared = {
        "one hall": identities.home_addresses(1, rng),
        "servers": identities.cloud_addresses(4, rng, spread=1),
        "exits": identities.cloud_addresses(40, rng, spread=40),
    }[company.place]
    members.places[:, 0] = shared[rng.integers(shared.size, size=n)]
    members.place_weights = (0.9, 0.1)


def _load(company: Company, stage: Stage, n: int, rng: np.random.Generator) -> Load:
    if company.hours == "two sittings":
        days = rng.permutation(stage.calendar.days)[:2]
        begins = [stage.calendar.first + int(day) * DAY + int(rng.integers(8, 20)) * HOUR for day in days]
        busy = rng.poisson(np.minimum(company.per_day, 30.0) / 3 * rng.lognormal(0.0, company.spread, size=n))
        sittings = [gathering(begin, 120, np.repeat(np.arange(n), busy), 60.0, rng) for begin in begins]
        whole = [np.concatenate([getattr(s, name) for s in sittings]) for name in ("who", "when", "turn")]
        session = np.concatenate([sittings[0].session, sittings[1].session + len(sittings[0])])
        return Load(whole[0], whole[1], session, whole[2]).within(stage.calendar.first, stage.calendar.end)
    hours = {"evenings": EVENINGS, "office": OFFICE, "flat": FLAT}[company.hours]
    if company.per_day < 10.0:
        habit = Habit(active=0.5, turns=max(company.per_day / 1.5, 1.0), spread=company.spread)
        return personal(stage.calendar, n, habit, rng, hours=hours)
    per_day = np.minimum(company.per_day * rng.lognormal(0.0, company.spread, size=n), 600.0)
    return streaming(stage.calendar, per_day, rng, hours)


def _written(company: Company, stage: Stage, n: int, load: Load, rng: np.random.Generator) -> Written:
    library = stage.library
    if company.tasks == "own":
        items = everyday(library, n, load, rng).prompt
    elif company.tasks == "topics":
        items = _of_their_work(stage, n, load, rng)
    elif company.tasks == "documents":
        items = library.anywhere("document", len(load), rng)
    else:
        size = rng.integers(12, 80) if company.tasks == "sheet" else rng.integers(300, 3000)
        texts = library.anywhere("task", int(size), rng)
        items = texts[rng.integers(texts.size, size=len(load))]
    if company.frame == "none":
        return unframed(items)
    which = {"one": load.who * 0, "modes": rng.integers(4, size=len(load)), "own": load.who}[company.frame]
    uses = rng.random(len(load)) < company.framed
    if company.framed_by == "system":
        return framed(items, _wrapped(company, stage, np.full(n + 4, "", dtype=object), np.arange(n + 4), rng)[which])
    prompts = items.copy()
    prompts[uses] = _wrapped(company, stage, items, which, rng)[uses]
    return unframed(prompts)


def _of_their_work(stage: Stage, n: int, load: Load, rng: np.random.Generator) -> Texts:
    """Requests in English of people each of whom has one kind of work and few subjects."""
    areas = subjects(stage.library, n, load, rng, breadth=0.06)
    work = rng.integers(len(WORK), size=n)[load.who]
    items = np.empty(len(load), dtype=object)
    for number, rule in enumerate(WORK):
        items[work == number] = stage.library.by_area(rule, areas[work == number], rng)
    return items


def _wrapped(company: Company, stage: Stage, items: Texts, which: Any, rng: np.random.Generator) -> Texts:  # noqa: ANN401
    """Items in the group's words; `which` numbers the wording. Those who word it themselves say one thing in common."""
    many = int(which.max(initial=0)) + 1
    if company.words == "plain":
        orders = stage.library.anywhere("batch_order", many, rng)
    elif company.frame == "own":
        clauses = [clause for clauses in stage.library.operators[company.words]["clauses"] for clause in clauses]
        said = np.array([text.replace("{n}", "5") for text in clauses], dtype=object)[
            rng.integers(len(clauses), size=many)
        ]
        orders = (
            stage.library.anywhere("sentence", many, rng)
            + " "
            + said
            + " "
            + stage.library.anywhere("aside", many, rng)
        )
    else:
        return reworded(stage.library, company.words, items, which, rng)
    wrapped: Texts = orders[which] + "\n" + items
    return wrapped


def _manner(company: Company, rng: np.random.Generator) -> Manner:
    many = {"one": 1, "few": 2, "own": 6}[company.settings]
    temperatures = rng.permutation([0.0, 0.1, 0.2, 0.3, 0.5, 0.7, 0.8, 1.0])[:many]
    limits = rng.permutation([500, 800, 1000, 1500, 2000, 2500, 3000, 4096])[:many]
    return Manner(
        temperatures=tuple(float(value) for value in temperatures),
        max_tokens=tuple(int(value) for value in limits),
        answer_tokens=company.answer_tokens,
        keeps_session=company.hours != "flat",
    )


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--worlds", type=int, default=4)
    parser.add_argument("--accounts", type=int, default=1200, help="in the crowd")
    parser.add_argument("--days", type=int, default=7)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="folder to keep the worlds in")
    return parser.parse_args()


if __name__ == "__main__":
    assert {f.name for f in fields(Company)} == set(HABITS)
    main()
