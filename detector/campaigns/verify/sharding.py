"""Sharding: the accounts' tasks look like random shares of one data set, not like people with interests of their own.

φ is 1 where tasks are dealt out at random and more where accounts differ. What people differ by is measured on
reference accounts with as many requests, less what the frame, which is the same in all requests, hides of it. A set
that all run through (benchmarks, courses) is not dealt out: most others send what one sends. Accounts that word their
prompts in a way of their own differ by that wording whatever they ask: they are left out where the others suffice, and
nothing is said against a group of them.

References
----------
.. [1] Cochran, W. (1954), "Some methods for strengthening the common χ² tests", Biometrics 10: see `verify.phi`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from detector.campaigns.cohort import Cohort, Ints, places
from detector.campaigns.evidence import Evidence, cap_for
from detector.campaigns.ramp import ramp
from detector.campaigns.reference import Reference
from detector.campaigns.sessions import openings, units
from detector.campaigns.tails import normal_tail
from detector.campaigns.verify.overlap import collision_share, overlap
from detector.campaigns.verify.phi import Heterogeneity, heterogeneity
from detector.campaigns.verify.wordings import own_wordings, without_own_wordings, wordings
from detector.profiles.orders import order_by, ranks, run_starts
from detector.remembering import once
from detector.text.kernel import TOPIC_BITS

ROUNDS = 64
LEAST_PEOPLE = 30
MOST_ACCOUNTS = 200
#: Accounts of one wording, where there are so many wordings that not all accounts are looked at.
TOGETHER = 20
#: Requests below which nothing is said.
LEAST_ROWS = 20
MOST_ROWS = 60
#: Share of the others that send a prompt of one, from which tasks are not dealt out, and at which all run through them.
OVERLAP, ALL_OVERLAP = 0.2, 0.4
#: Accounts that send one prompt, from which it is not asked again for the sake of several answers: a feed, or a set.
SEVERAL, MANY = 16.0, 32.0
STRANGE = 5.0
#: Accounts of one queue of work still differ by this share of what people differ by: shards are not drawn perfectly.
#: People of one kind (a class, a firm, speakers of one language) differ by this share of it or more.
UNEVEN, MOST_ALIKE = 0.05, 0.15


@dataclass(frozen=True)
class Dealing:
    """φ of requests, what as many of ordinary accounts give, and what that says for dealing.

    Attributes
    ----------
    observed, expected : float
        φ.
    weight : float
        Decimal digits for dealing, against people who differ.
    p : float
        Chance of so small a φ of people.
    """

    observed: float
    expected: float
    weight: float
    p: float


def sharding(cohort: Cohort, rows: pd.DataFrame, stratum: Ints) -> list[Evidence]:
    """Evidence that the given requests of members are shares of one data set.

    The weight is the log10 likelihood ratio of φ between random dealing (mean 1) and people who are as different as
    reference accounts with as many requests, or less: how much less is unknown (any share from `MOST_ALIKE` on). It
    is zero where so few requests could not tell the two apart.

    Parameters
    ----------
    rows : DataFrame
        Held-back requests.
    stratum : ndarray of int64, shape (len(rows),)
        Number of the frame that each request stands in: only requests in one frame, of accounts of one wording, are
        compared.
    """
    if len(rows) < LEAST_ROWS:
        return []
    rows = rows.assign(stratum=stratum)
    rows = openings(rows, cohort.opening)
    wording, stratum = wordings(rows), rows["stratum"].to_numpy()
    rows = rows.assign(wording=wording, stratum=stratum * (wording.max() + 1) + wording)
    kappa, common = collision_share(rows), overlap(rows)
    senders = 1.0 + common * (rows["account"].nunique() - 1)
    replayed = max(ramp(common, OVERLAP, ALL_OVERLAP), ramp(senders, SEVERAL, MANY))
    rows, worded = _comparable(rows[rows["themes"].to_numpy() >= 0])
    found = dealing(rows, cohort.reference, cap_for(cohort.size, 6.0)) if rows["account"].nunique() >= 3 else None
    if found is None:
        return []
    observed, expected, weight, p = found.observed, found.expected, found.weight, found.p
    if worded and weight < 0:
        return []
    weight = min(weight, (1 - replayed) * weight - 3.0 * replayed)
    alike = "like one set that all run through" if replayed else "like those of people with interests of their own"
    statement = (
        f"Tasks look {'dealt out at random from one set' if weight > 0 else alike}: accounts differ in topics by "
        f"φ = {observed:.2f} where dealing gives 1.00 and as many requests of ordinary accounts give "
        f"{expected:.2f}; {kappa:.1%} of prompts are sent by more than one member"
        + (f", by {common:.1%} of the others on average." if kappa >= 0.01 else ".")
    )
    return [Evidence("sharding", "φ and κ", statement, observed, expected, p, weight, places(rows))]


def dealing(rows: pd.DataFrame, reference: Reference, cap: float) -> Dealing | None:
    """How likely the requests of several accounts are dealt out; None where that cannot be told.

    Parameters
    ----------
    rows : DataFrame
        Requests with ``account``, ``themes`` and ``stratum``. Of an account only `MOST_ROWS` are compared with those of
        ordinary accounts: what people differ by grows with the number of requests, and is reckoned to that of the rest.
    """
    strata = [group.to_numpy() for _, group in rows.groupby("account")["stratum"]]
    if len(strata) < 2 or len(rows) < LEAST_ROWS:
        return None
    observed, ordinary = _of(rows), _people(reference, [level[:MOST_ROWS] for level in strata])
    if math.isnan(observed.phi) or len(ordinary) < 4:
        return None
    more = len(rows) / sum(min(len(level), MOST_ROWS) for level in strata)
    expected, spread = _expected(ordinary, observed, more)
    weight, p = _weighed(observed, expected, spread, cap)
    return Dealing(observed.phi, expected, weight, p)


def _comparable(rows: pd.DataFrame) -> tuple[pd.DataFrame, bool]:
    """A task each of accounts with two or more that can be compared; whether most have wordings that differ anyway."""
    own, people = own_wordings(rows), rows["account"].nunique()
    rows = without_strangers(_at_most(units(without_own_wordings(rows, own))))
    several = rows.groupby("account")["account"].transform("size").to_numpy() >= 2
    return rows[several], len(own) > 0.5 * people


def _weighed(observed: Heterogeneity, expected: float, spread: float, cap: float) -> tuple[float, float]:
    """Evidence that tasks are dealt out rather than people's own, and the chance of so small a φ of people."""
    chance = math.sqrt(2 / (0.5 * TOPIC_BITS * max(1, observed.df)))
    dealt = _log_density(max(observed.phi, 1.0), 1.0, math.hypot(chance, UNEVEN * (expected - 1)))
    likeness = np.linspace(MOST_ALIKE, 1.0, 16)
    means, apart = 1 + likeness * (expected - 1), likeness * (max(spread, chance) + 0.15 * (expected - 1)) + chance
    people = float(np.mean([10 ** _log_density(observed.phi, *at) for at in zip(means, apart, strict=True)]))
    ratio = dealt - math.log10(max(people, 1e-12))
    weight = 0.0 if expected - 1 < chance else float(np.clip(ratio, -6.0, cap))
    return weight, float(np.mean([normal_tail(z) for z in (means - observed.phi) / apart]))


def _expected(people: list[Heterogeneity], observed: Heterogeneity, more: float) -> tuple[float, float]:
    """Mean and spread of φ if the members were as different as people whose frames hid their interests as much.

    Members have `more` requests for each one that was looked at of people.
    """
    values = np.array([one.phi for one in people])
    hidden = more * min(1.0, observed.sensitivity / float(np.mean([one.sensitivity for one in people])))
    return 1.0 + (float(values.mean()) - 1.0) * hidden, float(values.std()) * hidden


def without_strangers(rows: pd.DataFrame) -> pd.DataFrame:
    """Requests without those of the very few accounts that are unlike all others.

    At most one account in twenty (and one of ten or more) whose part of χ² is over `STRANGE` times the middle one is
    left out: a bystander caught by mistake, or sent by an operator, must not make dealt-out work look like people's.
    """
    found = _of(rows)
    parts = found.parts / np.maximum(found.freedom, 1)
    most = max(1, len(parts) // 20) if len(parts) >= 10 else 0
    strange = np.flatnonzero(parts > STRANGE * np.median(parts)) if len(parts) else np.zeros(0, np.int64)
    if not 0 < len(strange) <= most:
        return rows
    return rows[~rows["account"].isin(found.accounts[strange])]


def _of(rows: pd.DataFrame) -> Heterogeneity:
    return heterogeneity(*(rows[name].to_numpy() for name in ("account", "themes", "stratum")))


def _at_most(rows: pd.DataFrame) -> pd.DataFrame:
    """At most `MOST_ROWS` requests, those of the smallest hashes, of `MOST_ACCOUNTS` accounts, some of each wording."""
    account = rows["account"].to_numpy()
    order = order_by(account, rows["request"].to_numpy())
    first = np.flatnonzero(run_starts(account[order]))
    rows = rows.iloc[order[ranks(first, len(order)) < MOST_ROWS]]
    people = rows.groupby("account").agg(n=("request", "size"), wording=("wording", "first"))
    people = people.sort_values(["wording", "n"], ascending=[True, False], kind="stable")
    each = max(TOGETHER, MOST_ACCOUNTS // max(1, people["wording"].nunique()))
    people = people[people.groupby("wording").cumcount() < each]
    return rows[rows["account"].isin(people.index[:MOST_ACCOUNTS])]


@once
def _able(reference: Reference) -> tuple[Ints, Ints, Ints]:
    """Topic bits of ordinary accounts' requests, shuffled within accounts with two or more, few first; ends; counts."""
    named = ["account", "session", "timestamp", "request", "themes"]
    rows = units(reference.rows.loc[reference.rows["themes"].to_numpy() >= 0, named])
    rng = np.random.default_rng(len(rows))
    found = [np.asarray(at, dtype=np.int64) for at in rows.groupby("account").indices.values() if len(at) >= 2]
    found = [rng.permutation(at) for at in sorted(found, key=len)]
    counts = np.array([len(at) for at in found], dtype=np.int64)
    return rows["themes"].to_numpy()[np.concatenate([*found, np.zeros(0, np.int64)])], counts.cumsum(), counts


def _people(reference: Reference, strata: list[Ints]) -> list[Heterogeneity]:
    """Random groups of reference accounts with as many requests, spread over strata as the members' are."""
    rng = np.random.default_rng(len(strata))
    themes, ends, counts = _able(reference)
    if len(counts) < LEAST_PEOPLE:
        return []
    wanted = np.array([len(level) for level in strata])
    levels, level_ends = np.concatenate([rng.permutation(level) for level in strata]), wanted.cumsum()
    firsts = np.minimum(np.searchsorted(counts, wanted), len(counts) - 20)
    found = []
    for _ in range(ROUNDS):
        able = rng.integers(firsts, len(counts))
        take = np.minimum(wanted, counts[able])
        picked = themes[_turned(ends[able], counts[able], take, rng)]
        accounts = np.repeat(np.arange(len(strata)), take)
        found.append(heterogeneity(accounts, picked, levels[_turned(level_ends, wanted, take, rng)]))
    return [one for one in found if not math.isnan(one.phi)]


def _turned(ends: Ints, counts: Ints, take: Ints, rng: np.random.Generator) -> Ints:
    """Places of so many in a row from a random start in each stretch, which is a ring: of a shuffled one, a draw."""
    place = np.arange(take.sum()) - np.repeat(take.cumsum() - take, take) + np.repeat(rng.integers(0, counts), take)
    found: Ints = np.repeat(ends - counts, take) + place % np.repeat(counts, take)
    return found


def _log_density(value: float, mean: float, spread: float) -> float:
    """Decimal logarithm of a normal density, up to a constant."""
    return -math.log10(spread) - (value - mean) ** 2 / (2 * spread**2 * math.log(10))
