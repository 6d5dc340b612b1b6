"""One verified statement about a group of accounts, with what was observed and what chance would give."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

#: Families that say *who belongs together*, and families that say *what they take*.
COORDINATION = (
    "network", "payment", "client", "identity", "time", "content", "load", "rhythm", "model", "takeover",
)  # fmt: skip
EXTRACTION = ("elicitation", "harvest", "factory")
#: Those of the latter that show it by what is asked and answered.
SHOWN = ("elicitation", "harvest")
SHARDING = "sharding"
FAMILIES = (*COORDINATION, *EXTRACTION, SHARDING)


@dataclass(frozen=True)
class Evidence:
    """A statement for the report and its weight.

    Attributes
    ----------
    family : str
        One of `FAMILIES`; evidence of different families is taken to be independent.
    name : str
        The test that made it.
    statement : str
        One sentence for an analyst.
    observed, expected : float
        The statistic, and its value if there were no campaign.
    p : float
        Probability of a statistic as extreme without one; 1 where the evidence speaks against.
    weight : float
        Evidence in decimal digits (log10 of a likelihood ratio or of 1/p), capped; negative speaks against.
    """

    family: str
    name: str
    statement: str
    observed: float
    expected: float
    p: float
    weight: float
    rows: tuple[str, ...] = field(default=())


def digits(p: float, cap: float) -> float:
    """Evidence in a p-value: −log10 p within [0, cap]."""
    if p <= 0.0:
        return cap
    return float(min(cap, max(0.0, -math.log10(p))))


def coverage(covered: int, n: int) -> float:
    """How much a fact of some members says of all n: it counts whole where half of them have it."""
    return min(1.0, 2.0 * covered / max(1, n))


def cap_for(n: int, most: float) -> float:
    """Most evidence that n accounts can give: few accounts may be alike for a reason nobody thought of."""
    return float(min(most, 1.5 * math.log2(max(1, n))))


def chance(value: float) -> str:
    """An expected count or share as an analyst reads it."""
    if value >= 10:
        return f"{value:.0f}"
    if value >= 0.1:
        return f"{value:.1f}"
    return f"{value:.3f}" if value >= 0.001 else "less than 0.001"
