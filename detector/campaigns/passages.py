"""Passages: the words that accounts hold in common, and how much each account keeps to them.

A first or last run of words, a system prompt or a phrase says who writes alike where many hold it and few others do. A
task of a data set is held too, but once: a passage that its holders keep to is a frame, one that they send once in a
hundred requests is what stands in it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_matrix, csr_matrix
from scipy.sparse.csgraph import connected_components

from detector.profiles.tables import Tables
from detector.remembering import once

Ints = npt.NDArray[np.int64]

#: Whole prompts and templates are what benchmarks and courses share.
KINDS = ("head", "tail", "system", "phrase")
#: Share of a holder's requests of the first half in which a frame stands, how often it stands in them, and requests of
#: a holder below which once is as often as can be told.
LEAST_KEPT_TO, LEAST_TIMES, FEW = 0.03, 1.2, 8
#: Accounts outside that may hold a passage of a group's own, per account inside.
MOST_OUTSIDE = 0.25
#: Share of a component that must hold a passage for it to be one of its frames, and passages of a group that make an
#: account one of it.
LEAST_FRAME, LEAST_PASSAGES = 0.15, 2
#: Passages are of one strand where this share of the rarer one's holders, and three accounts, hold both.
LEAST_OVERLAP = 0.08


@dataclass(frozen=True, eq=False)
class Passages:
    """Who holds which passage in the first half of the prompts; one row per account and passage.

    Attributes
    ----------
    account, number : ndarray of int64, shape (n,)
        Account, and number of the passage.
    key : ndarray of uint64, shape (n,)
        Hash of the passage.
    requests, forming : ndarray of int64, shape (n,)
        Sampled requests of the first half in which it stands, and all of the account's.
    degree : ndarray of int64, shape (n,)
        Accounts that hold it.
    """

    account: Ints
    number: Ints
    key: npt.NDArray[np.uint64]
    requests: Ints
    forming: Ints
    degree: Ints

    def of(self, chosen: npt.NDArray[np.bool_]) -> Passages:
        """The rows that are chosen."""
        return Passages(*(values[chosen] for values in vars(self).values()))

    def kept_to(self, least: float = LEAST_KEPT_TO) -> npt.NDArray[np.bool_]:
        """Rows whose passage is a frame: its holders among these rows keep to it."""
        used = np.bincount(self.number, weights=self.requests)
        sent = np.bincount(self.number, weights=self.forming)
        holders = np.bincount(self.number)
        often = (used >= least * sent) & ((used >= LEAST_TIMES * holders) | (sent <= FEW * holders))
        found: npt.NDArray[np.bool_] = often[self.number]
        return found

    def matrix(self, rows: Ints, n_rows: int) -> csr_matrix:
        """1 where one of `n_rows` holds a passage: rows × passages, those that nobody holds left out."""
        _, column = np.unique(self.number, return_inverse=True)
        shape = (n_rows, int(column.max(initial=-1)) + 1)
        return csr_matrix((np.ones(len(rows), np.int32), (rows, column)), shape=shape)


@once
def passages(tables: Tables) -> Passages:
    """Passages of all accounts."""
    keys = tables.keys
    rows = keys.iloc[np.flatnonzero(keys["kind"].isin(KINDS).to_numpy() & (keys["half_0"].to_numpy() > 0))]
    requests = tables.requests
    forming = requests["account"].to_numpy()[requests["half"].to_numpy() == 0]
    account = rows["account"].to_numpy(dtype=np.int64)
    number = np.asarray(rows.groupby(["kind", "key"], observed=True, sort=True).ngroup(), dtype=np.int64)
    return Passages(
        account=account,
        number=number,
        key=rows["key"].to_numpy(dtype=np.uint64),
        requests=rows["half_0"].to_numpy(dtype=np.int64),
        forming=np.bincount(forming, minlength=len(tables.accounts))[account],
        degree=np.bincount(number)[number],
    )


def own_passages(
    held: Passages, least_holders: float, most_outside: float, least_kept_to: float = LEAST_KEPT_TO
) -> Passages:
    """Frames that enough of the accounts of these rows hold and few others do, per holder inside."""
    inside = np.bincount(held.number)[held.number]
    own = held.of((inside >= least_holders) & (held.degree - inside <= most_outside * inside))
    return own.of(own.kept_to(least_kept_to)) if len(own.account) else own


def strongest_strand(held: csr_matrix, least_overlap: float = LEAST_OVERLAP, least_held: int = 1) -> Ints:
    """Strand of each account, -1 for those that hold none: passages that the same accounts hold are one strand.

    Parameters
    ----------
    held : csr_matrix of int, shape (n_accounts, n_passages)
        1 where an account holds a passage.
    least_overlap : float
        Share of the rarer passage's holders that must hold both for two to be of one strand.
    least_held : int
        Passages of a strand that an account must hold to belong to it.
    """
    n_accounts, n_passages = held.shape
    if not n_passages:
        return np.full(n_accounts, -1, np.int64)
    both = (held.T @ held).tocoo()
    size = np.asarray(held.sum(axis=0)).ravel()
    linked = both.data >= np.maximum(3, least_overlap * np.minimum(size[both.row], size[both.col]))
    graph = coo_matrix((both.data[linked], (both.row[linked], both.col[linked])), shape=(n_passages, n_passages))
    n_strands, strand = connected_components(graph, directed=False)
    shape = (n_passages, n_strands)
    of_strand = csr_matrix((np.ones(n_passages, np.int32), (np.arange(n_passages), strand)), shape=shape)
    holds = (held @ of_strand).toarray() >= least_held
    found: Ints = np.where(holds.any(axis=1), np.argmax(holds * holds.sum(axis=0), axis=1), -1)
    return found


def component_frames(label: Ints, inside: Passages) -> tuple[Ints, Ints, Ints]:
    """Passages that enough of a component hold, given what accounts of components hold.

    Returns
    -------
    number, home, n : ndarray of int64
        Passage, component and accounts of it that hold the passage.
    """
    sizes = np.bincount(label[label >= 0], minlength=1)
    pairs, n = np.unique(inside.number * len(sizes) + label[inside.account], return_counts=True)
    home = pairs % len(sizes)
    frames = n >= np.maximum(3, LEAST_FRAME * sizes[home])
    return pairs[frames] // len(sizes), home[frames], n[frames]
