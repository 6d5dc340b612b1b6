"""Tables of some of the accounts, for what can be computed of one account after the other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from detector.profiles.tables import Tables

#: Sampled requests of which something is computed at a time.
RANGE_ROWS = 250_000
_TABLES = ("days", "activity", "requests", "distinct")


def in_ranges(tables: Tables) -> Iterator[Tables]:
    """Tables of one range of accounts after another, each with about `RANGE_ROWS` sampled requests.

    Accounts are numbered from 0 in each. Keys stay those of all accounts.
    """
    ranges = list(ranges_of(tables))
    if len(ranges) == 1:
        yield tables
        return
    for accounts in ranges:
        parts: dict[str, Any] = {name: _rows(getattr(tables, name), accounts) for name in _TABLES}
        for name in ("accounts", "n_distinct"):
            parts[name] = getattr(tables, name).iloc[accounts.start : accounts.stop].reset_index(drop=True)
        yield replace(tables, **parts)


def ranges_of(tables: Tables) -> Iterator[range]:
    """Ranges of accounts with about `RANGE_ROWS` sampled requests each; one where there are no accounts."""
    account = tables.requests["account"].to_numpy()
    ends = [0, *np.unique(account[RANGE_ROWS::RANGE_ROWS]).tolist(), len(tables.accounts)]
    for since, until in pairwise(ends):
        if since < until or not len(tables.accounts):
            yield range(since, until)


def rows_of(tables: Tables, accounts: range) -> slice:
    """Sampled requests of a range of accounts; those of all accounts may stand in any order."""
    if len(accounts) == len(tables.accounts):
        return slice(None)
    return _slice(tables.requests, accounts)


def _rows(table: pd.DataFrame, accounts: range) -> pd.DataFrame:
    """Rows of a range of accounts, of a table in order of account."""
    part = table.iloc[_slice(table, accounts)]
    return part.assign(account=part["account"] - accounts.start)


def _slice(table: pd.DataFrame, accounts: range) -> slice:
    first, end = np.searchsorted(table["account"].to_numpy(), [accounts.start, accounts.stop])
    return slice(int(first), int(end))
