"""What a page opens with: the difference from the night before, and the list to review."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from detector.report.changes import change_title
from detector.report.findings import Findings
from detector.report.numbers import counted
from detector.report.review import review_meaning, review_title, standing

#: Rows of either table that a page shows.
MOST = 100


@dataclass(frozen=True)
class ChangeView:
    """One change of one campaign."""

    kind: str
    campaign: str
    tier: str
    statement: str


@dataclass(frozen=True)
class EntryView:
    """One entry to review."""

    rank: int
    id: str
    tier: str | None
    standing: str
    why: str
    expected: str


@dataclass(frozen=True)
class Opening:
    """Both, where a result holds them; titles are empty where it does not."""

    changes_title: str
    changes: list[ChangeView]
    changes_left: str
    review_title: str
    review_meaning: str
    entries: list[EntryView]


def opening(findings: Findings) -> Opening:
    """View of what a result says of the night before and of its review list."""
    night, review = findings.section("night"), findings.section("review")
    changes = night.get("changes", ()) if night.get("previous") else ()
    left = len(changes) - MOST
    return Opening(
        changes_title=change_title(night) if night.get("previous") else "",
        changes=[
            ChangeView(str(one["kind"]), str(one["campaign_id"]), str(one["tier"]), str(one["statement"]))
            for one in changes[:MOST]
        ],
        changes_left=f"{counted(left, 'more change')} in run.json." if left > 0 else "",
        review_title=review_title(review) if review else "",
        review_meaning=review_meaning(review) if review else "",
        entries=[_entry(one) for one in review.get("entries", ())[:MOST]],
    )


def _entry(entry: Mapping[str, Any]) -> EntryView:
    return EntryView(
        rank=int(entry["rank"]),
        id=str(entry["id"]),
        tier=entry["tier"],
        standing=standing(entry),
        why=str(entry["why"]),
        expected=f"{entry['expected']:.1f}",
    )
