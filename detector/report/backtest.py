"""A backtest, told in the terminal: night by night what other settings would have changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from detector.report.layout import paint, wrap
from detector.report.numbers import count, counted
from detector.report.text import for_terminal, identifier

CAMPAIGNS_NAMED = 5


def backtest_text(nights: Sequence[Mapping[str, Any]], width: int = 80, colour: bool = False) -> str:
    """Text of a backtest.

    Parameters
    ----------
    nights : sequence of mapping
        ``day``, ``flagged``, ``gained``, ``lost``, ``found``, ``missed``, ``tier`` of each night, in order.
    """
    different = [night for night in nights if _differs(night)]
    title = f"{counted(len(nights), 'night')} replayed, {count(len(different))} would have been different"
    lines = [paint(line, "bold", colour) for line in wrap(title, width)]
    for night in different:
        was, now = night["flagged"]
        lines += ["", *wrap(f"{night['day']}: flagged {count(was)}, would be {count(now)}", width)]
        for sentence in _sentences(night):
            lines += wrap(for_terminal(sentence), width, " " * 12)
    return "\n".join(lines) + "\n"


def _differs(night: Mapping[str, Any]) -> bool:
    moved = night["gained"]["accounts"] or night["lost"]["accounts"]
    return bool(moved or night["found"] or night["missed"] or night["tier"])


def _sentences(night: Mapping[str, Any]) -> list[str]:
    said = [
        f"{word}: {counted(part['accounts'], 'account')}, {count(part['abusive'])} judged abusive, "
        f"{count(part['benign'])} benign"
        for word, part in (("more", night["gained"]), ("fewer", night["lost"]))
        if part["accounts"]
    ]
    for word, campaigns in (("found", night["found"]), ("missed", night["missed"])):
        if campaigns:
            named = [
                f"{identifier(one['campaign_id'])} (tier {one['tier']}, {counted(one['accounts'], 'account')})"
                for one in campaigns[:CAMPAIGNS_NAMED]
            ]
            more = len(campaigns) - len(named)
            said.append(f"{word}: {', '.join(named)}{f' and {count(more)} more' if more else ''}")
    return said + [f"tier: {identifier(one['campaign_id'])} from {one['from']} to {one['to']}" for one in night["tier"]]
