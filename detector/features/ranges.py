"""Tables of some of the accounts, for what can be computed of one account after the other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from detector.profiles.tables import Tables

_TABLES = ("days", "activity", "requests", "distinct")


def in_ranges(tables: Tables, rows: int) -> Iterator[Tables]:
    """Tables of one range of accounts after another, each with about so many sampled requests.

    Accounts are numbered from 0 in each. Keys stay those of all accounts.
    """
    account = tables.requests["account"].to_numpy()
    ends = [0, *np.unique(account[rows::rows]).tolist(), len(tables.accounts)]
    for since, until in pairwise(ends):
        if since < until:
            parts: dict[str, Any] = {name: _rows(getattr(tables, name), since, until) for name in _TABLES}
            for name in ("accounts", "n_distinct"):
                parts[name] = getattr(tables, name).iloc[since:until].reset_index(drop=True)
            yield replace(tables, **parts)


def _rows(table: pd.DataFrame, since: int, until: int) -> pd.DataFrame:
    """Rows of accounts from `since` up to before `until`, of a table in order of account."""
    first, end = np.searchsorted(table["account"].to_numpy(), [since, until])
    part = table.iloc[first:end]
    return part.assign(account=part["account"] - since)
