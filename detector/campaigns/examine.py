"""What is held against a group, and for it: evidence from data that did not find it, the best innocent explanation."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from detector.campaigns.allow import Entry
from detector.campaigns.benign import Explanation, best_explanation
from detector.campaigns.cohort import Cohort
from detector.campaigns.evidence import Evidence
from detector.campaigns.reference import Reference
from detector.campaigns.traits import Traits, traits_of
from detector.campaigns.verify.creation import creation
from detector.campaigns.verify.elicitation import asks_to_extract, elicitation
from detector.campaigns.verify.enrichment import enrichment
from detector.campaigns.verify.factory import factory
from detector.campaigns.verify.frames import Frames, find_frames, frames
from detector.campaigns.verify.hands import hands
from detector.campaigns.verify.harvest import harvest
from detector.campaigns.verify.loads import loads
from detector.campaigns.verify.lockstep import lockstep
from detector.campaigns.verify.pivot import pivot
from detector.campaigns.verify.rotation import rotation
from detector.campaigns.verify.sharding import LEAST_ROWS, sharding
from detector.campaigns.verify.shift import shift
from detector.campaigns.verify.synchrony import synchrony
from detector.campaigns.verify.takeover import takeover
from detector.campaigns.verify.turns import tasks_of
from detector.campaigns.weigh import Weighed, weigh
from detector.settings import Campaigns

#: Share of a group that must use its frames, or ask to extract, to call others bystanders; requests of one that must be
#: known, and the most chance that one who sends as the group does would have sent none, where nearly all of the group's
#: stand in frames, or so many ask.
NEARLY_ALL, LEAST_SEEN, MOST_CHANCE, WHOLE, LEAST_ASKING = 0.8, 10, 0.05, 0.9, 0.2
#: Digits of evidence that answers are long, and accounts, from which bare tasks may be work that is dealt out.
MUCH, LEAST_BARE = 2.0, 10


@dataclass(frozen=True)
class Group:
    """A group of accounts with its evidence."""

    id: str
    cohort: Cohort
    frames: Frames
    evidence: list[Evidence]
    traits: Traits
    explanation: Explanation
    weighed: Weighed
    composites: npt.NDArray[np.int64]
    suppressed: Entry | None = None

    def on(self, reference: Reference) -> Group:
        """The same group before a reference, which it loses when it is handed from one process to another."""
        known = self.cohort.reference is reference
        return self if known else replace(self, cohort=replace(self.cohort, reference=reference))

    @property
    def flags(self) -> bool:
        """Whether membership flags an account."""
        return self.weighed.tier in ("A", "B") and self.suppressed is None

    @property
    def explained(self) -> bool:
        """An innocent explanation fits well and little speaks of extraction: to be counted, not listed."""
        return self.weighed.tier == "C" and self.explanation.fit >= 0.7 and self.weighed.taken < 0


@dataclass(frozen=True)
class Candidate:
    """Accounts that were found together.

    Attributes
    ----------
    members : ndarray of int64
        Account codes, sorted.
    core : ndarray of bool
        True for members of the core, same order.
    composites : ndarray of int64
        Significant composites that each holds, same order.
    """

    members: npt.NDArray[np.int64]
    core: npt.NDArray[np.bool_]
    composites: npt.NDArray[np.int64]


def examine(candidates: Sequence[Candidate], reference: Reference, settings: Campaigns) -> list[Group]:
    """Each group with its evidence, from the half of its requests that did not form it."""
    return [_examined(one, reference, settings) for one in candidates]


def _examined(candidate: Candidate, reference: Reference, settings: Campaigns) -> Group:
    cohort = Cohort(candidate.members, candidate.core, reference)
    found = find_frames(cohort)
    cohort, n_composites = _without_bystanders(cohort, found, candidate.composites)
    found = found.of(cohort.members)
    rows = found.stream(cohort)
    evidence = [
        *enrichment(cohort),
        *creation(cohort),
        *loads(cohort),
        *frames(cohort, found),
        *rotation(cohort, found),
    ]
    evidence += [*lockstep(cohort), *synchrony(cohort), *pivot(cohort), *takeover(cohort), *hands(cohort, found)]
    evidence += [*elicitation(cohort, rows), *harvest(cohort, rows), *shift(cohort), *factory(cohort, found)]
    long = cohort.size >= LEAST_BARE and any(e.name == "long answers" and e.weight >= MUCH for e in evidence)
    work = _work(found, rows, cohort, long)
    evidence += sharding(cohort, work, found.strata(work))
    traits = traits_of(cohort, found, evidence)
    explanation = best_explanation(traits)
    return Group(
        _id(cohort),
        cohort,
        found,
        evidence,
        traits,
        explanation,
        weigh(evidence, explanation, float(cohort.loads.sum()) * _share_told_of(cohort, found, evidence), settings),
        n_composites,
    )


def _work(found: Frames, rows: pd.DataFrame, cohort: Cohort, long: bool) -> pd.DataFrame:
    """Requests that may be shares of one data set.

    Those in a frame or below one and, where nearly all members send such, those of them that ask to extract: what
    passes through a pool beside them has words in common, too. Where few stand in a frame, those that ask. All, where
    few ask, answers are long and members keep to no frame: what they have in common then are words of their tasks.
    """
    framed, asking = tasks_of(max(found.rows, found.in_system, key=len), cohort), rows[asks_to_extract(rows)]
    if long and len(asking) < LEAST_ASKING * len(rows) and not found.kept_to:
        return cohort.held_back
    both = framed[asks_to_extract(framed)]
    enough = len(both) >= max(LEAST_ROWS, LEAST_ASKING * len(framed))
    if enough and both["account"].nunique() >= NEARLY_ALL * framed["account"].nunique():
        return both
    return framed if len(framed) >= LEAST_ROWS else asking


def _share_told_of(cohort: Cohort, found: Frames, evidence: list[Evidence]) -> float:
    """Share of the requests that the evidence of extraction can be about: framed ones and such as ask to extract."""
    if not any(e.family in ("elicitation", "sharding") for e in evidence):
        return 1.0
    back = cohort.held_back
    told = asks_to_extract(back) | back.index.isin(found.rows.index.union(found.in_system.index))
    return float(np.average(told, weights=back["weight"].to_numpy()))


def _without_bystanders(
    cohort: Cohort, found: Frames, n_composites: npt.NDArray[np.int64]
) -> tuple[Cohort, npt.NDArray[np.int64]]:
    """Group without the accounts that never use its frames, or never ask to extract, where nearly all others do."""
    rows = cohort.rows
    sent = _of_members(cohort, rows)
    users = np.isin(cohort.members, found.users)
    unlikely = (1.0 - found.share) ** sent <= MOST_CHANCE if found.share >= WHOLE else sent >= LEAST_SEEN
    kept = _part_of(users, unlikely)
    framed = rows[found.passages_in(rows) > 0]
    asks = asks_to_extract(framed)
    if len(framed) and asks.mean() >= LEAST_ASKING:
        askers = _of_members(cohort, framed[asks]) > 0
        kept &= _part_of(askers, (1.0 - asks.mean()) ** _of_members(cohort, framed) <= MOST_CHANCE)
    if kept.all():
        return cohort, n_composites
    return replace(cohort, members=cohort.members[kept], core=cohort.core[kept]), n_composites[kept]


def _of_members(cohort: Cohort, rows: pd.DataFrame) -> npt.NDArray[np.int64]:
    """How many of these requests each member sent."""
    found: npt.NDArray[np.int64] = np.bincount(rows["account"], minlength=len(cohort.tables.accounts))[cohort.members]
    return found


def _part_of(doing: npt.NDArray[np.bool_], telling: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Members that do a thing, or whose not doing it is not telling; all where not nearly all do it."""
    return doing | ~telling if doing.mean() >= NEARLY_ALL else np.ones(len(doing), bool)


def _id(cohort: Cohort) -> str:
    names = (
        cohort.people["account_id"].to_numpy()[cohort.core]
        if cohort.core.any()
        else cohort.people["account_id"].to_numpy()
    )
    return "C-" + hashlib.sha256("\n".join(sorted(map(str, names))).encode()).hexdigest()[:8]
