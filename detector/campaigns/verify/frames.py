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

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from detector.campaigns.cohort import Cohort, Ints, places
from detector.campaigns.evidence import Evidence, chance, coverage, digits
from detector.campaigns.holdings import sums
from detector.campaigns.tails import hypergeometric_tail
from detector.campaigns.verify.elicitation import asks_to_extract
from detector.profiles.orders import order_by, run_starts

COLUMNS = {
    "head": ("head",),
    "tail": ("tail",),
    "system": ("system",),
    "phrase": ("phrase_0", "phrase_1", "phrase_2", "phrase_3"),
}
LEAST_SHARE = 0.15
#: Share of members that must use a frame in the held-back half for its requests to be judged: of two, one may be.
LEAST_USERS = 0.4
LEAST_LIFT = 10.0
#: Share of its users' requests in which a passage stands that they keep to.
LEAST_KEPT_TO = 0.2
#: Share of the requests outside of frames that must ask for what is taken, and of that share inside, for frames to be
#: beside the point, and share of requests in frames below which they are where hardly any ask.
LEAST_ASKING, AS_OFTEN, LEAST_FRAMED = 0.2, 0.5, 0.05
CAP = 4.0


@dataclass(frozen=True)
class Frames:
    """A group's frames and the held-back requests that stand in one.

    Attributes
    ----------
    keys : DataFrame
        ``kind``, ``key``, ``members`` (that hold it in the first half), ``requests`` (of theirs in which it stands),
        ``kept_to`` (share of its users' requests in which it stands), ``lift`` (against requests of accounts outside
        all groups).
    rows : DataFrame
        Held-back requests of members in a frame of prompts: a head, a tail or a phrase.
    in_system : DataFrame
        Held-back requests of members whose system prompt only is a frame.
    share : float
        Share of the members' held-back requests that stand in a frame of prompts.
    users : ndarray of int64
        Members that use a frame in any of their requests.
    """

    keys: pd.DataFrame
    rows: pd.DataFrame
    in_system: pd.DataFrame
    share: float
    users: Ints

    def of(self, members: Ints) -> Frames:
        """The same frames in the requests of some of the members."""
        rows, in_system = (one[np.isin(one["account"].to_numpy(), members)] for one in (self.rows, self.in_system))
        return replace(self, rows=rows, in_system=in_system, users=np.intersect1d(self.users, members))

    @property
    def kept_to(self) -> bool:
        """Whether there is a frame that its users keep to."""
        return bool((self.keys["kept_to"] >= LEAST_KEPT_TO).any())

    def stream(self, cohort: Cohort) -> pd.DataFrame:
        """Requests to be judged: those in a frame where enough of the members use one, else all held back.

        All of them, too, where the others ask for what is taken as often and do so often, or are nearly all there are:
        words of the tasks are no frame.
        """
        users = self.rows["account"].nunique()
        few = users < max(3, LEAST_USERS * len(cohort.members))
        return cohort.held_back if few or self._beside_the_point(cohort.held_back) else self.rows

    def _beside_the_point(self, rows: pd.DataFrame) -> bool:
        asks = asks_to_extract(rows)
        framed = rows.index.isin(self.rows.index)
        inside, outside = (float(asks[part].mean()) if part.any() else 0.0 for part in (framed, ~framed))
        return outside >= AS_OFTEN * inside and (outside >= LEAST_ASKING or self.share < LEAST_FRAMED)

    def passages_in(self, rows: pd.DataFrame) -> Ints:
        """Number of frames of prompts that each request stands in, shape (len(rows),)."""
        found = np.zeros(len(rows), np.int64)
        for kind, columns in COLUMNS.items():
            own = self.keys.loc[self.keys["kind"] == kind, "key"].to_numpy(dtype=np.uint64)
            for column in columns if kind != "system" and len(own) else ():
                found += np.isin(rows[column].to_numpy(), own)
        return found

    def strata(self, rows: pd.DataFrame) -> Ints:
        """Number of the frame of each request, shape (len(rows),): the one fewest members use of those it stands in."""
        ordered = self.keys[self.keys["kept_to"] >= LEAST_KEPT_TO]
        ordered = ordered.sort_values(["members", "kind", "key"], ascending=[False, True, True])
        found = np.zeros(len(rows), np.int64)
        for kind, columns in COLUMNS.items():
            own = np.flatnonzero((ordered["kind"] == kind).to_numpy())
            hashes = ordered["key"].to_numpy(dtype=np.uint64)[own]
            order = np.argsort(hashes)
            for column in columns if len(own) else ():
                values = rows[column].to_numpy()
                at = np.minimum(np.searchsorted(hashes[order], values), len(own) - 1)
                found = np.maximum(found, np.where(hashes[order][at] == values, own[order][at] + 1, 0))
        return found


def find_frames(cohort: Cohort) -> Frames:
    """Frames of a group, from the first half of its prompts."""
    table = _candidates(cohort)
    table["lift"] = _lift(cohort, table)
    table = table[table["lift"] >= LEAST_LIFT]
    rows = cohort.rows
    framed, in_system = np.zeros(len(rows), bool), np.zeros(len(rows), bool)
    for kind, columns in COLUMNS.items():
        hit = _holds(rows, columns, table.loc[table["kind"] == kind, "key"].to_numpy(dtype=np.uint64))
        framed |= hit if kind != "system" else False
        in_system |= hit if kind == "system" else False
    users = np.unique(rows["account"].to_numpy()[framed | in_system])
    back = rows["half"].to_numpy() == 1
    share = float(np.average(framed[back], weights=rows["weight"].to_numpy()[back])) if back.any() else 0.0
    return Frames(table, rows[framed & back], rows[in_system & ~framed & back], share, users)


def _candidates(cohort: Cohort) -> pd.DataFrame:
    """Content that many members hold in the first half: kind, key, members and requests."""
    keys = cohort.keys
    kind = keys["kind"].cat.codes.to_numpy()
    names = np.array(keys["kind"].cat.categories, dtype=object)
    forming = (keys["half_0"].to_numpy() > 0) & np.isin(names, list(COLUMNS))[kind]
    kind, key, account = kind[forming], keys["key"].to_numpy()[forming], keys["account"].to_numpy()[forming]
    principal = cohort.tables.accounts["principal"].to_numpy()[account]
    order = order_by(kind, key, principal)
    kind, key, account, principal = kind[order], key[order], account[order], principal[order]
    starts = run_starts(kind, key)
    sent = np.bincount(cohort.forming["account"], minlength=len(cohort.tables.accounts))[account]
    table = {
        "kind": kind[starts],
        "key": key[starts],
        "members": sums(run_starts(kind, key, principal).astype(np.int64), starts),
        "requests": sums(keys["half_0"].to_numpy()[forming][order], starts),
        "kept_to": sums(sent, starts),
    }
    kept = table["members"] >= max(3.0, LEAST_SHARE * cohort.size)
    table = {name: values[kept] for name, values in table.items()}
    return pd.DataFrame(table | {"kind": names[table["kind"]], "kept_to": table["requests"] / table["kept_to"]})


def _lift(cohort: Cohort, table: pd.DataFrame) -> npt.NDArray[np.float64]:
    """How many times more often a key stands in a request of the members than in one of the reference accounts.

    By request, not by account: a busy account holds many common phrases once.
    """
    others = cohort.reference.content.ordinary_requests(table["key"].to_numpy(dtype=np.uint64))
    own = table["requests"].to_numpy() / max(1, len(cohort.forming))
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
    p = float(hypergeometric_tail(len(mine), total, len(holders), cohort.size))
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
            digits(p, CAP) * coverage(len(mine), cohort.size),
            places(found.rows),
        )
    ]
