"""Accounts that work in the same rare frame, and how each compares with the others in it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from detector.features.base import Bools, Floats, Ints
from detector.features.clock import hours
from detector.features.counting import (
    Counts,
    count_pairs,
    distinct_holders,
    groups_within,
    pair_hash,
    ratio,
    sums,
    where,
)
from detector.features.daily import active_days, requests_per_active_day
from detector.features.samples import (
    accounts_of,
    dominant_share,
    dominant_value,
    hashes,
    integers,
    n_principals,
    principals_of,
)
from detector.features.sharing import FRAMES, rarity
from detector.profiles.tables import Tables
from detector.remembering import once

MIN_GROUP = 5
TOPICS = 256


@dataclass(frozen=True)
class Groups:
    """Accounts by the frame they work in; number -1 stands for none."""

    number: Ints
    count: int

    def total(self, account: Ints, entries: Floats) -> Floats:
        """Sum of a number per entry over the accounts of each group."""
        group = self.number[account]
        return sums(group[group >= 0], entries[group >= 0], self.count)

    def spread(self, values: Floats) -> Floats:
        """Give each account the value of its group; NaN without one."""
        return np.asarray(np.r_[values, np.nan][self.number], dtype=np.float64)


@once
def frame_groups(tables: Tables) -> Groups:
    """Accounts grouped by the opening, ending or system prompt they use most.

    Of the three, the one that fills most of the account's requests, weighted by its rarity.
    Groups of fewer than five principals are left out.
    """
    n, principal = len(tables.accounts), principals_of(tables)
    best, frame = np.zeros(n), np.zeros(n, dtype=np.uint64)
    for number, column in enumerate(FRAMES, start=1):
        value = dominant_value(tables, column)
        weight = rarity(distinct_holders(value, principal), n_principals(tables), MIN_GROUP)
        weight *= np.nan_to_num(dominant_share(tables, column))
        better = weight > best
        best[better] = weight[better]
        frame[better] = pair_hash(value[better], np.full(better.sum(), number, dtype=np.int64))
    frame[distinct_holders(frame, principal) < MIN_GROUP] = 0
    values, position = np.unique(frame, return_inverse=True)
    without = int(len(values) > 0 and values[0] == 0)
    return Groups(position.astype(np.int64) - without, len(values) - without)


def load_variation(tables: Tables) -> Floats:
    """Relative variance of the group's daily loads, beyond that of counting by chance."""
    frames = frame_groups(tables)
    rate = np.nan_to_num(requests_per_active_day(tables))
    accounts = np.arange(len(rate))
    size = frames.total(accounts, np.ones(len(rate)))
    mean = ratio(frames.total(accounts, rate), size)
    squares = frames.total(accounts, (rate - frames.spread(mean)) ** 2)
    noise = frames.total(accounts, np.nan_to_num(ratio(rate, active_days(tables))))
    return frames.spread(ratio(ratio(squares, size - 1) - ratio(noise, size), mean**2))


def topic_deviation(tables: Tables) -> Floats:
    """Pearson's χ² of the account's topics against its group's, over its degrees of freedom."""
    frames = frame_groups(tables)
    counts = _topics_of_prompts(tables, frames.number >= 0)
    account, count = counts.account, counts.count
    cell = frames.number[account] * TOPICS + counts.value.astype(np.int64)
    in_cell = sums(cell, count, frames.count * TOPICS).reshape(-1, TOPICS)
    in_group = in_cell.sum(axis=1)
    total = counts.total
    expected = total[account] * (in_cell / np.maximum(in_group, 1)[:, None]).ravel()[cell]
    # A topic the account never touches adds its whole expectation to the sum of squares.
    untouched = total - sums(account, expected, len(total))
    squares = sums(account, (count - expected) ** 2 / expected, len(total)) + untouched
    kinds = frames.spread((in_cell > 0).sum(axis=1).astype(np.float64))
    freedom = (kinds - 1) * (1 - ratio(total, frames.spread(in_group)))
    return where(ratio(squares, freedom), (total >= 10) & (freedom > 0))


def _topics_of_prompts(tables: Tables, chosen: Bools) -> Counts:
    """Distinct prompts of each chosen account by topic."""
    account, topic = accounts_of(tables), integers(tables, "topic")
    rows = np.flatnonzero((topic >= 0) & (hashes(tables, "prompt") != 0) & chosen[account])
    order, starts = groups_within(account[rows], hashes(tables, "prompt")[rows], len(tables.accounts))
    first = rows[order[starts]]
    return count_pairs(account[first], topic[first].astype(np.uint64), np.ones(len(first)), len(tables.accounts))


def synchrony(tables: Tables) -> Floats:
    """Activity of the others in the group while the account works, over the whole platform's."""
    frames, cells, n = frame_groups(tables), hours(tables), len(tables.accounts)
    span = (tables.last_day - tables.first_day + 1) * 24
    at_work = np.bincount(cells.at, minlength=span)[cells.at] - 1
    group = frames.number[cells.account]
    inside = np.flatnonzero(group >= 0)
    account = cells.account[inside]
    cell = group[inside] * span + cells.at[inside]
    companions = np.bincount(cell)[cell] - 1
    active = np.bincount(cells.account, minlength=n).astype(np.float64)
    of_group = frames.spread(frames.total(cells.account, np.ones(len(cells.at))))
    near = ratio(sums(account, companions, n), of_group - active)
    usual = ratio(sums(account, at_work[inside], n), active.sum() - active)
    return where(ratio(near, usual), active >= 10)
