"""Crews: accounts that work alike, and begin to in the same hours or all want log-probabilities.

An operator whose accounts share no fact and no words still opens one queue of work for all of them at once, or wants
the same of each. Ordinary accounts begin in the same hours, and a few want log-probabilities; that so many of those
work in one manner - single questions, answers of one length, as many of them - is what chance does not explain.

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
from scipy.sparse import csr_matrix, hstack

from detector.campaigns.calendar import DAY_US, HOUR_US
from detector.campaigns.own_words import LEAST_ALONE, of_words_alone
from detector.campaigns.parts import numbered
from detector.campaigns.passages import strongest_strand
from detector.campaigns.reference import active_from, totals
from detector.campaigns.sessions import n_units
from detector.campaigns.tails import binomial_tail
from detector.campaigns.verify.lockstep import past_a_working_day
from detector.profiles.tables import Tables
from detector.settings import Campaigns

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

#: Widths of the bins of first requests, hours; bins are laid twice, half a width apart.
WIDTHS, SHIFTS = (1, 3, 6), (0.0, 0.5)
#: Requests of the first half that it takes to know how an account works, and accounts that make a crew.
LEAST_SENT, LEAST_CREW = 4, 10
#: Share of requests that are the only one of their session from which an account sends single questions, and share that
#: must ask for log-probabilities for the account to be there for them.
SINGLE, LEAST_WEIGHED = 0.8, 0.5
#: Share of the smaller cell's accounts that must lie in both for two to be of one crew.
LEAST_OVERLAP = 0.5
#: Octaves by which the load of an account may differ from that of its crew's middle one.
MOST_APART = 2.0
#: How often ordinary accounts are told from those in cells that chance does not fill.
ROUNDS = 3
#: Share of a component that words alone hold together which must be of one crew for it to stay whole, and for a crew of
#: fewer than `LEAST_ALONE` of them to leave it.
NEARLY_ALL, LEAST_PART = 0.8, 0.3


@dataclass(frozen=True)
class Manner:
    """How accounts work in the first half of their prompts.

    Attributes
    ----------
    length : ndarray of float, shape (n_accounts,)
        Middle length of the answers, octaves of tokens; NaN where too few are known.
    single : ndarray of bool, shape (n_accounts,)
        Whether nearly all requests are the only one of their session.
    load : ndarray of float, shape (n_accounts,)
        Requests of the window, octaves.
    weighs : ndarray of bool, shape (n_accounts,)
        Whether most requests ask for log-probabilities.
    """

    length: Floats
    single: Mask
    load: Floats
    weighs: Mask

    def of(self, chosen: Ints) -> Manner:
        """That of some accounts."""
        return Manner(*(values[chosen] for values in vars(self).values()))


@dataclass(frozen=True)
class Grid:
    """Accounts in cells: rows for what a crew has in common, columns for the manner of its work.

    Attributes
    ----------
    cell : ndarray of int64, shape (n_accounts,)
        Cell of each account.
    n, row, column : ndarray of int64, shape (n_cells,)
        Accounts in each cell, and the numbers of its row and its column.
    open : ndarray of bool, shape (n_cells,)
        Cells that may be a crew's.
    """

    cell: Ints
    n: Ints
    row: Ints
    column: Ints
    open: Mask

    @classmethod
    def of(cls, row: Ints, column: Ints, closed: int | None = None) -> Grid:
        """Grid of accounts by two numbers of each; cells of a closed row are nobody's."""
        (rows, row), (columns, column) = (np.unique(values, return_inverse=True) for values in (row, column))
        width = max(1, len(columns))
        cells, cell, n = np.unique(row * width + column, return_inverse=True, return_counts=True)
        allowed = np.ones(len(n), bool) if closed is None else rows[cells // width] != closed
        return cls(cell, n, cells // width, cells % width, allowed)

    def by_chance(self, ordinary: Mask) -> tuple[Floats, Floats]:
        """How many accounts chance would put into each cell, and the chance of as many as there are.

        Both are told from the ordinary accounts in the rest of its row and column, as if the one had nothing to do with
        the other.
        """
        known = np.bincount(self.cell[ordinary], minlength=len(self.n))
        in_row, in_column = (np.bincount(line, known)[line] - known for line in (self.row, self.column))
        rest = np.maximum(known.sum() - in_row - in_column - known, 1)
        p = binomial_tail(self.n, self.n + in_row, (in_column + 1) / (in_column + rest + 1))
        return in_row * in_column / rest, np.where(self.open, p, 1.0)

    def holders(self, chosen: Mask) -> csr_matrix:
        """1 where an account is in a chosen cell: accounts × chosen cells."""
        inside = np.flatnonzero(chosen[self.cell])
        number = (np.cumsum(chosen) - 1)[self.cell[inside]]
        shape = (len(self.cell), int(chosen.sum()))
        return csr_matrix((np.ones(len(inside), np.int32), (inside, number)), shape=shape)


def crews(label: Ints, tables: Tables, tied: Mask, verified: Mask, settings: Campaigns) -> Ints:
    """Components and crews.

    Accounts are taken that are in no component, or in one that words alone hold together; such a component stays whole
    where nearly all of it is of one crew.

    Parameters
    ----------
    label : ndarray of int64, shape (n_accounts,)
        Component of each account, -1 for none.
    tied, verified : ndarray of bool, shape (n_accounts,)
        Accounts that hold facts of their owner with others, and accounts of verified organisations.
    """
    worded, manner = of_words_alone(label, tied), manner_of(tables)
    free = np.flatnonzero(((label < 0) | worded) & ~verified & np.isfinite(manner.length))
    crew, free_manner = np.full(len(label), -1, np.int64), manner.of(free)
    found = _crews(_grids(_known_starts(tables)[free], free_manner), len(free), settings)
    crew[free] = as_busy(found, free_manner.load)
    return _with_crews(label, crew, worded)


def manner_of(tables: Tables) -> Manner:
    """How each account works."""
    requests, n = tables.requests, len(tables.accounts)
    named = ["account", "session", "timestamp", "output_tokens", "logprobs"]
    rows = requests.loc[requests["half"].to_numpy() == 0, named]
    account = rows["account"].to_numpy()
    answers = rows["output_tokens"].groupby(account).agg(["median", "count"])
    known = answers.index.to_numpy()[answers["count"] >= LEAST_SENT]
    length = np.full(n, np.nan)
    length[known] = np.log2(1 + answers["median"].loc[known].to_numpy(dtype=np.float64))
    sent = np.bincount(account, minlength=n)
    weighing = np.bincount(account[rows["logprobs"].to_numpy(dtype=bool)], minlength=n)
    return Manner(
        length,
        n_units(rows, n) >= SINGLE * sent,
        np.log2(1 + totals(tables)),
        weighing > LEAST_WEIGHED * sent,
    )


def _known_starts(tables: Tables) -> Ints:
    """Moment of each account's first request, microseconds, 0 for those that were there when the log began."""
    found = active_from(tables)
    return np.where(found > past_a_working_day(int(found.min()), DAY_US), found, 0)


def _grids(first: Ints, manner: Manner) -> list[Grid]:
    """Accounts by when they begin and how they work, and by whether they want probabilities, how and how many."""
    ways = [2 * _bins(manner.length, 1.0, shift) + manner.single for shift in SHIFTS]
    begun = [np.where(first > 0, _bins(first / HOUR_US, width, shift), -1) for width in WIDTHS for shift in SHIFTS]
    loads = [_bins(manner.load, 1.0, shift) for shift in SHIFTS]
    by_start = [Grid.of(row, way, closed=-1) for row in begun for way in ways]
    return by_start + [
        Grid.of(manner.weighs.astype(np.int64), 64 * way + load, closed=0) for way in ways for load in loads
    ]


def _bins(values: Floats, width: float, shift: float) -> Ints:
    """Number of each value's bin, bins shifted by a part of their width."""
    return np.floor(values / width + shift).astype(np.int64)


def _crews(grids: list[Grid], n_accounts: int, settings: Campaigns) -> Ints:
    """Crew of each account, -1 for none: cells that chance does not fill, those of the same accounts one.

    Ordinary accounts, by which chance is told, are those in no such cell.
    """
    most, ordinary = settings.alpha / max(1, sum(int(grid.open.sum()) for grid in grids)), np.ones(n_accounts, bool)
    for _ in range(ROUNDS):
        tried = [grid.by_chance(ordinary) for grid in grids]
        surprising = [(grid.n >= LEAST_CREW) & (p <= most) for grid, (_, p) in zip(grids, tried, strict=True)]
        ordinary = ~np.any([chosen[grid.cell] for grid, chosen in zip(grids, surprising, strict=True)], axis=0)
    held = [
        grid.holders(chosen & (expected <= settings.max_by_chance * grid.n))
        for grid, chosen, (expected, _) in zip(grids, surprising, tried, strict=True)
    ]
    return strongest_strand(csr_matrix(hstack(held)), LEAST_OVERLAP)


def as_busy(crew: Ints, load: Floats) -> Ints:
    """Crews without the accounts that are much busier or less busy than the middle one: they are there by chance."""
    found = crew.copy()
    for one in range(int(crew.max(initial=-1)) + 1):
        members = np.flatnonzero(crew == one)
        found[members[np.abs(load[members] - np.median(load[members])) > MOST_APART]] = -1
    return found


def _with_crews(label: Ints, crew: Ints, worded: Mask) -> Ints:
    """Components with crews made ones of their own, but for what stays with a worded one."""
    found, fresh = label.copy(), int(label.max(initial=-1)) + 1
    sizes = np.bincount(label + 1, minlength=fresh + 1)
    for one in range(int(crew.max(initial=-1)) + 1):
        members = np.flatnonzero(crew == one)
        inside = np.bincount(label[members] + 1, minlength=fresh + 1)
        # all of a component go that nearly all go of, and none of a large one where a few are there by chance
        whole, part = inside >= NEARLY_ALL * sizes, inside >= np.minimum(LEAST_ALONE, LEAST_PART * sizes)
        joins = worded & (crew < 0) & whole[label + 1]
        joins[members] = (label[members] < 0) | part[label[members] + 1]
        found[joins] = fresh + one
    left = worded & (found == label)
    few = np.bincount(label[left] + 1, minlength=fresh + 1) < np.minimum(sizes, LEAST_ALONE)
    found[left & few[label + 1]] = -1
    return numbered(found)
