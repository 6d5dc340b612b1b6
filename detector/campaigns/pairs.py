"""Pairs of keys that accounts hold together, counted key by key, without ever writing down those that only one holds.

Most pairs are held once. The accounts that hold one key are gone through, and what else they hold is counted in a table
with a place for each key, which the processor's cache holds; only what more than one principal holds is written down.
So memory follows what is shared, and a fact that half of all accounts hold costs what any other does.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, pairwise

import numpy as np
import numpy.typing as npt
from numba import njit

from detector.profiles.orders import order_by, run_starts

Ints = npt.NDArray[np.int64]
Int32s = npt.NDArray[np.int32]
U64 = npt.NDArray[np.uint64]

#: Pairs there is room for in a part of the keys, which a thread counts at a time.
PART_PAIRS = 1 << 22
#: Accounts whose rows are fetched together before they are counted: one by one, most of the time passes in waiting.
_AHEAD = 32
_HALF = np.uint64(32)


@dataclass(frozen=True)
class Holdings:
    """Keys of accounts, under numbers that ascend with their family and, within it, their kind.

    Attributes
    ----------
    starts : ndarray of int64, shape (n_accounts + 1,)
        First row of each account, and one past the last.
    principal : ndarray of int64, shape (n_accounts,)
    code : ndarray of int32, shape (n_rows,)
        Number of the key, ascending within each account, which holds each once.
    family, twice : ndarray, shape (n_codes,)
        ``family`` ascends; ``twice`` is -1, or the kind of a key two of which make a pair. All other pairs are of two
        families, the lower first.
    """

    starts: Ints
    principal: Ints
    code: Int32s
    family: Ints
    twice: Ints

    def counted(self) -> tuple[U64, Int32s]:
        """Pairs that at least two principals hold, in any order, and how many do."""
        parts, cores = self._parts(), os.cpu_count() or 1
        with ThreadPoolExecutor(cores) as threads:
            found = list(chain.from_iterable(threads.map(self._counted, (parts[i::cores] for i in range(cores)))))
        pairs, many = zip((np.zeros(0, np.uint64), np.zeros(0, np.int32)), *found, strict=True)
        return np.concatenate(pairs), np.concatenate(many)

    def holders(self, pairs: U64) -> tuple[Ints, Ints]:
        """Number of each of some pairs, and an account that holds it, for every holder, ascending."""
        first, account = self._accounts
        one, two = unpaired(pairs)
        rarer = np.where(np.diff(first)[one] <= np.diff(first)[two], one, two)
        most = int(np.diff(first)[rarer].sum())
        number, holder = np.empty(most, np.int64), np.empty(most, np.int64)
        n = _find(rarer, np.where(rarer == one, two, one), first, account, self.starts, self.code, number, holder)
        order = order_by(number[:n], holder[:n])
        return number[order], holder[order]

    @cached_property
    def _accounts(self) -> tuple[Ints, Int32s]:
        """The accounts that hold each key, in order of their principals, and where those of each key begin."""
        first = np.zeros(len(self.family) + 1, np.int64)
        np.cumsum(np.bincount(self.code, minlength=len(self.family)), out=first[1:])
        account = np.empty(len(self.code), np.int32)
        _by_code(np.argsort(self.principal, kind="stable"), self.starts, self.code, first[:-1].copy(), account)
        return first, account

    def _parts(self) -> list[tuple[int, int, int]]:
        """Ranges of keys, and the most pairs there can be of each: a pair has two holders or more, and another key."""
        n_codes = len(self.family)
        longest = int(np.diff(self.starts).max(initial=0))
        most = np.minimum(np.diff(self._accounts[0]) * longest // 2, n_codes)
        full = np.cumsum(most) // PART_PAIRS
        ends = np.flatnonzero(np.diff(full, append=-1)) + 1
        return [(a, b, int(most[a:b].sum())) for a, b in pairwise([0, *ends.tolist()])]

    def _counted(self, parts: list[tuple[int, int, int]]) -> list[tuple[U64, Int32s]]:
        """Pairs with the keys of some parts, counted in tables that serve one key after another."""
        seen, met = np.zeros((len(self.family), 2), np.int32), np.empty(len(self.family), np.int32)
        later = np.searchsorted(self.family, self.family, side="right")
        own = np.where(self.twice >= 0, _ends(self.twice), 0)
        held = (*self._accounts, self.starts, self.principal, self.code)
        found = []
        for begin, end, most in parts:
            pairs, many = np.empty(most, np.uint64), np.empty(most, np.int32)
            n, _ = _count(begin, end, later, own, *held, seen, met, pairs, many)
            found.append((pairs[:n].copy(), many[:n].copy()))
        return found


def unpaired(pairs: U64) -> tuple[Ints, Ints]:
    """The codes of the two keys of each pair."""
    return (pairs >> _HALF).astype(np.int64), (pairs & np.uint64(0xFFFFFFFF)).astype(np.int64)


def _ends(values: Ints) -> Ints:
    """One past the last of the run of equal values of each."""
    first = np.flatnonzero(run_starts(values))
    ends: Ints = np.repeat(np.append(first, len(values))[1:], np.diff(first, append=len(values)))
    return ends


@njit(cache=True, nogil=True)
def _by_code(accounts, starts, code, free, account):  # type: ignore[no-untyped-def]
    for a in accounts:
        for row in range(starts[a], starts[a + 1]):
            account[free[code[row]]] = a
            free[code[row]] += 1


@njit(cache=True, nogil=True, inline="always")
def _ask_for(accounts, starts, code):  # type: ignore[no-untyped-def]
    """A sum of nothing of interest, for which the rows of some accounts are fetched from memory all at once."""
    total = 0
    for a in accounts:
        total += code[starts[a + 1] - 1]
    return total


@njit(cache=True, nogil=True)
def _count(begin, end, later, own, first, account, starts, principal, code, seen, met, pairs, many):  # type: ignore[no-untyped-def]
    """Count what principals hold beside each key: codes of later families, and those that follow in its own kind."""
    holders, last = 0, 1
    n, asked = 0, 0
    for one in range(begin, end):
        beyond, twin = later[one], own[one]
        if beyond == len(seen) and twin == 0:
            continue
        many_met = 0
        for at in range(first[one], first[one + 1]):
            if (at - first[one]) % _AHEAD == 0:
                asked += _ask_for(account[at : min(at + _AHEAD, first[one + 1])], starts, code)
            a = account[at]
            who = np.int32(principal[a] + 1)
            for row in range(starts[a + 1] - 1, starts[a] - 1, -1):
                two = code[row]
                if two <= one:
                    break
                if (two >= beyond or two < twin) and seen[two, last] != who:
                    if seen[two, last] == 0:
                        met[many_met] = two
                        many_met += 1
                    seen[two, last] = who
                    seen[two, holders] += 1
        for two in met[:many_met]:
            if seen[two, holders] > 1:
                pairs[n] = (np.uint64(one) << _HALF) | np.uint64(two)
                many[n] = seen[two, holders]
                n += 1
            seen[two, holders] = 0
            seen[two, last] = 0
    return n, asked


@njit(cache=True, nogil=True)
def _find(rarer, other, first, account, starts, code, number, holder):  # type: ignore[no-untyped-def]
    n = 0
    for pair in range(len(rarer)):
        for a in account[first[rarer[pair]] : first[rarer[pair] + 1]]:
            for held in code[starts[a] : starts[a + 1]]:
                if held == other[pair]:
                    number[n] = pair
                    holder[n] = a
                    n += 1
    return n
