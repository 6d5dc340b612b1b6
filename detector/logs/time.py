"""Moments, however a log writes them, as microseconds since 1970 in UTC.

Text is read as RFC 3339 or ISO 8601 (a missing offset means UTC), or as a number. Numbers are
seconds, milliseconds, microseconds or nanoseconds, told apart by their size: the four ranges for
the years 2001 to 2100 do not touch. The first number of a file decides for the whole file.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from detector.logs.coerce import as_text
from detector.logs.iso import micros_of_uniform_text

MICROS = 1_000_000
OK, EMPTY, UNREADABLE, OTHER_UNIT = 0, 1, 2, 3

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_UNITS = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}
_LEAST_SECONDS, _MOST_SECONDS = 10**9, 4_102_444_800
_NUMBER = re.compile(r"\d{1,30}(\.\d{0,30})?([eE]\+?\d{1,2})?", re.ASCII)
_ISO = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)"
    r"(?:[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?"
    r"(?: ?(?:([Zz]|UTC)|([+-])(\d\d):?(\d\d)?))?)?",
    re.ASCII,
)


@dataclass
class UnitOfTime:
    """Unit of the numeric timestamps of one file, unknown until the first one is read."""

    name: str | None = field(default=None)


@dataclass(frozen=True)
class Moments:
    """Timestamps of a batch; `problem` says per row whether `micros` holds one."""

    micros: NDArray[np.int64]
    problem: NDArray[np.int8]


def read_moments(values: pa.Array, unit: UnitOfTime) -> Moments:
    """Read a column of timestamps.

    Parameters
    ----------
    values : pyarrow.Array
        Text, whole numbers, floats or Arrow timestamps.
    unit : UnitOfTime
        What the file's earlier numbers have settled; set here by the first number.

    Returns
    -------
    Moments
        Microseconds, and OK, EMPTY, UNREADABLE or OTHER_UNIT for every row.
    """
    if pa.types.is_timestamp(values.type) or pa.types.is_date(values.type):
        return _of_arrow(values)
    if pa.types.is_integer(values.type):
        return _of_integers(values, unit)
    if pa.types.is_floating(values.type):
        return _one_by_one([None if v is None else repr(v) for v in values.to_pylist()], unit)
    if pa.types.is_null(values.type):
        return _blank(len(values), EMPTY)
    return _of_text(values, unit)


def unit_of(number: float) -> str | None:
    """Tell in which unit a number is a moment of the years 2001 to 2100, if there is one."""
    for name, scale in _UNITS.items():
        if _LEAST_SECONDS * scale <= number < _MOST_SECONDS * scale:
            return name
    return None


def _blank(rows: int, problem: int) -> Moments:
    return Moments(np.zeros(rows, np.int64), np.full(rows, problem, np.int8))


def _of_arrow(values: pa.Array) -> Moments:
    exact = pc.cast(values, pa.timestamp("us", getattr(values.type, "tz", None)), safe=False)
    moments = _blank(len(values), OK)
    moments.problem[pc.is_null(values).to_numpy(zero_copy_only=False)] = EMPTY
    moments.micros[:] = exact.view(pa.int64()).fill_null(0).to_numpy()
    return moments


def _of_integers(values: pa.Array, unit: UnitOfTime) -> Moments:
    known = pc.is_valid(values).to_numpy(zero_copy_only=False)
    numbers = values.fill_null(0).to_numpy().astype(np.int64)
    moments = _blank(len(values), UNREADABLE)
    moments.problem[~known] = EMPTY
    for scale in _UNITS.values():
        least, most = _LEAST_SECONDS * scale, _MOST_SECONDS * scale
        moments.problem[known & (numbers >= least) & (numbers < most)] = OTHER_UNIT
    candidates = np.flatnonzero(moments.problem == OTHER_UNIT)
    if unit.name is None and len(candidates):
        unit.name = unit_of(int(numbers[candidates[0]]))
    if unit.name is not None:
        scale = _UNITS[unit.name]
        least, most = _LEAST_SECONDS * scale, _MOST_SECONDS * scale
        mine = (numbers >= least) & (numbers < most)
        moments.problem[known & mine] = OK
        up, down = (MICROS // scale, 1) if scale < MICROS else (1, scale // MICROS)
        moments.micros[mine] = numbers[mine] * up // down
    return moments


def _of_text(values: pa.Array, unit: UnitOfTime) -> Moments:
    moments = _blank(len(values), UNREADABLE)
    values = as_text(values, "timestamp", _unsaid)
    micros, read = micros_of_uniform_text(values)
    moments.micros[read] = micros[read]
    moments.problem[read] = OK
    rest = np.flatnonzero(~read)
    if len(rest):
        slow = _one_by_one(values.take(pa.array(rest)).to_pylist(), unit)
        moments.micros[rest] = slow.micros
        moments.problem[rest] = slow.problem
    return moments


def _unsaid(column: str, what: str, values: int) -> None:
    """Note nothing: what is no text is rejected as unreadable."""


def _one_by_one(texts: list[Any], unit: UnitOfTime) -> Moments:
    moments = _blank(len(texts), EMPTY)
    for row, text in enumerate(texts):
        if text is None or not text.strip():
            continue
        moments.micros[row], moments.problem[row] = moment_of_text(text.strip(), unit)
    return moments


def moment_of_text(text: str, unit: UnitOfTime) -> tuple[int, int]:
    """Microseconds and problem of one timestamp written as text or as a number in text."""
    if _NUMBER.fullmatch(text):
        return _moment_of_number(text, unit)
    match = _ISO.fullmatch(text)
    if match is None:
        return 0, UNREADABLE
    year, month, day, hour, minute, second = (int(g or 0) for g in match.groups()[:6])
    try:
        start = datetime(year, month, day, hour, minute, min(second, 59), tzinfo=UTC)
    except ValueError:
        return 0, UNREADABLE
    if second > 60:
        return 0, UNREADABLE
    offset = _offset_minutes(match)
    if offset is None:
        return 0, UNREADABLE
    fraction = int((match[7] or "").ljust(6, "0")[:6])
    whole = (start - _EPOCH) // timedelta(seconds=1) - 60 * offset
    if second == 60:
        return (whole + 1) * MICROS, OK
    return whole * MICROS + fraction, OK


def _offset_minutes(match: re.Match[str]) -> int | None:
    if match[9] is None:
        return 0
    hours, minutes = int(match[10]), int(match[11] or 0)
    if hours > 23 or minutes > 59:
        return None
    return (60 * hours + minutes) * (-1 if match[9] == "-" else 1)


def _moment_of_number(text: str, unit: UnitOfTime) -> tuple[int, int]:
    number: float = int(text) if text.isdecimal() else float(text)
    name = unit_of(number)
    if name is None:
        return 0, UNREADABLE
    unit.name = unit.name or name
    if name != unit.name:
        return 0, OTHER_UNIT
    scale = _UNITS[name]
    if isinstance(number, int):
        return number * MICROS // scale, OK
    return round(number * (MICROS / scale)), OK
