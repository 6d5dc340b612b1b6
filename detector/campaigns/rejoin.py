"""Pools of one campaign are joined again.

Cores of hard facts fall apart where each pool has cards and addresses of its own. Two components are joined that are
*tied* - accounts of each hold cards, devices or addresses of the other, or both are busy in the same hours of the same
days - and are *alike*: they have most of their frames in common, passages that most accounts of both keep to and hardly
anybody else uses, or most send the same combinations of request settings, or have the same clients, rare outside all
components.
Two operators may buy from one maker of mailboxes, and begin where another stopped by chance: such ties ask for both
likenesses.

References
----------
.. [1] Linacre, R. et al. (2022), Splink: term-frequency adjustment - agreement on a rare value counts, on a common one
       not.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import coo_matrix, csc_matrix, csr_matrix, diags_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial.distance import cdist

from detector.campaigns.calendar import HOUR_US, hourly, weekends
from detector.campaigns.passages import Ints, Passages
from detector.campaigns.reference import Reference
from detector.profiles.tables import Tables
from detector.settings import Campaigns

Joins = npt.NDArray[np.bool_]

#: Facts that are hard to share by chance.
OWNED = ("payment", "device", "address", "signup_address")
#: Facts that two operators may have in common who buy from one maker of mailboxes.
BOUGHT = ("domain",)
MANNER = ("client", "settings")
#: Share of a fact's holders that must be in components: a key that mostly outsiders hold is a hub.
LEAST_INSIDE, LEAST_INSIDE_PASSAGE = 0.5, 0.8
#: Share of a component that must hold a passage for it to be one of its frames, and share that must hold a common one.
LEAST_FRAME, LEAST_FRAMED = 0.3, 0.6
#: Frames that two components must have in common, and share of those of either: a sentence that goes round is in many
#: operators' frames.
LEAST_COMMON, LEAST_ALIKE = 2, 0.6
#: Share of a component that must have manners which the other has as often, how many times as often as accounts
#: outside all components, and share of these that makes one common.
LEAST_MANNER, LEAST_LIFT, MOST_COMMON = 0.6, 2.5, 0.15
#: Share of the other component that must hold the keys by which one is tied to it.
LEAST_ANSWERED = 0.1
#: Correlation of two components' departures from their usual hours, and days it takes to know them.
LEAST_STEP, LEAST_DAYS = 0.8, 3
#: Most time within which the middle six tenths of a pool stop or start, and between a stop and the start that follows.
TOGETHER_US, HANDOVER_US = 24 * HOUR_US, 36 * HOUR_US


@dataclass(frozen=True)
class Held:
    """Which component holds which key.

    Attributes
    ----------
    counts : csr_matrix, shape (n_keys, n_components)
        Accounts of each component that hold each key.
    holders : csr_matrix, shape (n_accounts, n_keys)
        1 where an account of a component holds a key.
    """

    counts: csr_matrix
    holders: csr_matrix


def rejoin(label: Ints, reference: Reference, held: Passages, settings: Campaigns) -> Ints:
    """Components joined that are pools of one campaign.

    Parameters
    ----------
    label : ndarray of int64, shape (n_accounts,)
        Component of each account, -1 for none.
    """
    if label.max(initial=-1) < 1:
        return label
    keys = reference.tables.keys
    sizes = np.bincount(label[label >= 0])
    tied = _tied(_facts(label, keys, OWNED), label, sizes, settings.rejoin_share) | _in_step(label, reference.tables)
    words, manners = worded(label, held), mannered(label, keys, sizes)
    bought = _tied(_facts(label, keys, BOUGHT), label, sizes, settings.rejoin_share)
    loosely = bought | _relieved(label, reference, len(sizes))
    joins = (tied & (words | manners)) | (loosely & words & manners)
    _, found = connected_components(csr_matrix(joins.astype(np.int8)), directed=False)
    return np.where(label >= 0, found[label], -1)


def _facts(label: Ints, keys: pd.DataFrame, kinds: tuple[str, ...]) -> Held:
    """Facts of these kinds that mostly accounts of components hold."""
    rows = keys.iloc[np.flatnonzero(keys["kind"].isin(kinds).to_numpy())]
    number = np.asarray(rows.groupby(["kind", "key"], observed=True, sort=True).ngroup(), dtype=np.int64)
    account = rows["account"].to_numpy(dtype=np.int64)
    inside = label[account] >= 0
    kept = inside & (np.bincount(number, weights=inside) >= LEAST_INSIDE * np.bincount(number))[number]
    return _shared(label, account[kept], number[kept])


def _words(label: Ints, held: Passages) -> Held:
    """Passages that accounts of components keep to, and hardly anybody else holds."""
    rows = held.of(label[held.account] >= 0)
    inside = np.bincount(rows.number)[rows.number] if len(rows.number) else rows.number
    rows = rows.of(inside >= LEAST_INSIDE_PASSAGE * rows.degree)
    component = label[rows.account]
    pair = rows.number * (int(label.max()) + 1) + component
    _, at = np.unique(pair, return_inverse=True)
    local = Passages(rows.account, at.astype(np.int64), rows.key, rows.requests, rows.forming, rows.degree)
    kept = local.kept_to() if len(at) else np.zeros(0, bool)
    return _shared(label, rows.account[kept], rows.number[kept], least=1)


def _shared(label: Ints, account: Ints, number: Ints, least: int = 2) -> Held:
    """Keys that so many components hold."""
    ones = np.ones(len(number))
    shape = (int(number.max(initial=-1)) + 1, int(label.max()) + 1)
    counts = coo_matrix((ones, (number, label[account])), shape=shape).tocsr()
    several = np.flatnonzero(np.diff(counts.indptr) >= least)
    holders = coo_matrix((ones, (account, number)), shape=(len(label), shape[0])).tocsc()
    return Held(counts[several], holders[:, several].tocsr())


def _tied(held: Held, label: Ints, sizes: Ints, share: float) -> Joins:
    """Pairs in which enough accounts of one hold a key of the other, and not only a bridge or two of the other do."""
    reached = held.holders @ _any(held.counts)
    members = np.flatnonzero(label >= 0)
    belongs = coo_matrix((np.ones(len(members)), (label[members], members)), shape=(len(sizes), len(label)))
    shared: npt.NDArray[np.float64] = (belongs.tocsr() @ _any(reached)).toarray()
    enough = shared >= np.maximum(3, share * sizes)[:, None]
    return _both(enough & (shared >= np.maximum(3, LEAST_ANSWERED * sizes)[:, None]).T)


def _relieved(label: Ints, reference: Reference, n: int) -> Joins:
    """Pairs of which one stopped together within the log, and the other began together about then."""
    until, since = reference.active_until, reference.active_from
    end, begin = int(until.max()) - TOGETHER_US, int(since.min()) + TOGETHER_US
    middle = (0.2, 0.5, 0.8)
    stops = np.stack([np.quantile(until[label == i], middle) for i in range(n)])
    starts = np.stack([np.quantile(since[label == i], middle) for i in range(n)])
    stopped = (stops[:, 2] - stops[:, 0] <= TOGETHER_US) & (stops[:, 2] < end)
    started = (starts[:, 2] - starts[:, 0] <= TOGETHER_US) & (starts[:, 0] > begin)
    gap = np.abs(starts[None, :, 1] - stops[:, None, 1])
    return _both(stopped[:, None] & started[None, :] & (gap <= HANDOVER_US))


def _in_step(label: Ints, tables: Tables) -> Joins:
    """Pairs whose activity departs alike from their usual hours: the same batches on the same days.

    Days on which either begins or ends do not count: two that begin on one day need not be one.
    """
    n = int(label.max()) + 1
    counts = hourly(tables, label, n)
    active = counts.sum(axis=2) > 0
    inner = active & np.roll(active, 1, axis=1) & np.roll(active, -1, axis=1)
    inner[:, [0, -1]] = False
    weekend = weekends(tables)
    found = np.zeros((n, n), bool)
    for one in range(n):
        for other in range(one + 1, n):
            days = inner[one] & inner[other]
            if days.sum() >= LEAST_DAYS:
                series = _departures(counts[[one, other]][:, days].astype(np.float64), weekend[days])
                found[one, other] = float(series[0] @ series[1]) >= LEAST_STEP
    return _both(found)


def _departures(counts: npt.NDArray[np.float64], weekend: npt.NDArray[np.bool_]) -> npt.NDArray[np.float64]:
    """Hourly counts less their mean by hour, on weekdays and on weekends, of length 1, shape (n, n_days · 24)."""
    left = counts.copy()
    for kind in (weekend, ~weekend):
        if kind.any():
            left[:, kind] -= left[:, kind].mean(axis=1, keepdims=True)
    flat = left.reshape(len(left), -1)
    scaled: npt.NDArray[np.float64] = flat / np.maximum(np.linalg.norm(flat, axis=1, keepdims=True), 1e-9)
    return scaled


def worded(label: Ints, passages: Passages) -> Joins:
    """Pairs that have most of their frames in common, one of which most accounts hold on both sides."""
    held, sizes = _words(label, passages), np.bincount(label[label >= 0])
    shares = held.counts @ diags_array(1.0 / sizes)
    frames = csc_matrix(shares >= LEAST_FRAME)
    found = np.zeros((len(sizes), len(sizes)), bool)
    total = np.diff(frames.indptr)
    common = (frames.T.astype(np.int64) @ frames.astype(np.int64)).tocoo()
    alike = common.data >= np.maximum(LEAST_COMMON, LEAST_ALIKE * np.maximum(total[common.row], total[common.col]))
    for one, other in zip(common.row[alike].tolist(), common.col[alike].tolist(), strict=True):
        if one < other:
            both = np.intersect1d(_rows_of(frames, one), _rows_of(frames, other))
            users = np.flatnonzero(np.diff(held.holders[:, both].tocsr().indptr) > 0)
            n = np.bincount(label[users], minlength=len(sizes))
            found[one, other] = all(n[side] >= max(3, LEAST_FRAMED * sizes[side]) for side in (one, other))
    return _both(found)


def _rows_of(matrix: csc_matrix, column: int) -> Ints:
    found: Ints = matrix.indices[matrix.indptr[column] : matrix.indptr[column + 1]].astype(np.int64)
    return found


def mannered(label: Ints, keys: pd.DataFrame, sizes: Ints) -> Joins:
    """Pairs most of whose accounts have the same rare clients or combinations of request settings, as often."""
    rows = keys.iloc[np.flatnonzero(keys["kind"].isin(MANNER).to_numpy())]
    component = label[rows["account"].to_numpy()]
    outsiders = rows.assign(out=component < 0).groupby(["kind", "key"], observed=True)["out"].transform("sum")
    outside = outsiders.to_numpy() / max(1, (label < 0).sum())
    kept = (component >= 0) & (outside <= MOST_COMMON)
    inside = rows[kept].assign(component=component[kept], outside=outside[kept])
    by = inside.groupby(["kind", "key", "component"], observed=True).agg(
        n=("account", "size"), outside=("outside", "first")
    )
    by = by.reset_index().assign(share=lambda table: table["n"] / sizes[table["component"]])
    by = by[by["share"] >= LEAST_LIFT * by["outside"]]
    joins = np.zeros((len(sizes), len(sizes)), bool)
    for _, own in by.groupby("kind", observed=True):
        shares = own.pivot_table(index="component", columns="key", values="share", fill_value=0.0)
        total = shares.to_numpy().sum(axis=1)
        apart = cdist(shares.to_numpy(), shares.to_numpy(), "cityblock")
        alike = (total[:, None] + total[None, :] - apart) / 2 >= LEAST_MANNER
        at = shares.index.to_numpy()
        joins[np.ix_(at, at)] |= alike
    return _both(joins)


def _any(matrix: csr_matrix) -> csr_matrix:
    """1 where there is anything."""
    found = matrix.tocsr().copy()
    found.data = np.ones_like(found.data)
    return found


def _both(joins: npt.NDArray[np.bool_]) -> Joins:
    """The pairs in either order, and nothing with itself."""
    found: Joins = joins | joins.T
    np.fill_diagonal(found, False)
    return found
