"""Moments of formats whose unit is documented, as whole microseconds since 1970.

What is no number of the expected kind is handed on as it is: whether it can be read all the same is settled when the
batch is checked.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pyarrow as pa

from detector.logs.query import Value
from detector.logs.records import to_array
from detector.logs.time import OK, UnitOfTime, read_moments

#: 100-nanosecond ticks from the first day of year 1, where .NET counts from, to 1970.
_TICKS_TO_1970 = 621_355_968_000_000_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_MOMENT = pa.timestamp("us", "UTC")


def of_seconds(value: Value) -> Value:
    """Seconds since 1970, whole or not."""
    if type(value) is float:
        return round(value * 1e6)
    whole = _whole(value)
    return value if whole is None else whole * 1_000_000


def of_milliseconds(value: Value) -> Value:
    """Milliseconds since 1970."""
    if type(value) is float:
        return round(value * 1e3)
    whole = _whole(value)
    return value if whole is None else whole * 1_000


def of_nanoseconds(value: Value) -> Value:
    """Nanoseconds since 1970, which OTLP writes as text."""
    whole = _whole(value)
    return value if whole is None else whole // 1_000


def of_ticks(value: Value) -> Value:
    """Ticks of .NET."""
    whole = _whole(value)
    return value if whole is None else (whole - _TICKS_TO_1970) // 10


def latencies(told: Sequence[Value], starts: Sequence[Value], ends: Sequence[Value]) -> Sequence[Value]:
    """Latencies of a block, ms: as told, else from start to end where both can be read and are in order."""
    if ends.count(None) == len(ends):
        return told
    first, last = (read_moments(to_array(moments, _MOMENT, exact=False), UnitOfTime()) for moments in (starts, ends))
    known = (first.problem == OK) & (last.problem == OK) & (last.micros >= first.micros)
    lasted = ((last.micros - first.micros) / 1_000).tolist()
    return [
        value if value is not None and value != "" else ms if is_known else None
        for value, ms, is_known in zip(told, lasted, known.tolist(), strict=True)
    ]


def _whole(value: Value) -> int | None:
    if type(value) is int:
        return value
    if type(value) is str and value.isdecimal() and len(value) < 20:
        return int(value)
    return None


def micros_of(value: Value) -> int | None:
    """Microseconds of a moment in ISO 8601, also as BigQuery writes it; without a zone it is UTC.

    A whole number is taken for microseconds already, as a stored timestamp gives them.
    """
    if type(value) is int:
        return value
    if type(value) is not str:
        return None
    try:
        moment = datetime.fromisoformat(value.removesuffix(" UTC"))
    except ValueError:
        return None
    aware = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
    return (aware - _EPOCH) // _MICROSECOND
