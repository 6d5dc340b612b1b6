"""Which campaign of tonight is which campaign of the nights before: by core members in common, else by traces.

Greene, Doyle and Cunningham call this matching of communities between steps of time; one step is matched to the lines
of all nights before, so that a campaign that slept is known again.

References
----------
.. [1] Greene, D., Doyle, D. and Cunningham, P. (2010), "Tracking the evolution of communities in dynamic social
       networks", ASONAM.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from detector.campaigns.traces import Trace
from detector.nightly.lineage import Line, Lineage
from detector.nightly.sighting import Sighting
from detector.settings import Lineage as Limits

#: Core members in common below which two campaigns are not compared.
LEAST_COMMON = 2
#: Traces of which one is enough to know somebody by; of the others it takes two of different kinds.
STRONG = ("payment", "device")
#: Accounts of a campaign that must be known by their traces for it to be another one's heir.
LEAST_HEIRS = 3


@dataclass
class Matches:
    """What became of what.

    Attributes
    ----------
    continues : dict of str to str
        Tonight's campaign → line that it continues, by core members.
    inherits : dict of str to (str, int)
        Tonight's campaign → line that it continues or stands beside, and how many of its accounts are known by traces.
    splits : dict of str to list of str
        Line → tonight's campaigns, beside the one that continues it, whose core comes from it.
    merges : dict of str to list of str
        Line that is continued → lines whose core went into it.
    """

    continues: dict[str, str] = field(default_factory=dict)
    inherits: dict[str, tuple[str, int]] = field(default_factory=dict)
    splits: dict[str, list[str]] = field(default_factory=dict)
    merges: dict[str, list[str]] = field(default_factory=dict)


def matched(before: Lineage, tonight: Sequence[Sighting], limits: Limits, by_name: bool = False) -> Matches:
    """Match tonight's campaigns to the lines of the nights before.

    The pair with most core members in common goes first; of equal ones the older line, then the smaller id. Neither the
    order of the lines nor that of the campaigns changes anything.

    Parameters
    ----------
    by_name : bool
        Ids are already those of lines: two results of one store.
    """
    lines = {name: line for name, line in before.lines.items() if line.merged_into is None}
    common = _common(lines, tonight)
    matches = Matches()
    if by_name:
        matches.continues = {sighting.id: sighting.id for sighting in tonight if sighting.id in lines}
    cores = {sighting.id: len(sighting.core) for sighting in tonight}

    def order(pair: tuple[str, str]) -> tuple[int, str, str, str]:
        line, seen = pair
        return -common[pair], lines[line].first_night.isoformat(), line, seen

    pairs = sorted(common, key=order)
    given = set(matches.continues.values())
    for line, seen in pairs:
        least = min(len(lines[line].core), cores[seen])
        if _enough(common[line, seen], least, limits) and seen not in matches.continues and line not in given:
            matches.continues[seen] = line
            given.add(line)
    heir_of = {line: seen for seen, line in matches.continues.items()}
    parts: set[str] = set()
    for line, seen in pairs:
        if line not in heir_of and seen in matches.continues:
            if _enough(common[line, seen], len(lines[line].core), limits):
                matches.merges.setdefault(matches.continues[seen], []).append(line)
                heir_of[line] = seen
        elif line in heir_of and seen not in matches.continues and seen not in parts:
            if _enough(common[line, seen], cores[seen], limits):
                matches.splits.setdefault(matches.continues[heir_of[line]], []).append(seen)
                parts.add(seen)
    _inherit(
        matches, lines, [one for one in tonight if one.id not in matches.continues and one.id not in parts], limits
    )
    return matches


def known_by(held: Sequence[Trace]) -> bool:
    """Whether traces that two accounts have in common are enough to take them for one operator's."""
    kinds = {kind for kind, _ in held}
    return any(kind in STRONG for kind in kinds) or len(kinds) >= 2


def _common(lines: dict[str, Line], tonight: Sequence[Sighting]) -> Counter[tuple[str, str]]:
    """Core members in common of each line and campaign that have any."""
    of: dict[str, list[str]] = {}
    for name, line in lines.items():
        for account in line.core:
            of.setdefault(account, []).append(name)
    common: Counter[tuple[str, str]] = Counter()
    for sighting in tonight:
        for account in sighting.core:
            common.update((name, sighting.id) for name in of.get(account, ()))
    return common


def _enough(common: int, size: int, limits: Limits) -> bool:
    return common >= max(min(LEAST_COMMON, size), limits.least_overlap * size)


def _inherit(matches: Matches, lines: dict[str, Line], alone: Sequence[Sighting], limits: Limits) -> None:
    """Match campaigns that no core connects to the line whose traces most of their accounts hold."""
    holders: dict[Trace, list[str]] = {}
    for name, line in lines.items():
        for trace in line.traces:
            holders.setdefault(trace, []).append(name)
    wishes = []
    for sighting in alone:
        least = max(LEAST_HEIRS, limits.least_overlap * len(sighting.members))
        for name, known in _known_accounts(sighting, holders).items():
            if known >= least:
                wishes.append((-known, lines[name].first_night.isoformat(), name, sighting.id))
    given: set[str] = set()
    for known, _, wanted, seen in sorted(wishes):
        if seen not in matches.inherits and wanted not in given:
            matches.inherits[seen] = wanted, -known
            given.add(wanted)


def _known_accounts(sighting: Sighting, holders: dict[Trace, list[str]]) -> Counter[str]:
    """Accounts of a campaign that each line is known by."""
    held: dict[tuple[str, str], list[Trace]] = {}
    for trace, accounts in sighting.traces.items():
        for line in holders.get(trace, ()):
            for account in accounts:
                held.setdefault((line, account), []).append(trace)
    return Counter(line for (line, _), traces in held.items() if known_by(traces))
