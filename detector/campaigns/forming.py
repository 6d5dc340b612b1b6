"""Keys that may form composites: of each account and family the rarest few and the heaviest few, under small numbers.

Facts of requests count where they stand in the first half of the prompts; the other half is kept for verification.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from numba import njit

from detector.campaigns.pairs import Holdings
from detector.profiles.keys import FAMILIES, FAMILY_OF, KINDS
from detector.profiles.orders import ranks, run_starts
from detector.profiles.segments import order_within
from detector.settings import Campaigns

Ints = npt.NDArray[np.int64]
Int32s = npt.NDArray[np.int32]
U64 = npt.NDArray[np.uint64]
Mask = npt.NDArray[np.bool_]

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
#: Family of each kind, both by their numbers.
FAMILY_OF_KIND = np.array([FAMILIES.index(FAMILY_OF[kind]) for kind in KINDS])
_DOUBLE = np.array([kind in DOUBLE for kind in KINDS])
#: Kinds in the order in which their keys are numbered.
_IN_ORDER = sorted((KINDS.index(kind) for kind in LINKING), key=lambda kind: (FAMILY_OF_KIND[kind], kind))
#: Accounts whose keys are chosen at a time.
_PART_ACCOUNTS = 1 << 14
#: Rows of one kind whose keys are numbered at a time, and rows looked at to cut those of more into ranges of keys.
_PART_ROWS, _LOOKED_AT = 1 << 25, 1 << 16
#: Where what comes first, second and third in an order stands in 64 bits.
_FIRST, _SECOND = np.uint64(61), np.uint64(31)
_MOST_ASKED = (1 << 30) - 1


@dataclass(frozen=True)
class Forming:
    """Keys by number, ascending with family, kind and key, and the accounts they were chosen of.

    Attributes
    ----------
    kind, key, degree : ndarray, shape (n_codes,)
        ``degree`` is the number of principals that hold the key where it counts.
    holdings : Holdings
    """

    kind: Ints
    key: U64
    degree: Ints
    holdings: Holdings


def forming_keys(keys: pd.DataFrame, principals: Ints, settings: Campaigns) -> Forming:
    """The keys that may form composites.

    Parameters
    ----------
    keys : DataFrame
        As in `Tables.keys`.
    principals : ndarray of int64, shape (n_accounts,)
        Principal of each account.
    """
    account, requests = keys["account"].to_numpy(), keys["requests"].to_numpy()
    starts = np.searchsorted(account, np.arange(len(principals) + 1, dtype=account.dtype))
    code, kind, key = _numbered(keys, settings.min_principals)
    degree, family = np.zeros(len(kind), np.int64), FAMILY_OF_KIND[kind]
    _add_holders(np.argsort(principals, kind="stable"), starts, code, principals, np.full(len(kind), -1), degree)

    def choose(first: int) -> tuple[Int32s, Ints]:
        return _chosen(starts[first : first + _PART_ACCOUNTS + 1], code, requests, family, degree, settings)

    with ThreadPoolExecutor(os.cpu_count() or 1) as threads:
        parts = range(0, max(1, len(principals)), _PART_ACCOUNTS)
        chosen, sizes = zip(*threads.map(choose, parts), strict=True)
    code, begin = np.concatenate(chosen), np.append(0, np.cumsum(np.concatenate(sizes)))
    used = np.bincount(code, minlength=len(kind)) > 0
    kind, code = kind[used], (np.cumsum(used) - 1).astype(np.int32)[code]
    holdings = Holdings(begin, principals, code, family[used], np.where(_DOUBLE[kind], kind, -1))
    return Forming(kind, key[used], degree[used], holdings)


def _numbered(keys: pd.DataFrame, least: int) -> tuple[Int32s, Ints, U64]:
    """Number of the key of each row, -1 where it may form nothing, and kind and key of each number."""
    kind, key = keys["kind"].cat.codes.to_numpy(), keys["key"].to_numpy()
    may = keys["requests"].isna().to_numpy() | (keys["half_0"].to_numpy() > 0)
    may &= keys["degree"].to_numpy() >= least
    code = np.full(len(keys), -1, np.int32)
    kinds, found = [np.zeros(0, np.int64)], [np.zeros(0, np.uint64)]
    for one in _IN_ORDER:
        for part in _ranges(may & (kind == one), key):
            number, values = pd.factorize(key[part])
            order = np.argsort(values)
            place = np.empty(len(values), np.int32)
            place[order] = np.arange(len(values)) + sum(map(len, found))
            code[part] = place[number]
            kinds.append(np.full(len(values), one))
            found.append(values[order])
    return code, np.concatenate(kinds), np.concatenate(found)


def _ranges(rows: Mask, key: U64) -> Iterator[Mask]:
    """The rows, or where they are too many to be numbered at once, those of one range of keys after another.

    Ranges ascend, so numbers do not depend on where they are cut; nothing need be put by, as all are read again.
    """
    many = -(-np.count_nonzero(rows) // _PART_ROWS)
    if many > 1:
        some = np.random.default_rng(0).integers(len(key), size=_LOOKED_AT)
        looked_at = np.array_split(np.sort(key[some[rows[some]]]), many)
        for first in (part[0] for part in looked_at[1:] if len(part)):
            below = rows & (key < first)
            yield below
            rows ^= below
    yield rows


def _chosen(
    starts: Ints,
    code: Int32s,
    requests: npt.NDArray[np.float64],
    families: Ints,
    degrees: Ints,
    settings: Campaigns,
) -> tuple[Int32s, Ints]:
    """Numbers of the keys chosen of the accounts whose rows start there, and how many of each account."""
    rows = slice(starts[0], starts[-1])
    may = np.flatnonzero(code[rows] >= 0)
    begin = np.searchsorted(may, starts - starts[0])
    number, asked = code[rows][may], np.nan_to_num(requests[rows][may], nan=-1.0)
    family, degree = families[number].astype(np.uint64) << _FIRST, degrees[number]
    rare = _rank(begin, family, (degree.astype(np.uint64) << _SECOND) | number.astype(np.uint64))
    lightness = (_MOST_ASKED - asked.clip(0, _MOST_ASKED)).astype(np.uint64)
    heavy = _rank(begin, family, (lightness << _SECOND) | rare.astype(np.uint64))
    kept = (rare < settings.keys_per_family) | ((heavy < settings.keys_per_family) & (asked >= 0))
    kept &= degree >= settings.min_principals
    begin, number = np.append(0, np.cumsum(kept))[begin], number[kept]
    return number[order_within(begin, number)], np.diff(begin)


def _rank(begin: Ints, family: U64, value: U64) -> Ints:
    """Position of each row among those of its account and family, in ascending order of the value."""
    order = order_within(begin, family | value)
    new = run_starts(family[order])
    new[begin[:-1][begin[:-1] < len(order)]] = True
    found = np.empty(len(order), np.int64)
    found[order] = ranks(np.flatnonzero(new), len(order))
    return found


@njit(cache=True, nogil=True)
def _add_holders(accounts: Ints, starts: Ints, code: Int32s, principal: Ints, last: Ints, degree: Ints) -> None:
    """Count the principals that hold each key, going through accounts in order of principal."""
    for a in accounts:
        for number in code[starts[a] : starts[a + 1]]:
            if number >= 0 and last[number] != principal[a]:
                last[number] = principal[a]
                degree[number] += 1
