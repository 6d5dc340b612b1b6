"""Rotation: every account goes through all of the frames in turn or at random, none has one that it prefers.

An operator who varies one instruction draws a variant for each request. People who took a published prompt, each in a
version of their own, or who like one mode of a tool better than another, keep to what they have.

References
----------
.. [1] Anthropic (23 Feb 2026), "Detecting and preventing distillation attacks": variations of one prompt "tens of
       thousands of times across hundreds of coordinated accounts".
.. [2] Williams, D. (1982), "Extra-binomial variation in logistic linear models", J. R. Stat. Soc. C 31: shares that
       differ between accounts with correlation ρ make φ of n requests each 1 + (n − 1) ρ.
"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from detector.campaigns.cohort import Cohort
from detector.campaigns.evidence import Evidence, cap_for, coverage
from detector.campaigns.sessions import openings, units
from detector.campaigns.tails import normal_tail
from detector.campaigns.verify.frames import Frames

CAP = 3.0
#: Of these a request has one each: of the phrases of one frame some are kept by chance.
KINDS = ("head", "tail", "system")
#: Frames that must be in use, each in so large a share of the requests; accounts, and requests of each, that it takes.
LEAST_FRAMES, LEAST_USED = 3, 0.05
LEAST_ACCOUNTS, LEAST_SENT = 10, 4
#: Correlation of what one person chooses, from the least to the most.
TASTE = np.linspace(0.1, 1.0, 16)


def rotation(cohort: Cohort, found: Frames) -> list[Evidence]:
    """Whether members use the frames in equal proportions, against people who prefer one.

    The statistic is φ of the table account × frame of held-back requests: χ² over its degrees of freedom. The weight is
    its log10 likelihood ratio between drawing at random (mean 1) and people whose choices correlate by `TASTE`.
    """
    tables = [_used(cohort, found, kind) for kind in KINDS]
    table = max(tables, key=lambda table: int(table.to_numpy().sum()))
    table = table[table.sum(axis=1) >= LEAST_SENT]
    table = table.loc[:, table.sum() > 0]
    if len(table) < LEAST_ACCOUNTS or table.shape[1] < LEAST_FRAMES:
        return []
    observed, df, n = _phi(table)
    chance = math.sqrt(2 / df)
    means = 1 + TASTE * (n - 1)
    taste = np.exp(-0.5 * ((observed - means) / (chance * means)) ** 2) / (chance * means)
    drawn = math.exp(-0.5 * ((max(observed, 1.0) - 1) / chance) ** 2) / chance
    weight = math.log10(max(drawn, 1e-12) / max(float(taste.mean()), 1e-12))
    weight = min(weight, cap_for(cohort.size, CAP)) * coverage(len(table), cohort.size)
    if weight <= 0:
        return []
    statement = (
        f"Accounts use {table.shape[1]} frames in the same proportions: they differ by "
        f"φ = {observed:.2f} where drawing one for each request gives 1.00 and people who prefer one give "
        f"{means[0]:.2f} or more."
    )
    p = normal_tail((float(means[0]) - observed) / (chance * float(means[0])))
    return [Evidence("content", "rotated frames", statement, observed, float(means[0]), p, weight)]


def _used(cohort: Cohort, found: Frames, kind: str) -> pd.DataFrame:
    """Held-back requests by account and frame of one kind; empty where too few frames are in use."""
    keys = found.keys.loc[found.keys["kind"] == kind, "key"].to_numpy(dtype=np.uint64)
    rows = cohort.held_back[np.isin(cohort.held_back[kind].to_numpy(), keys)]
    rows = units(openings(rows, cohort.opening)) if len(rows) else rows
    table: pd.DataFrame = pd.crosstab(rows["account"].to_numpy(), rows[kind].to_numpy())
    used: pd.DataFrame = table.loc[:, table.sum() >= LEAST_USED * table.to_numpy().sum()]
    return used if used.shape[1] >= LEAST_FRAMES else used.iloc[:0]


def _phi(table: pd.DataFrame) -> tuple[float, int, float]:
    """χ² of homogeneity over its degrees of freedom, these, and the requests of an account that count."""
    counts = table.to_numpy(dtype=np.float64)
    sent, total = counts.sum(axis=1, keepdims=True), counts.sum()
    due = sent * counts.sum(axis=0, keepdims=True) / total
    df = (counts.shape[0] - 1) * (counts.shape[1] - 1)
    chi = float(((counts - due) ** 2 / due).sum()) * (total - 1) / total
    return chi / df, df, float(sent.mean())
