"""Sharding: the accounts' tasks look like random shares of one data set, not like people with interests of their own.

For each topic bit the table account × bit is tested for homogeneity; φ is the sum of χ² over the bits divided by
its degrees of freedom, with the exact factor (n − 1)/n for the expectation under random dealing. φ = 1 where work
is dealt out at random, more where accounts differ. What people differ by is measured on reference accounts with as
many requests. κ, the share of requests whose prompt another member sends too, tells a data set dealt out (κ ≈ 0)
from one that all run through (benchmarks, courses: κ high).

References
----------
.. [1] Cochran, W. (1954), "Some methods for strengthening the common χ² tests", Biometrics 10: variance test.
.. [2] Haldane, J. (1940), "The mean and variance of χ², when used as a test of homogeneity, when expectations are
       small", Biometrika 31: E[χ²] = df · n / (n − 1).
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import norm

from detector.campaigns.cohort import Cohort, Ints, places
from detector.campaigns.evidence import Evidence, cap_for
from detector.campaigns.reference import Reference
from detector.text.kernel import TOPIC_BITS

ROUNDS = 16
MOST_ACCOUNTS = 200
MOST_ROWS = 60
REPLAY = 0.1
STRANGE = 5.0


def phi(account: Ints, themes: Ints) -> float:
    """Mean χ²/df over topic bits of the table account × bit.

    Parameters
    ----------
    account, themes : ndarray of int64, shape (n,)
        Account and topic bits of each request; bits of −1 (no words) must be left out before.

    Returns
    -------
    float
        1 on average where requests are dealt to accounts at random; NaN with fewer than two accounts, or where no bit
        varies.
    """
    parts = contributions(account, themes)
    n = len(account)
    return float(parts.sum()) * (n - 1) / n / (len(parts) - 1) if len(parts) >= 2 and n >= 3 else float("nan")


def contributions(account: Ints, themes: Ints) -> npt.NDArray[np.float64]:
    """What each account, in order of number, adds to the mean χ² over topic bits that vary."""
    _, code = np.unique(account, return_inverse=True)
    size = np.bincount(code).astype(float)
    total, bits = np.zeros(len(size)), 0
    for bit in range(TOPIC_BITS):
        ones = (themes >> bit) & 1
        rate = ones.mean()
        if 0 < rate < 1:
            per = np.bincount(code, weights=ones)
            total += (per - size * rate) ** 2 / (size * rate * (1 - rate))
            bits += 1
    return total / bits if bits else np.zeros(0)


def without_strangers(rows: pd.DataFrame) -> pd.DataFrame:
    """Requests without those of the very few accounts that are unlike all others.

    At most one account in twenty (and one of ten or more) whose part of χ² is over `STRANGE` times the middle one is
    left out: a bystander caught by mistake, or sent by an operator, must not make dealt-out work look like people's.
    """
    parts = contributions(rows["account"].to_numpy(), rows["themes"].to_numpy())
    most = max(1, len(parts) // 20) if len(parts) >= 10 else 0
    strange = np.flatnonzero(parts > STRANGE * np.median(parts)) if len(parts) else np.zeros(0, np.int64)
    if not 0 < len(strange) <= most:
        return rows
    return rows[~rows["account"].isin(np.unique(rows["account"])[strange])]


def collision_share(rows: pd.DataFrame) -> float:
    """κ: share of requests whose prompt at least one other account of the rows sends too."""
    known = rows[rows["prompt"].to_numpy() != 0]
    if not len(known):
        return 0.0
    per = known.groupby("prompt")["account"].nunique()
    return float((known["prompt"].map(per) > 1).mean())


def sharding(cohort: Cohort, rows: pd.DataFrame) -> list[Evidence]:
    """Evidence that the given requests of members are shares of one data set.

    The weight is the log10 likelihood ratio of φ between random dealing (mean 1) and people as different as reference
    accounts with as many requests; it is zero where so few requests could not tell the two apart.
    """
    rows = without_strangers(_at_most(rows[rows["themes"].to_numpy() >= 0]))
    sizes = rows.groupby("account").size().to_numpy(dtype=np.int64)
    sizes = sizes[sizes >= 2]
    if len(sizes) < 3 or sizes.sum() < 20:
        return []
    observed, kappa = (
        phi(rows["account"].to_numpy(), rows["themes"].to_numpy()),
        collision_share(rows),
    )
    people = _people(cohort.reference, np.asarray(sizes, dtype=np.int64))
    if math.isnan(observed) or len(people) < 4:
        return []
    expected = float(np.mean(people))
    dealt = math.sqrt(2 / (0.5 * TOPIC_BITS * (len(sizes) - 1)))
    own = max(float(np.std(people)), dealt) + 0.15 * (expected - 1)
    cap = cap_for(cohort.size, 6.0)
    ratio = (norm.logpdf(max(observed, 1.0), 1.0, dealt) - norm.logpdf(observed, expected, own)) / math.log(10)
    weight = 0.0 if expected - 1 < dealt else float(np.clip(ratio, -6.0, cap))
    weight = min(weight, -3.0) if kappa > REPLAY else weight
    p = float(norm.cdf((observed - expected) / own))
    alike = (
        "like those of people with interests of their own" if kappa <= REPLAY else "like one set that all run through"
    )
    statement = (
        f"Tasks look {'dealt out at random from one set' if weight > 0 else alike}: accounts differ in topics by "
        f"φ = {observed:.2f} where dealing gives 1.00 and as many requests of ordinary accounts give {expected:.2f}; "
        f"{kappa:.1%} of prompts are sent by more than one member."
    )
    return [Evidence("sharding", "φ and κ", statement, observed, expected, p, weight, places(rows))]


def _at_most(rows: pd.DataFrame) -> pd.DataFrame:
    """At most `MOST_ROWS` requests of `MOST_ACCOUNTS` accounts, the ones with the smallest hashes."""
    rows = rows.sort_values(["account", "request"])
    rows = rows[rows.groupby("account").cumcount().to_numpy() < MOST_ROWS]
    most = rows.groupby("account").size().sort_values(ascending=False, kind="stable").index[:MOST_ACCOUNTS]
    return rows[rows["account"].isin(most)]


def _people(reference: Reference, sizes: npt.NDArray[np.int64]) -> list[float]:
    """φ of random groups of reference accounts with the given numbers of requests."""
    rng = np.random.default_rng(len(sizes))
    themes = reference.rows["themes"].to_numpy()
    able, counts = reference.able
    found = []
    for _ in range(ROUNDS if len(able) >= 30 else 0):
        picked_account, picked_themes = [], []
        for i, size in enumerate(sizes):
            first = min(int(np.searchsorted(counts, size)), len(able) - 20)
            rows = able[rng.integers(first, len(able))]
            take = rng.choice(rows, min(int(size), len(rows)), replace=False)
            picked_account.append(np.full(len(take), i))
            picked_themes.append(themes[take])
        found.append(phi(np.concatenate(picked_account), np.concatenate(picked_themes)))
    return [value for value in found if not math.isnan(value)]
