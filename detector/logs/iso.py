"""ISO 8601 timestamps of one shape, read many at a time.

Texts of equal length stand as a matrix of bytes; digits are read by column. What does not have the
commonest shape (``2026-03-01T12:00:00`` with a fraction or without, then nothing, ``Z`` or
``+00:00`` or, as BigQuery writes it, `` UTC``) is left to the reader of single values, which gives the same results.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

_Bytes = NDArray[np.uint8]
_Ints = NDArray[np.int64]
_Mask = NDArray[np.bool_]

_DATE_AND_TIME = 19
_LONGEST = 35
_DIGITS = (0, 1, 2, 3, 5, 6, 8, 9, 11, 12, 14, 15, 17, 18)
_MONTH_DAYS = np.array([0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31], np.int64)
_ZONES = (b"", b"Z", b"+00:00", b" UTC")


def micros_of_uniform_text(values: pa.Array) -> tuple[_Ints, _Mask]:
    """Microseconds since 1970 of a column of texts.

    Parameters
    ----------
    values : pyarrow.LargeStringArray

    Returns
    -------
    (micros, read) : arrays of int64 and of bool
        Where `read` is False the text is absent, of another shape, or no moment at all.
    """
    rows = len(values)
    micros, read = np.zeros(rows, np.int64), np.zeros(rows, np.bool_)
    if rows == 0 or values.null_count == rows:
        return micros, read
    _, offsets_buffer, data_buffer = values.buffers()
    offsets = np.frombuffer(offsets_buffer, np.int64)[values.offset : values.offset + rows + 1]
    data = np.frombuffer(data_buffer, np.uint8) if data_buffer else np.zeros(0, np.uint8)
    lengths = np.diff(offsets)
    for length in np.unique(lengths):
        if _DATE_AND_TIME <= length <= _LONGEST:
            where = np.flatnonzero(lengths == length)
            matrix = data[offsets[where][:, None] + np.arange(length)]
            micros[where], read[where] = _of_matrix(matrix)
    return micros, read


def _of_matrix(text: _Bytes) -> tuple[_Ints, _Mask]:
    digits, is_digit = _digits(text)
    good = is_digit[:, _DIGITS].all(axis=1)
    good &= (text[:, 4] == ord("-")) & (text[:, 7] == ord("-"))
    good &= (text[:, 10] == ord("T")) | (text[:, 10] == ord(" "))
    good &= (text[:, 13] == ord(":")) & (text[:, 16] == ord(":"))
    year = _number(digits, 0, 4)
    month, day = _number(digits, 5, 7), _number(digits, 8, 10)
    hour, minute = _number(digits, 11, 13), _number(digits, 14, 16)
    second = _number(digits, 17, 19)
    good &= (year >= 1) & (month >= 1) & (month <= 12) & (hour < 24) & (minute < 60) & (second < 60)
    good &= (day >= 1) & (day <= _days_in_month(year, np.where(good, month, 1)))
    fraction, tail_good = _fraction(text, digits, is_digit)
    days = _days_since_1970(year, month, day)
    micros = ((days * 24 + hour) * 60 + minute) * 60 + second
    return micros * 1_000_000 + fraction, good & tail_good


def _digits(text: _Bytes) -> tuple[_Bytes, _Mask]:
    digits = text - np.uint8(ord("0"))
    return digits, digits < 10


def _number(digits: _Bytes, start: int, stop: int) -> _Ints:
    value = digits[:, start].astype(np.int64)
    for column in range(start + 1, stop):
        value = value * 10 + digits[:, column]
    return value


def _fraction(text: _Bytes, digits: _Bytes, is_digit: _Mask) -> tuple[_Ints, _Mask]:
    """Microseconds after the second, and where fraction and zone have the expected shape."""
    rows, length = text.shape
    fraction, good = np.zeros(rows, np.int64), np.zeros(rows, np.bool_)
    for zone in _ZONES:
        places = length - _DATE_AND_TIME - len(zone) - 1
        if places not in (-1, *range(1, 10)):
            continue
        fits = (text[:, length - len(zone) :] == np.frombuffer(zone, np.uint8)).all(axis=1)
        if places > 0:
            fits &= text[:, _DATE_AND_TIME] == ord(".")
            fits &= is_digit[:, 20 : 20 + places].all(axis=1)
            shown = min(places, 6)
            value = _number(digits, 20, 20 + shown) * 10 ** (6 - shown)
            fraction = np.where(fits, value, fraction)
        good |= fits
    return fraction, good


def _days_in_month(year: _Ints, month: _Ints) -> _Ints:
    leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    days: _Ints = _MONTH_DAYS[month] + (leap & (month == 2))
    return days


def _days_since_1970(year: _Ints, month: _Ints, day: _Ints) -> _Ints:
    """Proleptic Gregorian calendar, counted from March so that the leap day comes last."""
    year = year - (month <= 2)
    era_year = year % 400
    day_of_year = (153 * ((month + 9) % 12) + 2) // 5 + day - 1
    day_of_era = era_year * 365 + era_year // 4 - era_year // 100 + day_of_year
    return year // 400 * 146_097 + day_of_era - 719_468
