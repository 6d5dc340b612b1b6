"""The list to review, told: what to look at first, and how much of it chance alone would put there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from detector.report.layout import paint, wrap
from detector.report.numbers import count, counted, quantity, score
from detector.report.text import for_terminal, identifier

_ID = 22


def review_title(review: Mapping[str, Any]) -> str:
    """The list in one line."""
    return f"To review: {counted(len(review['entries']), 'entry', 'entries')}, best first"


def review_meaning(review: Mapping[str, Any]) -> str:
    """How many false alarms are expected, and what that does not count."""
    said = [
        f"About {quantity(review['expected'])} of these {count(len(review['entries']))} are expected by chance alone."
    ]
    if review["resamples"]:
        searches = counted(review["resamples"], "search", "searches")
        found = quantity(review["groups_by_chance"])
        said.append(f"{searches} of the same accounts without their links found {found} groups each.")
    watched = sum(entry["tier"] == "C" for entry in review["entries"])
    if watched:
        said.append(f"{counted(watched, 'group')} to watch: tied by more than chance, as classes, firms and pools are.")
    return " ".join(said)


def review_lines(review: Mapping[str, Any], width: int, colour: bool) -> list[str]:
    """The list in the terminal."""
    lines = [paint(line, "bold", colour) for line in wrap(review_title(review), width)]
    lines += [*wrap(review_meaning(review), width), ""]
    for entry in review["entries"]:
        lead = f"{entry['rank']:>3}  {identifier(entry['id'], _ID).ljust(_ID)}  {standing(entry).ljust(6)}  "
        lines += wrap(for_terminal(entry["why"], 150), width, " " * len(lead), lead)
    return lines


def standing(entry: Mapping[str, Any]) -> str:
    """Tier of a campaign, score of an account."""
    return f"tier {entry['tier']}" if entry["tier"] else score(entry["score"])
