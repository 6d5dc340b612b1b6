"""The final score of each account: its own rarity, or its campaign's evidence if that is more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from detector.campaigns.examine import Group
from detector.campaigns.lone import Lone
from detector.campaigns.tables import membership

#: Most that being unusual alone can give: below every flagged campaign.
MOST_ALONE = 0.5
#: Decimal digits of evidence that make a campaign's probability 0.9.
DIGITS = 4.0


@dataclass(frozen=True)
class Scores:
    """Scores and membership of all accounts, shape (n_accounts,) each, and why accounts are flagged by themselves."""

    score: npt.NDArray[np.float64]
    flagged: npt.NDArray[np.bool_]
    campaign: npt.NDArray[np.object_]
    tier: npt.NDArray[np.object_]
    reasons: dict[int, tuple[str, ...]] = field(default_factory=dict)


def final_scores(
    anomaly: npt.NDArray[np.float64],
    groups: Sequence[Group],
    vouched: npt.NDArray[np.bool_],
    alone: Sequence[Lone] = (),
) -> Scores:
    """Scores in [0, 1], higher is worse.

    A member of a flagged campaign scores 1 − 10^(−digits / 4) of what its campaign takes, times its membership, and
    at least `MOST_ALONE`, and so does an account that is flagged by itself; everybody else, and who is vouched for,
    scores its anomaly, scaled to stay below.
    """
    n = len(anomaly)
    score = MOST_ALONE * np.clip(np.nan_to_num(anomaly), 0.0, 1.0)
    flagged = np.zeros(n, bool)
    campaign, tier = np.full(n, None, object), np.full(n, None, object)
    for group in groups:
        members = group.cohort.members
        campaign[members], tier[members] = group.id, group.weighed.tier
        if group.flags:
            own = _above(group.weighed.taken, membership(group))
            score[members] = np.where(vouched[members], score[members], np.maximum(own, score[members]))
            flagged[members] = ~vouched[members]
    for one in alone:
        if not vouched[one.account]:
            score[one.account] = max(float(_above(one.digits)), score[one.account])
            flagged[one.account] = True
    return Scores(score, flagged, campaign, tier, {one.account: one.reasons for one in alone if flagged[one.account]})


def _above(evidence: float, membership: npt.NDArray[np.float64] | float = 1.0) -> npt.NDArray[np.float64]:
    """Score of whoever is flagged on this much evidence."""
    sure = 1.0 - 10.0 ** (-max(0.0, evidence) / DIGITS)
    return np.asarray(MOST_ALONE + (1 - MOST_ALONE) * sure * membership)
