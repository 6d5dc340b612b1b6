"""The mergeable summary of accounts' days: exact counters, and a sample of requests by hash.

A profile holds, for each account and UTC day, the exact counters and the `sample_per_day` requests whose keyed hash
is smallest, with their fingerprints. A day with no more requests than that is held whole; only for a busier one are
the activity by ten minutes (exact) and bottom-k sketches of distinct values kept beside it, since for the others
both follow from the sample. Counters add up, smallest hashes of a union are the smallest of the smallest, so
profile(A ∪ B) = merge(profile(A), profile(B)), exactly and in any order.

So that memory grows neither with the requests nor with the days, all samples of a profile together are held to a
budget: where it does not suffice for the full size, each account has the same quota of requests over all its days, and
its days are cut to the level at which they fill it. Levels follow from the counters alone and only fall in a union, so
what a union needs is held by its parts, and merging stays exact.

References
----------
.. [1] Cohen, E. and Kaplan, H. (2007), "Summarizing data using bottom-k sketches", PODC.
.. [2] Agarwal, P. et al. (2013), "Mergeable summaries", ACM TODS 38(4).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from detector.profiles.fingerprints import FLAGS, HASHES, NUMBERS, Columns
from detector.profiles.orders import among, order_by, ranks, run_starts
from detector.profiles.sizes import Levels
from detector.profiles.sizes import Sizes as Sizes
from detector.profiles.sketches import first_of_runs, smallest_per_group
from detector.profiles.tables import DAY_COUNTERS
from detector.profiles.whole_days import KINDS, activity_of, cut_distinct, slots_of, values_of

#: Columns of the sample of requests.
SAMPLE = (
    "account",
    "day",
    "request",
    "copies",
    "timestamp",
    *HASHES,
    "themes",
    "asks",
    "prompt_chars",
    *NUMBERS,
    *FLAGS,
    "file",
    "row",
)
_SUMS = tuple(c for c in DAY_COUNTERS if c not in ("first_us", "last_us"))
Ints = npt.NDArray[np.int64]
_RENAMED = {
    "input_tokens": "input_sum",
    "output_tokens": "output_sum",
    "prompt_chars": "chars_sum",
    "refused": "refused_sum",
    "truncated": "truncated_sum",
}


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
        ``account``, ``day``, ``kind``, ``key``, ``requests``, for the same days; over all of them together, with 0
        for a day, where samples are cut to the budget.
    """

    ids: npt.NDArray[np.object_]
    days: pd.DataFrame
    requests: pd.DataFrame
    activity: pd.DataFrame
    distinct: pd.DataFrame

    def only(self, keep: npt.NDArray[np.bool_]) -> Profile:
        """Profile of some of the accounts."""
        code = np.cumsum(keep) - 1
        tables = [table[keep[table["account"].to_numpy()]] for table in (self.days, self.requests)]
        beside = [table[keep[table["account"].to_numpy()]] for table in (self.activity, self.distinct)]
        days, requests, activity, distinct = (_moved(t, code).reset_index(drop=True) for t in (*tables, *beside))
        return Profile(self.ids[keep], days, requests, activity, distinct)


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
    rows = columns | {"account": account, "copies": np.ones(len(account), np.int64)}
    counted = {name: columns[_RENAMED.get(name, name)] for name in _SUMS}
    ends = {"first_us": columns["timestamp"], "last_us": columns["timestamp"]}
    group = _day_key(account, columns["day"])
    order = order_by(account, columns["day"], columns["request"])
    days = _summed_days({"account": account, "day": columns["day"], **counted, **ends}, group, order)
    whole = _one_row_a_request(rows.__getitem__, group, order)
    levels = sizes.fitted(days)
    hot = _held(whole, among(_day_keys(whole), _busy(days, levels)))
    kept = smallest_per_group(whole, ["account", "day"], levels.requests)
    return Profile(ids, days, kept, activity_of([slots_of(hot)]), cut_distinct([values_of(hot)], levels))


def merge(parts: list[Profile], sizes: Sizes) -> Profile:
    """Profile of the union of what the parts were made from; commutative and associative.

    Parameters
    ----------
    sizes : Sizes
        As the parts were made with.
    """
    return _merged(parts, [sizes.fitted(part.days) for part in parts], sizes.fitted)


def merge_pieces(parts: list[Profile], held: list[Levels], levels: Levels) -> Profile:
    """`merge` of pieces of larger profiles.

    Parameters
    ----------
    held : list of Levels
        What the accounts of each piece are cut to.
    levels : Levels
        What the accounts of all pieces are cut to in the union of the larger profiles.
    """
    return _merged(parts, held, lambda _: levels)


def _merged(parts: list[Profile], held: list[Levels], fitted: Callable[[pd.DataFrame], Levels]) -> Profile:
    ids = np.array(sorted(set().union(*(part.ids.tolist() for part in parts))), dtype=object)
    place = pd.Index(ids)
    codes = [place.get_indexer(pd.Index(part.ids)) for part in parts]
    summed = summed_over([part.days for part in parts], codes)
    return union(parts, codes, held, summed, fitted(summed)).profile(ids)


def summed_over(tables: list[pd.DataFrame], codes: list[Ints]) -> pd.DataFrame:
    """Counters of the days of all parts."""
    days = _joined(tables, codes)
    return _summed_days(days, _day_key(days["account"], days["day"]), order_by(days["account"], days["day"]))


@dataclass(frozen=True)
class Union:
    """What is known of all days of some parts, with values of busy days still as they came.

    Attributes
    ----------
    days, requests : DataFrame
        As in `Profile`.
    levels : Levels
        What requests are cut to.
    activity, distinct : list of DataFrame
        What the parts counted.
    lifted : list of DataFrame
        Requests of days that a part holds whole and that are busy here: they are to be counted, too.
    """

    days: pd.DataFrame
    requests: pd.DataFrame
    levels: Levels
    activity: list[pd.DataFrame]
    distinct: list[pd.DataFrame]
    lifted: list[pd.DataFrame]

    def slots(self) -> pd.DataFrame:
        """Requests of busy days by ten minutes."""
        return activity_of([*self.activity, *map(slots_of, self.lifted)])

    def profile(self, ids: npt.NDArray[np.object_]) -> Profile:
        """The union as a profile of these accounts."""
        values = cut_distinct([*self.distinct, *map(values_of, self.lifted)], self.levels)
        return Profile(ids, self.days, self.requests, self.slots(), values)


def union(parts: list[Profile], codes: list[Ints], held: list[Levels], summed: pd.DataFrame, levels: Levels) -> Union:
    """Union of parts whose accounts stand at `codes` among all, and whose days add up to `summed`."""
    busy = _busy(summed, levels)
    return Union(
        summed,
        _smallest([part.requests for part in parts], codes, levels),
        levels,
        [_moved(part.activity, code) for part, code in zip(parts, codes, strict=True)],
        [_moved(part.distinct, code) for part, code in zip(parts, codes, strict=True)],
        [_lifted(part, code, busy, own) for part, code, own in zip(parts, codes, held, strict=True)],
    )


def _smallest(tables: list[pd.DataFrame], codes: list[Ints], levels: Levels) -> pd.DataFrame:
    """Requests of all parts, cut to the levels of their accounts."""
    column = partial(_column, tables, codes)
    account, day = column("account"), column("day")
    order = order_by(account, day, column("request"))
    return _one_row_a_request(column, _day_key(account, day), order, levels)


def _lifted(part: Profile, code: Ints, busy: Ints, levels: Levels) -> pd.DataFrame:
    """Requests of days that a part holds whole and that are busy in the union, under the union's codes."""
    told = among(_day_keys(part.requests), _busy(part.days, levels))
    account, day = part.requests["account"].to_numpy(), part.requests["day"].to_numpy()
    return _moved(_held(part.requests, among(_day_key(code[account], day), busy) & ~told), code)


def _held(rows: pd.DataFrame, mask: npt.NDArray[np.bool_]) -> pd.DataFrame:
    """What activity and distinct values are counted from, of some rows."""
    names = ("account", "day", "timestamp", "copies", *KINDS)
    return pd.DataFrame({name: rows[name].to_numpy()[mask] for name in names}, copy=False)


def _one_row_a_request(
    column: Callable[[str], Any], group: Ints, order: Ints, levels: Levels | None = None
) -> pd.DataFrame:
    """Identical requests as one row with their number, at their first place in the input, up to a level of each day.

    `column` gives a column of the rows by its name, and `order` sorts rows by group and request.
    """
    first = first_of_runs({"group": group[order], "request": column("request")[order]}, ["group", "request"])
    if len(first) < len(order):
        order = np.lexsort((column("row"), column("file"), column("request"), group))
    copies = np.add.reduceat(column("copies")[order], first) if len(order) else np.zeros(0, np.int64)
    kept = order[first]
    if levels is not None:
        days = np.flatnonzero(run_starts(group[kept]))
        stays = ranks(days, len(kept)) < levels.requests[column("account")[kept]]
        kept, copies = kept[stays], copies[stays]
    return pd.DataFrame({name: copies if name == "copies" else column(name)[kept] for name in SAMPLE}, copy=False)


def _summed_days(rows: Columns, group: Ints, order: Ints) -> pd.DataFrame:
    """Counters of each account's day; `order` sorts rows by group."""
    if not len(order):
        return pd.DataFrame({name: np.zeros(0, np.int64) for name in rows})
    first = first_of_runs({"group": group[order]}, ["group"])
    kept = {name: rows[name][order[first]] for name in ("account", "day")}
    summed = {name: np.add.reduceat(rows[name][order].astype(np.int64, copy=False), first) for name in _SUMS}
    ends = {
        "first_us": np.minimum.reduceat(rows["first_us"][order], first),
        "last_us": np.maximum.reduceat(rows["last_us"][order], first),
    }
    return pd.DataFrame({**kept, **summed, **ends}, copy=False)


def _moved(table: pd.DataFrame, code: Ints) -> pd.DataFrame:
    return table.assign(account=code[table["account"].to_numpy()])


def _joined(tables: list[pd.DataFrame], codes: list[Ints]) -> Columns:
    """Columns of tables one after another, with accounts under the union's codes."""
    return {name: _column(tables, codes, name) for name in map(str, tables[0].columns)}


def _column(tables: list[pd.DataFrame], codes: list[Ints], name: str) -> npt.NDArray[Any]:
    parts = [table[name].to_numpy() for table in tables]
    if name == "account":
        parts = [code[part] for code, part in zip(codes, parts, strict=True)]
    return np.concatenate(parts)


def _day_keys(rows: pd.DataFrame) -> Ints:
    return _day_key(rows["account"].to_numpy(), rows["day"].to_numpy())


def _day_key(account: npt.NDArray[np.generic], day: npt.NDArray[np.generic]) -> Ints:
    """One number for each row's account and day."""
    return account.astype(np.int64) * 100_000 + day.astype(np.int64)


def _busy(days: pd.DataFrame, levels: Levels) -> Ints:
    """Ascending keys of the days with more requests than the sample holds."""
    return _day_keys(days)[busy_days(days, levels)]


def busy_days(days: pd.DataFrame, levels: Levels) -> npt.NDArray[np.bool_]:
    """True for each day with more requests than the sample holds."""
    busy: npt.NDArray[np.bool_] = days["requests"].to_numpy() > levels.requests[days["account"].to_numpy()]
    return busy
