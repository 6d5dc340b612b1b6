"""Merged profiles and the accounts file, brought together as the tables that features and campaigns read."""

from __future__ import annotations

from concurrent.futures import Executor, Future, ThreadPoolExecutor
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from detector.memory import give_back
from detector.on_disk import put
from detector.profiles.day_rows import tally
from detector.profiles.fingerprints import DAY_US, Names
from detector.profiles.halves import halves
from detector.profiles.keys import shared_keys
from detector.profiles.orders import run_starts
from detector.profiles.profile import Profile, Sizes, busy_days
from detector.profiles.sizes import Levels
from detector.profiles.sketches import distinct_count, first_of_runs, grouped_sum, smallest_per_group
from detector.profiles.tables import Tables
from detector.profiles.whole_days import KINDS, bars_of, slots_of, values_of
from detector.schema import ACCOUNT_NAMES, ACCOUNTS, ACCOUNTS_SCHEMA

#: Rows of which distinct values are counted at a time.
RANGE_ROWS = 262_144
#: Sampled requests above which tables are put on disk, and keys looked for after all else, to save memory.
MANY_ROWS = 1_000_000


def assemble(profile: Profile, accounts: pa.Table | None, names: Names, key: bytes, sizes: Sizes) -> Tables:
    """Tables of a window.

    Parameters
    ----------
    profile : Profile
        Merged over all files of the window.
    accounts : pyarrow.Table of `schema.ACCOUNTS_SCHEMA`, optional
        The accounts file; accounts without a query count for the platform's rate of sign-ups only.
    key : bytes
        Secret of the content hashes; facts of accounts are hashed with it too.
    """
    people = _accounts(profile, accounts)
    many = len(profile.requests) > MANY_ROWS
    requests = _requests(profile, many)
    days, levels = profile.days, sizes.fitted(profile.days)
    with ThreadPoolExecutor(2) as meanwhile:  # arrays are sorted and copied outside of the interpreter lock
        active, counted = _counted(profile, requests, levels, len(people), meanwhile)
        if many:
            active.result(), counted.result()
            give_back()
        keys = shared_keys(people, requests, key)
        activity, (distinct, n_distinct) = active.result(), counted.result()
    if many:
        activity, distinct = _on_disk(activity), _on_disk(distinct)
    distinct["kind"] = pd.Categorical.from_codes(distinct["kind"], categories=pd.Index(KINDS))
    first, last = (int(days["day"].min()), int(days["day"].max())) if len(days) else (0, 0)
    span = (int(days["last_us"].max()) - int(days["first_us"].min())) / DAY_US if len(days) else 0.0
    return Tables(
        accounts=people,
        days=days,
        activity=activity,
        requests=requests,
        distinct=distinct,
        n_distinct=n_distinct,
        keys=keys,
        signups=_signups(accounts),
        span_days=max(span, 1 / 24),
        first_day=first,
        last_day=last,
        models=dict(names.of["model"]),
    )


def _on_disk(table: pd.DataFrame) -> pd.DataFrame:
    """The same table, on disk."""
    return pd.DataFrame(put({str(name): table[name].to_numpy() for name in table.columns}), copy=False)


def _accounts(profile: Profile, accounts: pa.Table | None) -> pd.DataFrame:
    """One row per account that asked, in order of id, with what the accounts file says of it."""
    table = accounts if accounts is not None else ACCOUNTS_SCHEMA.empty_table()
    known = table.select(list(ACCOUNT_NAMES)).to_pandas(types_mapper=_mapped).set_index("account_id")
    people = known.reindex(pd.Index(profile.ids, name="account_id", dtype=object)).reset_index()
    for column in ACCOUNTS:
        if column.type == pa.large_string():
            people[column.name] = people[column.name].astype(object).where(people[column.name].notna(), None)
    people["has_account_row"] = people["account_id"].isin(set(known.index)).to_numpy(dtype=bool)
    verified = (
        people["organization_verified"].eq(True).fillna(False).to_numpy(dtype=bool)
        & people["organization_id"].notna().to_numpy()
    )
    own = pd.Series(np.arange(len(people)), dtype=np.int64)
    shared = people.loc[verified].groupby("organization_id")["account_id"].transform(lambda ids: ids.index[0])
    own[shared.index] = shared.to_numpy(dtype=np.int64)
    people["principal"] = own.to_numpy()
    found: pd.DataFrame = people
    return found


def _mapped(kind: pa.DataType) -> object:
    """Strings as objects and nullable booleans, so that nothing is inferred."""
    if pa.types.is_boolean(kind):
        return pd.BooleanDtype()
    return None


def _requests(profile: Profile, many: bool) -> pd.DataFrame:
    """The sample of requests, with the half that each falls into and how many requests it stands for.

    See `halves` for the half.
    """
    rows = profile.requests
    prompt, account = rows["prompt"].to_numpy(), rows["account"].to_numpy()
    half = halves(prompt, rows["request"].to_numpy(), account)
    themes = rows["themes"].to_numpy()
    topic = np.where(themes < 0, -1, themes & 0xFF)
    at = _position(profile.days, rows)
    sampled = np.bincount(at, weights=rows["copies"].to_numpy(), minlength=len(profile.days))
    scale = profile.days["requests"].to_numpy()[at] / np.maximum(sampled[at], 1)
    weight = np.maximum(1, np.rint(scale * rows["copies"].to_numpy())).astype(np.int64)
    told = {"half": half, "topic": topic, "weight": weight}
    return rows.assign(**(put(told) if many else told))


def _counted(
    profile: Profile, requests: pd.DataFrame, levels: Levels, n: int, threads: Executor
) -> tuple[Future[pd.DataFrame], Future[tuple[pd.DataFrame, pd.DataFrame]]]:
    """Activity, and distinct values with their number, in threads: what was counted, and what follows from samples."""
    days, busy = profile.days, busy_days(profile.days, levels)
    day_of_row = _position(days, requests)
    held_whole = np.flatnonzero(~busy[day_of_row])
    columns = ("account", "day", "timestamp", "copies", *KINDS)
    quiet = pd.DataFrame({name: requests[name].to_numpy()[held_whole] for name in columns}, copy=False)
    return (
        threads.submit(_activity, days, profile.activity, day_of_row[held_whole], slots_of(quiet)),
        threads.submit(_distinct, profile.distinct, quiet, levels, days["account"].to_numpy()[busy], n),
    )


def _position(days: pd.DataFrame, rows: pd.DataFrame) -> npt.NDArray[np.int64]:
    """Row of `days` that each request belongs to."""
    key = days["account"].to_numpy() * 100_000 + days["day"].to_numpy()
    found: npt.NDArray[np.int64] = np.searchsorted(key, rows["account"].to_numpy() * 100_000 + rows["day"].to_numpy())
    return found


def _distinct(
    counted: pd.DataFrame, quiet: pd.DataFrame, levels: Levels, busy: npt.NDArray[np.int64], n: int
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Distinct values over the window with their requests, cut to size, and how many there are, by account and kind.

    They are those counted on busy days and those of the others, brought together a range of accounts at a time.
    """
    bars, tables, numbers = bars_of(counted, levels), [], []
    of_counted, of_quiet = counted["account"].to_numpy(), quiet["account"].to_numpy()
    cut = np.zeros(n, bool)
    cut[busy] = True
    for accounts in _ranges(of_quiet, n):
        parts = [counted.iloc[_rows(of_counted, accounts)], values_of(quiet.iloc[_rows(of_quiet, accounts)], bars)]
        values = grouped_sum(pd.concat(parts, ignore_index=True), ["account", "kind", "key"], ["requests"])
        tables.append(smallest_per_group(values, ["account", "kind"], levels.distinct))
        numbers.append(_n_distinct(values, cut, accounts, levels.distinct))
    joined = {name: np.concatenate([table[name].to_numpy() for table in tables]) for name in tables[0]}
    joined["kind"] = joined["kind"].astype(np.int8)
    return pd.DataFrame(joined, copy=False), pd.DataFrame(np.concatenate(numbers), columns=pd.Index(KINDS))


def _ranges(account: npt.NDArray[np.int64], n: int) -> list[range]:
    """Ranges of n accounts with about `RANGE_ROWS` rows each, of rows in order of account."""
    ends = [*np.unique(account[RANGE_ROWS::RANGE_ROWS]).tolist(), n]
    return [range(since, until) for since, until in pairwise([0, *ends]) if since < until or n == 0]


def _rows(account: npt.NDArray[np.int64], accounts: range) -> slice:
    """Rows of a range of accounts, of rows in order of account."""
    first, end = np.searchsorted(account, [accounts.start, accounts.stop])
    return slice(int(first), int(end))


def _activity(
    days: pd.DataFrame, counted: pd.DataFrame, day: npt.NDArray[np.int64], quiet: pd.DataFrame
) -> pd.DataFrame:
    """Requests by ten minutes: those of busy days, which are counted already, and between them those of the others."""
    held, slot, requests = tally(day, quiet["slot"].to_numpy(), quiet["requests"].to_numpy(), len(days))
    first = np.flatnonzero(run_starts(counted["account"].to_numpy(), counted["day"].to_numpy()))
    many = held.copy()
    many[_position(days, counted.iloc[first])] = np.diff(first, append=len(counted))
    of_quiet = np.repeat(held > 0, many)
    columns = {name: np.repeat(days[name].to_numpy(), many) for name in ("account", "day")}
    for name, own in (("slot", slot), ("requests", requests)):
        columns[name] = np.empty(len(of_quiet), own.dtype)
        columns[name][of_quiet], columns[name][~of_quiet] = own, counted[name].to_numpy()
    return pd.DataFrame(columns, copy=False)


def _n_distinct(
    distinct: pd.DataFrame, cut: npt.NDArray[np.bool_], accounts: range, most: int
) -> npt.NDArray[np.float64]:
    """Number of distinct values per account and kind: counted where all are held, estimated where a day was cut."""
    account, kind, key = (distinct[name].to_numpy() for name in ("account", "kind", "key"))
    first = first_of_runs({"account": account, "kind": kind}, ["account", "kind"]) if len(key) else account
    size = np.diff(first, append=len(key)).astype(np.float64)
    full = cut[account[first]] & (size >= most)
    size[full] = distinct_count(key[first[full] + most - 1], most)
    table = np.zeros((len(accounts), len(KINDS)))
    table[account[first] - accounts.start, kind[first]] = size
    return table


def _signups(accounts: pa.Table | None) -> npt.NDArray[np.int64]:
    if accounts is None:
        return np.zeros(0, np.int64)
    moments = accounts.column("created_at").drop_null().cast(pa.int64()).to_numpy()
    return np.sort(moments)
