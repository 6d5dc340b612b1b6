"""Past nights with other settings: what would have been found, and what analysts have said of it since. No disk."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Any

from detector.nightly.decisions import Decisions
from detector.nightly.lineage import Line, Lineage
from detector.nightly.matching import matched
from detector.nightly.sequel import Night, sequel
from detector.nightly.sighting import Sighting, sightings_of
from detector.nightly.succession import succession
from detector.results import ScanResult
from detector.settings import Settings


def backtest(
    nights: Iterable[tuple[dt.date, ScanResult, ScanResult]],
    decisions: Decisions,
    settings: Settings,
    before: Lineage | None = None,
) -> Iterator[dict[str, Any]]:
    """Hold past nights against the same nights with other settings.

    Parameters
    ----------
    nights : iterable of (day, result, scan)
        In order of day: the result of the night as it was published, and a scan of its window with the other settings.
        One night is held in memory at a time.
    decisions : Decisions
        All of the store. A night knows those of its day; verdicts of any day judge what differs.
    settings : Settings
        The other settings.
    before : Lineage, optional
        What was remembered before the first night.

    Yields
    ------
    dict
        As `compared` gives it, for each night.
    """
    state: Night | Lineage | None = before
    for day, published, scanned in nights:
        night = sequel(state, scanned, decisions, day, settings)
        yield compared(published, night.result, decisions, day, settings)
        state = night.lineage


def compared(
    published: ScanResult, replayed: ScanResult, decisions: Decisions, day: dt.date, settings: Settings
) -> dict[str, Any]:
    """What differs between two results of one night.

    Returns
    -------
    dict
        ``day``; ``flagged``: accounts in either result; ``gained`` and ``lost``: accounts flagged in one alone, each
        with how many analysts judged abusive and benign; ``found``, ``missed`` and ``tier``: campaigns that only the
        replay has, that only the published result has, and whose tier differs.
    """
    was, now = (_flagged(result) for result in (published, replayed))
    known = succession(None, sightings_of(published), {}, day, settings.lineage).lineage
    seen = {sighting.id: sighting for sighting in sightings_of(replayed)}
    same = matched(known, list(seen.values()), settings.lineage).continues
    return {
        "day": day.isoformat(),
        "flagged": [len(was), len(now)],
        "gained": _judged(now - was, decisions),
        "lost": _judged(was - now, decisions),
        "found": [_campaign(seen[name]) for name in sorted(seen.keys() - same.keys())],
        "missed": [_campaign(known.lines[name]) for name in sorted(known.lines.keys() - set(same.values()))],
        "tier": [
            {"campaign_id": line, "from": known.lines[line].tier, "to": seen[name].tier}
            for name, line in sorted(same.items(), key=lambda pair: pair[1])
            if known.lines[line].tier != seen[name].tier
        ],
    }


def _flagged(result: ScanResult) -> set[str]:
    return set(result.accounts.loc[result.accounts["flagged"].astype(bool), "account_id"].astype(str))


def _judged(accounts: set[str], decisions: Decisions) -> dict[str, int]:
    """Accounts, and how many of them the last verdict calls abusive and benign."""
    verdicts = [decisions.made[decisions.of_account[name]].verdict for name in accounts & decisions.of_account.keys()]
    return {"accounts": len(accounts), "abusive": verdicts.count("abusive"), "benign": verdicts.count("benign")}


def _campaign(one: Line | Sighting) -> dict[str, Any]:
    return {"campaign_id": one.id, "tier": one.tier, "accounts": len(one.members)}
