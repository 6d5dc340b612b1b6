"""Analysts' labels, told: how many of the labelled accounts were flagged, and what labels say of a campaign."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from detector.report.numbers import count, counted, share
from detector.schema import ABUSIVE, BENIGN

KINDS = (ABUSIVE, BENIGN)


def label_sentences(labels: Mapping[str, Any]) -> list[str]:
    """A sentence for each kind of label, and one on labelled accounts that were not seen; none without labels."""
    said = [_compared(kind, labels[kind]) for kind in KINDS if labels.get(kind, {}).get("accounts")]
    unseen = labels.get("without_query")
    return said + ([f"{counted(unseen, 'labelled account')} sent nothing in this window."] if unseen else [])


def labelled(campaign: Mapping[str, Any]) -> str:
    """How many members are labelled; empty where none is."""
    numbers = [campaign[f"labelled_{kind}"] for kind in KINDS]
    if not any(n and n > 0 for n in numbers):
        return ""
    return ", ".join(f"{count(n)} {kind}" for n, kind in zip(numbers, KINDS, strict=True))


def chance_sentence(campaign: Mapping[str, Any]) -> str:
    """What share of the labelled accounts with as much evidence were abusive; empty where too few are labelled."""
    n = campaign["labelled_alike"]
    if not n or not n > 0:
        return ""
    between = _between(campaign["probability_low"], campaign["probability_high"])
    return (
        f"Of those outside it that were labelled, {share(campaign['probability'])} with as much evidence of "
        f"extraction were abusive ({between}; {counted(n, 'account')})."
    )


def _compared(kind: str, one: Mapping[str, Any]) -> str:
    tiers = ", ".join(f"{tier} {count(n)}" for tier, n in one["tiers"].items())
    return (
        f"Of {counted(one['accounts'], 'account')} labelled {kind}, {count(one['flagged'])} flagged: "
        f"{share(one['share'])} ({_between(one['low'], one['high'])}). Tier {tiers}."
    )


def _between(low: object, high: object) -> str:
    return f"95 % interval, a group counting once, {share(low)} to {share(high)}"
