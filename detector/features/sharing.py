"""What principals share: how widely a value is held, and how surprising that is.

References
----------
.. [1] Spärck Jones, K. (1972), "A statistical interpretation of term specificity and its
       application in retrieval", Journal of Documentation 28.
.. [2] Clauset, A., Shalizi, C. R. and Newman, M. E. J. (2009), "Power-law distributions in
       empirical data", SIAM Review 51.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.special import pdtrc

from detector.features.base import Bools, Floats, Hashes, Ints
from detector.features.counting import count_pairs, distinct_holders, groups, pair_hash, principals_holding, sums, where
from detector.features.daily import created_us
from detector.features.ranges import RANGE_ROWS
from detector.features.samples import (
    accounts_of,
    dominant_value,
    hashes,
    n_principals,
    principals_of,
    uses_of_value,
)
from detector.features.signups import DAY, HOUR, surprise_of
from detector.profiles.tables import Tables
from detector.remembering import once

#: Fewer principals than this share something by acquaintance or by chance.
MIN_HOLDERS = 3
MOST_SHARED = 12.0
FRAMES = ("head", "tail", "system")


def rarity(holders: Floats, everyone: int, least: int = MIN_HOLDERS) -> Floats:
    """Inverse document frequency [1]_ in [0, 1]: 0 for what all hold, or fewer than ``least``."""
    inverse = np.log(max(everyone, 2) / np.maximum(holders, 1)) / np.log(max(everyone, 2))
    return np.where(holders >= least, np.clip(inverse, 0, 1), 0.0)


@once
def _rows_of_kinds(tables: Tables) -> dict[str, Ints]:
    codes, kinds = pd.factorize(tables.keys["kind"])
    order = np.argsort(codes, kind="stable")
    ends = np.searchsorted(codes[order], np.arange(len(kinds) + 1))
    return {str(kind): order[ends[i] : ends[i + 1]] for i, kind in enumerate(kinds)}


@once
def _holders_of_keys(tables: Tables, kind: str) -> tuple[pd.Index[int], Floats]:
    rows = _rows_of_kinds(tables).get(kind, np.zeros(0, dtype=np.int64))
    degree = tables.keys["degree"].to_numpy(dtype=np.float64)[rows]
    keys = tables.keys["key"].to_numpy(dtype=np.uint64)[rows[degree >= 2]]
    unique, first = np.unique(keys, return_index=True)
    return pd.Index(unique), degree[degree >= 2][first]


def holders_of(tables: Tables, kind: str, values: Hashes) -> Floats:
    """How many principals hold each value, by the keys; 1 where the keys do not list it."""
    keys, degree = _holders_of_keys(tables, kind)
    return _looked_up(values, keys, np.r_[degree, 1.0])


def rarity_of(tables: Tables, kind: str, values: Hashes) -> Floats:
    """Rarity of values that the keys list; 0 of others."""
    keys, degree = _holders_of_keys(tables, kind)
    return _looked_up(values, keys, np.r_[rarity(degree, n_principals(tables)), 0.0])


def _looked_up(values: Hashes, keys: pd.Index[int], found: Floats) -> Floats:
    """What is found at the place of each value among the keys, and last for others; a part of them at a time."""
    parts = [values[i : i + RANGE_ROWS] for i in range(0, len(values), RANGE_ROWS)]
    return np.concatenate([np.zeros(0), *(found[keys.get_indexer(pd.Index(part))] for part in parts)])


@once
def frame_rarity(tables: Tables, column: str) -> Floats:
    """Rarity of each sampled request's wording, 0 unless its account uses that wording again.

    Three people may ask one question; a frame is what somebody works in.
    """
    weight, repeated = np.zeros(len(tables.requests)), np.flatnonzero(uses_of_value(tables, column) >= 2)
    weight[repeated] = rarity_of(tables, column, hashes(tables, column)[repeated])
    return weight


@once
def is_own_prompt(tables: Tables) -> Bools:
    """Whether no other principal sent a sampled request's prompt, in the samples or by the keys."""
    prompt = hashes(tables, "prompt")
    holders = np.maximum(users(tables, "prompt"), holders_of(tables, "prompt", prompt))
    return np.asarray(holders < 2)


@once
def users(tables: Tables, column: str) -> Floats:
    """Principals that use each sampled request's value, among the samples; 0 if unknown."""
    return principals_holding(hashes(tables, column), accounts_of(tables), principals_of(tables))


def joint_surprise(tables: Tables, facts: list[Hashes]) -> Floats:
    """Greatest surprise at a pair of frame and fact, less the logarithm of the pairs tried.

    The frame is the opening, the ending or the system prompt that an account uses most. If frame
    and fact had nothing to do with each other, d₁·d₂/N principals would have both.
    """
    principal, everyone = principals_of(tables), max(n_principals(tables), 1)
    best = np.zeros(len(principal))
    of_facts = [distinct_holders(fact, principal) for fact in facts]
    for column in FRAMES:
        frame = dominant_value(tables, column)
        of_frame = distinct_holders(frame, principal)
        for fact, of_fact in zip(facts, of_facts, strict=True):
            both = np.where((frame != 0) & (fact != 0), pair_hash(frame, fact), 0)
            holders = distinct_holders(both.astype(np.uint64), principal)
            expected = of_frame * of_fact / everyone
            p = np.where(holders >= MIN_HOLDERS, pdtrc(holders - 1, expected), 1.0)
            best = np.maximum(best, surprise_of(p))
    tried = len(FRAMES) * len(facts) * everyone
    return np.asarray(np.maximum(best - np.log10(tried), 0), dtype=np.float64)


def fact_codes(tables: Tables, column: str) -> Hashes:
    """Distinct numbers for the distinct values of a column of the accounts, 0 for unknown ones."""
    return (pd.factorize(tables.accounts[column])[0] + 1).astype(np.uint64)


def signup_bins(tables: Tables) -> list[Hashes]:
    """Hour and day of each sign-up, as two columns of facts."""
    created = created_us(tables)
    known = np.isfinite(created)
    return [np.where(known, np.nan_to_num(created) // width + 1, 0).astype(np.uint64) for width in (HOUR, DAY)]


def rare_families(tables: Tables) -> Floats:
    """How many families of keys hold one that few principals, but at least three, share."""
    degree = tables.keys["degree"].to_numpy(dtype=np.float64)
    rare = (degree >= MIN_HOLDERS) & (degree <= max(10, 0.01 * n_principals(tables)))
    rare &= (tables.keys["family"] != "time").to_numpy()
    family = pd.factorize(tables.keys["family"])[0][rare].astype(np.uint64)
    account = tables.keys["account"].to_numpy(dtype=np.int64)[rare]
    pairs = count_pairs(account, family, np.ones(len(account)), len(tables.accounts))
    return sums(pairs.account, np.ones(len(pairs.account)), len(tables.accounts))


def sharing_surprise(degree: Floats, value: Hashes) -> Floats:
    """Surprise at the number of holders of each row's value, by a power law fitted at its foot.

    Parameters
    ----------
    degree : array of float
        Number of principals that hold the value; 0 where no value is known.
    value : array of uint64
        The values; each counts once in the fit.

    Returns
    -------
    array of float
        Negative decimal logarithm of the share of values expected to have as many holders [2]_,
        at most 12; 0 for a single holder, NaN without a value.
    """
    known = np.flatnonzero(degree)
    order, starts = groups(value[known])
    holders = degree[known[order[starts]]]
    # Half a value is added so that a platform without any sharing still has a finite slope.
    slope = np.log2((len(holders) + 0.5) / ((holders >= 2).sum() + 0.5))
    surprise = np.minimum(slope * np.log10(np.maximum(degree, 1)), MOST_SHARED)
    return where(surprise, degree > 0)
