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

import numpy as np
import numpy.typing as npt
import pandas as pd

from detector.campaigns.pairs import Holdings, unpaired
from detector.campaigns.tails import binomial_tail
from detector.profiles.keys import FAMILY_OF, KINDS
from detector.profiles.orders import order_by, ranks, run_starts
from detector.settings import Campaigns

Ints = npt.NDArray[np.int64]

#: Kinds that may form composites. Whole prompts and templates do not: to send the same prompt as others is how
#: benchmarks, courses and viral prompts look.
LINKING = (
    "address",
    "subnet",
    "signup_address",
    "signup_subnet",
    "payment",
    "client",
    "settings",
    "device",
    "domain",
    "pattern",
    "referrer",
    "organization",
    "head",
    "tail",
    "system",
    "phrase",
    "created_1h",
    "created_1h_shifted",
    "created_6h",
    "created_6h_shifted",
    "created_1d",
)
#: Kinds of which two different values in one account are two facts: a request has one head and one tail.
DOUBLE = ("head", "tail", "system")
#: So many holders of a composite may be there by chance, however few hold it.
FEW_BY_CHANCE = 30.0
_FAMILIES = tuple(FAMILY_OF[kind] for kind in KINDS)


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
    held = _held(keys, principals, settings)
    holdings, kind, key, degree = _coded(held)
    total = len(np.unique(principals))
    pair, many = holdings.counted()
    tried = pd.DataFrame({"principals": many})
    for side, code in zip(("1", "2"), unpaired(pair), strict=True):
        tried[f"kind_{side}"], tried[f"key_{side}"], tried[f"degree_{side}"] = kind[code], key[code], degree[code]
        tried[f"family_{side}"] = np.array(_FAMILIES, dtype=object)[kind[code]]
    tried["expected"] = _expected(tried, total)
    tried["p"] = _chance(tried, total)
    kept = (tried["p"] <= settings.alpha / max(1, len(tried))) & (tried["principals"] >= settings.min_principals)
    kept &= tried["expected"] <= np.maximum(FEW_BY_CHANCE, settings.max_by_chance * tried["principals"])
    composites = tried[kept].reset_index(drop=True)
    number, account = holdings.holders(pair[kept.to_numpy()])
    for side in ("1", "2"):
        composites[f"kind_{side}"] = np.array(KINDS, dtype=object)[composites[f"kind_{side}"]]
    return composites, pd.DataFrame({"composite": number, "account": account})


def _coded(held: pd.DataFrame) -> tuple[Holdings, Ints, npt.NDArray[np.uint64], Ints]:
    """Holdings under numbers for keys, ascending with kind and key, and kind, key and degree of each number."""
    kind, key = held["kind"].to_numpy(), held["key"].to_numpy()
    order = order_by(kind, key)
    k, v = kind[order], key[order]
    new = run_starts(k, v)
    code = np.empty(len(order), np.int64)
    code[order] = np.cumsum(new) - 1
    account = held["account"].to_numpy()
    first = np.flatnonzero(run_starts(account))
    holdings = Holdings(
        starts=np.append(first, len(account)),
        account=account,
        principal=held["principal"].to_numpy(),
        code=code,
        family=held["family"].to_numpy(),
        twice=np.where(held["double"].to_numpy(), kind, -1),
    )
    return holdings, k[new], v[new], held["degree"].to_numpy()[order][new]


def _held(keys: pd.DataFrame, principals: npt.NDArray[np.int64], settings: Campaigns) -> pd.DataFrame:
    """The keys that may form composites: of each account and family the rarest and the heaviest few.

    Facts of requests count where they stand in the first half of the prompts; the other half is kept for verification.
    """
    kind = keys["kind"].cat.codes.to_numpy().astype(np.int64)
    may = np.array([name in LINKING for name in KINDS])
    forming = may[kind] & (keys["requests"].isna().to_numpy() | (keys["half_0"].to_numpy() > 0))
    rows = keys[forming & (keys["degree"].to_numpy() >= settings.min_principals)]
    kind, key, account = kind[rows.index], rows["key"].to_numpy(), rows["account"].to_numpy()
    degree = _degree(kind, key, principals[account])
    family = np.array([sorted(set(_FAMILIES)).index(name) for name in _FAMILIES])[kind]
    asked = np.nan_to_num(rows["requests"].to_numpy(), nan=-1.0).astype(np.int64)
    rare = _rank(account, family, (degree, kind, key))
    heavy = _rank(account, family, (-asked, degree, kind, key))
    kept = (degree >= settings.min_principals) & (
        (rare < settings.keys_per_family) | ((heavy < settings.keys_per_family) & (asked >= 0))
    )
    double = np.array([name in DOUBLE for name in KINDS])
    table = {
        "account": account,
        "principal": principals[account],
        "kind": kind,
        "family": family,
        "key": key,
        "degree": degree,
        "double": double[kind],
    }
    return pd.DataFrame({name: values[kept] for name, values in table.items()})


def _degree(
    kind: npt.NDArray[np.int64], key: npt.NDArray[np.uint64], principal: npt.NDArray[np.int64]
) -> npt.NDArray[np.int64]:
    """Principals that hold the key of each row."""
    order = order_by(kind, key, principal)
    k, v, p = kind[order], key[order], principal[order]
    group = np.cumsum(run_starts(k, v)) - 1
    counts = np.bincount(group[run_starts(k, v, p)])
    found = np.empty(len(order), np.int64)
    found[order] = counts[group] if len(group) else counts[:0]
    return found


def _rank(
    account: npt.NDArray[np.int64],
    family: npt.NDArray[np.int64],
    by: tuple[npt.NDArray[np.generic], ...],
) -> npt.NDArray[np.int64]:
    """Position of each row among those of its account and family, in ascending order of the given columns."""
    order = order_by(account, family, *by)
    a, f = account[order], family[order]
    first = np.flatnonzero(run_starts(a, f))
    found = np.empty(len(a), np.int64)
    found[order] = ranks(first, len(a))
    return found


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
    rarer = np.minimum(tried["degree_1"].to_numpy(dtype=np.float64), tried["degree_2"].to_numpy(dtype=np.float64))
    rate = np.minimum(tried["expected"].to_numpy(dtype=np.float64) / np.maximum(rarer, 1), 1.0)
    return binomial_tail(tried["principals"].to_numpy(dtype=np.float64), rarer, rate)
