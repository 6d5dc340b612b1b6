"""A scan's result under the ids that its campaigns have over the nights."""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from detector.results import ScanResult

_ID = re.compile(r"\bC-[0-9a-f]{8}\b")
_MEMBER = "Member of "


def renamed(result: ScanResult, names: Mapping[str, str]) -> ScanResult:
    """A copy in which every campaign goes by its new name."""

    def column(table: pd.DataFrame) -> pd.DataFrame:
        return table.assign(campaign_id=[names.get(one, one) for one in table["campaign_id"]])

    accounts = column(result.accounts)
    accounts["reasons"] = [_reasons(said, names) for said in accounts["reasons"]]
    run = copy.deepcopy(result.run)
    for part in run.get("allow_list", {}).get("suppressed", ()):
        part["campaign_id"] = names.get(part["campaign_id"], part["campaign_id"])
    return ScanResult(
        accounts=accounts,
        campaigns=_strongest_first(column(result.campaigns)),
        members=column(result.members),
        evidence_table=column(result.evidence_table),
        timeline_table=column(result.timeline_table),
        rejects=result.rejects,
        run=run,
        traces=result.traces,
    )


def _reasons(said: Sequence[str], names: Mapping[str, str]) -> list[str]:
    """Reasons, of which one names a campaign; what a log says stands in none of them."""
    return [
        _ID.sub(lambda found: names.get(found[0], found[0]), one, count=1) if one.startswith(_MEMBER) else one
        for one in said
    ]


def _strongest_first(campaigns: pd.DataFrame) -> pd.DataFrame:
    keys: dict[str, Any] = {"tier": campaigns["tier"], "w": -campaigns["log_evidence"], "id": campaigns["campaign_id"]}
    order = pd.DataFrame(keys).sort_values(["tier", "w", "id"], kind="stable").index
    return campaigns.loc[order].reset_index(drop=True)
