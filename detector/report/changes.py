"""The difference from an earlier night, told in the terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from detector.report.layout import fit, paint, wrap
from detector.report.numbers import count, counted
from detector.report.text import for_terminal, identifier

CHANGES_SHOWN = 40
_KIND, _CAMPAIGN = 11, 10


def difference_text(difference: Mapping[str, Any], width: int = 80, colour: bool = False) -> str:
    """Text of `detector diff`.

    Parameters
    ----------
    difference : mapping
        ``previous``, ``day``, ``changes``, ``unchanged``, ``flagged``, ``notes``.
    """
    lines = [paint(line, "bold", colour) for line in wrap(change_title(difference), width)]
    before, after = difference["flagged"]
    lines += wrap(
        f"Accounts flagged: {count(before)} before, {count(after)} now. "
        f"{counted(difference['unchanged'], 'campaign')} as before.",
        width,
    )
    lines += change_lines(difference["changes"], width, colour)
    for note in difference["notes"]:
        lines += ["", *wrap(note, width)]
    return "\n".join(lines) + "\n"


def change_title(difference: Mapping[str, Any]) -> str:
    """The difference in one line: 2 new, 1 grown."""
    kinds = Counter(change["kind"] for change in difference["changes"])
    said = ", ".join(f"{n} {kind}" for kind, n in kinds.items()) or "no change of any campaign"
    return f"From {difference['previous']} to {difference['day']}: {said}"


def change_lines(changes: Sequence[Mapping[str, Any]], width: int, colour: bool) -> list[str]:
    """One paragraph for each change."""
    lines = [""] if changes else []
    for change in changes[:CHANGES_SHOWN]:
        name = fit(identifier(change["campaign_id"], _CAMPAIGN), _CAMPAIGN)
        lead = f"{fit(for_terminal(change['kind'], _KIND), _KIND)}  {name}  {for_terminal(change['tier'], 1)}  "
        said = wrap(for_terminal(change["statement"]), width, " " * len(lead), lead)
        lines += [paint(said[0], str(change["tier"]), colour), *said[1:]]
    left = len(changes) - CHANGES_SHOWN
    return lines + ([f"and {counted(left, 'change')} more in run.json"] if left > 0 else [])
