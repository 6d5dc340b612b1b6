"""Campaigns of a window: keys → composites → core → components → evidence → tiers."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from detector.campaigns.benign import Explanation, Traits, best_explanation, traits_of
from detector.campaigns.cohort import Cohort, Reference
from detector.campaigns.composites import significant_composites
from detector.campaigns.evidence import Evidence
from detector.campaigns.grow import attach, components, core
from detector.campaigns.verify.creation import creation
from detector.campaigns.verify.elicitation import elicitation
from detector.campaigns.verify.enrichment import enrichment
from detector.campaigns.verify.frames import Frames, find_frames, frames
from detector.campaigns.verify.harvest import harvest
from detector.campaigns.verify.loads import loads
from detector.campaigns.verify.sharding import sharding
from detector.campaigns.weigh import Weighed, weigh
from detector.profiles.tables import Tables
from detector.settings import Campaigns

#: Facts that tie an account to an operator's infrastructure. The core is made of composites with one of these and
#: without a generic fact: two campaigns that send one public data set through one client stay two.
INFRASTRUCTURE = ("network", "payment", "identity", "time")
GENERIC = ("client", "settings", "created_1d")


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

    @property
    def explained(self) -> bool:
        """An innocent explanation fits well and little speaks of extraction: to be counted, not listed."""
        return self.weighed.tier == "C" and self.explanation.fit >= 0.7 and self.weighed.taken < 0


def find_groups(tables: Tables, settings: Campaigns) -> list[Group]:
    """Every group with at least coordination behind it, strongest evidence first.

    Parameters
    ----------
    tables : Tables
        Merged profiles of a window.

    Returns
    -------
    list of Group
        Tier A before B before C; within a tier by evidence, then id.
    """
    principals = tables.accounts["principal"].to_numpy()
    composites, holders = significant_composites(tables.keys, principals, settings)
    tied = _tied(composites)
    held = core(composites, holders[tied[holders["composite"].to_numpy()]], principals, settings)
    cores = components(held, len(principals))
    telling = ~_generic(composites)
    label = attach(cores, holders[telling[holders["composite"].to_numpy()]], settings)
    label = _rest(label, composites, holders, principals, settings)
    reference = Reference(tables, np.flatnonzero(label < 0))
    n_composites = np.bincount(holders["account"].to_numpy(), minlength=len(principals))
    groups = []
    for number in range(int(label.max()) + 1 if len(label) else 0):
        members = np.flatnonzero(label == number)
        cohort = Cohort(members, cores[members] == number, reference)
        group = _examine(cohort, n_composites[members], settings)
        if group.weighed.tier is not None:
            groups.append(group)
    return sorted(groups, key=lambda g: (str(g.weighed.tier), -g.weighed.total, g.id))


def _tied(composites: pd.DataFrame) -> npt.NDArray[np.bool_]:
    one = composites["family_1"].isin(INFRASTRUCTURE) | (composites["kind_1"] == "device")
    two = composites["family_2"].isin(INFRASTRUCTURE) | (composites["kind_2"] == "device")
    generic = composites["kind_1"].isin(GENERIC) | composites["kind_2"].isin(GENERIC)
    return ((one | two) & ~generic).to_numpy(dtype=bool)


def _generic(composites: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Composites of a common client and a time of sign-up: too little to attach an account to a group."""
    one = composites["kind_1"].isin(GENERIC) | (composites["family_1"] == "time")
    two = composites["kind_2"].isin(GENERIC) | (composites["family_2"] == "time")
    return (one & two).to_numpy(dtype=bool)


def _rest(
    label: npt.NDArray[np.int64], composites: pd.DataFrame, holders: pd.DataFrame, principals: npt.NDArray[np.int64], settings: Campaigns
) -> npt.NDArray[np.int64]:
    """Components of accounts that only content and clients tie together, after the others."""
    free = holders[label[holders["account"].to_numpy()] < 0]
    more = components(core(composites, free, principals, settings), len(label))
    return np.where(more >= 0, more + label.max(initial=-1) + 1, label)


def _examine(cohort: Cohort, n_composites: npt.NDArray[np.int64], settings: Campaigns) -> Group:
    """A group with its evidence, from the half of its requests that did not form it."""
    found = find_frames(cohort)
    rows = found.rows if len(found.rows) >= 3 else cohort.held_back
    evidence = [*enrichment(cohort), *creation(cohort), *loads(cohort), *frames(cohort, found)]
    evidence += [*elicitation(cohort, rows), *harvest(cohort, rows)]
    framed = found.rows if len(found.rows) else found.in_system
    evidence += sharding(cohort, framed) if len(framed) else []
    traits = traits_of(cohort, found, evidence)
    explanation = best_explanation(traits)
    return Group(_id(cohort), cohort, found, evidence, traits, explanation, weigh(evidence, explanation, settings), n_composites)


def _id(cohort: Cohort) -> str:
    names = cohort.people["account_id"].to_numpy()[cohort.core] if cohort.core.any() else cohort.people["account_id"].to_numpy()
    return "C-" + hashlib.sha256("\n".join(sorted(map(str, names))).encode()).hexdigest()[:8]
