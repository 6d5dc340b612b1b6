"""A night as the sequel of the night before: stable ids, what changed, what decisions say. No clock, no disk."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from detector.nightly.changes import Change, record_of
from detector.nightly.decisions import Decisions
from detector.nightly.lineage import Lineage
from detector.nightly.renaming import renamed
from detector.nightly.sighting import sightings_of
from detector.nightly.succession import Succession, last_days, succession
from detector.nightly.verdicts import Suppressed, Visitor, judge, judged, suppress, visitors_of
from detector.results import ScanResult
from detector.results.labels import compared
from detector.results.review import review
from detector.settings import Settings

#: Return visitors that the record of a run names; the table of accounts marks all.
VISITORS_NAMED = 100


@dataclass(frozen=True)
class Night:
    """What a night found, held against the nights before.

    Attributes
    ----------
    result : ScanResult
        Campaigns under their ids over the nights; what benign decisions set aside is marked; ``run["night"]`` tells
        what follows.
    changes : tuple of Change
        Differences from the night before, as they are told; none on a first night.
    suppressed : tuple of Suppressed
        Campaigns that benign verdicts set aside.
    visitors : tuple of Visitor
        Accounts with the traces of accounts judged abusive.
    lineage : Lineage
        What the next night needs of this one; see `lineage_file`.
    """

    day: dt.date
    result: ScanResult
    changes: tuple[Change, ...]
    suppressed: tuple[Suppressed, ...]
    visitors: tuple[Visitor, ...]
    lineage: Lineage


def sequel(
    previous: Night | Lineage | None, scanned: ScanResult, decisions: Decisions, day: dt.date, settings: Settings
) -> Night:
    """Hold a night's scan against the night before. The same arguments give the same night.

    Parameters
    ----------
    previous : Night or Lineage, optional
        The night before, or what is remembered of it.
    scanned : ScanResult
        Tonight's scan of the window; it is not changed.
    decisions : Decisions
        All that were ever made: those of a later day than `day` do not count.
    day : date
        Last day of the window.
    """
    before = previous.lineage if isinstance(previous, Night) else previous
    after = succession(before, sightings_of(scanned), last_days(scanned), day, settings.lineage)
    result = renamed(scanned, after.names)
    since = {name: line.first_night.isoformat() for name, line in after.lineage.lines.items()}
    result.campaigns = result.campaigns.assign(since=[since[name] for name in result.campaigns["campaign_id"]])
    decisions = decisions.on(day)
    suppressed = suppress(result, decisions)
    judge(result, decisions)
    visitors = visitors_of(result, decisions)
    result.run["population"] = _population(result)
    if "labels" in result.run:
        result.run["labels"] |= compared(result.accounts)
    if "chance" in result.run:
        calm = {name for name, number in decisions.of_account.items() if decisions.made[number].verdict == "benign"}
        chance, budget = result.run["chance"], settings.review.budget
        result.run["review"] = review(result.accounts, result.campaigns, chance, budget, calm)
    result.run["night"] = _told(before, after, decisions, suppressed, visitors)
    return Night(day, result, after.changes, suppressed, visitors, after.lineage)


def _population(result: ScanResult) -> dict[str, Any]:
    """Counts of the record after decisions."""
    shown = result.campaigns[result.campaigns["suppressed"].isna()]
    counts = {tier: int((shown["tier"] == tier).sum()) for tier in "ABC"}
    return {
        **result.run["population"],
        "flagged": int(result.accounts["flagged"].sum()),
        "campaigns": counts,
    }


def _told(
    before: Lineage | None,
    after: Succession,
    decisions: Decisions,
    suppressed: tuple[Suppressed, ...],
    visitors: tuple[Visitor, ...],
) -> dict[str, Any]:
    """What the record of the run says of a night."""
    return {
        "day": after.lineage.day.isoformat(),
        "previous": before.day.isoformat() if before else None,
        "changes": [record_of(change) for change in after.changes],
        "suppressed": [
            {"campaign_id": s.campaign, "tier": s.tier, "accounts": s.accounts, "joined": s.joined, "note": s.note}
            for s in suppressed
        ],
        "expired": [judged(decision) for decision in decisions.expired],
        "visitors": {
            "accounts": len(visitors),
            "named": [
                {"account_id": v.account, "of": v.target, "by": list(v.kinds)} for v in visitors[:VISITORS_NAMED]
            ],
        },
    }
