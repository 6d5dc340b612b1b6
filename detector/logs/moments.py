"""Moments of formats whose unit is documented, as whole microseconds since 1970.

What is no number of the expected kind is handed on as it is: whether it can be read all the same is settled when the
batch is checked.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from detector.logs.query import Value
from detector.logs.time import EMPTY, OK, Moments, UnitOfTime, read_moments
from detector.schema import TIMESTAMP, Column

#: 100-nanosecond ticks from the first day of year 1, where .NET counts from, to 1970.
_TICKS_TO_1970 = 621_355_968_000_000_000
#: Digits that no moment of 64 bits has.
_TOO_LONG = 20
#: No answer takes as many milliseconds.
_LONGEST = 1e9
#: Beside the columns of queries, until their moments are read.
ENDED = Column("ended", TIMESTAMP, "end of the answer")


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
    if type(value) is str and value.isdecimal() and len(value) < _TOO_LONG:
        return int(value) // 1_000
    return value // 1_000 if type(value) is int else value


def of_ticks(value: Value) -> Value:
    """Ticks of .NET."""
    whole = _whole(value)
    return value if whole is None else (whole - _TICKS_TO_1970) // 10


def completed(starts: Moments, ends: pa.Array, lasted: pa.Array) -> tuple[Moments, pa.Array]:
    """Fill in what logs leave to be reckoned: starts from the ends of answers, latencies from both.

    Parameters
    ----------
    starts : Moments
        Of the requests; where one is empty, it lies the latency before the end.
    ends : pyarrow.Array
        Of type `ENDED`, or whatever else a log has there.
    lasted : pyarrow.DoubleArray
        Latencies that the log tells, ms.
    """
    last = read_moments(ends, UnitOfTime())
    told = lasted.to_numpy(zero_copy_only=False)
    told = np.where((told >= 0) & (told <= _LONGEST), told, 0.0)
    late = starts.problem == EMPTY
    micros = np.where(late, last.micros - np.rint(told * 1_000).astype(np.int64), starts.micros)
    begun = Moments(micros, np.where(late, last.problem, starts.problem))
    known = (begun.problem == OK) & (last.problem == OK) & (last.micros >= micros) & ~late
    reckoned = pa.array((last.micros - micros) / 1_000, mask=~known)
    return begun, pc.coalesce(lasted, reckoned)


def _whole(value: Value) -> int | None:
    if type(value) is int:
        return value
    if type(value) is str and value.isdecimal() and len(value) < _TOO_LONG:
        return int(value)
    return None
