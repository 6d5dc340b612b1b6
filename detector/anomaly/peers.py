"""An account beside its likes: those on the same plan and of the same age."""

from __future__ import annotations

import pandas as pd

AGE_BANDS_DAYS = {"first week": 7, "first month": 30, "first half-year": 182}
OLDEST_BAND = "older"
UNKNOWN = "unknown"


def peer_groups(accounts: pd.DataFrame, now: pd.Timestamp) -> pd.Series:
    """Label of each account's peers: plan and age band at the moment ``now``.

    Parameters
    ----------
    accounts : with ``plan`` and ``created_at`` (UTC); either may be missing or null
    now : end of the window

    Returns
    -------
    pandas.Series of str, such as "payg, first month"
    """
    plan = _column(accounts, "plan").astype("object").where(lambda held: held.notna(), UNKNOWN)
    created = pd.to_datetime(_column(accounts, "created_at"), utc=True)
    days = (now - created) / pd.Timedelta(days=1)
    band = pd.Series(OLDEST_BAND, index=accounts.index, dtype="object")
    for name, limit in reversed(AGE_BANDS_DAYS.items()):
        band = band.mask(days < limit, name)
    band = band.mask(created.isna(), UNKNOWN)
    return plan.astype(str) + ", " + band


def within_peers(features: pd.DataFrame, peers: pd.Series, minimum: int) -> pd.DataFrame:
    """Share of an account's peers whose value is lower, feature by feature.

    Where fewer than ``minimum`` peers have a known value, or the account has no peers, the whole
    population takes their place: `has_peers` tells where. The account itself counts among its
    peers, so the highest of 500 gives 0.998, to be said as "more than 99.8 % of …". For features
    whose low values are suspicious, hand in the negated columns.

    Returns
    -------
    pandas.DataFrame shaped like ``features``, in [0, 1); NaN where the value is unknown
    """
    everyone = _share_below(features, pd.Series(0, index=features.index))
    return _share_below(features, peers).where(has_peers(features, peers, minimum), everyone)


def has_peers(features: pd.DataFrame, peers: pd.Series, minimum: int) -> pd.DataFrame:
    """Where an account is compared with its own peers rather than with everyone."""
    known = features.notna().groupby(peers.to_numpy(), dropna=True).transform("sum")
    enough = known.fillna(0) >= minimum
    return enough.where(peers.notna(), False, axis=0)


def _share_below(features: pd.DataFrame, groups: pd.Series) -> pd.DataFrame:
    grouped = features.groupby(groups.to_numpy(), dropna=True)
    return (grouped.rank(method="min") - 1) / grouped.transform("count")


def _column(accounts: pd.DataFrame, name: str) -> pd.Series:
    if name in accounts.columns:
        return accounts[name]
    return pd.Series(None, index=accounts.index, dtype="object")
