"""What was found, held against the labels of the accounts file."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from detector.campaigns.interval import observations, wilson
from detector.schema import ABUSIVE, BENIGN

KINDS = (ABUSIVE, BENIGN)


def label_record(accounts: pd.DataFrame, people: pa.Table | None) -> dict[str, Any]:
    """Section ``labels`` of the record of a run; nothing where no account of the file is labelled abusive or benign.

    Parameters
    ----------
    accounts : DataFrame
        Table of a result.
    people : pyarrow.Table of `schema.ACCOUNTS_SCHEMA` or None
        The accounts file.

    Returns
    -------
    dict
        What `compared` tells, and ``without_query``: labelled accounts that sent nothing in the window.
    """
    if people is None:
        return {}
    given = int(pc.sum(pc.is_in(people.column("label"), value_set=pa.array(KINDS, pa.large_string()))).as_py() or 0)
    seen = int(accounts["label"].isin(KINDS).sum())
    return {"labels": {**compared(accounts), "without_query": given - seen}} if given else {}


def compared(accounts: pd.DataFrame) -> dict[str, Any]:
    """How many accounts of each label are flagged and of which tier.

    Returns
    -------
    dict
        For ``abusive`` and ``benign``: ``accounts``, ``flagged``, its ``share`` with a 95 % interval from ``low`` to
        ``high`` (accounts of one group count as one observation; null without any), and ``tiers``.
    """
    return {kind: _of(accounts[accounts["label"] == kind]) for kind in KINDS}


def _of(accounts: pd.DataFrame) -> dict[str, Any]:
    n, flagged = len(accounts), int(accounts["flagged"].sum())
    share = flagged / n if n else None
    groups = accounts["campaign_id"].fillna(accounts["explained_by"]).fillna(accounts["account_id"])
    low, high = (None, None) if share is None else wilson(share, observations(groups.to_numpy(dtype=str)))
    tiers = {tier: int(accounts["tier"].eq(tier).sum()) for tier in "ABC"}
    return {
        "accounts": n,
        "flagged": flagged,
        "share": share,
        "low": low,
        "high": high,
        "tiers": {**tiers, "none": n - sum(tiers.values())},
    }
