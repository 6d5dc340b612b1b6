"""Kin: groups that nothing ties to one another, and among which one set of tasks is dealt out.

An operator who keeps pools apart gives each its own cards, networks and devices, but the words round the tasks and the
set they are drawn from are the same. Small firms and families that use one tool have its words in common, too; what
they ask about differs from one to the next, and few of them hide whose they are.

References
----------
.. [1] Anthropic (23 Feb 2026), "Detecting and preventing distillation attacks": "hydra clusters", networks of accounts
       of which new ones take over from banned ones, tied by what they ask.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

from detector.campaigns.cohort import Cohort
from detector.campaigns.overt import owner_of
from detector.campaigns.parts import numbered
from detector.campaigns.passages import Ints, Passages
from detector.campaigns.reference import Reference
from detector.campaigns.rejoin import worded
from detector.campaigns.sessions import units
from detector.campaigns.verify.overlap import overlap
from detector.campaigns.verify.sharding import dealing

#: Share of a group that two facts of an overt owner must reach to leave it alone, digits by which the tasks of groups
#: must look dealt out among them, and share of the other groups that may send a prompt: strangers run a public set.
OVERT, LEAST_DEALT, MOST_COMMON = 0.6, 1.0, 0.1


def kin(label: Ints, reference: Reference, held: Passages) -> Ints:
    """Groups joined that write alike, hide their owners, and have one set of tasks dealt out among them.

    Parameters
    ----------
    label : ndarray of int64, shape (n_accounts,)
        Group of each account, -1 for none.
    """
    if label.max(initial=-1) < 1:
        return label
    alike = worded(label, held)
    near = np.flatnonzero(alike.any(axis=1))
    covert = np.array([n for n in near if owner_of(_cohort(label == n, reference)).overt < OVERT], dtype=np.int64)
    _, family = connected_components(csr_matrix(alike[np.ix_(covert, covert)].astype(np.int8)), directed=False)
    home = np.arange(len(alike))
    for number in range(int(family.max(initial=-1)) + 1):
        groups = covert[family == number]
        if len(groups) > 1 and _dealt(label, groups, reference):
            home[groups] = groups[0]
    return numbered(np.where(label >= 0, home[label], -1))


def _dealt(label: Ints, groups: Ints, reference: Reference) -> bool:
    """Whether tasks of the half that finds groups look dealt out among these."""
    rows = units(_cohort(np.isin(label, groups), reference).forming)
    rows = rows.assign(account=label[rows["account"].to_numpy()], stratum=0)
    rows = rows[rows["themes"].to_numpy() >= 0]
    if not len(rows) or overlap(rows) > MOST_COMMON:
        return False
    found = dealing(rows, reference, cap=6.0)
    return found is not None and found.weight >= LEAST_DEALT


def _cohort(chosen: npt.NDArray[np.bool_], reference: Reference) -> Cohort:
    members = np.flatnonzero(chosen)
    return Cohort(members, np.zeros(len(members), bool), reference)
