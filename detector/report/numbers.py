"""Numbers, moments and spans for a reader. Not known is shown as a dash, never as zero."""

from __future__ import annotations

import math
from datetime import UTC
from typing import Any

import pandas as pd

UNKNOWN = "–"
_SMALLEST_P = 1e-300


def count(value: Any) -> str:  # noqa: ANN401
    """Whole number with separators: 12,345."""
    return UNKNOWN if _unknown(value) else f"{round(float(value)):,}"


def counted(value: Any, singular: str, plural: str = "") -> str:  # noqa: ANN401
    """Whole number and its noun: 1 account, 2 accounts."""
    noun = singular if value == 1 else plural or f"{singular}s"
    return f"{count(value)} {noun}"


def quantity(value: Any) -> str:  # noqa: ANN401
    """Any number in three digits: 412, 0.83, 1.2e-07."""
    if _unknown(value):
        return UNKNOWN
    number = float(value)
    if math.isinf(number):
        return "∞" if number > 0 else "-∞"
    if abs(number) >= 100 and abs(number) < 1e9:
        return f"{round(number):,}"
    return f"{number:.3g}"


def share(value: Any) -> str:  # noqa: ANN401
    """Share as per cent; a hundred only when it is all, zero only when it is none."""
    if _unknown(value):
        return UNKNOWN
    percent = float(value) * 100
    if 99.95 <= percent < 100:
        return "> 99.9 %"
    if 0 < percent < 0.05:
        return "< 0.1 %"
    return f"{percent:.0f} %" if percent in (0, 100) else f"{percent:.1f} %"


def probability(value: Any) -> str:  # noqa: ANN401
    """Probability of seeing this by chance."""
    if _unknown(value):
        return UNKNOWN
    return "< 1e-300" if float(value) < _SMALLEST_P else f"{float(value):.2g}"


def score(value: Any) -> str:  # noqa: ANN401
    """Score in [0, 1]."""
    return UNKNOWN if _unknown(value) else f"{float(value):.3f}"


def moment(value: Any) -> str:  # noqa: ANN401
    """Moment to the minute, UTC."""
    when = utc(value)
    return UNKNOWN if when is None else when.strftime("%Y-%m-%d %H:%M")


def day(value: Any) -> str:  # noqa: ANN401
    """Date, UTC."""
    when = utc(value)
    return UNKNOWN if when is None else when.strftime("%Y-%m-%d")


def span(first: Any, last: Any) -> str:  # noqa: ANN401
    """How long from first to last: 6 days, 3.5 hours, 20 minutes."""
    start, end = utc(first), utc(last)
    if start is None or end is None:
        return UNKNOWN
    seconds = (end - start).total_seconds()
    for unit, size in (("days", 86400.0), ("hours", 3600.0), ("minutes", 60.0)):
        if seconds >= 2 * size:
            return f"{seconds / size:.2g} {unit}" if seconds < 100 * size else count(seconds / size) + f" {unit}"
    return f"{seconds:.0f} seconds"


def bytes_(value: Any) -> str:  # noqa: ANN401
    """Size of a file."""
    if _unknown(value):
        return UNKNOWN
    size = float(value)
    for unit in ("B", "KB", "MB", "GB"):
        if size < 1000 or unit == "GB":
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
        size /= 1000
    return UNKNOWN


def utc(value: Any) -> pd.Timestamp | None:  # noqa: ANN401
    """Moment as a UTC timestamp, None when it is not known."""
    when = value if isinstance(value, pd.Timestamp) else _timestamp(value)
    if when is None or when.tzinfo is UTC:
        return when
    return when.tz_localize(UTC) if when.tzinfo is None else when.tz_convert(UTC)


def _timestamp(value: Any) -> pd.Timestamp | None:  # noqa: ANN401
    try:
        when = pd.Timestamp(value)
    except (ValueError, TypeError):
        return None
    return when if isinstance(when, pd.Timestamp) else None


def _unknown(value: Any) -> bool:  # noqa: ANN401
    if value is None or value is pd.NA or isinstance(value, str):
        return True
    return math.isnan(float(value))
