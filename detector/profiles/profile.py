"""The mergeable summary of accounts' days: exact counters, and a sample of requests by hash.

A profile holds, for each account and UTC day, the exact counters and the `sample_per_day` requests whose keyed hash
is smallest, with their fingerprints. A day with no more requests than that is held whole; only for a busier one are
the activity by ten minutes (exact) and bottom-k sketches of distinct values kept beside it, since for the others
both follow from the sample. Counters add up, smallest hashes of a union are the smallest of the smallest, so
profile(A ∪ B) = merge(profile(A), profile(B)), exactly and in any order.

References
----------
.. [1] Cohen, E. and Kaplan, H. (2007), "Summarizing data using bottom-k sketches", PODC.
.. [2] Agarwal, P. et al. (2013), "Mergeable summaries", ACM TODS 38(4).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from detector.profiles.fingerprints import FLAGS, HASHES, NUMBERS, SLOT_US, Columns
from detector.profiles.sketches import first_of_runs, grouped_sum, smallest_per_group
from detector.profiles.tables import DAY_COUNTERS

#: Columns of the sample of requests.
SAMPLE = (
    "account", "day", "request", "copies", "timestamp", *HASHES, "themes", "asks", "prompt_chars", *NUMBERS, *FLAGS, "file", "row",
)  # fmt: skip
KINDS = ("prompt", "template", "address")
_SUMS = tuple(c for c in DAY_COUNTERS if c not in ("first_us", "last_us"))
_RENAMED = {"input_tokens": "input_sum", "output_tokens": "output_sum", "prompt_chars": "chars_sum", "refused": "refused_sum", "truncated": "truncated_sum"}  # fmt: skip


@dataclass(frozen=True)
class Profile:
    """Profiles of many accounts' days.

    Attributes
    ----------
    ids : ndarray of str, shape (n_accounts,)
        Account ids, sorted; the other tables name an account by its position here.
    days : DataFrame
        ``account``, ``day``, `DAY_COUNTERS`; one row per account and day, sorted.
    requests : DataFrame
        `SAMPLE`; sorted by account, day, request.
    activity : DataFrame
        ``account``, ``day``, ``slot``, ``requests``, for days with more requests than the sample holds.
    distinct : DataFrame
        ``account``, ``day``, ``kind``, ``key``, ``requests``, for the same days.
    """

    ids: npt.NDArray[np.object_]
    days: pd.DataFrame
    requests: pd.DataFrame
    activity: pd.DataFrame
    distinct: pd.DataFrame


@dataclass(frozen=True)
class Sizes:
    """How many requests and distinct values are kept of an account's day."""

    requests: int = 64
    distinct: int = 64


def profile_of(ids: npt.NDArray[np.object_], account: npt.NDArray[np.int64], columns: Columns, sizes: Sizes) -> Profile:
    """Profile of fingerprinted requests.

    Parameters
    ----------
    ids : ndarray of str, shape (n_accounts,)
        Sorted account ids, each with at least one request.
    account : ndarray of int64, shape (n,)
        Position in `ids` of each request's account.
    columns : dict of name to ndarray of length n
        As `RequestFingerprinter.columns` gives them.
    """
    rows = pd.DataFrame({name: columns[name] for name in SAMPLE if name in columns}, copy=False)
    rows.insert(0, "account", account)
    rows["copies"] = np.int64(1)
    counted = {name: columns[_RENAMED.get(name, name)] for name in _SUMS}
    days = pd.DataFrame({"account": account, "day": columns["day"], **counted}, copy=False)
    days["first_us"] = days["last_us"] = columns["timestamp"]
    summed, whole = _summed_days(days), _one_row_a_request(rows[list(SAMPLE)])
    hot = whole[np.isin(_day_keys(whole), _busy(summed, sizes))]
    return _cut(ids, summed, whole, activity_of(hot), distinct_of(hot), sizes)


def merge(parts: list[Profile], sizes: Sizes) -> Profile:
    """Profile of the union of what the parts were made from; commutative and associative."""
    ids = np.array(sorted(set().union(*(part.ids.tolist() for part in parts))), dtype=object)
    place = {name: i for i, name in enumerate(ids)}
    codes = [np.array([place[name] for name in part.ids], dtype=np.int64) for part in parts]
    days = _summed_days(_joined([p.days for p in parts], codes))
    busy = _busy(days, sizes)
    activity, distinct = [], []
    for part, code in zip(parts, codes, strict=True):
        own_busy = set(_day_keys(part.days)[part.days["requests"].to_numpy() > sizes.requests].tolist())
        rows = part.requests
        told = np.isin(_day_keys(rows), np.fromiter(own_busy, np.int64, len(own_busy)))
        lifted = rows[~told].assign(account=code[rows["account"].to_numpy()[~told]])
        lifted = lifted[np.isin(_day_keys(lifted), busy)]
        activity += [part.activity.assign(account=code[part.activity["account"].to_numpy()]), activity_of(lifted)]
        distinct += [part.distinct.assign(account=code[part.distinct["account"].to_numpy()]), distinct_of(lifted)]
    return _cut(
        ids,
        days,
        _one_row_a_request(_joined([p.requests for p in parts], codes)),
        grouped_sum(pd.concat(activity), ["account", "day", "slot"], ["requests"]),
        grouped_sum(pd.concat(distinct), ["account", "day", "kind", "key"], ["requests"]),
        sizes,
    )


def _cut(
    ids: npt.NDArray[np.object_],
    days: pd.DataFrame,
    requests: pd.DataFrame,
    activity: pd.DataFrame,
    distinct: pd.DataFrame,
    sizes: Sizes,
) -> Profile:
    """Profile whose samples are cut to size; each table is sorted and has one row a group."""
    kept = smallest_per_group(requests, ["account", "day"], "request", sizes.requests)
    few = smallest_per_group(distinct, ["account", "day", "kind"], "key", sizes.distinct)
    return Profile(ids, days, kept, activity, few)


def _one_row_a_request(rows: pd.DataFrame) -> pd.DataFrame:
    """Identical requests as one row with their number, at their first place in the input."""
    rows = rows.sort_values(["account", "day", "request", "file", "row"], kind="stable", ignore_index=True)
    first = first_of_runs(rows, ["account", "day", "request"])
    copies = np.add.reduceat(rows["copies"].to_numpy(), first) if len(rows) else np.zeros(0, np.int64)
    return rows.iloc[first].assign(copies=copies).reset_index(drop=True)


def activity_of(rows: pd.DataFrame) -> pd.DataFrame:
    """Requests by ten minutes of the day, of rows that are held whole."""
    slot = rows["timestamp"].to_numpy() % (144 * SLOT_US) // SLOT_US
    table = pd.DataFrame({"account": rows["account"], "day": rows["day"], "slot": slot, "requests": rows["copies"]})
    return grouped_sum(table, ["account", "day", "slot"], ["requests"])


def distinct_of(rows: pd.DataFrame) -> pd.DataFrame:
    """Distinct prompts, templates and addresses with their requests, of rows that are held whole."""
    parts = [
        pd.DataFrame({"account": rows["account"], "day": rows["day"], "kind": np.int64(i), "key": rows[name], "requests": rows["copies"]})
        for i, name in enumerate(KINDS)
    ]
    table = pd.concat(parts, ignore_index=True)
    return grouped_sum(table[table["key"] != 0], ["account", "day", "kind", "key"], ["requests"])


def _summed_days(rows: pd.DataFrame) -> pd.DataFrame:
    rows = rows.sort_values(["account", "day"], kind="stable", ignore_index=True)
    first = first_of_runs(rows, ["account", "day"])
    if not len(rows):
        return rows.astype(np.int64)
    summed = {name: np.add.reduceat(rows[name].to_numpy().astype(np.int64), first) for name in _SUMS}
    ends = {
        "first_us": np.minimum.reduceat(rows["first_us"].to_numpy(), first),
        "last_us": np.maximum.reduceat(rows["last_us"].to_numpy(), first),
    }
    return pd.DataFrame({"account": rows["account"].to_numpy()[first], "day": rows["day"].to_numpy()[first], **summed, **ends})


def _joined(tables: list[pd.DataFrame], codes: list[npt.NDArray[np.int64]]) -> pd.DataFrame:
    moved = [table.assign(account=code[table["account"].to_numpy()]) for table, code in zip(tables, codes, strict=True)]
    return pd.concat(moved, ignore_index=True)


def _day_keys(rows: pd.DataFrame) -> npt.NDArray[np.int64]:
    """One number for each row's account and day."""
    keys: npt.NDArray[np.int64] = rows["account"].to_numpy().astype(np.int64) * 100_000 + rows["day"].to_numpy()
    return keys


def _busy(days: pd.DataFrame, sizes: Sizes) -> npt.NDArray[np.int64]:
    return _day_keys(days)[days["requests"].to_numpy() > sizes.requests]

