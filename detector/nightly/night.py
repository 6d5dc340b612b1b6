"""One night: the days up to it scanned, and what its results follow from."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Sequence
from dataclasses import replace
from importlib.metadata import version

import pyarrow as pa

from detector.campaigns.calendar import day_number
from detector.judging import Notice, People, Terms, judge, sizes_of
from detector.nightly import generations, ledger, lineage_file
from detector.nightly.decision_log import entry_of
from detector.nightly.decisions import Decisions
from detector.nightly.ledger import Taken
from detector.nightly.lineage import Lineage
from detector.nightly.notes import late, notes
from detector.nightly.people import as_of
from detector.nightly.promotions import current
from detector.nightly.store import Store
from detector.nightly.window import place, window
from detector.profiles.fingerprints import DAY_US
from detector.results.folder import ScanResult
from detector.results.record import Clock

LINEAGE = "lineage.json"


def days_of(night: dt.date, window_days: int) -> range:
    """Days that a night judges, as days since the epoch."""
    last = day_number(night)
    return range(last - window_days + 1, last + 1)


def made_from(
    store: Store, taken: Sequence[Taken], night: dt.date, people: People, terms: Terms, decisions: Decisions
) -> str:
    """Digest of everything that a night's results follow from: equal digests, equal results."""
    days = days_of(night, terms.settings.nightly.window_days)
    held = {day: mark for day, mark in ledger.marks(taken).items() if day in days}
    allowed = [[entry.type, entry.value, entry.note] for entry in terms.allow.entries]
    previous = before(store, night)
    said = {
        "version": version("distillation-detector"),
        "settings": terms.settings.digest(),
        "days": held,
        "late": late(taken, days),
        "people": _digest(people.table),
        "allow": allowed,
        "baseline": terms.baseline.name if terms.baseline else None,
        "decisions": [entry_of(decision) for decision in decisions.on(night).made],
        "previous": hashlib.sha256(generations.artefact(store, previous, LINEAGE)).hexdigest() if previous else None,
    }
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def in_force(store: Store, terms: Terms, night: dt.date) -> Terms:
    """Terms with the baseline that was in force on a night, unless they name one."""
    return terms if terms.baseline else replace(terms, baseline=current(store.folder, on=night))


def before(store: Store, night: dt.date) -> dt.date | None:
    """The newest night before a night that was judged."""
    return max((one for one in generations.judged(store) if one < night), default=None)


def scanned(
    store: Store,
    taken: Sequence[Taken],
    night: dt.date,
    people: People,
    terms: Terms,
    decisions: Decisions,
    clock: Clock,
    tell: Notice,
) -> ScanResult:
    """Scan the window of a night, which holds at least one request; a result without a clock in it."""
    days = days_of(night, terms.settings.nightly.window_days)
    with clock.stage("store"):
        read = window(store, taken, days, sizes_of(terms.settings))
    result = judge(
        read,
        as_of(people, (days[-1] + 1) * DAY_US),
        replace(terms, watched=decisions.on(night).watched()),
        clock,
        cautions=lambda tables: notes(tables, taken, days),
        place=place,
        tell=tell,
    )
    del result.run["timings"]
    return result


def lineage_before(store: Store, night: dt.date) -> Lineage | None:
    """What is remembered from the night before a night."""
    previous = before(store, night)
    return lineage_file.loaded(generations.artefact(store, previous, LINEAGE)) if previous else None


def _digest(table: pa.Table | None) -> str | None:
    """Digest of what a table says."""
    if table is None:
        return None
    digest = hashlib.sha256()
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as stream:
        stream.write_table(table.sort_by("account_id").combine_chunks())
    digest.update(memoryview(sink.getvalue()))
    return digest.hexdigest()
