"""What an analyst must know of the days that a night judges: what came late, what is missing, what is partial."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from detector.campaigns.calendar import date_of
from detector.nightly.ledger import Taken
from detector.profiles.tables import Tables

HOURS, SLOTS_PER_HOUR = 24, 6
#: An hour without a request is a gap where a platform with this many at other days' same hour has none: one in e^20.
LEAST_EXPECTED = 20.0
SHOWN = 6


def notes(tables: Tables, taken: Sequence[Taken], days: range) -> list[str]:
    """Sentences on the days of a window."""
    hours = _hours(tables, days)
    return [*late(taken, days), *gaps(hours, days)]


def late(taken: Sequence[Taken], days: range) -> list[str]:
    """Rows that came after the night of their day had been judged; that night, judged again, tells it."""
    night = str(date_of(days[-1]))
    found: dict[int, int] = {}
    for one in taken:
        for part in one.parts if one.after == night else ():
            if part.day in days:
                found[part.day] = found.get(part.day, 0) + part.rows
    return [
        f"{rows:,} {'request' if rows == 1 else 'requests'} of {date_of(day)} came after that night had been judged; "
        "they were merged into that day, and this night was judged again."
        for day, rows in sorted(found.items())
        if rows
    ]


def gaps(hours: npt.NDArray[np.int64], days: range) -> list[str]:
    """Whole days and single hours without a request, where others have many.

    Parameters
    ----------
    hours : ndarray of int64, shape (n_days, 24)
        Requests by hour.
    """
    held = np.flatnonzero(hours.sum(axis=1))
    if not len(held):
        return []
    found = []
    missing = [days[i] for i in range(held[0], len(days)) if not hours[i].sum()]
    if missing:
        found.append(f"No request of {_listed([str(date_of(day)) for day in missing])}: the log has a gap there.")
    inside = hours[held[0] :]
    expected = inside.sum(axis=0) / max(1, len(held))
    silent = (inside == 0) & (expected >= LEAST_EXPECTED) & (inside.sum(axis=1) > 0)[:, None]
    if silent.any():
        places = [
            dt.datetime.combine(date_of(days[held[0] + int(i)]), dt.time(int(hour))) for i, hour in np.argwhere(silent)
        ]
        said = _listed([moment.strftime("%Y-%m-%d %H:00") for moment in places])
        found.append(
            f"No request in {len(places)} {'hour' if len(places) == 1 else 'hours'} in which other days have many "
            f"({said}): these days are partial."
        )
    return found


def _hours(tables: Tables, days: range) -> npt.NDArray[np.int64]:
    slots = tables.activity
    place = (slots["day"].to_numpy() - days[0]) * HOURS + slots["slot"].to_numpy() // SLOTS_PER_HOUR
    requests = np.bincount(place, slots["requests"].to_numpy(), len(days) * HOURS)
    return requests.astype(np.int64).reshape(len(days), HOURS)


def _listed(words: list[str]) -> str:
    more = f" and {len(words) - SHOWN} more" if len(words) > SHOWN else ""
    return ", ".join(words[:SHOWN]) + more
