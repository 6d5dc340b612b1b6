"""A list to review within a budget, and how many of it chance alone would put there.

Campaigns come first, then return visitors, groups to watch, and accounts that no group holds. For a group, chance
is what the search finds on the same accounts without their links (`detector.campaigns.chance`); for an account, how
often an ordinary one is as unusual.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

#: Place of an entry before its evidence or score: flagged campaigns, return visitors, groups to watch, other accounts.
RANK = {"A": 4, "B": 3, "C": 1}
VISITOR, ALONE = 2, 0
Standing = tuple[int, float]


def review(
    accounts: pd.DataFrame,
    campaigns: pd.DataFrame,
    chance: Sequence[Sequence[tuple[str, float]]],
    budget: int,
    vouched: Collection[str] = (),
) -> dict[str, Any]:
    """Entries to look at, best first, with the false alarms expected among them.

    Parameters
    ----------
    accounts, campaigns : DataFrame
        Tables of a result; campaigns that are set aside are left out, as are accounts of groups that an innocent
        explanation fits.
    chance : sequence of sequences of (tier, evidence)
        Groups that each search without links found.
    budget : int
        Most entries.
    vouched : collection of str
        Accounts that need no review.

    Returns
    -------
    dict
        ``budget``, ``resamples``, ``expected`` (false alarms by chance among the entries), ``groups_by_chance`` (found
        by one search without links, mean) and ``entries``, each with ``rank``, ``kind``, ``id``, ``tier``, ``score``,
        ``accounts``, ``why`` and ``expected``: false alarms by chance down to its rank.
    """
    shown = campaigns[campaigns["suppressed"].isna()]
    groups = [_campaign(row) for row in shown.to_dict("records")]
    single = accounts["campaign_id"].isna() & accounts["explained_by"].isna()
    alone = accounts[single & ~accounts["account_id"].isin(list(vouched))]
    worst = alone.sort_values(["score", "account_id"], ascending=[False, True]).head(budget)
    back = alone[alone["return_of"].notna()] if "return_of" in alone else alone.head(0)
    listed = pd.concat([worst, back[~back["account_id"].isin(worst["account_id"])]])
    entries = [*groups, *(_account(row) for row in listed.to_dict("records"))]
    return _told(sorted(entries, key=_order)[:budget], len(alone), chance, budget)


def _told(
    listed: list[tuple[Standing, dict[str, Any]]],
    alone: int,
    chance: Sequence[Sequence[tuple[str, float]]],
    budget: int,
) -> dict[str, Any]:
    """The list with what chance would put there."""
    entries: list[dict[str, Any]] = []
    groups = accounts = 0
    for rank, (standing, entry) in enumerate(listed, start=1):
        groups, accounts = groups + (entry["kind"] == "campaign"), accounts + (standing[0] == ALONE)
        p = entry.pop("p")
        expected = min(groups, groups_by_chance(standing, chance)) + min(accounts, alone * p)
        entries.append({"rank": rank, **entry, "expected": round(expected, 2)})
    return {
        "budget": budget,
        "resamples": len(chance),
        "groups_by_chance": round(float(np.mean([len(one) for one in chance])), 2) if chance else None,
        "expected": max((entry["expected"] for entry in entries), default=0.0),
        "entries": entries,
    }


def groups_by_chance(standing: Standing, chance: Sequence[Sequence[tuple[str, float]]]) -> float:
    """Groups that chance alone would put at or above a place, mean over the searches."""
    above = sum((RANK[tier], evidence) >= standing for one in chance for tier, evidence in one)
    return above / max(1, len(chance))


def _order(pair: tuple[Standing, Mapping[str, Any]]) -> tuple[int, float, str]:
    (rank, value), entry = pair
    return -rank, -value, entry["id"]


def _campaign(row: Mapping[Any, Any]) -> tuple[Standing, dict[str, Any]]:
    standing = RANK[row["tier"]], float(row["log_evidence"])
    return standing, {
        "kind": "campaign",
        "id": str(row["campaign_id"]),
        "tier": str(row["tier"]),
        "score": round(float(row["log_evidence"]), 3),
        "accounts": int(row["n_accounts"]),
        "why": str(row["title"] or row["kind"]),
        "p": 0.0,
    }


def _account(row: Mapping[Any, Any]) -> tuple[Standing, dict[str, Any]]:
    reasons = [str(reason) for reason in row["reasons"]]
    visitor = f"Return visitor of {row['return_of']}." if isinstance(row.get("return_of"), str) else None
    return (VISITOR if visitor else ALONE, float(row["score"])), {
        "kind": "account",
        "id": str(row["account_id"]),
        "tier": None,
        "score": round(float(row["score"]), 4),
        "accounts": 1,
        "why": visitor or (reasons[0] if reasons else "unusual in no single feature"),
        "p": float(row["p"]),
    }
