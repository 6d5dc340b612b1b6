"""The difference between two results, of one store or of plain scans."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from detector.errors import UsageError
from detector.nightly.changes import record_of
from detector.nightly.sighting import sightings_of
from detector.nightly.succession import last_days, succession
from detector.results import ScanResult, last_day
from detector.settings import Settings


def difference(earlier: ScanResult, later: ScanResult, settings: Settings) -> dict[str, Any]:
    """What became of the campaigns of an earlier result, as plain values.

    Returns
    -------
    dict
        ``previous`` and ``day`` (dates), ``changes``, ``unchanged`` (number of campaigns that go on without a change
        worth telling), ``flagged`` (accounts before and after), ``notes``.

    Raises
    ------
    UsageError
        If the second result ends before the first.
    """
    before, day = last_day(earlier.run), last_day(later.run)
    if day < before:
        raise UsageError(f"The first result ends on {before}, after the second on {day}: give the earlier one first.")
    one_key = earlier.run.get("key_id") == later.run.get("key_id")
    one_store = one_key and "night" in earlier.run and "night" in later.run
    known = succession(None, sightings_of(earlier), last_days(earlier), before, settings.lineage)
    tonight = sightings_of(_with_earlier_requests(earlier, later))
    after = succession(known.lineage, tonight, last_days(later), day, settings.lineage, by_name=one_store)
    changed = {name for change in after.changes for name in (change.campaign, *change.others)}
    return {
        "previous": before.isoformat(),
        "day": day.isoformat(),
        "changes": [record_of(change) for change in after.changes],
        "unchanged": len(set(after.names.values()) - changed),
        "flagged": [int(result.accounts["flagged"].sum()) for result in (earlier, later)],
        "notes": [] if one_key else [_KEYS_DIFFER],
    }


_KEYS_DIFFER = (
    "The results were made with different keys, so that cards, devices and addresses cannot be compared: accounts that "
    "take over from others are told only where some stayed. Give both scans one --key FILE."
)


def _with_earlier_requests(earlier: ScanResult, later: ScanResult) -> ScanResult:
    """The later result, in which a member that the earlier one knows has been active since then."""
    first = earlier.accounts.set_index("account_id")["first_seen"]
    known = pd.to_datetime(first.reindex(later.members["account_id"]), utc=True).to_numpy()
    own = pd.to_datetime(later.members["first_seen"], utc=True).to_numpy()
    return replace(later, members=later.members.assign(first_seen=pd.to_datetime(np.fmin(own, known), utc=True)))
