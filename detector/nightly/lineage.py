"""Campaigns over nights: the state that carries an id from one night to the next."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Collection
from dataclasses import dataclass, field, replace

from detector.campaigns.calendar import day_number
from detector.campaigns.traces import Trace
from detector.nightly.sighting import Member, Sighting, core_of

#: Kind of traces that is not remembered for longer than the scans show it: addresses change hands.
PASSING = "address"


@dataclass(frozen=True)
class Line:
    """What is remembered of a campaign.

    Attributes
    ----------
    first_night, last_night : date
        First and last night that found it.
    told : int
        Accounts it had when its size was last told.
    model : str or None
        Model it was last said to use.
    dormant : bool
        Whether it was last told to be dormant or not found.
    handed : date, optional
        Night on which it was last said to be handed over.
    merged_into : str, optional
        Campaign that it became part of; it is then not looked for any more.
    members : dict of str to Member
        Accounts of its last night, and those that were active shortly before.
    traces : frozenset of (kind, hash)
        Traces of its accounts, to know it again under new ones.
    """

    id: str
    tier: str
    first_night: dt.date
    last_night: dt.date
    told: int
    model: str | None
    members: dict[str, Member]
    traces: frozenset[Trace] = frozenset()
    dormant: bool = False
    handed: dt.date | None = None
    merged_into: str | None = None

    @property
    def core(self) -> frozenset[str]:
        """Members of the core; all members where there is none."""
        return core_of(self.members)

    def active(self, since: int) -> frozenset[str]:
        """Members with a request on or after a day."""
        return frozenset(name for name, member in self.members.items() if member.last >= since)


@dataclass(frozen=True)
class Lineage:
    """Every campaign that is remembered, by id, as of a night."""

    day: dt.date
    lines: dict[str, Line] = field(default_factory=dict)


def begun(sighting: Sighting, id: str, day: dt.date) -> Line:
    """The line of a campaign that was not known."""
    return Line(
        id, sighting.tier, day, day, len(sighting.members), sighting.model, sighting.members, frozenset(sighting.traces)
    )


def continued(line: Line, sighting: Sighting, day: dt.date, kept_days: int) -> Line:
    """The line of a campaign after another night, before any change is told.

    Members that tonight's scan does not show are kept for some days after their last request, so that it can be told
    that they stopped.
    """
    since = day_number(day) - kept_days
    members = {name: member for name, member in line.members.items() if member.last >= since}
    for name, member in sighting.members.items():
        known = line.members.get(name)
        first = min(known.first, member.first) if known else member.first
        members[name] = replace(member, first=first)
    gone = {name: replace(member, core=False) for name, member in members.items() if name not in sighting.members}
    traces = frozenset(trace for trace in line.traces if trace[0] != PASSING) | frozenset(sighting.traces)
    return replace(line, tier=sighting.tier, last_night=day, members=members | gone, traces=traces)


def fresh_id(sighting: Sighting, taken: Collection[str], day: dt.date) -> str:
    """The id of a new campaign: that of its scan, unless another campaign has or had it."""
    name, number = sighting.id, 0
    while name in taken:
        number += 1
        name = "C-" + hashlib.sha256(f"{sighting.id} {day} {number}".encode()).hexdigest()[:8]
    return name
