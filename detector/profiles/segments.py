"""Rows that stand account by account, brought in order within each: sorting few rows many times, without moving far.

To sort all rows of all accounts at once takes a number for each that has the account in it, and as many steps as there
are rows in all; the rows of one account fit the processor's cache.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from numba import njit

Ints = npt.NDArray[np.int64]

#: Rows up to which inserting one after another is the fastest way to sort.
FEW = 96
_SPREAD, _HALF = np.uint64(0x9E3779B97F4A7C15), np.uint64(32)


def starts_of(account: Ints, n: int) -> Ints:
    """First row of each of n accounts, and one past the last, of rows in order of account."""
    return np.append(0, np.cumsum(np.bincount(account, minlength=n)))


def order_within(starts: Ints, values: npt.NDArray[Any]) -> Ints:
    """Order by value within each segment; equal values keep their order."""
    order = np.empty(len(values), np.int64)
    _order(starts, values, order)
    return order


def pairs_within(
    starts: Ints, values: npt.NDArray[np.uint64], chosen: npt.NDArray[np.bool_], one: Ints, two: Ints
) -> tuple[Ints, npt.NDArray[np.uint64], Ints, Ints, Ints]:
    """Distinct values of the rows of each segment, each of which has as many values, one after another.

    Parameters
    ----------
    starts : ndarray of int64, shape (n_segments + 1,)
        First row of each segment, and one past the last.
    values : ndarray of uint64, shape (n_rows * each,)
    chosen : ndarray of bool, same length
        Which values count.
    one, two : ndarray of int64, shape (n_rows,)
        What is added up of the rows.

    Returns
    -------
    segment, value, rows, ones, twos : ndarray
        A row for each distinct value of a segment, ascending: how many values there are, and the two sums.
    """
    n = int(np.count_nonzero(chosen))
    segment, value = np.empty(n, np.int64), np.empty(n, np.uint64)
    rows, ones, twos = (np.empty(n, np.int64) for _ in range(3))
    each = max(1, len(values) // max(1, len(one)))
    room = np.empty(int(np.diff(starts).max(initial=0)) * each, np.int64)
    n = _pairs(starts, values, chosen, each, one, two, room, segment, value, rows, ones, twos)
    return segment[:n].copy(), value[:n].copy(), rows[:n].copy(), ones[:n].copy(), twos[:n].copy()


def most_rows_of_a_value(starts: Ints, columns: tuple[npt.NDArray[np.uint64], ...]) -> Ints:
    """In how many rows of each segment its commonest value stands, in whichever of the columns; 0 is no value."""
    most = np.zeros(len(starts) - 1, np.int64)
    room = 1 << (2 * len(columns) * int(np.diff(starts).max(initial=0))).bit_length()
    _most_rows(starts, columns, np.empty(room, np.uint64), np.empty(room, np.int64), most)
    return most


def order_of_places(place: Ints, n: int) -> tuple[Ints, Ints]:
    """Order by places below n, equal ones in theirs, and where each place begins in it, with one past the last."""
    starts = starts_of(place, n)
    order = np.empty(len(place), np.int64)
    _place(place, starts[:-1].copy(), order)
    return order, starts


@njit(cache=True, nogil=True)
def _most_rows(starts, columns, values, rows, most):  # type: ignore[no-untyped-def]
    """Count the values of a segment in a table of twice as many places, at the first free one from where it belongs."""
    for segment in range(len(most)):
        places = 1
        while places < 2 * len(columns) * (starts[segment + 1] - starts[segment]):
            places *= 2
        values[:places], rows[:places], last = 0, 0, np.uint64(places - 1)
        for row in range(starts[segment], starts[segment + 1]):
            for i in range(len(columns)):
                value, is_new = columns[i][row], True
                for j in range(i):
                    is_new &= columns[j][row] != value
                if value == 0 or not is_new:
                    continue
                at = ((value * _SPREAD) >> _HALF) & last
                while values[at] != 0 and values[at] != value:
                    at = (at + np.uint64(1)) & last
                values[at] = value
                rows[at] += 1
                most[segment] = max(most[segment], rows[at])


@njit(cache=True, nogil=True)
def _place(place, free, order):  # type: ignore[no-untyped-def]
    for row in range(len(place)):
        order[free[place[row]]] = row
        free[place[row]] += 1


@njit(cache=True, nogil=True, inline="always")
def _sort(values, order, first, end):  # type: ignore[no-untyped-def]
    """Bring a part of an order in order of the values; equal ones stay in theirs."""
    if end - first > FEW:
        part = order[first:end].copy()
        order[first:end] = part[np.argsort(values[part], kind="mergesort")]
        return
    for i in range(first + 1, end):
        row, at = order[i], i
        value = values[row]
        while at > first and values[order[at - 1]] > value:
            order[at] = order[at - 1]
            at -= 1
        order[at] = row


@njit(cache=True, nogil=True)
def _order(starts, values, order):  # type: ignore[no-untyped-def]
    for row in range(len(values)):
        order[row] = row
    for segment in range(len(starts) - 1):
        _sort(values, order, starts[segment], starts[segment + 1])


@njit(cache=True, nogil=True)
def _pairs(starts, values, chosen, each, one, two, order, segment, value, rows, ones, twos):  # type: ignore[no-untyped-def]
    n = 0
    for which in range(len(starts) - 1):
        many = 0
        for row in range(starts[which] * each, starts[which + 1] * each):
            if chosen[row]:
                order[many] = row
                many += 1
        _sort(values, order, 0, many)
        for at in range(many):
            row = order[at]
            if at == 0 or values[row] != value[n - 1]:
                segment[n], value[n], rows[n], ones[n], twos[n] = which, values[row], 0, 0, 0
                n += 1
            rows[n - 1] += 1
            ones[n - 1] += one[row // each]
            twos[n - 1] += two[row // each]
    return n
