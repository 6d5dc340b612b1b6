"""What changed in a campaign from one night to the next, each in a sentence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from detector.campaigns.calendar import date_of, day_number
from detector.nightly.lineage import Line
from detector.nightly.sighting import Sighting
from detector.settings import Lineage as Limits

#: Kinds, in the order in which they are told.
KINDS = (
    "new", "returned", "handed over", "moved", "split", "merged", "grown", "shrunk", "dormant", "not found",
)  # fmt: skip
#: Accounts by which a campaign must have grown or shrunk for that to be told.
LEAST_ACCOUNTS = 3


@dataclass(frozen=True)
class Change:
    """One change of one campaign.

    Attributes
    ----------
    others : tuple of str
        Campaigns that it was split into, that were merged into it, or that it was taken over from.
    """

    kind: str
    campaign: str
    tier: str
    statement: str
    others: tuple[str, ...] = ()


def in_order(changes: list[Change]) -> tuple[Change, ...]:
    """Changes as they are told: by kind, then tier, then campaign."""
    return tuple(sorted(changes, key=lambda c: (KINDS.index(c.kind), c.tier, c.campaign, c.others)))


def record_of(change: Change) -> dict[str, Any]:
    """A change as plain values."""
    return {
        "kind": change.kind,
        "campaign_id": change.campaign,
        "tier": change.tier,
        "statement": change.statement,
        "others": list(change.others),
    }


def new(line: Line) -> Change:
    """A campaign that no night before has seen."""
    first = date_of(min((member.first for member in line.members.values()), default=day_number(line.first_night)))
    return Change("new", line.id, line.tier, f"{_accounts(len(line.members))}, active since {first}.")


def split(line: Line, parts: list[Line]) -> Change:
    """A campaign whose core is found in several."""
    listed = ", ".join(f"{part.id} ({_accounts(len(part.members))})" for part in parts)
    statement = f"Part of its core is now a campaign of its own: {listed}."
    return Change("split", line.id, line.tier, statement, tuple(part.id for part in parts))


def merged(line: Line, absorbed: list[Line]) -> Change:
    """A campaign that holds the cores of others."""
    names = tuple(sorted(one.id for one in absorbed))
    return Change("merged", line.id, line.tier, f"Now holds the core of {', '.join(names)}.", names)


def inherited(line: Line, heir: Line, known: int, members: int) -> Change:
    """A campaign that is known by the traces of one whose accounts do not ask any more."""
    others = (line.id,) if line.id != heir.id else ()
    whose = f"of {line.id}, whose accounts stopped" if others else "of the accounts that stopped"
    statement = f"{known} of {_accounts(members)} hold cards, devices, addresses or mailboxes {whose}."
    return Change("handed over", heir.id, heir.tier, statement, others)


def lost(line: Line, last: Mapping[str, int], day: date, limits: Limits) -> tuple[Line, list[Change]]:
    """The line of a campaign that tonight's scan did not find.

    Parameters
    ----------
    last : mapping of str to int
        Day of the last request of every account that tonight's scan knows.
    """
    if line.dormant:
        return line, []
    since = _since(day, limits)
    active = sum(last.get(name, -1) >= since for name in line.core)
    if active >= max(1.0, limits.least_overlap * len(line.core)):
        statement = (
            f"{active} of its core of {_accounts(len(line.core))} are active, but too little ties them together by now."
        )
        return replace(line, dormant=True), [Change("not found", line.id, line.tier, statement)]
    return replace(line, dormant=True), [_dormant(line, limits)]


def followed(before: Line, line: Line, sighting: Sighting, day: date, limits: Limits) -> tuple[Line, list[Change]]:
    """The line of a campaign that tonight's scan found again, and what is told of it.

    Parameters
    ----------
    before, line : Line
        As of the night before, and with tonight's members.
    """
    active = line.active(_since(day, limits))
    if not active:
        return replace(line, dormant=True), ([] if before.dormant else [_dormant(line, limits)])
    line, found = replace(line, dormant=False), []
    if before.dormant:
        found.append(
            _change("returned", line, f"{_accounts(len(active))} active again, last found {before.last_night}.")
        )
    for look in (_handed_over, _moved, _resized):
        line, told = look(before, line, sighting, day, limits)
        found += told
    return line, found


def _handed_over(before: Line, line: Line, sighting: Sighting, day: date, limits: Limits) -> tuple[Line, list[Change]]:
    """Most accounts of late stopped, and others that began meanwhile do their work."""
    span = limits.fresh_days + limits.quiet_days
    if line.handed is not None and (day - line.handed).days <= span:
        return line, []
    today = day_number(day)
    late, fresh_since = today - span, today - limits.fresh_days
    active = line.active(_since(day, limits))
    staff = {name for name, member in line.members.items() if member.last >= late and member.first <= fresh_since}
    gone = {name for name in staff if name not in active or line.members[name].closed}
    fresh = {name for name in active if line.members[name].first > fresh_since and name in sighting.members}
    enough = len(gone) >= max(LEAST_ACCOUNTS, limits.least_gone * len(staff))
    if not enough or len(fresh) < max(LEAST_ACCOUNTS, limits.least_fresh * len(gone)):
        return line, []
    closed = sum(line.members[name].closed for name in gone)
    how = f", {closed} of them closed" if closed else ""
    statement = f"{len(gone)} of {_accounts(len(staff))} stopped{how}; {len(fresh)} new ones have taken over."
    told = replace(line, handed=day, told=len(sighting.members))
    return told, [_change("handed over", line, statement)]


def _moved(before: Line, line: Line, sighting: Sighting, day: date, limits: Limits) -> tuple[Line, list[Change]]:
    model, share = sighting.model, sighting.model_share
    if model is None or model == line.model or share < limits.least_moved:
        return line, []
    told = replace(line, model=model)
    if line.model is None:
        return told, []
    return told, [
        _change("moved", line, f"{share:.0%} of the last day's requests go to {model}, before to {line.model}.")
    ]


def _resized(before: Line, line: Line, sighting: Sighting, day: date, limits: Limits) -> tuple[Line, list[Change]]:
    now, then = len(sighting.members), line.told
    if abs(now - then) < max(LEAST_ACCOUNTS, limits.least_step * then):
        return line, []
    joined = len(sighting.members.keys() - before.members.keys())
    kind, extra = ("grown", f", {joined} since {before.last_night}") if now > then else ("shrunk", "")
    return replace(line, told=now), [_change(kind, line, f"From {_accounts(then)} to {now}{extra}.")]


def _dormant(line: Line, limits: Limits) -> Change:
    last = date_of(max((member.last for member in line.members.values()), default=day_number(line.last_night)))
    return _change("dormant", line, f"No request for {limits.quiet_days} days; the last on {last}.")


def _change(kind: str, line: Line, statement: str) -> Change:
    return Change(kind, line.id, line.tier, statement)


def _since(day: date, limits: Limits) -> int:
    """First of the days of which one with a request makes an account active."""
    return day_number(day) - limits.quiet_days + 1


def _accounts(n: int) -> str:
    return f"{n:,} account" if n == 1 else f"{n:,} accounts"
