"""Starters: accounts that begin to work in the same hours, and whose work looks alike from then on.

An operator whose accounts share no fact and no words still opens one queue of work for all of them at once. Ordinary
accounts begin in the same hours, too; that so many of those who begin then send single questions and get answers of
one length is what chance does not explain.

References
----------
.. [1] Beutel, A. et al. (2013), "CopyCatch: stopping group attacks by spotting lockstep behavior", WWW.
.. [2] Jiang, M. et al. (2014), "CatchSync: catching synchronized behavior in large directed graphs", KDD: behaviour in
       cells of a grid instead of pairs of accounts.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import csr_matrix, hstack

from detector.campaigns.calendar import DAY_US, HOUR_US
from detector.campaigns.passages import strongest_strand
from detector.campaigns.strands import LEAST_ALONE, LEAST_TIED, numbered
from detector.campaigns.tails import binomial_tail
from detector.campaigns.verify.lockstep import past_a_working_day
from detector.campaigns.verify.sharding import unit_of
from detector.profiles.tables import Tables
from detector.settings import Campaigns

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

#: Widths of the bins of first requests, hours; each is laid twice, half a width apart.
WIDTHS = (1, 3, 6)
#: Requests of the first half that it takes to know how an account works, and accounts that make a start.
LEAST_SENT, LEAST_STARTERS = 4, 10
#: Share of requests that are the only one of their session from which an account sends single questions.
SINGLE = 0.8
#: Share of the smaller cell's accounts that must lie in both for two to be of one start.
LEAST_OVERLAP = 0.5
#: How often ordinary accounts are told from those in cells that chance does not fill.
ROUNDS = 3
#: Share of a component that words alone hold together which must begin together for it to stay whole.
NEARLY_ALL = 0.8


def starters(label: Ints, tables: Tables, tied: Mask, verified: Mask, settings: Campaigns) -> Ints:
    """Components, and accounts that begin together and work alike.

    Accounts are taken that are in no component, or in one that words alone hold together; such a component stays whole
    where nearly all of it begins together.

    Parameters
    ----------
    label : ndarray of int64, shape (n_accounts,)
        Component of each account, -1 for none.
    tied, verified : ndarray of bool, shape (n_accounts,)
        Accounts that hold facts of their owner with others, and accounts of verified organisations.
    """
    worded = _of_words_alone(label, tied)
    length, single = manners(tables)
    first = first_requests(tables)
    known = first > past_a_working_day(int(first.min()), DAY_US)
    open_ = np.flatnonzero(((label < 0) | worded) & ~verified & known & np.isfinite(length))
    start = np.full(len(label), -1, np.int64)
    start[open_] = _together(first[open_], length[open_], single[open_], settings)
    return _with_starts(label, start, worded)


def manners(tables: Tables) -> tuple[Floats, Mask]:
    """How each account works in the first half of its prompts.

    Returns
    -------
    length : ndarray of float, shape (n_accounts,)
        Middle length of its answers, octaves of tokens; NaN where too few are known.
    single : ndarray of bool, shape (n_accounts,)
        Whether nearly all of its requests are the only one of their session.
    """
    requests, n = tables.requests, len(tables.accounts)
    rows = requests.loc[requests["half"].to_numpy() == 0, ["account", "session", "timestamp", "output_tokens"]]
    account = rows["account"].to_numpy()
    answers = rows["output_tokens"].groupby(account).agg(["median", "count"])
    known = answers.index.to_numpy()[answers["count"] >= LEAST_SENT]
    length = np.full(n, np.nan)
    length[known] = np.log2(1 + answers["median"].loc[known].to_numpy(dtype=np.float64))
    sessions = pd.DataFrame({"account": account, "unit": unit_of(rows)}).drop_duplicates()["account"]
    return length, np.bincount(sessions, minlength=n) >= SINGLE * np.bincount(account, minlength=n)


def first_requests(tables: Tables) -> Ints:
    """Moment of each account's first request of the window, microseconds, shape (n_accounts,)."""
    found = np.full(len(tables.accounts), np.iinfo(np.int64).max)
    np.minimum.at(found, tables.days["account"].to_numpy(), tables.days["first_us"].to_numpy())
    return found


def _of_words_alone(label: Ints, tied: Mask) -> Mask:
    """Accounts of components few of whose accounts hold a fact of their owner with others."""
    inside = label >= 0
    loose = np.bincount(label[inside], weights=tied[inside]) < LEAST_TIED * np.bincount(label[inside])
    found = inside.copy()
    found[inside] = loose[label[inside]]
    return found


def _together(first: Ints, length: Floats, single: Mask, settings: Campaigns) -> Ints:
    """Start that each account belongs to, -1 for none: cells that chance does not fill, those of the same accounts one.

    Ordinary accounts, by which chance is told, are those in no such cell.
    """
    times = [_bins(first / HOUR_US, width, half) for width in WIDTHS for half in (0.0, 0.5)]
    likes = [2 * _bins(length, 1.0, half) + single for half in (0.0, 0.5)]
    grids = [Grid.of(when, like) for when in times for like in likes]
    most, ordinary = settings.alpha / max(1, sum(len(grid.n) for grid in grids)), np.ones(len(first), bool)
    for _ in range(ROUNDS):
        tried = [grid.by_chance(ordinary) for grid in grids]
        surprising = [(grid.n >= LEAST_STARTERS) & (p <= most) for grid, (_, p) in zip(grids, tried, strict=True)]
        ordinary = ~np.any([chosen[grid.cell] for grid, chosen in zip(grids, surprising, strict=True)], axis=0)
    held = [
        grid.holders(chosen & (expected <= settings.max_by_chance * grid.n))
        for grid, chosen, (expected, _) in zip(grids, surprising, tried, strict=True)
    ]
    return strongest_strand(csr_matrix(hstack(held)), LEAST_OVERLAP)


def _bins(values: Floats, width: float, half: float) -> Ints:
    """Number of each value's bin, bins shifted by a part of their width."""
    return np.floor(values / width + half).astype(np.int64)


@dataclass(frozen=True)
class Grid:
    """Accounts in cells of when they begin by how they work.

    Attributes
    ----------
    cell : ndarray of int64, shape (n_accounts,)
        Cell of each account.
    n, row, column : ndarray of int64, shape (n_cells,)
        Accounts in each cell, and the numbers of its time and its manner.
    """

    cell: Ints
    n: Ints
    row: Ints
    column: Ints

    @classmethod
    def of(cls, when: Ints, like: Ints) -> Grid:
        """Grid of accounts by two numbers of each."""
        (_, row), (columns, column) = (np.unique(values, return_inverse=True) for values in (when, like))
        width = max(1, len(columns))
        cells, cell, n = np.unique(row * width + column, return_inverse=True, return_counts=True)
        return cls(cell, n, cells // width, cells % width)

    def by_chance(self, ordinary: Mask) -> tuple[Floats, Floats]:
        """How many accounts chance would put into each cell, and the chance of as many as there are.

        Both are told from the ordinary accounts in the rest of its row and column, as if when one begins had nothing to
        do with how one works.
        """
        known = np.bincount(self.cell[ordinary], minlength=len(self.n))
        in_row, in_column = (np.bincount(line, known)[line] - known for line in (self.row, self.column))
        rest = np.maximum(known.sum() - in_row - in_column - known, 1)
        p = binomial_tail(self.n, self.n + in_row, (in_column + 1) / (in_column + rest + 1))
        return in_row * in_column / rest, p

    def holders(self, chosen: Mask) -> csr_matrix:
        """1 where an account is in a chosen cell: accounts × chosen cells."""
        inside = np.flatnonzero(chosen[self.cell])
        number = (np.cumsum(chosen) - 1)[self.cell[inside]]
        shape = (len(self.cell), int(chosen.sum()))
        return csr_matrix((np.ones(len(inside), np.int32), (inside, number)), shape=shape)


def _with_starts(label: Ints, start: Ints, worded: Mask) -> Ints:
    """Components with those that begin together made ones of their own, but for what stays with a worded one."""
    found, fresh = label.copy(), int(label.max(initial=-1)) + 1
    sizes = np.bincount(label[label >= 0], minlength=fresh)
    for one in range(int(start.max(initial=-1)) + 1):
        members = np.flatnonzero(start == one)
        inside = np.bincount(label[members][label[members] >= 0], minlength=fresh)
        whole = (inside >= NEARLY_ALL * sizes) & (inside > 0)
        joins = worded & (start < 0)
        joins[joins] = whole[label[joins]]
        found[(start == one) | joins] = fresh + one
    left = worded & (found == label)
    few = np.bincount(label[left], minlength=fresh) < np.minimum(sizes, LEAST_ALONE)
    found[np.flatnonzero(left)[few[label[left]]]] = -1
    return numbered(found)
