"""How long a store keeps things: profiles of days, rejected rows, results of nights - each its own number of days."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from detector.campaigns.calendar import date_of
from detector.errors import UsageError
from detector.nightly import generations, ledger, writes
from detector.nightly.ledger import Taken
from detector.nightly.store import Store
from detector.settings import Nightly


def check(settings: Nightly) -> None:
    """Refuse to keep profiles for less than a night looks back.

    Raises
    ------
    UsageError
    """
    if settings.keep_profiles_days < settings.window_days:
        raise UsageError(
            f"nightly.keep_profiles_days is {settings.keep_profiles_days}, but a night judges "
            f"{settings.window_days} days: keep at least as many."
        )


def retire(store: Store, taken: Sequence[Taken], newest: dt.date, settings: Nightly) -> None:
    """Remove what is older than it is kept, counted from the newest night."""
    oldest = newest - dt.timedelta(days=settings.keep_profiles_days - 1)
    for folder in sorted((store / "days").iterdir()):
        if dt.date.fromisoformat(folder.name) < oldest:
            writes.remove(folder)
    for one in taken:
        if one.parts and max(date_of(part.day) for part in one.parts) < oldest:
            writes.remove(ledger.record_path(store, one.content))
    _retire_rejects(store, taken, newest - dt.timedelta(days=settings.keep_rejects_days - 1))
    for night in generations.judged(store):
        if night < newest - dt.timedelta(days=settings.keep_nights_days - 1):
            writes.remove(store / "nights" / str(night))


def _retire_rejects(store: Store, taken: Sequence[Taken], oldest: dt.date) -> None:
    last = {one.content: max((date_of(part.day) for part in one.parts), default=None) for one in taken}
    for path in sorted((store / "rejects").glob("*.parquet")):
        day = last.get(path.stem)
        if path.stem not in last or (day is not None and day < oldest):
            writes.remove(path)
