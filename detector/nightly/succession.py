"""From the campaigns of the nights before and those of tonight to the campaigns after tonight."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from detector.campaigns.calendar import day_number
from detector.nightly import changes
from detector.nightly.changes import Change
from detector.nightly.lineage import Line, Lineage, begun, continued, fresh_id
from detector.nightly.matching import Matches, matched
from detector.nightly.sighting import Sighting
from detector.results import ScanResult
from detector.settings import Lineage as Limits


@dataclass(frozen=True)
class Succession:
    """What one night makes of the nights before.

    Attributes
    ----------
    names : dict of str to str
        Id in tonight's scan → id over the nights.
    """

    lineage: Lineage
    names: dict[str, str]
    changes: tuple[Change, ...]


def succession(
    before: Lineage | None,
    tonight: Sequence[Sighting],
    last: Mapping[str, int],
    day: dt.date,
    limits: Limits,
    by_name: bool = False,
) -> Succession:
    """Carry campaigns on by a night. A first night tells no changes.

    Parameters
    ----------
    last : mapping of str to int
        Day of the last request of every account that tonight's scan knows.
    """
    tonight = sorted(tonight, key=lambda sighting: sighting.id)
    if before is None:
        lines = {sighting.id: begun(sighting, sighting.id, day) for sighting in tonight}
        return Succession(Lineage(day, lines), {name: name for name in lines}, ())
    matches = matched(before, tonight, limits, by_name)
    names = _names(before, tonight, matches, day)
    lines, told = _found(before, tonight, matches, names, day, limits)
    for name, absorbed in sorted(matches.merges.items()):
        told.append(changes.merged(lines[name], [before.lines[one] for one in absorbed]))
        lines |= {one: replace(before.lines[one], merged_into=name, last_night=day) for one in absorbed}
    for name, parts in sorted(matches.splits.items()):
        told.append(changes.split(lines[name], [lines[names[part]] for part in sorted(parts)]))
    for name, line in before.lines.items():
        if name not in lines:
            lines[name], more = changes.lost(line, last, day, limits) if line.merged_into is None else (line, [])
            told += more
    oldest = day - dt.timedelta(days=limits.remembered_days)
    kept = {name: lines[name] for name in sorted(lines) if lines[name].last_night >= oldest}
    return Succession(Lineage(day, kept), names, changes.in_order(told))


def last_days(result: ScanResult) -> dict[str, int]:
    """Day of the last request of each account."""
    last = result.accounts["last_seen"].astype("datetime64[us, UTC]").astype("int64") // 86_400_000_000
    return dict(zip(result.accounts["account_id"].astype(str), last.tolist(), strict=True))


def _names(before: Lineage, tonight: Sequence[Sighting], matches: Matches, day: dt.date) -> dict[str, str]:
    """Id over the nights of each campaign of tonight."""
    names = dict(matches.continues)
    continued_lines = set(names.values())
    for seen, (line, _) in matches.inherits.items():
        if line not in continued_lines:
            names[seen] = line
    taken = set(before.lines) | set(names.values())
    for sighting in tonight:
        if sighting.id not in names:
            names[sighting.id] = fresh_id(sighting, taken, day)
            taken.add(names[sighting.id])
    return names


def _found(
    before: Lineage,
    tonight: Sequence[Sighting],
    matches: Matches,
    names: dict[str, str],
    day: dt.date,
    limits: Limits,
) -> tuple[dict[str, Line], list[Change]]:
    """Lines of the campaigns that tonight's scan found."""
    lines: dict[str, Line] = {}
    told: list[Change] = []
    parts = {part for several in matches.splits.values() for part in several}
    kept = limits.fresh_days + limits.quiet_days
    for sighting in tonight:
        name = names[sighting.id]
        if sighting.id in matches.continues:
            known = before.lines[name]
            line = continued(known, sighting, day, kept)
            lines[name], more = changes.followed(known, line, sighting, day, limits)
        elif sighting.id in matches.inherits and name in before.lines:
            line = replace(continued(before.lines[name], sighting, day, kept), told=len(sighting.members), handed=day)
            lines[name], more = replace(line, dormant=False), [_heir(before.lines[name], line, sighting, matches)]
        else:
            lines[name] = begun(sighting, name, day)
            more = [] if sighting.id in parts else [changes.new(lines[name])]
        told += more
    return lines, told + _beside(before, tonight, matches, names, lines, day)


def _beside(
    before: Lineage,
    tonight: Sequence[Sighting],
    matches: Matches,
    names: dict[str, str],
    lines: dict[str, Line],
    day: dt.date,
) -> list[Change]:
    """New campaigns that hold the traces of one that is still found, but was silent on the last day."""
    seen = {sighting.id: sighting for sighting in tonight}
    told = []
    for name, (line, _) in matches.inherits.items():
        if names[name] != line and not lines[line].active(day_number(day)):
            told.append(_heir(before.lines[line], lines[names[name]], seen[name], matches))
    return told


def _heir(line: Line, heir: Line, sighting: Sighting, matches: Matches) -> Change:
    return changes.inherited(line, heir, matches.inherits[sighting.id][1], len(sighting.members))
