"""Frames: passages that members' prompts share and other people's do not.

A frame is a first or last run of words, a system prompt or a phrase that many members hold and that stands in their
requests many times more often than in those of accounts outside all groups. It is found on one half of the prompts;
how many members use it is counted on the other.

References
----------
.. [1] Anthropic (23 Feb 2026): variations of one prompt "tens of thousands of times across hundreds of coordinated
       accounts".
.. [2] Schleimer, S. et al. (2003), "Winnowing", SIGMOD.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import hypergeom

from detector.campaigns.cohort import Cohort, places
from detector.campaigns.evidence import Evidence, chance, digits

COLUMNS = {
    "head": ("head",),
    "tail": ("tail",),
    "system": ("system",),
    "phrase": ("phrase_0", "phrase_1", "phrase_2", "phrase_3"),
}
LEAST_SHARE = 0.15
LEAST_LIFT = 10.0
CAP = 4.0


@dataclass(frozen=True)
class Frames:
    """A group's frames and the held-back requests that stand in one.

    Attributes
    ----------
    keys : DataFrame
        ``kind``, ``key``, ``members`` (that hold it in the first half), ``requests`` (of theirs in which it stands),
        ``lift`` (against requests of accounts outside all groups).
    rows : DataFrame
        Held-back requests of members in a frame of prompts: a head, a tail or a phrase.
    in_system : DataFrame
        Held-back requests of members whose system prompt only is a frame.
    share : float
        Share of the members' held-back requests that stand in a frame of prompts.
    """

    keys: pd.DataFrame
    rows: pd.DataFrame
    in_system: pd.DataFrame
    share: float

    def stream(self, cohort: Cohort) -> pd.DataFrame:
        """Requests to be judged: those in a frame where at least half of the members use one, else all held back."""
        users = self.rows["account"].nunique()
        return self.rows if users >= max(3, 0.5 * len(cohort.members)) else cohort.held_back


def find_frames(cohort: Cohort) -> Frames:
    """Frames of a group, from the first half of its prompts."""
    table = _candidates(cohort)
    table["lift"] = _lift(cohort, table)
    table = table[table["lift"] >= LEAST_LIFT]
    rows = cohort.held_back
    framed, in_system = np.zeros(len(rows), bool), np.zeros(len(rows), bool)
    for kind, columns in COLUMNS.items():
        hit = _holds(rows, columns, table.loc[table["kind"] == kind, "key"].to_numpy(dtype=np.uint64))
        framed |= hit if kind != "system" else False
        in_system |= hit if kind == "system" else False
    share = float(np.average(framed, weights=rows["weight"])) if len(rows) else 0.0
    return Frames(table, rows[framed], rows[in_system & ~framed], share)


def _candidates(cohort: Cohort) -> pd.DataFrame:
    """Content that many members hold in the first half: kind, key, members and requests."""
    keys = cohort.keys
    kind = keys["kind"].cat.codes.to_numpy()
    names = np.array(keys["kind"].cat.categories, dtype=object)
    forming = (keys["half_0"].to_numpy() > 0) & np.isin(names, list(COLUMNS))[kind]
    own = pd.DataFrame({name: keys[name].to_numpy()[forming] for name in ("account", "key", "half_0")})
    own["kind"] = kind[forming]
    own["principal"] = cohort.tables.accounts["principal"].to_numpy()[own["account"]]
    own = own[own.groupby("key")["key"].transform("size") >= 3]
    by = own.groupby(["kind", "key"])
    table = pd.DataFrame({"members": by["principal"].nunique(), "requests": by["half_0"].sum()}).reset_index()
    table["kind"] = names[table["kind"].to_numpy()]
    return table[table["members"] >= max(3.0, LEAST_SHARE * cohort.size)].reset_index(drop=True)


def _lift(cohort: Cohort, table: pd.DataFrame) -> npt.NDArray[np.float64]:
    """How many times more often a key stands in a request of the members than in one of the reference accounts.

    By request, not by account: a busy account holds many common phrases once.
    """
    others = cohort.reference.content.ordinary_requests(table["key"].to_numpy(dtype=np.uint64))
    own = table["requests"].to_numpy() / max(1, len(cohort.rows) - len(cohort.held_back))
    elsewhere = (others + 0.5) / max(1, cohort.reference.n_forming)
    found: npt.NDArray[np.float64] = own / elsewhere
    return found


def _holds(rows: pd.DataFrame, columns: tuple[str, ...], keys: npt.NDArray[np.uint64]) -> npt.NDArray[np.bool_]:
    hit = np.zeros(len(rows), bool)
    for column in columns:
        hit |= np.isin(rows[column].to_numpy(), keys)
    return hit


def frames(cohort: Cohort, found: Frames) -> list[Evidence]:
    """How many members use the frames in the held-back half, against the rest of the population."""
    kinds = found.keys[found.keys["kind"] != "system"]
    if not len(kinds):
        return []
    principal = cohort.tables.accounts["principal"].to_numpy()
    holders = np.unique(principal[cohort.reference.content.holders(kinds["key"].to_numpy(dtype=np.uint64))])
    mine = np.unique(principal[found.rows["account"].to_numpy()])
    total = cohort.reference.n_principals
    p = float(hypergeom.sf(len(mine) - 1, total, len(holders), cohort.size))
    expected = len(holders) * cohort.size / total
    statement = (
        f"{len(mine)} of {cohort.size} accounts use the same frames in prompts that did not help to find them "
        f"(expected {chance(expected)}); {len(holders) - len(mine)} of {total - cohort.size} others do. "
        f"{found.share:.0%} of the group's prompts stand in a frame."
    )
    return [
        Evidence(
            "content",
            "frames",
            statement,
            float(len(mine)),
            expected,
            p,
            digits(p, CAP),
            places(found.rows),
        )
    ]
