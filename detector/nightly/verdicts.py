"""Decisions applied to a night's result: campaigns set aside, campaigns judged, return visitors."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from detector.campaigns.scores import MOST_ALONE
from detector.campaigns.traces import Trace
from detector.nightly.decisions import Decision, Decisions
from detector.results import ScanResult


@dataclass(frozen=True)
class Suppressed:
    """A campaign that a benign verdict sets aside; `joined` of its accounts came after it."""

    campaign: str
    tier: str
    accounts: int
    joined: int
    note: str


@dataclass(frozen=True)
class Visitor:
    """An account that holds traces of accounts judged abusive."""

    account: str
    target: str
    kinds: tuple[str, ...]


def suppress(result: ScanResult, decisions: Decisions) -> tuple[Suppressed, ...]:
    """Set campaigns aside that benign verdicts vouch for, and give back which.

    Members of such a campaign, and accounts vouched for themselves, are not flagged and score their own rarity.
    """
    found = []
    vouched = {name for name, number in decisions.of_account.items() if decisions.made[number].verdict == "benign"}
    campaigns, members = result.campaigns, result.members
    notes = campaigns["suppressed"].astype(object).where(campaigns["suppressed"].notna(), None)
    calm = set(vouched)
    for at, (name, tier) in enumerate(zip(campaigns["campaign_id"], campaigns["tier"], strict=True)):
        own = members.loc[members["campaign_id"] == name, "account_id"].tolist()
        decision = decisions.on_campaign(own, "benign")
        if decision is None or notes.iloc[at] is not None:
            continue
        notes.iloc[at] = decision.note
        calm.update(own)
        found.append(Suppressed(str(name), str(tier), len(own), len(set(own) - vouched), decision.note))
    result.campaigns = campaigns.assign(suppressed=notes)
    _calm(result, calm)
    return tuple(found)


def judge(result: ScanResult, decisions: Decisions) -> None:
    """Write abusive verdicts beside the campaigns that they are about."""
    said = []
    for name in result.campaigns["campaign_id"]:
        own = result.members.loc[result.members["campaign_id"] == name, "account_id"].tolist()
        decision = decisions.on_campaign(own, "abusive")
        said.append(f"abusive: {decision.note}" if decision else None)
    result.campaigns = result.campaigns.assign(verdict=pd.Series(said, index=result.campaigns.index, dtype=object))


def visitors_of(result: ScanResult, decisions: Decisions) -> tuple[Visitor, ...]:
    """Return visitors in order of account, marked in the table of accounts too."""
    found = []
    for account, held in _held(result.traces):
        decision = decisions.return_of(account, held)
        if decision is not None:
            kinds = sorted({kind for kind, trace in held if (kind, trace) in decision.traces})
            found.append(Visitor(account, decision.target, tuple(kinds)))
    targets = {visitor.account: visitor.target for visitor in found}
    marks = [targets.get(name) for name in result.accounts["account_id"]]
    at = result.accounts.columns.tolist().index("explained_by") + 1
    result.accounts.insert(at, "return_of", pd.Series(marks, index=result.accounts.index, dtype=object))
    return tuple(found)


def judged(decision: Decision) -> str:
    """A decision in a sentence."""
    return f"{decision.target} was judged {decision.verdict} on {decision.at.date()}: {decision.note}."


def _held(traces: pd.DataFrame) -> Iterator[tuple[str, list[Trace]]]:
    for account, rows in traces.groupby("account_id", sort=True):
        yield str(account), list(zip(rows["kind"].astype(str), rows["trace"].astype(str), strict=True))


def _calm(result: ScanResult, accounts: set[str]) -> None:
    """Take flags and what campaigns add to scores from accounts; worst accounts stay first."""
    table = result.accounts
    here = table["account_id"].isin(accounts).to_numpy(dtype=bool)
    own = MOST_ALONE * np.clip(np.nan_to_num(table["anomaly"].to_numpy(dtype=np.float64)), 0.0, 1.0)
    table = table.assign(score=np.where(here, np.minimum(own, table["score"]), table["score"]))
    table["flagged"] = table["flagged"].to_numpy(dtype=bool) & ~here
    table = table.sort_values(["score", "account_id"], ascending=[False, True], kind="stable", ignore_index=True)
    result.accounts = table
    scores = table.set_index("account_id")["score"]
    result.members = result.members.assign(score=scores.reindex(result.members["account_id"]).to_numpy())
