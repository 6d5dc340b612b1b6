"""Which days are closed, and which nights are due."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from detector.errors import InputError, UsageError

DAY = dt.timedelta(days=1)


def last_closed(now: dt.datetime, delay_hours: float) -> dt.date:
    """Newest UTC day whose logs are complete: it ended `delay_hours` ago or earlier."""
    return (now.astimezone(dt.UTC) - dt.timedelta(hours=delay_hours)).date() - DAY


def due(
    closed: dt.date, days: Sequence[dt.date], judged: Sequence[dt.date], asked: dt.date | None = None
) -> list[dt.date]:
    """Nights to judge, in order.

    Parameters
    ----------
    closed : date
        Newest day that is closed.
    days : sequence of date
        Days of which the store holds requests.
    judged : sequence of date
        Nights that were judged before.
    asked : date, optional
        The one night that is asked for.

    Returns
    -------
    list of date
        The newest night again, in case that rows of it came late, then those that were missed. A store without nights
        begins with the newest closed day that it has requests of.

    Raises
    ------
    UsageError
        If the night that is asked for is not closed yet.
    InputError
        If no closed day has requests.
    """
    known = [day for day in days if day <= closed]
    if asked is not None and asked > closed:
        raise UsageError(f"{asked} is not closed yet: the newest day whose logs are complete is {closed}.")
    if not known or (asked is not None and asked < known[0]):
        upto = asked or closed
        raise InputError(f"The store holds no request of {upto} or earlier: there is nothing to judge.")
    if asked is not None:
        return [asked]
    if not judged:
        return [known[-1]]
    newest = max(judged)
    missed = (max(known[-1], newest) - newest).days
    return [newest + n * DAY for n in range(missed + 1)]
