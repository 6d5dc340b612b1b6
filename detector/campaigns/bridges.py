"""Bridges: accounts that belong to two campaigns do not make one of them.

A core is one component although only an account or two hold facts of both of its sides. It is cut where few of the
holdings of either side cross over. Pools of one campaign may hang together as loosely; the sides stay one where they
have most of their frames, request settings or clients in common.

References
----------
.. [1] Dhillon, I. (2001), "Co-clustering documents and words using bipartite spectral graph partitioning", KDD: the
       second singular vectors of the scaled matrix of who holds what put both sides of a loose graph in order.
.. [2] Spielman, D. & Teng, S.-H. (1996), "Spectral partitioning works", FOCS: the best of all cuts of that order.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import coo_matrix, csr_matrix, diags_array
from scipy.sparse.csgraph import connected_components
from scipy.sparse.linalg import svds

from detector.campaigns.parts import numbered
from detector.campaigns.passages import Ints, Passages
from detector.campaigns.rejoin import mannered, worded

#: Accounts on either side of a cut, share of a side's holdings that may cross it, and how many times as tight one side
#: must be: a chain of accounts that were made one after the other is as loose everywhere.
LEAST_SIDE, MOST_CROSSING, TIGHTER = 10, 0.02, 5.0


@dataclass(frozen=True)
class Cut:
    """Accounts on either side, and the share of the smaller side's holdings that cross over."""

    one: Ints
    other: Ints
    share: float


def apart(label: Ints, held: pd.DataFrame, passages: Passages, keys: pd.DataFrame) -> Ints:
    """Components of a core cut where few holdings of either side cross over, unless both sides write or work alike.

    Parameters
    ----------
    label : ndarray of int64, shape (n_accounts,)
        Component of each account, -1 for none.
    held : DataFrame
        ``composite``, ``account``: what holds the components together.
    keys : DataFrame
        As in `Tables.keys`.
    """
    cut = _cut(label, held)
    if (cut == label).all():
        return label
    loose = np.isin(label, label[cut != label])
    side = numbered(np.where(loose, cut, -1))
    home = np.zeros(int(side.max()) + 1, np.int64)
    home[side[loose]] = label[loose]
    joins = worded(side, passages) | mannered(side, keys, np.bincount(side[loose]))
    joins &= home[:, None] == home[None, :]
    _, whole = connected_components(csr_matrix(joins.astype(np.int8)), directed=False)
    return numbered(np.where(loose, int(label.max()) + 1 + whole[side], label))


def _cut(label: Ints, held: pd.DataFrame) -> Ints:
    """Components cut again and again; one side keeps the number."""
    found, following = label.copy(), int(label.max(initial=-1)) + 1
    large = np.flatnonzero(np.bincount(label + 1)[1:] >= 2 * LEAST_SIDE).tolist()
    left = [(number, _loosest(np.flatnonzero(label == number), held)) for number in large]
    while left:
        number, cut = left.pop()
        sides = [_loosest(side, held) for side in (cut.one, cut.other)] if cut.share <= MOST_CROSSING else []
        if sides and max(side.share for side in sides) >= TIGHTER * cut.share:
            found[cut.other] = following
            left += [(number, sides[0]), (following, sides[1])]
            following += 1
    return found


def _loosest(members: Ints, held: pd.DataFrame) -> Cut:
    """The loosest cut of accounts that hold composites."""
    rows = np.isin(held["account"].to_numpy(), members)
    members, row = np.unique(held["account"].to_numpy()[rows], return_inverse=True)
    _, column = np.unique(held["composite"].to_numpy()[rows], return_inverse=True)
    matrix = coo_matrix((np.ones(len(row)), (row, column))).tocsr()
    n, size = matrix.shape[0], sum(matrix.shape)
    if n < 2 * LEAST_SIDE or matrix.shape[1] < 3:
        return Cut(members, members[:0], np.inf)
    place = np.empty(size, np.int64)
    place[np.argsort(_order(matrix), kind="stable")] = np.arange(size)
    ends = np.sort(np.stack([place[row], place[n + column]]), axis=0)
    opened, closed = np.cumsum([np.bincount(end, minlength=size) for end in ends], axis=1)
    accounts = np.cumsum(np.bincount(place[:n], minlength=size))
    smaller = np.minimum(opened + closed, 2 * len(row) - opened - closed) / 2
    fits = np.minimum(accounts, n - accounts) >= LEAST_SIDE
    share = np.where(fits, opened - closed, np.inf) / np.maximum(smaller, 1)
    best = int(np.argmin(share))
    return Cut(members[place[:n] <= best], members[place[:n] > best], float(share[best]))


def _order(matrix: csr_matrix) -> npt.NDArray[np.float64]:
    """Accounts, then composites, along the second singular vectors of the matrix scaled by its margins."""
    accounts, composites = (np.asarray(matrix.sum(axis=axis)).ravel() ** -0.5 for axis in (1, 0))
    scaled = diags_array(accounts) @ matrix @ diags_array(composites)
    u, s, v = svds(scaled.tocsc(), k=2, v0=np.ones(min(matrix.shape)), tol=1e-3)
    second = int(np.argmin(s))
    found: npt.NDArray[np.float64] = np.concatenate([u[:, second] * accounts, v[second] * composites])
    return found
