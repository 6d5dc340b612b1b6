"""The table of accounts: score, campaign, reasons, and the features behind them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from detector.anomaly import baseline as anomaly
from detector.anomaly.baseline import Baseline
from detector.campaigns.find import Group
from detector.campaigns.scores import Scores
from detector.features import FEATURES
from detector.profiles.tables import Tables

REASONS = 4
EXPLAINED = 500
#: A value is a reason where fewer than one reference account in 2^6 is as far out.
LEAST_BITS = 6.0


def account_table(
    tables: Tables, features: pd.DataFrame, rarity: pd.DataFrame, model: Baseline, scores: Scores, groups: Sequence[Group]
) -> pd.DataFrame:
    """One row per account with a query, worst first.

    Columns: ``account_id``, ``score``, ``flagged``, ``campaign_id``, ``tier``, ``reasons``, ``anomaly``, ``tail``,
    ``n_queries``, ``first_seen``, ``last_seen``, ``created_at``, ``principal_size``, then the features.
    """
    days = tables.days.groupby("account")
    principal = tables.accounts["principal"]
    shown = {group.id for group in groups}
    listed = np.array([name in shown for name in scores.campaign])
    table = pd.DataFrame(
        {
            "account_id": tables.accounts["account_id"],
            "score": scores.score,
            "flagged": scores.flagged,
            "campaign_id": np.where(listed, scores.campaign, None),
            "tier": np.where(listed, scores.tier, None),
            "reasons": [[] for _ in range(len(scores.score))],
            "anomaly": rarity["score"],
            "tail": rarity["tail"],
            "n_queries": days["requests"].sum().to_numpy(),
            "first_seen": pd.to_datetime(days["first_us"].min().to_numpy(), unit="us", utc=True),
            "last_seen": pd.to_datetime(days["last_us"].max().to_numpy(), unit="us", utc=True),
            "created_at": tables.accounts["created_at"],
            "principal_size": principal.map(principal.value_counts()),
        }
    )
    told = np.flatnonzero(scores.flagged | (np.argsort(np.argsort(-scores.score, kind="stable")) < EXPLAINED))
    for account, reasons in zip(told, _reasons(features, model, scores, groups, told), strict=True):
        table.at[account, "reasons"] = reasons
    table = pd.concat([table, features], axis=1)
    return table.sort_values(["score", "account_id"], ascending=[False, True], kind="stable", ignore_index=True)


def _reasons(
    features: pd.DataFrame, model: Baseline, scores: Scores, groups: Sequence[Group], told: np.ndarray[tuple[int], np.dtype[np.int64]]
) -> list[list[str]]:
    """Sentences for each of the given accounts: its campaign, then its rarest features."""
    bits = anomaly.tail_bits(model, features.iloc[told])
    names = {f.name: f for f in FEATURES}
    rank = (-bits.fillna(0.0)).to_numpy().argsort(axis=1, kind="stable")[:, :REASONS]
    of = {group.id: group for group in groups}
    found = []
    for i, account in enumerate(told):
        said = []
        group = of.get(str(scores.campaign[account]))
        if group is not None:
            said.append(f"Member of {group.id}, tier {group.weighed.tier}.")
        for j in rank[i]:
            name = str(bits.columns[j])
            value = bits.iat[i, j]
            if value >= LEAST_BITS and name in names:
                side = "more" if names[name].suspicious == "high" else "less"
                said.append(
                    f"{name} is {features.at[account, name]:.3g} {names[name].unit}: {side} than {1 - 2.0**-value:.2%} of the reference."
                )
        found.append(said)
    return found
