"""Pairs of keys that accounts hold together, counted without ever keeping those that only one account holds.

Most pairs are held once. Each pair is first counted in a table of small counters by its hash; only pairs whose counter
says more than one are written down, sorted and counted, a part of them at a time. So memory follows what is shared, and
a fact that half of all accounts hold costs what any other does.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from numba import njit

from detector.profiles.orders import distinct_pairs, run_starts

Ints = npt.NDArray[np.int64]
U64 = npt.NDArray[np.uint64]

#: Pairs that are written down and sorted at a time.
PART_PAIRS = 1 << 24
_LEAST_COUNTERS, _MOST_COUNTERS = 1 << 16, 1 << 28
_MIX, _HALF = np.uint64(0x9E3779B97F4A7C15), np.uint64(32)


@dataclass(frozen=True)
class Holdings:
    """Keys of accounts, in order of account.

    Attributes
    ----------
    starts : ndarray of int64, shape (n_accounts + 1,)
        First row of each account, and one past the last.
    account, principal, code, family, twice : ndarray, shape (n_rows,)
        ``code`` numbers the keys; ``twice`` is -1, or the kind of a key two of which make a pair. All other pairs are
        of two families, the lower first.
    """

    starts: Ints
    account: Ints
    principal: Ints
    code: Ints
    family: Ints
    twice: Ints

    def counted(self) -> tuple[U64, Ints]:
        """Pairs that at least two principals hold, ascending, and how many do."""
        if len(self.starts) < 2:
            return np.zeros(0, np.uint64), np.zeros(0, np.int64)
        counters = self._counters()
        size = np.zeros(256, np.int64)
        shared = (self.starts, self.code, self.family, self.twice, counters)
        _sizes(*shared, size)
        alone = len(np.unique(self.principal)) == len(self.starts) - 1
        found = []
        for first, last in _parts(size):
            pairs = np.empty(int(size[first:last].sum()), np.uint64)
            rows = np.empty(0 if alone else len(pairs), np.int64)
            _write(*shared, first, last, pairs, rows)
            found.append(_repeated(pairs) if alone else _of_principals(pairs, self.principal[rows]))
        pair, many = (np.concatenate(parts) for parts in zip(*found, strict=True))
        order = np.argsort(pair)
        return pair[order], many[order]

    def holders(self, pairs: U64) -> tuple[Ints, Ints]:
        """Number of each of some pairs, which ascend, and the account that holds it, for every holder."""
        counters = np.zeros(_LEAST_COUNTERS << 4, np.uint8)
        _mark(pairs, counters)
        shared = (self.starts, self.code, self.family, self.twice, counters)
        size = np.zeros(256, np.int64)
        _sizes(*shared, size)
        held, rows = np.empty(int(size.sum()), np.uint64), np.empty(int(size.sum()), np.int64)
        _write(*shared, 0, 256, held, rows)
        at = np.searchsorted(pairs, held)
        known = pairs[np.minimum(at, len(pairs) - 1)] == held if len(pairs) else np.zeros(0, bool)
        number, account = at[known], self.account[rows[known]]
        order = np.argsort(number, kind="stable")
        return number[order], account[order]

    def _counters(self) -> npt.NDArray[np.uint8]:
        each = np.diff(self.starts)
        most = int((each * (each - 1) // 2).sum())
        size = min(max(1 << (2 * most).bit_length(), _LEAST_COUNTERS), _MOST_COUNTERS)
        counters = np.zeros(size, np.uint8)
        _count(self.starts, self.code, self.family, self.twice, counters)
        return counters


def unpaired(pairs: U64) -> tuple[Ints, Ints]:
    """The codes of the two keys of each pair."""
    return (pairs >> _HALF).astype(np.int64), (pairs & np.uint64(0xFFFFFFFF)).astype(np.int64)


def _parts(size: Ints) -> list[tuple[int, int]]:
    """Ranges of the 256 parts with about `PART_PAIRS` pairs each."""
    full = np.cumsum(size) // PART_PAIRS
    ends = [*(np.flatnonzero(np.diff(full)) + 1).tolist(), len(size)]
    return list(zip([0, *ends[:-1]], ends, strict=True))


def _repeated(pairs: U64) -> tuple[U64, Ints]:
    """Pairs that occur more than once, and how often."""
    pairs.sort()
    first = np.flatnonzero(run_starts(pairs))
    many = np.diff(first, append=len(pairs))
    return pairs[first[many > 1]], many[many > 1]


def _of_principals(pairs: U64, principal: Ints) -> tuple[U64, Ints]:
    """Pairs that more than one principal holds, and how many do."""
    known, group = np.unique(pairs, return_inverse=True)
    many = np.bincount(distinct_pairs(group.astype(np.int64), principal), minlength=len(known))
    return known[many > 1], many[many > 1]


@njit(cache=True, nogil=True, inline="always")
def _pair(i, j, code, family, twice):  # type: ignore[no-untyped-def]
    """Two rows of an account as one number; 0 where they make no pair, since no key pairs with itself."""
    if family[i] < family[j] or (twice[i] >= 0 and twice[i] == twice[j] and code[i] < code[j]):
        return (np.uint64(code[i]) << _HALF) | np.uint64(code[j])
    return np.uint64(0)


@njit(cache=True, nogil=True, inline="always")
def _hash(pair):  # type: ignore[no-untyped-def]
    h = (pair ^ (pair >> _HALF)) * _MIX
    h = (h ^ (h >> _HALF)) * _MIX
    return h ^ (h >> _HALF)


@njit(cache=True, nogil=True)
def _count(starts, code, family, twice, counters):  # type: ignore[no-untyped-def]
    mask = np.uint64(len(counters) - 1)
    for a in range(len(starts) - 1):
        for i in range(starts[a], starts[a + 1]):
            for j in range(starts[a], starts[a + 1]):
                pair = _pair(i, j, code, family, twice)
                if pair != 0:
                    at = _hash(pair) & mask
                    if counters[at] < 2:
                        counters[at] += np.uint8(1)


@njit(cache=True, nogil=True)
def _mark(pairs, counters):  # type: ignore[no-untyped-def]
    mask = np.uint64(len(counters) - 1)
    for pair in pairs:
        counters[_hash(pair) & mask] = 2


@njit(cache=True, nogil=True)
def _sizes(starts, code, family, twice, counters, size):  # type: ignore[no-untyped-def]
    """Number of pairs to write down of each of the 256 parts, which are told by the top of their hash."""
    mask, top = np.uint64(len(counters) - 1), np.uint64(56)
    for a in range(len(starts) - 1):
        for i in range(starts[a], starts[a + 1]):
            for j in range(starts[a], starts[a + 1]):
                pair = _pair(i, j, code, family, twice)
                if pair != 0:
                    h = _hash(pair)
                    if counters[h & mask] > 1:
                        size[h >> top] += 1


@njit(cache=True, nogil=True)
def _write(starts, code, family, twice, counters, first, last, pairs, rows):  # type: ignore[no-untyped-def]
    """Pairs of some parts, and, where there is room for them, the rows that hold them."""
    mask, top = np.uint64(len(counters) - 1), np.uint64(56)
    low, high = np.uint64(first), np.uint64(last)
    n = 0
    for a in range(len(starts) - 1):
        for i in range(starts[a], starts[a + 1]):
            for j in range(starts[a], starts[a + 1]):
                pair = _pair(i, j, code, family, twice)
                if pair != 0:
                    h = _hash(pair)
                    if counters[h & mask] > 1 and low <= (h >> top) < high:
                        pairs[n] = pair
                        if len(rows):
                            rows[n] = i
                        n += 1
