"""From evidence to a tier: additive, capped per family, less what the best innocent explanation takes.

Coordination says that accounts belong together; extraction and sharding say what they take. A campaign is flagged only
for both:

* **A** - coordination, extraction, and work that is likelier dealt out than people's own;
* **B** - coordination and one of them;
* **C** - coordination only: a class, an event, a grey resale pool. To be watched, not flagged.

References
----------
.. [1] Good, I. J. (1985), "Weight of evidence: a brief survey", Bayesian Statistics 2.
"""

from __future__ import annotations

from dataclasses import dataclass

from detector.campaigns.benign import Explanation
from detector.campaigns.evidence import COORDINATION, EXTRACTION, SHARDING, SHOWN, Evidence
from detector.settings import Campaigns


@dataclass(frozen=True)
class Weighed:
    """Evidence of one group, summed.

    Attributes
    ----------
    families : dict of str to float
        Evidence per family, decimal digits, capped.
    coordination, extraction, sharding : float
        Their sums; the innocent explanation is taken from `taken`, not from these.
    taken : float
        Extraction and sharding less the innocent explanation.
    tier : str or None
        None where not even coordination stands.
    """

    families: dict[str, float]
    coordination: float
    extraction: float
    sharding: float
    taken: float
    tier: str | None

    @property
    def total(self) -> float:
        """All evidence, decimal digits."""
        return self.coordination + self.taken


def weigh(evidence: list[Evidence], explanation: Explanation, requests: float, settings: Campaigns) -> Weighed:
    """Weigh the evidence against a group that sent so many requests."""
    cap = settings.max_evidence_per_family
    families = {
        family: max(-cap, min(cap, max((e.weight for e in evidence if e.family == family), key=abs)))
        for family in sorted({e.family for e in evidence})
    }
    linking = [w for f, w in families.items() if f in COORDINATION and w >= settings.min_family_evidence]
    coordination = sum(linking)
    extraction = min(cap * 1.5, sum(w for f, w in families.items() if f in EXTRACTION))
    sharding = families.get(SHARDING, 0.0)
    taken = extraction + sharding - explanation.weight
    tier = None
    # work dealt out among accounts that write alike is itself a tie, but not one for the highest tier
    dealt = len(linking) + 1 >= settings.min_families and sharding >= settings.min_dealt
    linked = len(linking) >= settings.min_families
    if linking and (linked or dealt) and coordination >= settings.min_coordination:
        both = extraction >= settings.tier_part and sharding >= settings.likely_dealt
        # half of one and half of the other are neither; frames round ever new tasks are what any application sends; and
        # a few requests are no data set
        shown = sum(w for f, w in families.items() if f in SHOWN)
        one = max(shown, sharding) >= settings.tier_part and requests >= settings.min_requests
        tier = (
            "A"
            if one and linked and both and taken >= settings.tier_a
            else "B"
            if one and taken >= settings.tier_b
            else "C"
        )
    return Weighed(families, coordination, extraction, sharding, taken, tier)
