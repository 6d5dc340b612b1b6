"""How often each account holds each value, and what follows from such counts alone.

Everything here is a sort or a `bincount` over integer account codes: no account is visited on its
own. Accounts are compared though some have three requests and others five hundred in the sample,
so the measures are chosen to have the same expectation at every sample size.

References
----------
.. [1] Hurlbert, S. H. (1971), "The nonconcept of species diversity: a critique and alternative
       parameters", Ecology 52: the expected number of kinds in a sample of fixed size.
.. [2] Simpson, E. H. (1949), "Measurement of diversity", Nature 163: the chance that two
       individuals are of one kind, without bias from the size of the sample.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from detector.features.base import Bools, Floats, Hashes, Ints
from detector.profiles.orders import run_starts
from detector.profiles.segments import order_within, starts_of
from detector.profiles.sharing import seem_shared

#: Odd constants that spread numbers over 64 bits (digits of the golden ratio and of π).
_SPREAD_LEFT, _SPREAD_RIGHT = np.uint64(0x9E3779B97F4A7C15), np.uint64(0x243F6A8885A308D3)
DRAWN = 10


def sums(account: Ints, entries: Floats | Bools | Ints, n_accounts: int) -> Floats:
    """Sum of a number per entry over the accounts."""
    return np.bincount(account, entries, n_accounts).astype(np.float64, copy=False)


@dataclass(frozen=True)
class Counts:
    """Entries of a sparse table account × value; each pair stands once."""

    account: Ints
    value: Hashes
    count: Floats
    n_accounts: int

    @property
    def total(self) -> Floats:
        """Counted requests of each account."""
        return self.sums(self.count)

    def sums(self, entries: Floats) -> Floats:
        """Sum of a number per entry over each account."""
        return sums(self.account, entries, self.n_accounts)

    def largest(self) -> Floats:
        """Count of each account's most frequent value; 0 for an account without a value."""
        top = np.zeros(self.n_accounts)
        np.maximum.at(top, self.account, self.count)
        return top

    def dominant(self) -> Hashes:
        """Each account's most frequent value, the smallest of equals; 0 where there is none."""
        is_top = self.count == self.largest()[self.account]
        value: Hashes = np.full(self.n_accounts, np.iinfo(np.uint64).max, dtype=np.uint64)
        np.minimum.at(value, self.account[is_top], self.value[is_top])
        value[self.total == 0] = 0
        return value


def ratio(part: npt.ArrayLike, whole: npt.ArrayLike) -> Floats:
    """``part / whole``, NaN where the whole is zero."""
    above, below = np.asarray(part, dtype=np.float64), np.asarray(whole, dtype=np.float64)
    undefined: Floats = np.full(below.shape, np.nan)
    return np.divide(above, below, out=undefined, where=below != 0)


def where(values: Floats, defined: Bools) -> Floats:
    """Values where they are defined, NaN elsewhere."""
    return np.where(defined, values, np.nan)


def pair_hash(left: Ints | Hashes, right: Ints | Hashes) -> Hashes:
    """One 64-bit number per pair of numbers; distinct pairs agree with a chance of about 2⁻⁶⁴."""
    with np.errstate(over="ignore"):
        spread: Hashes = left.astype(np.uint64) * _SPREAD_LEFT
        spread ^= spread >> np.uint64(32)
        spread += right.astype(np.uint64) * _SPREAD_RIGHT
    return spread


def _bits(codes: Ints) -> np.uint64:
    return np.uint64(max(int(codes.max()).bit_length(), 1) if len(codes) else 1)


def by_account(account: Ints, value: Hashes | Ints) -> Hashes:
    """One number per pair, which sorts by account: the account above, the value's hash below.

    Numbers that keep the order of accounts sort and gather several times faster than hashes of
    both. Below a million accounts 44 bits are left to tell apart the few hundred values of one.
    """
    bits = _bits(account)
    with np.errstate(over="ignore"):
        below: Hashes = value.astype(np.uint64) * _SPREAD_LEFT
    return below >> bits | account.astype(np.uint64) << (np.uint64(64) - bits)


def groups(values: Hashes | Ints) -> tuple[Ints, Ints]:
    """Order that brings equal values together, and where each run of equals starts in it."""
    order = np.argsort(values)
    sorted_values = values[order]
    starts = np.flatnonzero(np.r_[True, sorted_values[1:] != sorted_values[:-1]])
    return order.astype(np.int64), starts[: len(values)].astype(np.int64)


def groups_within(account: Ints, value: Hashes | Ints, n_accounts: int) -> tuple[Ints, Ints]:
    """Order by account that brings its equal values together, and where each run of equals starts in it.

    Rows of tables stand account by account; then no row is sorted among those of others.
    """
    if (account[1:] < account[:-1]).any():
        return groups(by_account(account, value))
    with np.errstate(over="ignore"):
        spread: Hashes = value.astype(np.uint64) * _SPREAD_LEFT
    order = order_within(starts_of(account, n_accounts), spread)
    return order, np.flatnonzero(run_starts(account, spread[order]))


def count_pairs(account: Ints, value: Hashes, weight: Floats, n_accounts: int) -> Counts:
    """Total weight of each pair of account and value."""
    if not len(account):
        return Counts(account, value, weight, n_accounts)
    order, starts = groups_within(account, value, n_accounts)
    first = order[starts]
    totals = np.add.reduceat(weight[order], starts)
    return Counts(account[first], value[first], totals, n_accounts)


def share_of_largest(counts: Counts) -> Floats:
    """Share of each account's requests that its most frequent value holds."""
    return ratio(counts.largest(), counts.total)


def match_chance(counts: Counts) -> Floats:
    """Chance that two of an account's requests, drawn without replacement, agree [2]_."""
    total = counts.total
    return ratio(counts.sums(counts.count * (counts.count - 1)), total * (total - 1))


def distinct_in_ten(counts: Counts) -> Floats:
    """Distinct values expected among ten of an account's requests [1]_; NaN below ten."""
    total = counts.total
    # What stands once is missed by ten of n with a chance of (n - 10) / n.
    unseen = 1 - DRAWN / np.maximum(total, DRAWN)[counts.account]
    often = np.flatnonzero(counts.count > 1)
    count, of_account = counts.count[often], total[counts.account[often]]
    unseen[often] = 1
    for drawn in range(DRAWN):
        left = np.maximum(of_account - count - drawn, 0)
        unseen[often] *= left / np.maximum(of_account - drawn, 1)
    return where(counts.sums(1 - unseen), total >= DRAWN)


def principals_holding(value: Hashes, account: Ints, principal: Ints) -> Floats:
    """For each row of an account, how many different principals its value has; 0 for an unknown (zero) value.

    What one account alone seems to hold is not sorted.
    """
    if (account[1:] < account[:-1]).any():
        return distinct_holders(value, principal[account])
    degree: Floats = (value != 0).astype(np.float64)
    shared = np.flatnonzero(seem_shared(starts_of(account, len(principal)), value))
    degree[shared] = distinct_holders(value[shared], principal[account[shared]])
    return degree


def distinct_holders(value: Hashes, holder: Ints) -> Floats:
    """For each row, how many different holders its value has; 0 for an unknown (zero) value."""
    degree = np.zeros(len(value))
    known = np.flatnonzero(value)
    if not len(known):
        return degree
    held, holders = value[known], holder[known]
    bits = _bits(holders)
    with np.errstate(over="ignore"):
        code = held * _SPREAD_LEFT >> bits << bits | holders.astype(np.uint64)
    order = np.argsort(code)
    code = code[order]
    is_new = np.r_[True, code[1:] != code[:-1]]
    code >>= bits
    starts = np.flatnonzero(np.r_[True, code[1:] != code[:-1]])
    sizes = np.add.reduceat(is_new.astype(np.float64), starts)
    degree[known[order]] = np.repeat(sizes, np.diff(np.r_[starts, len(order)]))
    return degree
