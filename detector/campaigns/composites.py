"""Surprising composites: two independent facts that more principals hold together than chance explains.

For two keys held by d1 and d2 of N principals, chance puts λ = c·d1·d2/N of them on both, c being how much more often
keys of these two families fall together in the population at large. A popular key has a large λ with every other, so
hubs drop out by themselves; no pair of accounts is ever formed, and cost is linear in accounts. Among very many
accounts a composite may be significant although chance put many of its holders there: it says nothing of one of them.

References
----------
.. [1] Pacheco, D. et al. (2021), "Uncovering coordinated networks on social media", ICWSM (shared-behaviour keys).
.. [2] Cao, Q. et al. (2014), "Uncovering large groups of active malicious accounts", CCS (SynchroTrap).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from detector.campaigns.forming import FAMILY_OF_KIND, Forming, forming_keys
from detector.campaigns.pairs import unpaired
from detector.campaigns.tails import binomial_tail
from detector.profiles.keys import FAMILIES, KINDS
from detector.settings import Campaigns

Ints = npt.NDArray[np.signedinteger[Any]]
U64 = npt.NDArray[np.uint64]
Floats = npt.NDArray[np.float64]

#: So many holders of a composite may be there by chance, however few hold it.
FEW_BY_CHANCE = 30.0
#: Pairs looked up at a time, so that what is found on the way stays in the cache.
_PART_PAIRS = 1 << 18


def significant_composites(
    keys: pd.DataFrame, principals: npt.NDArray[np.int64], settings: Campaigns
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Composites that chance does not explain, and who holds them.

    Parameters
    ----------
    keys : DataFrame
        As in `Tables.keys`.
    principals : ndarray of int64, shape (n_accounts,)
        Principal of each account.

    Returns
    -------
    composites : DataFrame
        ``kind_1``, ``key_1``, ``family_1``, the same with ``_2``, ``principals`` (observed), ``expected``, ``p``;
        its index
        is the composite's number.
    holders : DataFrame
        ``composite``, ``account``.
    """
    forming = forming_keys(keys, principals, settings)
    pairs, many = forming.holdings.counted()
    tried = len(pairs)
    expected = _expected(forming, pairs, many, len(np.unique(principals)))
    # a count that is expected is no surprise: a binomial's median is not below its mean, rounded down
    likely = (many >= settings.min_principals) & (many > expected)
    likely &= expected <= np.maximum(FEW_BY_CHANCE, settings.max_by_chance * many)
    pairs, many, expected = pairs[likely], many[likely], expected[likely]
    p = _chance(forming, pairs, many, expected)
    kept = p <= settings.alpha / max(1, tried)
    pairs, composites = _table(forming, pairs[kept], many[kept], expected[kept], p[kept])
    number, account = forming.holdings.holders(pairs)
    return composites, pd.DataFrame({"composite": number, "account": account})


def _table(forming: Forming, pairs: U64, many: Ints, expected: Floats, p: Floats) -> tuple[U64, pd.DataFrame]:
    """Pairs in order of the kind and key of either side, and what is known of them."""
    one, two = unpaired(pairs)
    order = np.lexsort((forming.key[two], forming.kind[two], forming.key[one], forming.kind[one]))
    columns: dict[str, npt.NDArray[Any]] = {"principals": many[order].astype(np.int64)}
    for side, code in (("1", one[order]), ("2", two[order])):
        columns[f"kind_{side}"] = np.array(KINDS, dtype=object)[forming.kind[code]]
        columns[f"key_{side}"], columns[f"degree_{side}"] = forming.key[code], forming.degree[code]
        columns[f"family_{side}"] = np.array(FAMILIES, dtype=object)[FAMILY_OF_KIND[forming.kind[code]]]
    return pairs[order], pd.DataFrame(columns | {"expected": expected[order], "p": p[order]})


def _expected(forming: Forming, pairs: U64, many: Ints, total: int) -> Floats:
    """Principals expected to hold both keys, with the families' ordinary dependence."""
    family = FAMILY_OF_KIND[forming.kind].astype(np.int8)
    expected, families = np.empty(len(pairs)), np.empty(len(pairs), np.int8)
    for first in range(0, len(pairs), _PART_PAIRS):
        part = slice(first, first + _PART_PAIRS)
        one, two = unpaired(pairs[part])
        expected[part] = forming.degree[one] * forming.degree[two] / max(1, total)
        families[part] = family[one] * len(FAMILIES) + family[two]
    common = np.flatnonzero(expected >= 1.0)
    ratio, of = many[common] / expected[common], families[common]
    dependence = np.ones(len(FAMILIES) ** 2)
    for which in np.unique(of):
        dependence[which] = np.median(ratio[of == which]).clip(1.0, 20.0)
    expected *= dependence[families]
    return expected


def _chance(forming: Forming, pairs: U64, many: Ints, expected: Floats) -> Floats:
    """Probability that chance gives as many principals or more: a binomial over the holders of the rarer key."""
    one, two = unpaired(pairs)
    rarer = np.minimum(forming.degree[one], forming.degree[two])
    return binomial_tail(many, rarer, np.minimum(expected / np.maximum(rarer, 1), 1.0))
