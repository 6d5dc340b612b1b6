"""A run: what is new is read into the store, then every night that is due is judged and committed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from detector.campaigns.calendar import date_of
from detector.judging import Notice, People, Terms
from detector.logs import parquet_process
from detector.nightly import generations, ledger, retention
from detector.nightly.calendar import due, last_closed
from detector.nightly.decision_log import read_decisions
from detector.nightly.ledger import Taken
from detector.nightly.lineage_file import dumped
from detector.nightly.night import LINEAGE, in_force, lineage_before, made_from, scanned
from detector.nightly.people import under_pseudonyms, vouched
from detector.nightly.reading import read_new
from detector.nightly.sequel import sequel
from detector.nightly.store import Store
from detector.pipeline import Request, read_people
from detector.profiles.task import Profiled
from detector.results.folder import ScanResult, artefacts
from detector.results.record import Clock


@dataclass(frozen=True)
class Judged:
    """A night that a run saw to.

    Attributes
    ----------
    changed : bool
        False where its results stood already, from the same rows and terms.
    """

    night: dt.date
    changed: bool
    seconds: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Run:
    """What a run did.

    Attributes
    ----------
    files : list of Profiled
        Files that were read.
    unread : int
        Files that have not changed since an earlier run read them.
    nights : list of Judged
    closed, newest_day : date
        Newest closed day, and the newest day up to it of which the store has requests.
    """

    files: list[Profiled]
    unread: int
    nights: list[Judged]
    closed: dt.date
    newest_day: dt.date


def run(
    store: Store,
    request: Request,
    *,
    now: dt.datetime,
    night: dt.date | None,
    render: Callable[[ScanResult], str],
    tell: Notice,
    clock: Clock,
    identities: Path | None = None,
) -> Run:
    """Read what is new, and judge the nights that are due.

    Parameters
    ----------
    store : Store
        Held for writing.
    request : Request
        Logs, accounts files, settings, allow-list.
    now : datetime
        Moment taken for the present: days that ended `nightly.delay_hours` before it are closed.
    night : date or None
        The one night to judge, instead of all that are due.
    render : callable
        Makes the report of a result.
    identities : Path or None
        File outside the store that tells which account each pseudonym stands for; what is read is added to it.

    Raises
    ------
    InputError
        If the store holds no request of a closed day.
    """
    retention.check(request.settings.nightly)
    generations.sweep(store)
    earlier = generations.judged(store)
    with clock.stage("reading"):
        files, unread_files = read_new(store, request, tell, clock, identities)
    taken = ledger.records(store)
    days = [date_of(day) for day in ledger.marks(taken)]
    closed = last_closed(now, request.settings.nightly.delay_hours)
    nights = due(closed, days, earlier, night)
    people = under_pseudonyms(read_people(request), store.storing)
    parquet_process.stop()
    terms = Terms(request.settings, store.key, request.baseline, vouched(request.allow, store.storing))
    done = [_night(store, taken, one, people, terms, render, tell) for one in nights]
    retention.retire(store, taken, max(generations.judged(store)), request.settings.nightly)
    return Run(files, unread_files, done, closed, max(day for day in days if day <= closed))


def _night(
    store: Store,
    taken: Sequence[Taken],
    night: dt.date,
    people: People,
    terms: Terms,
    render: Callable[[ScanResult], str],
    tell: Notice,
) -> Judged:
    decisions = read_decisions(store.folder)
    terms = in_force(store, terms, night)
    origin = made_from(store, taken, night, people, terms, decisions)
    standing = generations.manifest(store, night)
    if standing is not None and standing["made_from"] == origin:
        return Judged(night, False)
    clock = Clock(None)
    result = scanned(store, taken, night, people, terms, decisions, clock, tell)
    found = sequel(lineage_before(store, night), result, decisions, night, terms.settings)
    with clock.stage("report"):
        files = artefacts(found.result, render(found.result)) | {LINEAGE: dumped(found.lineage)}
    with clock.stage("commit"):
        generations.commit(store, night, origin, files)
    return Judged(night, True, dict(clock.seconds))
