"""Orders of rows by columns of whole numbers, several times as fast as `numpy.lexsort`.

NumPy sorts 16-bit numbers by counting, and 64-bit ones with vector instructions where equal ones need not keep their
order; a stable sort of 64-bit numbers has neither.
"""

from __future__ import annotations

from functools import reduce
from typing import Any

import numpy as np
import numpy.typing as npt

from detector.profiles.segments import order_of_places, order_within

Ints = npt.NDArray[np.int64]
Whole = npt.NDArray[Any]

_DIGIT = 16
#: Rows of one place in the leading columns below which they are best sorted by themselves, and places up to which.
_ROWS_OF_PLACE, _MOST_PLACES = 128, 1 << 26
_PLACE = np.uint64(32)


def order_by(*columns: Whole) -> Ints:
    """Order by the first column, then by the second, and so on; rows that are equal in all come in any order.

    Parameters
    ----------
    columns : ndarray of integers, shape (n,)
        At least one; all but the last are best numbers of a small range.
    """
    *leading, last = columns
    place, places = _places(leading, len(last))
    if places * _ROWS_OF_PLACE > len(last) > 1:
        by_place, starts = order_of_places(place, places)
        return by_place[order_within(starts, last[by_place])]
    order: Ints = np.argsort(last)
    for column in reversed(leading):
        order = _then_by(column, order)
    return order


def stable_order(column: Whole) -> Ints:
    """Order by a column; equal rows keep their order."""
    order: Ints = np.argsort(column)
    if len(order) < 2:
        return order
    ordered = column[order]
    run = np.zeros(len(order), np.uint64)
    np.cumsum(ordered[1:] != ordered[:-1], out=run[1:])
    places = (run << _PLACE) | order.astype(np.uint64)
    places.sort()
    return (places & np.uint64(0xFFFFFFFF)).astype(np.int64)


def run_starts(*ordered: Whole) -> npt.NDArray[np.bool_]:
    """Where in ordered columns a run of equal rows begins.

    Parameters
    ----------
    ordered : ndarray, shape (n,)
        Columns in one order that brings equal rows together.
    """
    found = np.zeros(len(ordered[0]), np.bool_)
    found[:1] = True
    for values in ordered:
        found[1:] |= values[1:] != values[:-1]
    return found


def ranks(first: Ints, n: int) -> Ints:
    """Number of rows before each of n within its run, of runs that begin at `first`."""
    found: Ints = np.arange(n) - np.repeat(first, np.diff(first, append=n))
    return found


def distinct_pairs(group: Ints, member: Ints) -> Ints:
    """Group of each pair that occurs, once a pair, ascending; both numbers below 2³¹."""
    pairs = (group << 32) | member
    pairs.sort()
    found: Ints = pairs[run_starts(pairs)] >> 32
    return found


def among(keys: Ints, known: Ints) -> npt.NDArray[np.bool_]:
    """True for each key that is among the known ones, which ascend."""
    if not len(known):
        return np.zeros(len(keys), bool)
    found: npt.NDArray[np.bool_] = known[np.searchsorted(known, keys).clip(0, len(known) - 1)] == keys
    return found


def _places(columns: list[Whole], n: int) -> tuple[Ints, int]:
    """Number for each row that ascends with the columns, and one more than the greatest; 0 where they are too many."""
    least = [int(column.min()) if n else 0 for column in columns]
    sizes = [int(column.max()) - low + 1 if n else 1 for column, low in zip(columns, least, strict=True)]
    places = reduce(lambda a, b: a * b, sizes, 1)
    if not columns or places > min(_MOST_PLACES, 4 * n):
        return np.zeros(0, np.int64), 0
    place = np.zeros(n, np.int64)
    for column, low, size in zip(columns, least, sizes, strict=True):
        place *= size
        place += (column - column.dtype.type(low)).astype(np.int64, copy=False)
    return place, places


def _then_by(column: Whole, order: Ints) -> Ints:
    """A given order, sorted by a column; rows equal in it keep the given order."""
    if not len(column):
        return order
    least = column.min()
    digits = (column - least).astype(np.uint64)
    bits = int(digits.max()).bit_length()
    for shift in range(0, bits, _DIGIT):
        digit = (digits[order] >> np.uint64(shift)).astype(np.uint16)
        order = order[np.argsort(digit, kind="stable")]
    return order
