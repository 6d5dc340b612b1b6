"""Requests of one day, of many accounts and in any order: which are kept, and in which ten minutes they stand."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

from detector.profiles.segments import order_of_places, order_within

Ints = npt.NDArray[np.int64]
#: Ten minutes of a day.
SLOTS = 144


def smallest(
    account: Ints, request: npt.NDArray[np.uint64], row: Ints, copies: Ints, levels: Ints
) -> tuple[Ints, Ints, Ints]:
    """Requests with the smallest hashes, up to the level of each account; identical ones are one, at their first place.

    Returns
    -------
    kept : ndarray of int64
        Which are kept, in order of account and hash.
    copies : ndarray of int64, same length
        How many identical ones each stands for.
    held : ndarray of int64, shape (n_accounts,)
        How many are kept of each account.
    """
    by_account, starts = order_of_places(account, len(levels))
    order = by_account[order_within(starts, request[by_account])]
    kept, counted = np.empty(len(order), np.int64), np.empty(len(order), np.int64)
    held = np.zeros(len(levels), np.int64)
    n = _smallest(starts, order, request, row, copies, levels, kept, counted, held)
    return kept[:n], counted[:n], held


def tally(account: Ints, slot: Ints, requests: Ints, n: int) -> tuple[Ints, npt.NDArray[np.uint8], Ints]:
    """Sum of requests in each ten minutes of the day in which there are any.

    Returns
    -------
    held : ndarray of int64, shape (n,)
        In how many each account has requests.
    slot, requests : ndarray
        Which these are, and how many requests, in order of account and time.
    """
    order, starts = order_of_places(account, n)
    slots, sums = np.empty(len(order), np.uint8), np.empty(len(order), np.int64)
    held = np.zeros(n, np.int64)
    found = _tally(starts, order, slot, requests, slots, sums, held)
    return held, slots[:found], sums[:found]


def places_of(starts: Ints, sizes: Ints) -> Ints:
    """Places of parts that begin so and are so long, part by part."""
    found = np.empty(int(sizes.sum()), np.int64)
    _places(starts, sizes, found)
    return found


@njit(cache=True, nogil=True)
def _places(starts, sizes, found):  # type: ignore[no-untyped-def]
    n = 0
    for part in range(len(starts)):
        for i in range(sizes[part]):
            found[n] = starts[part] + i
            n += 1


@njit(cache=True, nogil=True)
def move(values, at, out, to):  # type: ignore[no-untyped-def]
    """Put the values at some places of a column to other places of another."""
    for i in range(len(at)):
        out[to[i]] = values[at[i]]


@njit(cache=True, nogil=True)
def add(values, out, to):  # type: ignore[no-untyped-def]
    """Add the values of a column to places of another."""
    for i in range(len(values)):
        out[to[i]] += values[i]


@njit(cache=True, nogil=True)
def _smallest(starts, order, request, row, copies, levels, kept, counted, held):  # type: ignore[no-untyped-def]
    n = 0
    for account in range(len(levels)):
        for at in range(starts[account], starts[account + 1]):
            one = order[at]
            if held[account] and request[kept[n - 1]] == request[one]:
                counted[n - 1] += copies[one]
                if row[one] < row[kept[n - 1]]:
                    kept[n - 1] = one
                continue
            if held[account] == levels[account]:
                break
            kept[n], counted[n] = one, copies[one]
            held[account] += 1
            n += 1
    return n


@njit(cache=True, nogil=True)
def _tally(starts, order, slot, requests, slots, sums, held):  # type: ignore[no-untyped-def]
    n, of_slot = 0, np.zeros(SLOTS, np.int64)
    for account in range(len(held)):
        first, end = starts[account], starts[account + 1]
        for at in range(first, end):
            of_slot[slot[order[at]]] += requests[order[at]]
        if first == end:
            continue
        for one in range(SLOTS):
            if of_slot[one]:
                slots[n], sums[n] = one, of_slot[one]
                of_slot[one] = 0
                held[account] += 1
                n += 1
    return n
