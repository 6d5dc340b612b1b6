"""Columns of the sampled requests, and how often each account holds each of their values."""

from __future__ import annotations

import numpy as np
import pandas as pd

from detector.features.base import Bools, Floats, Hashes, Ints
from detector.features.counting import Counts, groups_within, ratio, share_of_largest, sums, where
from detector.features.ranges import in_ranges, ranges_of, rows_of
from detector.profiles.tables import Tables
from detector.remembering import once

#: Columns with so few values on most platforms that counting in a full table beats sorting.
FEW_VALUES = frozenset({"topic", "settings", "client", "model", "system"})
MAX_CELLS_PER_ROW = 8


@once
def hashes(tables: Tables, column: str) -> Hashes:
    """Column of hashes of the sampled requests; 0 is unknown."""
    return np.asarray(tables.requests[column].to_numpy(), dtype=np.uint64)


@once
def numbers(tables: Tables, column: str) -> Floats:
    """Column of measures of the sampled requests; NaN is unknown."""
    return np.asarray(tables.requests[column].to_numpy(), dtype=np.float64)


@once
def integers(tables: Tables, column: str) -> Ints:
    """Column of integers of the sampled requests."""
    return np.asarray(tables.requests[column].to_numpy(), dtype=np.int64)


@once
def principals_of(tables: Tables) -> Ints:
    """Principal of every account."""
    return np.asarray(tables.accounts["principal"].to_numpy(), dtype=np.int64)


@once
def n_principals(tables: Tables) -> int:
    """Count the principals among the accounts."""
    return len(np.unique(principals_of(tables)))


@once
def accounts_of(tables: Tables) -> Ints:
    """Account code of every sampled request."""
    return integers(tables, "account")


@once
def copies_of(tables: Tables) -> Floats:
    """How many identical rows every sampled request stands for."""
    return numbers(tables, "copies")


def _countable(tables: Tables, column: str) -> Hashes:
    if column == "topic":
        return (integers(tables, column) + 1).astype(np.uint64)
    return hashes(tables, column)


def _same_value(tables: Tables, column: str) -> tuple[Ints, Ints]:
    """Rows of known values, brought together by account and value, and where each run starts."""
    values = _countable(tables, column)
    known = np.flatnonzero(values)
    order, starts = groups_within(accounts_of(tables)[known], values[known], len(tables.accounts))
    return known[order], starts


@once
def value_counts(tables: Tables, column: str) -> Counts:
    """How often each account used each known value of a column of the sampled requests.

    A topic counts under its number plus one: topics start at 0, which means unknown elsewhere.
    """
    n = len(tables.accounts)
    if column in FEW_VALUES:
        codes, values = pd.factorize(_countable(tables, column))
        if n * len(values) <= MAX_CELLS_PER_ROW * len(codes):
            return _dense_counts(tables, codes, values)
    rows, starts = _same_value(tables, column)
    first = rows[starts]
    count = np.add.reduceat(copies_of(tables)[rows], starts) if len(rows) else np.zeros(0)
    return Counts(accounts_of(tables)[first], _countable(tables, column)[first], count, n)


def _dense_counts(tables: Tables, codes: Ints, values: Hashes) -> Counts:
    """Count a range of accounts after another in a table with a cell for each value."""
    parts: list[tuple[Ints, Hashes, Floats]] = []
    for accounts in ranges_of(tables):
        rows = rows_of(tables, accounts)
        cell = (accounts_of(tables)[rows] - accounts.start) * len(values) + codes[rows]
        cells = sums(cell, copies_of(tables)[rows], len(accounts) * len(values))
        used = np.flatnonzero(cells)
        account, code = np.divmod(used, max(len(values), 1))
        known = values[code] != 0
        parts.append((account[known] + accounts.start, values[code[known]], cells[used[known]]))
    account, value, count = (np.concatenate(column) for column in zip(*parts, strict=True))
    return Counts(account, value, count, len(tables.accounts))


@once
def dominant_value(tables: Tables, column: str) -> Hashes:
    """Each account's most frequent value of a column; 0 where none is known."""
    return np.concatenate([value_counts(part, column).dominant() for part in in_ranges(tables)])


def dominant_share(tables: Tables, column: str) -> Floats:
    """Share of each account's requests that its most frequent value of a column holds."""
    return np.concatenate([share_of_largest(value_counts(part, column)) for part in in_ranges(tables)])


def uses_of_value(tables: Tables, column: str) -> Floats:
    """For each sampled request, how often its account used its value; 0 where it is unknown."""
    return np.concatenate([_uses(part, column) for part in in_ranges(tables)])


def _uses(tables: Tables, column: str) -> Floats:
    rows, starts = _same_value(tables, column)
    uses = np.zeros(len(tables.requests))
    if len(rows):
        count = np.add.reduceat(copies_of(tables)[rows], starts)
        uses[rows] = np.repeat(count, np.diff(np.r_[starts, len(rows)]))
    return uses


def weighted_share(tables: Tables, weight: Floats | Bools, known: Bools) -> Floats:
    """Mean weight of an account's sampled requests, among those for which it is known."""
    account, copies, n = accounts_of(tables), copies_of(tables), len(tables.accounts)
    part = np.bincount(account, copies * weight * known, n)
    return ratio(part, np.bincount(account, copies * known, n))


def variation(tables: Tables, column: str, least: int) -> Floats:
    """Spread of a measured column over its mean, among an account's sampled requests."""
    values = numbers(tables, column)
    known = np.isfinite(values)
    account, copies, n = accounts_of(tables)[known], copies_of(tables)[known], len(tables.accounts)
    values = values[known]
    size = np.bincount(account, copies, n)
    mean = ratio(np.bincount(account, copies * values, n), size)
    squares = np.bincount(account, copies * (values - mean[account]) ** 2, n)
    return where(ratio(np.sqrt(ratio(squares, size)), mean), size >= least)
