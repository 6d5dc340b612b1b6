"""What a report is made from: the tables of a scan and its record, completed and ordered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from detector.schema import CAMPAIGN_COLUMNS, EVIDENCE_COLUMNS, MEMBER_COLUMNS, TIMELINE_COLUMNS

TIERS = ("A", "B", "C")
#: Columns of the table of accounts that are not features.
ACCOUNT_COLUMNS = (
    "account_id",
    "score",
    "flagged",
    "campaign_id",
    "tier",
    "reasons",
    "anomaly",
    "tail",
    "p",
    "n_queries",
    "first_seen",
    "last_seen",
    "created_at",
    "principal_size",
    "explained_by",
    "return_of",
    "label",
)
REJECT_COLUMNS = ("file", "row", "byte_offset", "reason", "detail")


@dataclass(frozen=True, eq=False)
class Findings:
    """The tables of one scan, and the record of the run that made them."""

    accounts: pd.DataFrame
    campaigns: pd.DataFrame
    members: pd.DataFrame
    evidence: pd.DataFrame
    timeline: pd.DataFrame
    rejects: pd.DataFrame
    run: Mapping[str, Any]

    def completed(self) -> Findings:
        """Hold every declared column, and the campaigns that stand in the order in which they are read."""
        campaigns = _with(self.campaigns, CAMPAIGN_COLUMNS)
        campaigns = campaigns[campaigns["suppressed"].isna()]
        order = pd.DataFrame(
            {
                "tier": campaigns["tier"].astype("object").fillna("Z"),
                "evidence": -campaigns["log_evidence"].astype("float64"),
                "id": campaigns["campaign_id"].astype("object"),
            },
            index=campaigns.index,
        ).sort_values(["tier", "evidence", "id"], kind="stable")
        return Findings(
            accounts=_with(self.accounts, ACCOUNT_COLUMNS),
            campaigns=campaigns.loc[order.index],
            members=_with(self.members, MEMBER_COLUMNS),
            evidence=_with(self.evidence, EVIDENCE_COLUMNS),
            timeline=_with(self.timeline, TIMELINE_COLUMNS),
            rejects=_with(self.rejects, REJECT_COLUMNS),
            run=self.run,
        )

    def section(self, name: str) -> Mapping[str, Any]:
        """Part of the run's record; empty when the record lacks it."""
        part = self.run.get(name)
        return part if isinstance(part, Mapping) else {}

    def flagged(self) -> npt.NDArray[np.bool_]:
        """Which accounts are flagged; unknown counts as no."""
        return self.accounts["flagged"].eq(True).to_numpy(dtype=bool)

    def alone(self) -> npt.NDArray[np.bool_]:
        """Which accounts no campaign holds, or are flagged though their group is only watched."""
        watched = self.accounts["tier"].eq("C").to_numpy(dtype=bool)
        return self.accounts["campaign_id"].isna().to_numpy(dtype=bool) | (watched & self.flagged())

    def members_of(self, campaign_id: object) -> pd.DataFrame:
        """Members of a campaign: core first, surest first."""
        members = self.members[self.members["campaign_id"] == campaign_id]
        return members.sort_values(["role", "membership", "score", "account_id"], ascending=[True, False, False, True])

    def evidence_of(self, campaign_id: object) -> pd.DataFrame:
        """Evidence on a campaign, weightiest first."""
        evidence = self.evidence[self.evidence["campaign_id"] == campaign_id]
        return evidence.sort_values(["weight", "family", "name"], ascending=[False, True, True])

    def feature_names(self) -> list[str]:
        """Columns of the table of accounts that hold features."""
        return [str(name) for name in self.accounts.columns if name not in ACCOUNT_COLUMNS]


def instants(values: pd.Series[Any]) -> npt.NDArray[np.datetime64]:
    """Known moments of a column, as naive UTC microseconds in ascending order."""
    known = pd.to_datetime(values, utc=True).dropna()
    moments = known.dt.tz_localize(None).to_numpy(dtype="datetime64[us]")
    return np.sort(moments)


def records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows of a table as plain dicts by column."""
    return [{str(name): value for name, value in row.items()} for row in table.to_dict("records")]


def strings(value: object) -> list[str]:
    """Strings of a list cell, which Parquet hands back as an array and nobody as None."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, np.ndarray | Sequence):
        return [str(item) for item in value if item is not None]
    return []


def _with(table: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    table = table.reset_index(drop=True)
    missing = [name for name in columns if name not in table.columns]
    return table.assign(**dict.fromkeys(missing)) if missing else table
