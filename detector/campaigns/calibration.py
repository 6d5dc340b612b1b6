"""What analysts' labels say of a campaign: what share of labelled accounts with as much evidence was abusive.

Evidence is of what an account takes: extraction and sharding of its group, less the innocent explanation
(`Weighed.taken`), or its own where it is flagged by itself; zero where there is neither, or less than none. Every
account has it, the scores of flagged accounts rise with it, and being tied together, which classes and firms are, too,
is not in it.

Labels come after the judging. They decide nothing of what is found, flagged or put into a tier.

References
----------
.. [1] Zadrozny, B. and Elkan, C. (2002), "Transforming classifier scores into accurate multiclass probability
   estimates", KDD (isotonic calibration).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from detector.campaigns.interval import observations, wilson
from detector.schema import ABUSIVE, BENIGN
from detector.settings import Labels

if TYPE_CHECKING:
    from detector.campaigns.examine import Group
    from detector.campaigns.lone import Lone

COLUMNS = ("probability", "probability_low", "probability_high", "labelled_alike")
UNKNOWN = (None,) * len(COLUMNS)
#: Fitted chances that are closer are one.
ROUNDING = 1e-9


@dataclass(frozen=True)
class Labelled:
    """Accounts labelled abusive or benign, shape (n,) each; an account that no group holds is a group of its own."""

    abusive: npt.NDArray[np.bool_]
    evidence: npt.NDArray[np.float64]
    group: npt.NDArray[np.int64]

    def of(self, chosen: npt.NDArray[np.bool_]) -> Labelled:
        """Some of them."""
        return Labelled(self.abusive[chosen], self.evidence[chosen], self.group[chosen])


class Chance(NamedTuple):
    """Chance that an account is abusive, its 95 % interval, and labelled accounts that tell it: values of `COLUMNS`."""

    probability: float
    low: float
    high: float
    accounts: int


@dataclass(frozen=True)
class Curve:
    """Chance by evidence, which never falls: steps of labelled accounts with one chance, and straight lines between.

    Attributes
    ----------
    labelled : Labelled
    fitted : ndarray of float64
        Chance of each of them.
    model : sklearn.isotonic.IsotonicRegression
    """

    labelled: Labelled
    fitted: npt.NDArray[np.float64]
    model: Any

    def at(self, evidence: float) -> Chance:
        """Chance at so much evidence, by the step that holds it or else by those on either side.

        Between two steps it may be as little as that of the lower and as much as that of the upper one; where there is
        no lower or no upper one, nothing bounds it on that side.
        """
        known = self.labelled.evidence
        lower = self._step(known[known <= evidence].max(initial=known.min()))
        upper = self._step(known[known >= evidence].min(initial=known.max()))
        low = self._interval(lower)[0] if evidence >= known.min() else 0.0
        high = self._interval(upper)[1] if evidence <= known.max() else 1.0
        return Chance(float(self.model.predict([evidence])[0]), low, high, int((lower | upper).sum()))

    def _step(self, evidence: float) -> npt.NDArray[np.bool_]:
        """Accounts of the same chance as those with so much evidence."""
        chance = self.fitted[self.labelled.evidence == evidence][0]
        same: npt.NDArray[np.bool_] = np.abs(self.fitted - chance) < ROUNDING
        return same

    def _interval(self, step: npt.NDArray[np.bool_]) -> tuple[float, float]:
        alike = self.labelled.of(step)
        return wilson(float(alike.abusive.mean()), observations(alike.group))


def with_chances(
    campaigns: pd.DataFrame, groups: Sequence[Group], alone: Sequence[Lone], labels: pd.Series, settings: Labels
) -> pd.DataFrame:
    """Table of campaigns with the chance that an account with such evidence is abusive, by labels of other accounts.

    Columns: ``probability``, ``probability_low``, ``probability_high`` (95 % interval) and ``labelled_alike``, the
    number of labelled accounts with about as much evidence, which tell it. All are null where too few accounts outside
    a campaign are labelled.

    Parameters
    ----------
    campaigns : DataFrame
    groups : sequence of Group
        All that were found, listed or not.
    alone : sequence of Lone
        Accounts that are flagged by themselves.
    labels : Series
        Label of each account, in order of their codes.
    settings : Labels
    """
    labelled = _labelled(labels, groups, alone)
    whole = _curve(labelled, settings)
    chances: dict[str, Chance] = {}
    for number, group in enumerate(groups):
        own = labelled.group == number
        # the labels of a campaign do not vote on it
        curve = _curve(labelled.of(~own), settings) if own.any() else whole
        if curve:
            chances[group.id] = curve.at(_evidence(group))
    told = [chances.get(name, UNKNOWN) for name in campaigns["campaign_id"]]
    columns = pd.DataFrame(told, columns=list(COLUMNS), index=campaigns.index)
    return campaigns.assign(**{name: columns[name] for name in COLUMNS})


def _labelled(labels: pd.Series, groups: Sequence[Group], alone: Sequence[Lone]) -> Labelled:
    evidence, home = np.zeros(len(labels)), -1 - np.arange(len(labels))
    for number, group in enumerate(groups):
        evidence[group.cohort.members], home[group.cohort.members] = _evidence(group), number
    for one in alone:
        evidence[one.account] = max(one.digits, evidence[one.account])
    abusive = labels.eq(ABUSIVE).to_numpy(dtype=bool)
    return Labelled(abusive, evidence, home).of(abusive | labels.eq(BENIGN).to_numpy(dtype=bool))


def _evidence(group: Group) -> float:
    return max(0.0, group.weighed.taken)


def _curve(labelled: Labelled, settings: Labels) -> Curve | None:
    """Isotonic regression of the labels on the evidence; None where either kind is too few."""
    abusive = int(labelled.abusive.sum())
    benign = len(labelled.abusive) - abusive
    if not abusive + benign or abusive < settings.min_abusive or benign < settings.min_benign:
        return None
    from sklearn.isotonic import IsotonicRegression

    model = IsotonicRegression(out_of_bounds="clip").fit(labelled.evidence, labelled.abusive)
    return Curve(labelled, model.predict(labelled.evidence), model)
