"""The table of accounts: score, campaign, reasons, and the features behind them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from detector.anomaly import baseline as anomaly
from detector.anomaly.baseline import Baseline
from detector.campaigns.examine import Group
from detector.campaigns.scores import Scores
from detector.features import FEATURES, Feature
from detector.profiles.tables import Tables

REASONS = 4
EXPLAINED = 500
#: A value is a reason where fewer than one reference account in 2^6 is as far out.
LEAST_BITS = 6.0
#: Beyond one in 2^13 a rarity is extrapolated, and said to be unseen.
MOST_BITS = 13.0
DESCRIBED = {feature.name: feature for feature in FEATURES}


def account_table(
    tables: Tables,
    features: pd.DataFrame,
    rarity: pd.DataFrame,
    model: Baseline,
    scores: Scores,
    groups: Sequence[Group],
) -> pd.DataFrame:
    """One row per account with a query, worst first.

    Columns: ``account_id``, ``score``, ``flagged``, ``campaign_id``, ``tier``, ``reasons``, ``anomaly``, ``tail``,
    ``p``, ``n_queries``, ``first_seen``, ``last_seen``, ``created_at``, ``principal_size``, ``explained_by`` (innocent
    explanation of a group that is counted and not listed), ``label`` (of the accounts file), then the features.
    """
    days = tables.days.groupby("account")
    principal = tables.accounts["principal"]
    explained, groups = [g for g in groups if g.explained], [g for g in groups if not g.explained]
    known = {group.id for group in groups}
    listed = [name in known for name in scores.campaign]
    table = pd.DataFrame(
        {
            "account_id": tables.accounts["account_id"],
            "score": scores.score,
            "flagged": scores.flagged,
            "campaign_id": [name if shown else None for name, shown in zip(scores.campaign, listed, strict=True)],
            "tier": [tier if shown else None for tier, shown in zip(scores.tier, listed, strict=True)],
            "reasons": _said(features, model, scores, groups),
            "anomaly": rarity["score"],
            "tail": rarity["tail"],
            "p": rarity["p"],
            "n_queries": days["requests"].sum().to_numpy(),
            "first_seen": pd.to_datetime(days["first_us"].min().to_numpy(), unit="us", utc=True),
            "last_seen": pd.to_datetime(days["last_us"].max().to_numpy(), unit="us", utc=True),
            "created_at": tables.accounts["created_at"],
            "principal_size": principal.map(principal.value_counts()),
            "explained_by": _innocent(explained, len(principal)),
            "label": tables.accounts["label"],
        }
    )
    table = pd.concat([table, features], axis=1)
    return table.sort_values(["score", "account_id"], ascending=[False, True], kind="stable", ignore_index=True)


def _innocent(groups: Sequence[Group], n: int) -> list[str | None]:
    """The innocent explanation of each account's group, where that is why the group is not listed."""
    found: list[str | None] = [None] * n
    for group in groups:
        for account in group.cohort.members.tolist():
            found[account] = group.explanation.name
    return found


def _said(features: pd.DataFrame, model: Baseline, scores: Scores, groups: Sequence[Group]) -> list[list[str]]:
    """Reasons of the flagged accounts and of those with the highest scores; none for the others."""
    place = np.argsort(np.argsort(-scores.score, kind="stable"))
    told = np.flatnonzero(scores.flagged | (place < EXPLAINED))
    said: list[list[str]] = [[] for _ in range(len(scores.score))]
    bits = anomaly.tail_bits(model, features.iloc[told])
    rarities = np.nan_to_num(bits.to_numpy(dtype=np.float64))
    of = {group.id: group for group in groups}
    for i, account in enumerate(told.tolist()):
        group = of.get(str(scores.campaign[account]))
        if group is not None:
            said[account].append(f"Member of {group.id}, tier {group.weighed.tier}.")
        said[account] += scores.reasons.get(account, ())
        values = features.iloc[account]
        for j in np.argsort(-rarities[i], kind="stable")[:REASONS]:
            name = str(bits.columns[j])
            if rarities[i, j] >= LEAST_BITS and name in DESCRIBED:
                said[account].append(_reason(DESCRIBED[name], float(values[name]), float(rarities[i, j])))
    return said


def _reason(feature: Feature, value: float, bits: float) -> str:
    """Sentence on one feature: its value, and how rare that is among the reference accounts."""
    side = "high" if feature.suspicious == "high" else "low"
    rarity = f"one account in {2.0**bits:,.0f}" if bits < MOST_BITS else "no account of the reference"
    return f"{feature.name.replace('_', ' ')}: {value:.3g} {feature.unit}, as {side} in {rarity}."
