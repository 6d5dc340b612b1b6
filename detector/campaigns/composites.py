"""Surprising composites: two independent facts that more principals hold together than chance explains.

For two keys held by d1 and d2 of N principals, chance puts λ = c·d1·d2/N of them on both, c being how much more often
keys of these two families fall together in the population at large. A popular key has a large λ with every other, so
hubs drop out by themselves; no pair of accounts is ever formed, and cost is linear in accounts.

References
----------
.. [1] Pacheco, D. et al. (2021), "Uncovering coordinated networks on social media", ICWSM (shared-behaviour keys).
.. [2] Cao, Q. et al. (2014), "Uncovering large groups of active malicious accounts", CCS (SynchroTrap).
"""

from __future__ import annotations

import duckdb
import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import binom

from detector.settings import Campaigns

#: Kinds that may form composites. Whole prompts and templates do not: to send the same prompt as others is how
#: benchmarks, courses and viral prompts look.
LINKING = (
    "address", "subnet", "signup_address", "signup_subnet", "payment", "client", "settings", "device", "domain", "pattern",
    "referrer", "organization", "head", "tail", "system", "phrase",
    "created_1h", "created_1h_shifted", "created_6h", "created_6h_shifted", "created_1d",
)  # fmt: skip
#: Kinds of which two different values in one account are two facts: a request has one head and one tail.
DOUBLE = ("head", "tail", "system")

_HELD = """
WITH formed AS (SELECT * FROM keys JOIN people USING (account) WHERE (requests IS NULL OR half_0 > 0) AND kind IN ({kinds})),
degrees AS (SELECT kind, key, count(DISTINCT principal) AS degree FROM formed GROUP BY ALL HAVING degree >= {least})
SELECT account, principal, kind, family, key, degree FROM (
  SELECT *, row_number() OVER (PARTITION BY account, family ORDER BY degree, kind, key) AS rarest,
            row_number() OVER (PARTITION BY account, family ORDER BY requests DESC NULLS LAST, degree, kind, key) AS heaviest
  FROM (SELECT * EXCLUDE degree FROM formed) JOIN degrees USING (kind, key)
) WHERE rarest <= {most} OR (heaviest <= {most} AND requests IS NOT NULL)
"""
_PAIRS = """
SELECT a.kind AS kind_1, a.key AS key_1, b.kind AS kind_2, b.key AS key_2, a.family AS family_1, b.family AS family_2,
       count(DISTINCT a.principal)::BIGINT AS principals, any_value(a.degree)::BIGINT AS degree_1, any_value(b.degree)::BIGINT AS degree_2
FROM held a JOIN held b ON a.account = b.account
 AND (a.family < b.family OR (a.kind = b.kind AND a.kind IN ({double}) AND a.key < b.key))
GROUP BY ALL HAVING principals >= 2 ORDER BY kind_1, key_1, kind_2, key_2
"""
_HOLDERS = """
SELECT c.composite::BIGINT AS composite, a.account::BIGINT AS account FROM significant c
JOIN held a ON a.kind = c.kind_1 AND a.key = c.key_1 JOIN held b ON b.kind = c.kind_2 AND b.key = c.key_2 AND a.account = b.account
ORDER BY composite, account
"""


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
        ``kind_1``, ``key_1``, ``family_1``, the same with ``_2``, ``principals`` (observed), ``expected``, ``p``; its index
        is the composite's number.
    holders : DataFrame
        ``composite``, ``account``.
    """
    quoted = lambda names: ", ".join(f"'{name}'" for name in names)  # noqa: E731
    with duckdb.connect() as database:
        database.register("keys", keys.assign(kind=keys["kind"].astype(str), family=keys["family"].astype(str)))
        database.register("people", pd.DataFrame({"account": np.arange(len(principals)), "principal": principals}))
        held = _HELD.format(least=settings.min_principals, most=settings.keys_per_family, kinds=quoted(LINKING))
        database.execute(f"CREATE TEMP TABLE held AS {held}")
        tried: pd.DataFrame = database.execute(_PAIRS.format(double=quoted(DOUBLE))).df()
        total = len(np.unique(principals))
        tried["expected"] = _expected(tried, total)
        tried["p"] = _chance(tried, total)
        kept = (tried["p"] <= settings.alpha / max(1, len(tried))) & (tried["principals"] >= settings.min_principals)
        composites = tried[kept].reset_index(drop=True)
        database.register("significant", composites.assign(composite=np.arange(len(composites))))
        holders: pd.DataFrame = database.execute(_HOLDERS).df()
    return composites, holders


def _expected(tried: pd.DataFrame, total: int) -> pd.Series:
    """Principals expected to hold both keys, with the families' ordinary dependence."""
    chance = tried["degree_1"] * tried["degree_2"] / max(1, total)
    common = chance >= 1.0
    ratio = (tried["principals"] / chance).where(common)
    by = [tried["family_1"], tried["family_2"]]
    dependence = ratio.groupby(by).transform("median").fillna(1.0).clip(lower=1.0, upper=20.0)
    return chance * dependence


def _chance(tried: pd.DataFrame, total: int) -> npt.NDArray[np.float64]:
    """Probability that chance gives as many principals or more: a binomial over the holders of the rarer key."""
    rarer = np.minimum(tried["degree_1"], tried["degree_2"]).to_numpy(dtype=np.float64)
    rate = np.minimum(tried["expected"].to_numpy(dtype=np.float64) / np.maximum(rarer, 1), 1.0)
    found: npt.NDArray[np.float64] = binom.sf(tried["principals"].to_numpy(dtype=np.float64) - 1, rarer, rate)
    return found
